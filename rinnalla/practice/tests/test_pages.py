"""The pages of practice, and who opens them (promise S7)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from rinnalla.audit.models import Entry
from rinnalla.chat.tests.desk import desk_of
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Line
from rinnalla.people.models import Centre, Role
from rinnalla.people.tests.cast import person, sign_in
from rinnalla.people.tests.test_authorisation import names_in, outcome
from rinnalla.practice import urls
from rinnalla.practice.models import Visit
from rinnalla.practice.tests.conftest import Room
from rinnalla.practice.tests.test_visits import talked

SIGN_IN, ABSENT, PAGE, DONE, LED = "sign in", "404", "page", "done", "led to the page with the form"
WHO = ("nobody", "aino", "eetu", "lauri", "tuula")  # Aino practised, Eetu did not, Tuula leads in another centre


def clients_of(room: Room) -> dict[str, Client]:
    turku = Centre.objects.create(name="Turun kriisikeskus", kind=Centre.Kind.LOCAL, town="Turku")
    people = {
        "aino": room.aino,
        "eetu": person("Eetu", (room.line.centre, Role.VOLUNTEER)),
        "lauri": room.lauri,
        "tuula": person("Tuula", (turku, Role.ADMIN)),
    }
    return {"nobody": Client()} | {name: sign_in(Client(), someone) for name, someone in people.items()}


def test_who_opens_which_page_of_practice(room: Room) -> None:
    visit, clients = talked(room), clients_of(room)
    table = {
        "practice": (PAGE, PAGE, PAGE, PAGE),
        "practice_visit": (PAGE, ABSENT, PAGE, ABSENT),
        "call_visitor": (DONE, DONE, DONE, ABSENT),
        "comment_practice": (ABSENT, ABSENT, DONE, ABSENT),
        "mark_practice": (ABSENT, ABSENT, DONE, ABSENT),
    }
    assert names_in(urls.urlpatterns) == set(table)
    typed = {"persona": "lumi", "seq": "4", "text": "Hyvä.", "mark": "done"}
    for name, answers in table.items():
        args = {"practice": [], "call_visitor": [room.line.slug]}.get(name, [visit.pk])
        url = reverse(name, args=args)
        for who, expected in zip(WHO, (SIGN_IN, *answers), strict=True):
            reads = name in ("practice", "practice_visit")
            answer = clients[who].get(url) if reads else clients[who].post(url, typed)
            assert (name, who, outcome(answer)) == (name, who, expected)


def test_a_visitor_is_called_from_the_page_and_taken_at_the_desk(room: Room) -> None:
    client = desk_of(room.aino)
    assert 'value="venla"' in client.get("/staff/practice/").content.decode()
    answer = client.post(f"/staff/practice/{room.line.slug}/call/", {"persona": "venla"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/staff/duty/"
    taken = client.post("/staff/duty/next/")
    assert taken.headers["Location"] == reverse("conversation", args=[Visit.objects.get().conversation_id])


def test_a_practice_that_goes_on_shows_nothing_of_it_and_one_that_is_over_everything(room: Room) -> None:
    over, client = talked(room), desk_of(room.aino)
    visit = room.call()
    helpline.take_next(duty=room.duty, actor=room.aino, now=room.now)
    room.pass_time(5, beats=3)
    assert "en tiiä oonks mä" not in client.get(reverse("practice_visit", args=[visit.pk])).content.decode()
    page = client.get(reverse("practice_visit", args=[over.pk])).content.decode()
    assert "en tiiä oonks mä oikeessa paikassa" in page
    assert "Hei, hyvä että kirjoitit. Ei ole kiire." in page


def test_a_refused_comment_keeps_what_was_typed_and_reading_is_logged(room: Room) -> None:
    visit = talked(room)
    client = desk_of(room.lauri)
    url = reverse("comment_practice", args=[visit.pk])
    answer = client.post(url, {"seq": "4", "text": "b" * 2001})
    assert (answer.status_code, "b" * 2001 in answer.content.decode()) == (422, True)
    client.get(reverse("practice_visit", args=[visit.pk]))
    assert Entry.objects.filter(code="practice.read", actor=f"person:{room.lauri.pk}").count() == 1


@pytest.mark.parametrize("path", ["/", "/line/harjoitus/", "/en/line/harjoitus/"])
def test_help_seekers_never_see_a_practice_line(room: Room, path: str) -> None:
    Line.objects.filter(practice=True).update(slug="harjoitus")
    answer = Client().get(path)
    assert "Harjoitus" not in answer.content.decode()
    assert answer.status_code == (200 if path == "/" else 404)
    assert Client().post("/line/harjoitus/join/").status_code == 404
