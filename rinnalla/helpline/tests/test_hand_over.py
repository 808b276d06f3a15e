"""Warm hand-over: the conversation stays until it is accepted, moves in one step, and is never with two or none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connections
from django.utils import timezone

from rinnalla.helpline import actions
from rinnalla.helpline.handover import note_of, offers_to, others_on_duty
from rinnalla.helpline.models import Contact, DutySession, HandOver, Line
from rinnalla.helpline.rules import LEASE, HandOverRefusal, Refused
from rinnalla.helpline.tests.conftest import MINUTE, join, take_next, volunteer
from rinnalla.people.models import Person
from rinnalla.sealing.models import RecordKey

NOTE = "On puhunut siskostaan. Toivoo, että joku kuuntelee vielä hetken."


@pytest.fixture
def duties(line: Line, aino: Person, eetu: Person, now: datetime) -> tuple[DutySession, DutySession]:
    return tuple(actions.take_duty(line=line, actor=who, now=now) for who in (aino, eetu))  # type: ignore[return-value]


@pytest.fixture
def contact(line: Line, duties: tuple[DutySession, DutySession], aino: Person, now: datetime) -> Contact:
    join(line, now=now)
    return take_next(aino, now=now)


def stands(duty: DutySession) -> tuple[str, int]:
    duty.refresh_from_db()
    return duty.state, duty.open_contacts


def offered(contact: Contact, to: DutySession, *, now: datetime, note: str = NOTE) -> HandOver:
    assert contact.duty is not None
    return actions.offer_hand_over(contact=contact, to=to, note=note, actor=contact.duty.person, now=now)


def test_the_conversation_moves_when_the_offer_is_accepted_and_not_before(
    contact: Contact, duties: tuple[DutySession, DutySession], eetu: Person, now: datetime
) -> None:
    giver, receiver = duties
    offer = offered(contact, receiver, now=now)
    assert Contact.objects.get().duty == giver
    assert (stands(giver), stands(receiver)) == (("talking", 1), ("ready", 0))
    assert [note_of(one) for one in offers_to(eetu)] == [NOTE]
    assert NOTE.encode() not in bytes(HandOver.objects.get().note)
    actions.accept_hand_over(offer=offer, actor=eetu, now=now + MINUTE / 6)
    assert Contact.objects.get().duty == receiver
    assert (stands(giver), stands(receiver)) == (("wrap_up", 0), ("talking", 1))
    assert HandOver.objects.get().state == "accepted"


def test_a_declined_or_withdrawn_offer_moves_nothing_and_cannot_be_accepted(
    contact: Contact, duties: tuple[DutySession, DutySession], aino: Person, eetu: Person, now: datetime
) -> None:
    for settle, by, state in (
        (actions.decline_hand_over, eetu, "declined"),
        (actions.withdraw_hand_over, aino, "withdrawn"),
    ):
        offer = offered(contact, duties[1], now=now)
        settle(offer=offer, actor=by, now=now)
        assert HandOver.objects.get(pk=offer.pk).state == state
        with pytest.raises(Refused) as refused:
            actions.accept_hand_over(offer=offer, actor=eetu, now=now)
        assert refused.value.reason is HandOverRefusal.SETTLED
    assert Contact.objects.get().duty == duties[0]


def test_only_the_one_who_answers_offers_and_only_the_one_who_is_asked_accepts(
    line: Line, contact: Contact, duties: tuple[DutySession, DutySession], aino: Person, eetu: Person, now: datetime
) -> None:
    with pytest.raises(Refused) as refused:
        actions.offer_hand_over(contact=contact, to=duties[1], note="", actor=eetu, now=now)
    assert refused.value.reason is HandOverRefusal.NOT_YOURS
    offer = offered(contact, duties[1], now=now)
    with pytest.raises(Refused):
        actions.accept_hand_over(offer=offer, actor=aino, now=now)
    actions.decline_hand_over(offer=offer, actor=aino, now=now)
    assert HandOver.objects.get().state == "offered"


def test_nobody_gets_more_than_the_line_allows_or_while_on_a_break_or_away(
    line: Line, contact: Contact, duties: tuple[DutySession, DutySession], eetu: Person, now: datetime
) -> None:
    receiver = duties[1]
    for change, reason, at in (
        ({"state": "paused"}, HandOverRefusal.PAUSED, now),
        ({"state": "talking", "open_contacts": line.parallel_limit}, HandOverRefusal.FULL, now),
        ({"state": "ready", "open_contacts": 0}, HandOverRefusal.AWAY, now + LEASE + MINUTE),
    ):
        DutySession.objects.filter(pk=receiver.pk).update(**change)
        with pytest.raises(Refused) as refused:
            offered(contact, receiver, now=at)
        assert refused.value.reason is reason
    assert not HandOver.objects.exists()


def test_an_offer_lapses_with_the_conversation_and_with_either_duty(
    contact: Contact, duties: tuple[DutySession, DutySession], aino: Person, eetu: Person, now: datetime
) -> None:
    offered(contact, duties[1], now=now)
    actions.end_duty(duty=duties[1], actor=eetu, now=now)
    assert HandOver.objects.get().state == "lapsed"
    duty = actions.take_duty(line=contact.line, actor=eetu, now=now)
    second = offered(contact, duty, now=now)
    actions.end_contact(contact=contact, actor=aino, now=now)
    assert HandOver.objects.get(pk=second.pk).state == "lapsed"
    with pytest.raises(Refused):
        actions.accept_hand_over(offer=second, actor=eetu, now=now)
    assert (stands(duties[0]), stands(duty)) == (("wrap_up", 0), ("ready", 0))


def test_the_note_is_erased_with_its_key(
    contact: Contact, duties: tuple[DutySession, DutySession], now: datetime
) -> None:
    offered(contact, duties[1], now=now)
    before = RecordKey.objects.count()
    assert actions.erase_hand_over_notes(contact_ids=[contact.pk]) == 1
    assert (note_of(HandOver.objects.get()), RecordKey.objects.count()) == ("", before - 1)


def test_people_of_the_same_centre_on_duty_are_asked_and_oneself_is_not(
    contact: Contact, duties: tuple[DutySession, DutySession], now: datetime
) -> None:
    assert list(others_on_duty(contact, now=now)) == [duties[1]]


@pytest.mark.django_db(transaction=True)
def test_an_end_and_an_acceptance_at_once_leave_the_counts_right(line: Line) -> None:
    now = timezone.now()
    aino, eetu = volunteer(line, "Aino"), volunteer(line, "Eetu")
    giver, receiver = (actions.take_duty(line=line, actor=who, now=now) for who in (aino, eetu))
    for _ in range(5):
        join(line, now=now)
        contact = take_next(aino, now=now)
        offer = offered(contact, receiver, now=now)

        def end(contact: Contact = contact) -> None:
            try:
                actions.leave(contact=contact, now=now)
            finally:
                connections.close_all()

        def accept(offer: HandOver = offer) -> None:
            try:
                actions.accept_hand_over(offer=offer, actor=eetu, now=now)
            except Refused:
                pass
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(end), pool.submit(accept)]:
                done.result()
        assert (stands(giver)[1], stands(receiver)[1], Contact.objects.get(pk=contact.pk).state) == (0, 0, "ended")
