"""Worries from the desk to the professional: two clicks, one takes it, asks, decides, reports; all with a clock."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from rinnalla.audit.models import Entry
from rinnalla.chat import actions as chat
from rinnalla.chat.models import Conversation
from rinnalla.chat.tests.conftest import volunteer
from rinnalla.chat.tests.desk import desk_of, on_duty
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, Line, Worry, WorryStep
from rinnalla.helpline.rules import Refused
from rinnalla.helpline.worry_rules import WorryRefusal
from rinnalla.people.models import Centre, Membership, Person, Role
from rinnalla.sealing.models import RecordKey

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
WORDS = "kertoi että isä lyö & pelkää <b>"


def lead(line: Line, name: str) -> Person:
    person = volunteer(line, name)
    Membership.objects.filter(person=person).update(role=Role.SHIFT_LEAD)
    return person


def talk(line: Line, desk: Client) -> str:
    """The address of a conversation that goes on at ``desk``."""
    helpline.join_queue(line=line, language="fi", now=timezone.now())
    address: str = desk.post("/staff/duty/next/").headers["Location"]
    return address


def raised(line: Line, desk: Client, kind: str = "child") -> Worry:
    answer = desk.post(f"{talk(line, desk)}worry/", {"kind": kind, "words": WORDS})
    worry = Worry.objects.get()
    assert answer.headers["Location"] == f"/staff/own-worries/{worry.pk}/"
    return worry


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def step(client: Client, worry: Worry, state: str, **more: str) -> int:
    return client.post(f"/staff/worries/{worry.pk}/step/", {"state": state, **more}).status_code


def steps_of(worry: Worry) -> list[str]:
    return list(worry.steps.values_list("state", flat=True))


def test_a_worry_goes_from_the_volunteer_to_the_report(sekasin: Line, aino: Person) -> None:
    desk, leads = on_duty(aino), desk_of(lead(sekasin, "Lauri"))
    worry = raised(sekasin, desk)
    assert "data-call=" in text(leads, "/staff/worries/note/")

    assert leads.post(f"/staff/worries/{worry.pk}/take/", {"from": ""}).status_code == 302
    assert text(leads, "/staff/worries/note/").strip() == ""
    assert step(leads, worry, "asked", words="Minkä ikäinen?") == 302
    assert "Minkä ikäinen?" in text(desk, f"/staff/own-worries/{worry.pk}/")
    assert desk.post(f"/staff/own-worries/{worry.pk}/answer/", {"words": "12"}).status_code == 302
    assert step(leads, worry, "to_report", words="Alaikäinen vaarassa", to="wellbeing") == 302
    assert step(leads, worry, "reported", to="wellbeing") == 302
    assert step(leads, worry, "reported", to="police") == 302

    expected = ["raised", "taken", "asked", "answered", "to_report", "reported", "reported"]
    assert steps_of(worry) == expected
    codes = Entry.objects.filter(code__startswith="helpline.worry_").exclude(code="helpline.worry_read")
    assert list(codes.order_by("seq").values_list("code", flat=True)) == [f"helpline.worry_{one}" for one in expected]
    page = text(leads, f"/staff/worries/{worry.pk}/")
    assert "kertoi että isä lyö &amp; pelkää &lt;b&gt;" in page
    assert "Alaikäinen vaarassa" in page


def test_the_words_are_sealed_and_reading_them_is_written_down(sekasin: Line, aino: Person) -> None:
    worry, lauri = raised(sekasin, on_duty(aino)), lead(sekasin, "Lauri")
    stored = bytes(WorryStep.objects.values_list("words", flat=True).get() or b"")
    assert WORDS.encode() not in stored
    leads = desk_of(lauri)
    text(leads, "/staff/worries/")
    read = Entry.objects.filter(code="helpline.worry_read", actor=f"person:{lauri.pk}", subject=f"worry:{worry.pk}")
    assert read.count() == 0

    text(leads, f"/staff/worries/{worry.pk}/")

    assert read.count() == 1


def test_two_leads_at_once_one_takes_it(sekasin: Line, aino: Person) -> None:
    worry = raised(sekasin, on_duty(aino))
    lauri, kerttu = desk_of(lead(sekasin, "Lauri")), desk_of(lead(sekasin, "Kerttu"))
    lauri.post(f"/staff/worries/{worry.pk}/take/", {"from": ""})
    kerttu.post(f"/staff/worries/{worry.pk}/take/", {"from": ""})

    worry.refresh_from_db()
    assert worry.taken_by is not None
    assert worry.taken_by.duty_name == "Lauri"
    assert step(kerttu, worry, "no_report", words="ei") == 422
    assert steps_of(worry) == ["raised", "taken"]
    kerttu.post(f"/staff/worries/{worry.pk}/take/", {"from": str(worry.taken_by.pk)})
    assert step(kerttu, worry, "no_report", words="ei aihetta") == 302


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_of_many_who_take_it_in_the_same_moment_one_gets_it(sekasin: Line, aino: Person) -> None:
    worry = raised(sekasin, on_duty(aino))
    leads = [lead(sekasin, name) for name in ("Lauri", "Kerttu", "Tuomas", "Saara")]
    together, outcomes = threading.Barrier(len(leads)), list[str]()

    def take(person: Person) -> None:
        together.wait(5)
        try:
            helpline.take_worry(worry=worry, taken_from=None, actor=person, now=timezone.now())
            outcomes.append("taken")
        except Refused as refused:
            outcomes.append("refused" if refused.reason == WorryRefusal.TAKEN else "?")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=(person,)) for person in leads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["refused", "refused", "refused", "taken"]
    assert steps_of(worry) == ["raised", "taken"]
    assert connection.vendor in ("sqlite", "postgresql")


def test_a_refused_step_keeps_what_was_written(sekasin: Line, aino: Person) -> None:
    worry, leads = raised(sekasin, on_duty(aino)), desk_of(lead(sekasin, "Lauri"))
    leads.post(f"/staff/worries/{worry.pk}/take/", {"from": ""})

    answer = leads.post(f"/staff/worries/{worry.pk}/step/", {"state": "to_report", "words": "Pitkä perustelu"})

    assert answer.status_code == 422
    assert "Pitkä perustelu" in answer.content.decode()
    assert step(leads, worry, "raised") == 422
    assert step(leads, worry, "answered", words="väärässä suussa") == 422
    assert step(leads, worry, "nonsense") == 422
    assert steps_of(worry) == ["raised", "taken"]


def test_only_leads_of_the_centre_and_the_one_who_raised_it_see_a_worry(
    sekasin: Line, aino: Person, eetu: Person
) -> None:
    desk, other = on_duty(aino), on_duty(eetu)
    worry = raised(sekasin, desk)
    turku = Centre.objects.create(name="Turku", kind=Centre.Kind.LOCAL, town="Turku")
    foreign = desk_of(lead(Line.objects.create(slug="aurajoki", channel="chat", centre=turku), "Tuula"))

    assert text(other, "/staff/worries/note/").strip() == ""
    assert text(foreign, "/staff/worries/note/").strip() == ""
    for client in (desk, other, foreign):
        assert client.get(f"/staff/worries/{worry.pk}/").status_code == 404
        assert client.get(f"/staff/worries/{worry.pk}/conversation/").status_code == 404
        for move in ("take", "step", "hold", "release"):
            assert client.post(f"/staff/worries/{worry.pk}/{move}/", {"state": "reported"}).status_code == 404
    for client in (other, foreign):
        assert client.get(f"/staff/own-worries/{worry.pk}/").status_code == 404
        assert client.post(f"/staff/own-worries/{worry.pk}/answer/", {"words": "x"}).status_code == 404
    assert desk.get("/staff/worries/").status_code == 404
    assert (
        other.post(f"/staff/conversations/{Conversation.objects.get().pk}/worry/", {"kind": "child"}).status_code == 404
    )
    assert steps_of(worry) == ["raised"]


def test_the_conversation_is_read_by_the_one_who_took_the_worry_and_that_is_written_down(
    sekasin: Line, aino: Person
) -> None:
    worry, leads = raised(sekasin, on_duty(aino)), desk_of(lead(sekasin, "Lauri"))
    path = f"/staff/worries/{worry.pk}/conversation/"
    assert leads.get(path).status_code == 404
    leads.post(f"/staff/worries/{worry.pk}/take/", {"from": ""})

    assert leads.get(path).status_code == 200
    assert Entry.objects.get(code="chat.read_for_worry").details == {"worry": str(worry.pk)}


def ended_long_ago(worry: Worry, now: datetime) -> Conversation:
    helpline.leave(contact=worry.contact, now=now)
    Contact.objects.update(ended_at=now - timedelta(days=3))
    return Conversation.objects.get()


def test_a_held_conversation_outlives_its_retention_by_seven_days_at_most(sekasin: Line, aino: Person) -> None:
    worry, leads = raised(sekasin, on_duty(aino)), desk_of(lead(sekasin, "Lauri"))
    leads.post(f"/staff/worries/{worry.pk}/take/", {"from": ""})
    leads.post(f"/staff/worries/{worry.pk}/hold/")
    leads.post(f"/staff/worries/{worry.pk}/hold/")
    now = timezone.now()
    ended_long_ago(worry, now)

    assert Entry.objects.filter(code="helpline.erasing_held").count() == 1
    assert chat.erase_due(now=now) == 0
    assert chat.erase_due(now=now + timedelta(days=7)) == 1


def test_a_released_conversation_is_erased_as_always(sekasin: Line, aino: Person) -> None:
    worry, leads = raised(sekasin, on_duty(aino)), desk_of(lead(sekasin, "Lauri"))
    leads.post(f"/staff/worries/{worry.pk}/take/", {"from": ""})
    leads.post(f"/staff/worries/{worry.pk}/hold/")
    leads.post(f"/staff/worries/{worry.pk}/release/")
    now = timezone.now()
    ended_long_ago(worry, now)

    assert chat.erase_due(now=now) == 1
    leads.post(f"/staff/worries/{worry.pk}/hold/")
    worry.refresh_from_db()
    assert worry.hold_until is not None
    assert worry.hold_until <= now
    assert leads.get(f"/staff/worries/{worry.pk}/conversation/").status_code == 404


def test_the_clock_erases_a_worry_with_its_key_a_year_after_its_last_step(sekasin: Line, aino: Person) -> None:
    worry = raised(sekasin, on_duty(aino))
    year = timedelta(days=365)

    assert helpline.erase_worries(now=worry.changed_at + year - timedelta(seconds=1)) == 0
    assert RecordKey.objects.filter(pk=worry.key_id).exists()
    assert helpline.erase_worries(now=worry.changed_at + year) == 1
    assert (Worry.objects.count(), WorryStep.objects.count()) == (0, 0)
    assert not RecordKey.objects.filter(pk=worry.key_id).exists()


@pytest.mark.parametrize("form", [{}, {"kind": "boredom"}, {"kind": "child", "words": "x" * 2001}])
def test_a_worry_needs_a_kind_and_few_words(sekasin: Line, aino: Person, form: dict[str, str]) -> None:
    desk = on_duty(aino)
    desk.post(f"{talk(sekasin, desk)}worry/", form)

    assert Worry.objects.count() == 0


def test_the_desk_shows_how_the_worry_stands_and_the_script_for_danger(sekasin: Line, aino: Person) -> None:
    desk = on_duty(aino)
    worry = raised(sekasin, desk, "danger")
    address = f"/staff/conversations/{Conversation.objects.get().pk}/"

    assert f"/staff/own-worries/{worry.pk}/" in text(desk, address)
    assert f"/staff/own-worries/{worry.pk}/" in text(desk, f"{address}worries/")
    assert 'href="tel:112"' in text(desk, f"/staff/own-worries/{worry.pk}/")
