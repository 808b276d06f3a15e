"""Promise S8: power that is taken ends at the open sockets within a second, and nobody else's end with it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from websockets.exceptions import ConnectionClosed

from rinnalla.chat.models import Message
from rinnalla.chat.tests.conftest import Frames, Live, Talking
from rinnalla.core.live import bus, publish
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import DutySession
from rinnalla.helpline.rules import LEASE, NextRefusal, Refused
from rinnalla.people import actions as people
from rinnalla.people.models import Membership, Person
from rinnalla.people.tests.cast import signed_in

WITHIN = 1.0  # seconds


@pytest.fixture
def desk(live: Live, talking: Talking) -> tuple[Frames, Frames]:
    """A second window of the same sign-in: the duty page, and the conversation once more."""
    cookie = signed_in(talking.person)
    conversation = live.connect(f"/live/conversation/{talking.contact.conversation.pk}/", cookie)
    conversation.until("said")
    duty = live.connect("/live/duty/", cookie)
    answers(duty)
    return conversation, duty


def answers(side: Frames) -> bool:
    side.send(t="ping")
    return side.until("pong", timeout=WITHIN) == {"t": "pong"}


def taken_role(talking: Talking) -> None:
    Membership.objects.filter(person=talking.person).delete()
    publish(f"person:{talking.person.pk}", {"t": "revoked"})


def closed_account(talking: Talking) -> None:
    Person.objects.filter(pk=talking.person.pk).update(is_active=False)
    publish(f"person:{talking.person.pk}", {"t": "revoked"})


def signed_out_everywhere(talking: Talking) -> None:
    people.sign_out_everywhere(person=talking.person, actor=talking.person, now=timezone.now())


def new_password(talking: Talking) -> None:
    person = Person.objects.get(pk=talking.person.pk)
    people.set_password(person=person, password="uusi pitkä salasana 9", now=timezone.now())


@pytest.mark.parametrize("take_power", [taken_role, closed_account, signed_out_everywhere, new_password])
def test_whoever_loses_power_loses_the_conversation_within_a_second_and_does_not_get_back(
    take_power: Callable[[Talking], None], live: Live, talking: Talking, desk: tuple[Frames, Frames]
) -> None:
    take_power(talking)
    assert [side.close_code(timeout=WITHIN) for side in (talking.answerer, desk[0])] == [4410, 4410]
    cookie = str(talking.answerer.socket.request.headers["Cookie"]) if talking.answerer.socket.request else ""
    again = live.connect(f"/live/conversation/{talking.contact.conversation.pk}/", cookie)
    assert again.close_code() in (4401, 4410)


def test_the_end_of_one_sign_in_closes_its_own_sockets_and_no_others(
    live: Live, talking: Talking, desk: tuple[Frames, Frames]
) -> None:
    conversation, duty = desk
    cookie = str(duty.socket.request.headers["Cookie"]) if duty.socket.request else ""
    SessionStore(cookie.partition("=")[2]).delete()
    people.note_sign_out(person=talking.person, now=timezone.now())
    assert [side.close_code(timeout=WITHIN) for side in (conversation, duty)] == [4410, 4410]
    assert answers(talking.answerer)


def test_a_hint_without_a_reason_closes_nothing(talking: Talking, desk: tuple[Frames, Frames]) -> None:
    publish(f"person:{talking.person.pk}", {"t": "revoked"})
    assert all(answers(side) for side in (talking.answerer, *desk))


def test_a_revocation_whose_hint_was_lost_is_found_when_hints_may_have_been_lost(talking: Talking) -> None:
    Person.objects.filter(pk=talking.person.pk).update(is_active=False)
    loop, gap = bus()._loop, bus().on_gap[-1]
    assert loop is not None
    loop.call_soon_threadsafe(gap)
    assert talking.answerer.close_code(timeout=WITHIN) == 4410


def test_a_duty_page_of_another_role_stays_open_and_is_told_to_look(
    talking: Talking, desk: tuple[Frames, Frames]
) -> None:
    taken_role(talking)
    assert "duty" in desk[1].until("changed", timeout=WITHIN)["what"]


def test_without_a_role_nobody_is_taken_and_nobody_is_kept(talking: Talking) -> None:
    """A page that stays open must not hold a person whom its owner may not read any more."""
    now = timezone.now()
    Membership.objects.filter(person=talking.person).delete()
    helpline.renew_leases(person_ids=[talking.person.pk], now=now + LEASE / 2)
    assert DutySession.objects.get().lease_until <= now + LEASE
    with pytest.raises(Refused) as refused:
        helpline.take_next(duty=talking.duty, actor=talking.person, now=now)
    assert refused.value.reason is NextRefusal.NOT_ON_DUTY


def test_an_old_socket_says_nothing_after_the_duty(live: Live, talking: Talking) -> None:
    """The lease lapsed while the page was asleep: what it still sends reaches nobody, and the door is closed."""
    helpline.give_back(duty=talking.duty, now=timezone.now() + LEASE * 2)
    with suppress(ConnectionClosed):
        talking.answerer.send(t="say", id=str(uuid.uuid4()), text="liian myöhään")
    assert talking.answerer.close_code(timeout=WITHIN) == 4410
    assert not Message.objects.filter(author="answerer").exists()
    assert live.answer(talking.contact, talking.person).close_code() == 4410
