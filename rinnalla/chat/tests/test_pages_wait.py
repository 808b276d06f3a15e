"""What pages say of the wait and of a line that lets nobody in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from rinnalla.chat.tests.conftest import volunteer
from rinnalla.chat.wait_views import forget_queues, range_text
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, Line
from rinnalla.helpline.waits import Wait
from rinnalla.people.models import Person


def on_duty(line: Line, person: Person) -> None:
    helpline.take_duty(line=line, actor=person, now=timezone.now())


def test_a_range_is_told_in_words_that_grow_with_it() -> None:
    ends = ((0, 600), (2400, 4200), (6000, 12600), (None, None))
    with override("en"):
        assert [range_text(Wait(low, high, chance=1)) for low, high in ends] == [
            "Estimate: less than 10 minutes",
            "Estimate: 40–70 minutes",
            "Estimate: 1 h 40 min – 3 h 30 min",
            "",
        ]


def test_the_waiting_page_states_a_range_and_keeps_the_first_one(sekasin: Line, aino: Person, client: Client) -> None:
    on_duty(sekasin, aino)
    client.post("/line/sekasin/join/")
    visit = client.get("/chat/").context["visit"]
    assert (visit.place, visit.waiting, visit.low, visit.high, visit.hope) == (1, 1, 0, 600, True)
    contact = Contact.objects.get()
    assert (contact.stated_low, contact.stated_high) == (0, 600)


def test_it_is_said_kindly_and_with_other_help_that_there_is_probably_no_time(sekasin: Line, client: Client) -> None:
    client.post("/line/sekasin/join/")
    page = client.get("/en/chat/").content.decode()
    start = page.index('id="no-hope"')
    assert " hidden" not in page[start : page.index(">", start)]
    assert "We will probably not have time for you this evening." in page
    assert Contact.objects.get().stated_low is None


def test_the_pages_before_joining_warn_of_the_present_wait(sekasin: Line, aino: Person, client: Client) -> None:
    on_duty(sekasin, aino)
    for _ in range(12):
        helpline.join_queue(line=sekasin, language="fi", now=timezone.now())
    line = client.get("/en/line/sekasin/").context["opening"]
    [card] = client.get("/en/").context["lines"]
    assert line.wait == card.wait
    assert "Estimate: " in line.wait


def test_a_full_line_says_so_at_once_with_how_many_wait(sekasin: Line, aino: Person) -> None:
    Line.objects.filter(pk=sekasin.pk).update(queue_cap=2)
    answers = [Client().post("/en/line/sekasin/join/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 200]
    page = answers[2].content.decode()
    assert "The queue of Sekasin is full" in page
    assert "2 people are waiting already." in page
    assert Contact.objects.count() == 2


def test_a_line_without_people_is_closed_truthfully(sekasin: Line, aino: Person, client: Client) -> None:
    Line.objects.filter(pk=sekasin.pk).update(opens_with_people=True)
    page = client.get("/en/line/sekasin/").content.decode()
    assert "Nobody is on duty right now." in page
    assert "/line/sekasin/join/" not in page
    on_duty(sekasin, aino)
    assert "/line/sekasin/join/" in client.get("/en/line/sekasin/").content.decode()


def test_the_other_open_lines_are_beside_ones_own_wait_with_theirs(sekasin: Line, aino: Person, client: Client) -> None:
    solmussa = Line.objects.create(slug="solmussa", channel="chat", centre=sekasin.centre, lead_state="open")
    Line.objects.filter(pk=solmussa.pk).update(lead_until=timezone.now() + timedelta(hours=3))
    shut = Line.objects.create(slug="kiinni", channel="chat", centre=sekasin.centre)
    on_duty(solmussa, volunteer(sekasin, "Oona"))
    client.post("/line/sekasin/join/")
    [other] = client.get("/en/chat/").context["other_waits"]
    assert (other.name, other.url) == ("solmussa", "/en/line/solmussa/")
    assert other.told == "Estimate: less than 10 minutes"
    assert shut.pk


@pytest.mark.parametrize("page", ["/line/harjoitus/", "/line/harjoitus/join/"])
def test_a_practice_line_is_on_no_public_page(sekasin: Line, client: Client, page: str) -> None:
    Line.objects.create(slug="harjoitus", channel="chat", centre=sekasin.centre, practice=True)
    forget_queues()
    answer = client.post(page) if page.endswith("join/") else client.get(page)
    assert answer.status_code == 404
    assert "harjoitus" not in client.get("/").content.decode()
