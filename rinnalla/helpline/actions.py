"""Every write of the helpline. Whoever moves a contact or a duty session does it here.

Order of locks, so that two actions never wait for each other in a circle: duty sessions, then contacts, then what the
channel holds, then the audit log.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from rinnalla.audit import actions as audit
from rinnalla.core.live import announce
from rinnalla.helpline.channels import channel_of
from rinnalla.helpline.hours import state_at, timetable_of
from rinnalla.helpline.models import Contact, DutySession, Line
from rinnalla.helpline.queries import queue_of
from rinnalla.helpline.rules import (
    AWAY_AFTER,
    CLOSED_FOR,
    LEASE,
    RENEW,
    DutyRefusal,
    EndDutyRefusal,
    JoinRefusal,
    NextRefusal,
    Refused,
    keeps_place,
    may_move,
    next_refusal,
)
from rinnalla.people.models import Membership, Person

State = DutySession.State


class IllegalMove(Exception):
    """A state was asked for that cannot follow the present one. A programming error, or two pages at once."""


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()  # a cookie may hold anything


# Help-seekers -------------------------------------------------------------------------------------------------------
@transaction.atomic
def join_queue(*, line: Line, language: str, now: datetime) -> tuple[Contact, str]:
    """Begin to wait on ``line``: the contact, and the token that its cookie holds. Raises Refused when closed."""
    if not state_at(timetable_of(line), now).is_open:
        raise Refused(JoinRefusal.CLOSED)
    token = secrets.token_urlsafe(32)
    contact = Contact.objects.create(
        line=line, token_hash=token_hash(token), language=language, queued_at=now, seen_at=now
    )
    channel_of(contact).waiting(contact, now=now)
    announce(f"queue:{line.pk}", {"t": "queue"})
    return contact, token


def keep_present(*, contact_ids: Collection[int], now: datetime) -> None:
    """Renew the presence of help-seekers whose page is open; those who were away come back to their old place.

    May be called at any rate: a presence younger than RENEW is left as it is.
    """
    open_contacts = Contact.objects.filter(~Q(state=Contact.State.ENDED), pk__in=contact_ids)
    away = list(open_contacts.filter(state=Contact.State.AWAY).select_related("line"))
    seen = open_contacts.filter(seen_at__lte=now - RENEW).exclude(state=Contact.State.AWAY)
    if len(contact_ids) > 1 and connection.features.has_select_for_update_skip_locked:
        # Whoever gives several contacts back holds one and waits for the next; so would this, in another order. It
        # passes over what others hold: that is renewed in the next round.
        with transaction.atomic():
            Contact.objects.filter(pk__in=seen.select_for_update(skip_locked=True).values("pk")).update(seen_at=now)
    else:
        seen.update(seen_at=now)
    for contact in away:
        come_back(contact=contact, now=now)


@transaction.atomic
def come_back(*, contact: Contact, now: datetime) -> bool:
    """Someone who was away is here again: back in the queue at the old place, or at its end if that took too long."""
    kept = keeps_place(contact, contact.line, now=now)
    moved = Contact.objects.filter(pk=contact.pk, state=Contact.State.AWAY).update(
        state=Contact.State.WAITING, seen_at=now, queued_at=F("queued_at") if kept else now
    )
    if moved:
        _announce_contact(contact)
    return bool(moved)


@transaction.atomic
def leave(*, contact: Contact, now: datetime) -> None:
    """The help-seeker leaves the queue or ends the conversation. Leaving twice changes nothing."""
    _end(contact, by=Contact.EndedBy.SEEKER, now=now)


# Volunteers ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def take_duty(*, line: Line, actor: Person, now: datetime) -> DutySession:
    """Go on duty on ``line``. Raises Refused."""
    if not _has_role(actor, line):
        raise Refused(DutyRefusal.NO_ROLE)
    try:
        with transaction.atomic():
            duty = DutySession.objects.create(line=line, person=actor, started_at=now, lease_until=now + LEASE)
    except IntegrityError:
        raise Refused(DutyRefusal.ON_DUTY) from None
    _announce_duty(duty)
    audit.record(
        code="helpline.duty_taken",
        actor=f"person:{actor.pk}",
        subject=f"duty:{duty.pk}",
        now=now,
        centre=str(line.centre_id),
        details={"line": line.slug},
    )
    return duty


def renew_leases(*, person_ids: Collection[int], now: datetime) -> None:
    """The duty pages of these people are open. A lease renewed less than RENEW ago is left as it is.

    Whoever has lost their role at the line's centre is not renewed: the people they talked with go back to the queue.
    """
    role = Membership.objects.filter(person=OuterRef("person"), centre=OuterRef("line__centre"))
    DutySession.objects.filter(
        ~Q(state=State.ENDED), Exists(role), person_id__in=person_ids, lease_until__lte=now + LEASE - RENEW
    ).update(lease_until=now + LEASE)


@transaction.atomic
def set_duty_state(*, duty: DutySession, state: str) -> DutySession:
    """Say that one is ready, or on a break."""
    duty = _locked(duty)
    if state not in (State.READY, State.PAUSED) or duty.open_contacts:
        raise IllegalMove(f"{duty.state} to {state}")
    if duty.state != state:
        _move_duty(duty, state)
        _announce_duty(duty)
    return duty


@transaction.atomic
def take_next(*, duty: DutySession, actor: Person, now: datetime) -> Contact:
    """Give ``actor`` the first person of the queue, or raise Refused.

    One conditional update claims: a contact leaves WAITING once, whoever else tries at the same moment. On PostgreSQL
    two volunteers do not wait for each other (``SKIP LOCKED``); SQLite has one writer at a time.
    """
    duty = _locked(duty)
    if duty.person_id != actor.pk or not _has_role(actor, duty.line):
        raise Refused(NextRefusal.NOT_ON_DUTY)
    if reason := next_refusal(duty, now=now):
        raise Refused(reason)
    contact = _claim(duty, now=now)
    if contact is None:
        raise Refused(NextRefusal.NOBODY)
    duty.open_contacts += 1
    _move_duty(duty, State.TALKING)
    channel_of(contact).claimed(contact, now=now)
    _announce_contact(contact)
    _announce_duty(duty)
    audit.record(
        code="helpline.claimed",
        actor=f"person:{actor.pk}",
        subject=f"contact:{contact.pk}",
        now=now,
        centre=str(duty.line.centre_id),
        details={"line": duty.line.slug},
    )
    return contact


def _claim(duty: DutySession, *, now: datetime) -> Contact | None:
    while True:
        queue = queue_of(duty.line_id).select_related("line")
        if connection.features.has_select_for_update_skip_locked:
            queue = queue.select_for_update(skip_locked=True, of=("self",))
        contact = queue.first()
        if contact is None:
            return None
        claimed = Contact.objects.filter(pk=contact.pk, state=Contact.State.WAITING).update(
            state=Contact.State.TALKING, duty=duty, claimed_at=now, returned_at=None
        )
        if claimed:
            contact.state, contact.duty, contact.claimed_at, contact.returned_at = (
                Contact.State.TALKING,
                duty,
                now,
                None,
            )
            return contact


@transaction.atomic
def end_contact(*, contact: Contact, actor: Person, now: datetime) -> None:
    """The answerer ends the conversation. Nothing changes when it has ended, or when it is theirs no more."""
    if _end(contact, by=Contact.EndedBy.ANSWERER, now=now, answerer=actor):
        audit.record(
            code="helpline.ended",
            actor=f"person:{actor.pk}",
            subject=f"contact:{contact.pk}",
            now=now,
            centre=str(contact.line.centre_id),
        )


@transaction.atomic
def end_duty(*, duty: DutySession, actor: Person, now: datetime) -> DutySession:
    """Go off duty. Raises Refused while a conversation is open: nobody is left alone by mistake."""
    duty = _locked(duty)
    if duty.state == State.ENDED:
        return duty
    if duty.open_contacts:
        raise Refused(EndDutyRefusal.TALKING)
    _end_duty(duty, now=now)
    audit.record(
        code="helpline.duty_ended",
        actor=f"person:{actor.pk}",
        subject=f"duty:{duty.pk}",
        now=now,
        centre=str(duty.line.centre_id),
    )
    return duty


# The clock ----------------------------------------------------------------------------------------------------------
def sweep(*, now: datetime) -> None:
    """What time does to presence. Safe to run at any moment in any number of processes."""
    gone = Contact.objects.filter(state=Contact.State.WAITING, seen_at__lt=now - AWAY_AFTER)
    for contact in gone.select_related("line"):
        if Contact.objects.filter(pk=contact.pk, state=Contact.State.WAITING, seen_at__lt=now - AWAY_AFTER).update(
            state=Contact.State.AWAY
        ):
            _announce_contact(contact)
    for contact in Contact.objects.filter(state=Contact.State.AWAY).select_related("line"):
        if not keeps_place(contact, contact.line, now=now):
            with transaction.atomic():
                _end(contact, by=Contact.EndedBy.LOST, now=now, only=(Contact.State.AWAY,))
    for duty in DutySession.objects.filter(~Q(state=State.ENDED), lease_until__lt=now):
        give_back(duty=duty, now=now)
    _send_home(now=now)


def _send_home(*, now: datetime) -> None:
    """End the waiting of those whom nobody will answer: their line has closed and nobody is on duty there.

    Someone given back to the queue a moment ago still waits: the answerer who was lost may be back in a minute.
    """
    earlier = now - CLOSED_FOR
    waiting = Contact.objects.filter(
        Q(returned_at=None) | Q(returned_at__lt=earlier), state__in=(Contact.State.WAITING, Contact.State.AWAY)
    )
    staffed = DutySession.objects.filter(~Q(state=State.ENDED)).values("line")
    lines = Line.objects.filter(pk__in=waiting.values("line")).exclude(pk__in=staffed)
    for line in lines.prefetch_related("opening_hours", "exception_days"):
        timetable = timetable_of(line)
        if state_at(timetable, now).is_open or state_at(timetable, earlier).is_open:
            continue
        for contact in waiting.filter(line=line).select_related("line"):
            with transaction.atomic():
                _end(contact, by=Contact.EndedBy.CLOSED, now=now, only=(Contact.State.WAITING, Contact.State.AWAY))


@transaction.atomic
def give_back(*, duty: DutySession, now: datetime) -> int:
    """A volunteer is lost: everyone they talked with waits again at the front, and the duty session ends.

    How many people went back; 0 also when the volunteer turned out to be here after all.
    """
    duty = _locked(duty)
    if duty.state == State.ENDED or duty.lease_until >= now:
        return 0
    returned = 0
    for contact in Contact.objects.select_related("line").filter(duty=duty, state=Contact.State.TALKING).order_by("pk"):
        moved = Contact.objects.filter(pk=contact.pk, state=Contact.State.TALKING, duty=duty).update(
            state=Contact.State.WAITING, duty=None, claimed_at=None, returned_at=now
        )
        if moved:
            returned += 1
            contact.state, contact.duty, contact.returned_at = Contact.State.WAITING, None, now
            channel_of(contact).given_back(contact, now=now)
            _announce_contact(contact)
    duty.open_contacts = 0
    _end_duty(duty, now=now)
    audit.record(
        code="helpline.duty_lost",
        actor="system",
        subject=f"duty:{duty.pk}",
        now=now,
        centre=str(duty.line.centre_id),
        details={"given_back": returned},
    )
    return returned


# Shared steps -------------------------------------------------------------------------------------------------------
class _Moved(Exception):
    """The contact changed hands between reading and locking it."""


_OPEN = (Contact.State.WAITING, Contact.State.AWAY, Contact.State.TALKING)


def _end(
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
        duty.open_contacts = max(0, duty.open_contacts - 1)
        _move_duty(duty, State.TALKING if duty.open_contacts else State.WRAP_UP)
        _announce_duty(duty)
    channel_of(contact).ended(contact, now=now)
    _announce_contact(contact)
    return True


def _has_role(person: Person, line: Line) -> bool:
    return Membership.objects.filter(person=person, centre=line.centre_id).exists()


def _locked(duty: DutySession) -> DutySession:
    return DutySession.objects.select_for_update(of=("self",)).select_related("line").get(pk=duty.pk)


def _move_duty(duty: DutySession, state: str) -> None:
    if duty.state != state and not may_move(duty, state):
        raise IllegalMove(f"{duty.state} to {state}")
    duty.state = state
    duty.save(update_fields=["state", "open_contacts"])


def _end_duty(duty: DutySession, *, now: datetime) -> None:
    duty.state, duty.ended_at = State.ENDED, now
    duty.save(update_fields=["state", "ended_at", "open_contacts"])
    _announce_duty(duty)


def _announce_contact(contact: Contact) -> None:
    announce(f"contact:{contact.pk}", {"t": "state"})
    announce(f"queue:{contact.line_id}", {"t": "queue"})


def _announce_duty(duty: DutySession) -> None:
    announce(f"person:{duty.person_id}", {"t": "duty"})
    announce(f"queue:{duty.line_id}", {"t": "duty"})
