"""Steps that several actions share. Nobody outside this package calls them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from rinnalla.core.live import announce
from rinnalla.helpline.channels import channel_of
from rinnalla.helpline.models import Contact, DutySession, HandOver, LeadCall, Line
from rinnalla.helpline.rules import may_move
from rinnalla.helpline.weight import break_due
from rinnalla.people.models import Membership, Person

State = DutySession.State


class IllegalMove(Exception):
    """A state was asked for that cannot follow the present one. A programming error, or two pages at once."""


class _Moved(Exception):
    """The contact changed hands between reading and locking it."""


_OPEN = (Contact.State.WAITING, Contact.State.AWAY, Contact.State.TALKING)


def end(
    contact: Contact,
    *,
    by: Contact.EndedBy,
    now: datetime,
    only: Collection[str] = _OPEN,
    answerer: Person | None = None,
) -> bool:
    """End a contact once, and free its volunteer. False when it is in none of the states ``only`` (any more).

    With ``answerer``: nor when it is not with that person.
    """
    while True:
        try:
            with transaction.atomic():  # the savepoint lets go of the locks before the next try
                return _end_once(contact, by=by, now=now, only=only, answerer=answerer)
        except _Moved:
            contact.refresh_from_db()


def _end_once(
    contact: Contact, *, by: Contact.EndedBy, now: datetime, only: Collection[str], answerer: Person | None
) -> bool:
    duty = None
    if contact.duty_id is not None:
        duty = DutySession.objects.select_for_update().get(pk=contact.duty_id)
    current = Contact.objects.select_for_update().get(pk=contact.pk)
    if current.state not in only:
        return False
    if current.duty_id != contact.duty_id:
        raise _Moved
    if answerer is not None and (duty is None or duty.person_id != answerer.pk):
        return False
    Contact.objects.filter(pk=current.pk).update(state=Contact.State.ENDED, ended_at=now, ended_by=by)
    contact.state, contact.ended_at, contact.ended_by = Contact.State.ENDED, now, by
    if duty is not None:
        lapse_offers(contact=contact, now=now)
    if duty is not None:
        duty.open_contacts = max(0, duty.open_contacts - 1)
        move_duty(duty, State.TALKING if duty.open_contacts else State.WRAP_UP, now=now)
        if not duty.open_contacts:
            rest_if_due(duty, contact.line, now=now)
        if duty.moves_to_id is not None and not duty.open_contacts:
            change_line(duty)
        announce_duty(duty)
    channel_of(contact).ended(contact, now=now)
    announce_contact(contact)
    return True


def has_role(person: Person, line: Line) -> bool:
    return Membership.objects.filter(person=person, centre=line.centre_id).exists()


def locked(duty: DutySession) -> DutySession:
    return DutySession.objects.select_for_update(of=("self",)).select_related("line").get(pk=duty.pk)


def move_duty(duty: DutySession, state: str, *, now: datetime) -> None:
    if duty.state != state:
        if not may_move(duty, state):
            raise IllegalMove(f"{duty.state} to {state}")
        duty.state, duty.state_since = state, now
    duty.save(update_fields=["state", "state_since", "open_contacts"])


def rest_if_due(duty: DutySession, line: Line, *, now: datetime) -> None:
    """After the last conversation of a while: the break that the line's limit asks for. Call it with ``duty`` locked.

    One query, or none on a line without the limit. Saves the duty only when a break begins.
    """
    if not line.pause_after_minutes or not line.pause_minutes:
        return
    since = duty.rested_at or duty.started_at
    ended = Contact.objects.filter(duty=duty, ended_at__gt=since).values_list("claimed_at", "ended_at")
    talks = [(begun, end) for begun, end in ended if begun is not None and end is not None]
    if not break_due(talks, since=since, line=line):
        return
    duty.pause_until = duty.rested_at = now + timedelta(minutes=line.pause_minutes)
    duty.save(update_fields=["pause_until", "rested_at"])


def change_line(duty: DutySession) -> None:
    """Let the person go on on the line they were moved to. Whoever they have talked with stays on the old one."""
    assert duty.moves_to is not None
    announce_duty(duty)
    duty.line, duty.moves_to = duty.moves_to, None
    duty.save(update_fields=["line", "moves_to"])
    announce_duty(duty)


def end_duty_session(duty: DutySession, *, now: datetime) -> None:
    duty.state, duty.state_since, duty.ended_at = State.ENDED, now, now
    duty.save(update_fields=["state", "state_since", "ended_at", "open_contacts"])
    LeadCall.objects.filter(duty=duty, closed_at=None).update(closed_at=now)
    open_offers = HandOver.objects.filter(state=HandOver.State.OFFERED)
    open_offers.filter(Q(from_duty=duty) | Q(to_duty=duty)).update(state=HandOver.State.LAPSED, settled_at=now)
    announce_duty(duty)


def lapse_offers(*, contact: Contact, now: datetime, state: HandOver.State = HandOver.State.LAPSED) -> None:
    """An open offer to hand ``contact`` over is open no more."""
    for offer in HandOver.objects.filter(contact=contact, state=HandOver.State.OFFERED).select_related("to_duty"):
        HandOver.objects.filter(pk=offer.pk).update(state=state, settled_at=now)
        announce(f"person:{offer.to_duty.person_id}", {"t": "hand_over"})


def announce_contact(contact: Contact) -> None:
    announce(f"contact:{contact.pk}", {"t": "state"})
    announce(f"queue:{contact.line_id}", {"t": "queue"})


def announce_duty(duty: DutySession) -> None:
    announce(f"person:{duty.person_id}", {"t": "duty"})
    announce(f"queue:{duty.line_id}", {"t": "duty"})
