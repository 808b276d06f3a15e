"""The world's people stay and answer; nobody else is touched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import pytest

from rinnalla.chat import actions as chat
from rinnalla.chat.models import Conversation, Message
from rinnalla.chat.transcript import read
from rinnalla.demo.stories import story_of
from rinnalla.demo.visitors import Populated, answer, hold_duties, stay
from rinnalla.demo.worlds import WORLDS, populate
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, DutySession, Line
from rinnalla.helpline.rules import LEASE
from rinnalla.people.models import Person

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

NOW: Final = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
LATER: Final = NOW + timedelta(seconds=15)


def world(name: str) -> Populated:
    return Populated.of(populate(world=WORLDS[name], now=NOW))


def take_next(email: str, line: str, *, now: datetime = NOW) -> Contact:
    """Someone of the cast takes duty and the first person of the queue."""
    person = Person.objects.get(email=email)
    duty = helpline.take_duty(line=Line.objects.get(slug=line), actor=person, now=now)
    return helpline.take_next(duty=duty, actor=person, now=now)


def talk_of(contact: Contact) -> Conversation:
    return Conversation.objects.get(contact=contact)


def seekers_lines(talk: Conversation) -> list[str]:
    return [line.text for line in read(talk.pk, talk.key_id) if line.by == Message.Author.SEEKER]


def reply(talk: Conversation, text: str, *, now: datetime) -> None:
    chat.say(
        conversation=talk, client_id=uuid4(), text=text, author=Message.Author.ANSWERER,
        actor=Conversation.objects.get(pk=talk.pk).answerer, now=now,
    )  # fmt: skip


def test_those_who_wait_stay_and_a_real_person_is_left_alone() -> None:
    populated = world("busy")
    real, _ = helpline.join_queue(line=Line.objects.get(slug="sekasin"), language="fi", now=NOW)
    stay(populated, now=LATER)
    seen = dict(Contact.objects.exclude(state="ended").values_list("pk", "seen_at"))
    assert seen.pop(real.pk) == NOW
    assert set(seen.values()) == {LATER}


def test_the_worlds_volunteers_keep_their_leases() -> None:
    populated = world("busy")
    hold_duties(populated, now=LATER)
    assert set(DutySession.objects.values_list("lease_until", flat=True)) == {LATER + LEASE}


def test_a_volunteer_who_talks_with_a_real_person_is_not_held() -> None:
    populated = world("quiet")
    real, _ = helpline.join_queue(line=Line.objects.get(slug="solmussa"), language="fi", now=NOW)
    duty = DutySession.objects.get()
    assert helpline.take_next(duty=duty, actor=duty.person, now=NOW).pk == real.pk
    hold_duties(populated, now=LATER)
    assert DutySession.objects.get().lease_until == NOW + LEASE


def test_whoever_is_taken_begins_after_a_moment() -> None:
    populated = world("busy")
    contact = take_next("eetu@example.org", "solmussa")
    assert answer(populated, now=NOW + timedelta(seconds=1)) == 0
    assert answer(populated, now=NOW + timedelta(seconds=6)) == 1
    story = story_of(contact.pk, language=contact.language, slug="solmussa")
    assert seekers_lines(talk_of(contact)) == [story[0]]


def test_a_visitor_waits_to_be_answered_before_saying_more() -> None:
    populated = world("busy")
    talk = talk_of(take_next("eetu@example.org", "solmussa"))
    answer(populated, now=NOW + timedelta(seconds=6))
    assert answer(populated, now=NOW + timedelta(minutes=5)) == 0
    reply(talk, "Hei, kuuntelen.", now=NOW + timedelta(minutes=6))
    assert answer(populated, now=NOW + timedelta(minutes=6, seconds=1)) == 0
    assert answer(populated, now=NOW + timedelta(minutes=6, seconds=12)) == 1
    assert len(seekers_lines(talk)) == 2


def test_a_visitor_thanks_at_the_end_and_says_no_more() -> None:
    populated = world("busy")
    contact = take_next("eetu@example.org", "solmussa")
    talk, now = talk_of(contact), NOW
    for _ in range(12):
        now += timedelta(seconds=20)
        answer(populated, now=now)
        reply(talk, "Kuuntelen.", now=now)
    assert seekers_lines(talk) == list(story_of(contact.pk, language=contact.language, slug="solmussa"))


def test_a_real_person_says_nothing_by_themselves() -> None:
    populated = world("quiet")
    real, _ = helpline.join_queue(line=Line.objects.get(slug="sekasin"), language="fi", now=NOW)
    assert take_next("aino@example.org", "sekasin").pk == real.pk
    assert answer(populated, now=LATER) == 0
    assert seekers_lines(talk_of(real)) == []
