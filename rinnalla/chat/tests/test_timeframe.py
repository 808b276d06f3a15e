"""The agreed time: the same on both sides, also when more is agreed, and after a reload."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from rinnalla.audit.models import Entry
from rinnalla.chat.models import Conversation
from rinnalla.chat.tests.conftest import Live, begin
from rinnalla.chat.tests.desk import desk_of
from rinnalla.chat.timeframe import MOST_MORE, TimeRefusal, TimeRefused, agree_more_time, time_of
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import CannedText, Contact, Line
from rinnalla.helpline.rules import LEASE
from rinnalla.people.models import Person


def more(contact: Contact, person: Person, minutes: int) -> int:
    found = Conversation.objects.get(contact=contact)
    return agree_more_time(conversation=found, minutes=minutes, actor=person, now=timezone.now()).more_minutes


def began(contact: Contact, minutes_ago: int) -> None:
    Contact.objects.filter(pk=contact.pk).update(claimed_at=timezone.now() - timedelta(minutes=minutes_ago, seconds=5))


def test_more_time_adds_to_the_agreed_time_and_is_in_the_log(sekasin: Line, aino: Person) -> None:
    contact, _, _ = begin(sekasin, aino)
    assert (more(contact, aino, 10), more(contact, aino, 15)) == (10, 25)
    assert time_of(Conversation.objects.get(contact=contact)).minutes == sekasin.session_minutes + 25
    details = Entry.objects.filter(code="chat.more_time_agreed").values_list("details", flat=True)
    assert list(details) == [{"minutes": 10}, {"minutes": 15}]


def test_no_more_time_is_agreed_by_others_in_other_steps_without_end_or_after_it(
    sekasin: Line, aino: Person, eetu: Person
) -> None:
    contact, _, _ = begin(sekasin, aino)

    def refusal(person: Person, minutes: int) -> TimeRefusal:
        with pytest.raises(TimeRefused) as refused:
            more(contact, person, minutes)
        return refused.value.reason

    assert refusal(eetu, 10) is TimeRefusal.NOT_YOURS
    assert [refusal(aino, minutes) for minutes in (0, 5, 600, -10)] == [TimeRefusal.STEP] * 4
    Conversation.objects.update(more_minutes=MOST_MORE - 5)
    assert refusal(aino, 10) is TimeRefusal.ENOUGH
    helpline.end_contact(contact=contact, actor=aino, now=timezone.now())
    assert refusal(aino, 10) is TimeRefusal.ENDED


def test_whoever_comes_after_a_lost_answerer_begins_with_the_lines_own_time(sekasin: Line, aino: Person) -> None:
    contact, duty, _ = begin(sekasin, aino)
    more(contact, aino, 10)
    helpline.give_back(duty=duty, now=timezone.now() + LEASE * 2)
    assert Conversation.objects.get(contact=contact).more_minutes == 0


@pytest.mark.django_db(transaction=True)
def test_both_sides_hear_of_the_time_at_the_beginning_and_when_more_is_agreed(
    live: Live, sekasin: Line, aino: Person
) -> None:
    contact, _, token = begin(sekasin, aino)
    seeker, answerer = live.visit(token), live.answer(contact, aino)
    first = [seeker.until("time"), answerer.until("time")]
    assert first[0] == first[1]
    assert (first[0]["minutes"], first[0]["warn"]) == (45, 10)
    address = f"/staff/conversations/{contact.conversation.pk}/time/"
    assert desk_of(aino).post(address, {"minutes": "15"}, headers={"HX-Request": "true"}).status_code == 204
    assert [side.until("time")["minutes"] for side in (seeker, answerer)] == [60, 60]


def test_a_page_that_is_loaded_tells_the_same_time_on_both_sides(sekasin: Line, aino: Person) -> None:
    Person.objects.update(language="en")
    contact, _, token = begin(sekasin, aino)
    CannedText.objects.create(line=sekasin, language="fi", kind="opening", keyword="a", text="a")
    CannedText.objects.create(line=sekasin, language="fi", kind="closing", keyword="b", text="b")
    desk, seeker = desk_of(aino), Client(headers={"Accept-Language": "en"})
    seeker.cookies["visit"] = token
    address = f"/staff/conversations/{contact.conversation.pk}/"

    def seen() -> tuple[int | None, bool, bool, str]:
        visit, page = seeker.get("/en/chat/").context["visit"], desk.get(address)
        return (
            visit.minutes_left,
            visit.is_ending,
            page.context["talk"].is_ending,
            page.context["phrases"][0].kinds[0].kind,
        )

    began(contact, 20)
    assert seen() == (25, False, False, "opening")
    began(contact, 36)
    assert seen() == (9, True, True, "closing")
    assert "About 9 minutes are left." in seeker.get("/en/chat/").content.decode()
    began(contact, 50)
    assert seen() == (0, True, True, "closing")
    assert "The conversation is not cut off." in seeker.get("/en/chat/").content.decode()
    assert desk.post(f"{address}time/", {"minutes": "15"}).headers["Location"] == address
    assert seen() == (10, True, True, "closing")


def test_more_time_is_for_the_answerer_alone(sekasin: Line, aino: Person, eetu: Person) -> None:
    contact, _, _ = begin(sekasin, aino)
    address = f"/staff/conversations/{contact.conversation.pk}/time/"
    assert desk_of(eetu).post(address, {"minutes": "10"}).status_code == 404
    own = desk_of(aino)
    assert [own.post(address, {"minutes": typed}).status_code for typed in ("", "x", "²", "7")] == [409] * 4
    assert Conversation.objects.get(contact=contact).more_minutes == 0
