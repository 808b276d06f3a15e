"""What people on duty do: take duty, take the next person, end."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from rinnalla.audit import actions as audit
from rinnalla.helpline.actions.steps import (
    IllegalMove,
    State,
    announce_contact,
    announce_duty,
    end,
    end_duty_session,
    has_role,
    locked,
    move_duty,
)
from rinnalla.helpline.channels import channel_of
from rinnalla.helpline.models import Contact, DutySession, Line
from rinnalla.helpline.offers import offer_to, why_nobody
from rinnalla.helpline.rules import (
    LEASE,
    RENEW,
    DutyRefusal,
    EndDutyRefusal,
    NextRefusal,
    Refused,
    StayRefusal,
    next_refusal,
)
from rinnalla.helpline.weight import rested, stay_refused
from rinnalla.people.models import Membership, Person


@transaction.atomic
def take_duty(*, line: Line, actor: Person, now: datetime, until: datetime | None = None) -> DutySession:
    """Go on duty on ``line``, meaning to stay until ``until``. Raises Refused."""
    if until is not None and stay_refused(until, now=now):
        raise Refused(StayRefusal.NOT_THEN)
    if not has_role(actor, line):
        raise Refused(DutyRefusal.NO_ROLE)
    try:
        with transaction.atomic():
            duty = DutySession.objects.create(
                line=line, person=actor, state_since=now, started_at=now, lease_until=now + LEASE, until=until
            )
    except IntegrityError:
        raise Refused(DutyRefusal.ON_DUTY) from None
    announce_duty(duty)
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
def set_duty_state(*, duty: DutySession, state: str, now: datetime) -> DutySession:
    """Say that one is ready, or on a break."""
    duty = locked(duty)
    if state not in (State.READY, State.PAUSED) or duty.open_contacts:
        raise IllegalMove(f"{duty.state} to {state}")
    if duty.state != state:
        if duty.state == State.PAUSED and rested(since=duty.state_since, line=duty.line, now=now):
            duty.rested_at = now
            duty.save(update_fields=["rested_at"])
        move_duty(duty, state, now=now)
        announce_duty(duty)
    return duty


@transaction.atomic
def take_next(*, duty: DutySession, actor: Person, now: datetime, also_heavy: bool = False) -> Contact:
    """Give ``actor`` the first person of the queue that suits (offers.py), or raise Refused.

    Somebody who should be spared, while nobody else can take a person who may be heavy, is asked first: refused with
    MAY_BE_HEAVY unless ``also_heavy``.

    One conditional update claims: a contact leaves WAITING once, whoever else tries at the same moment. On PostgreSQL
    two volunteers do not wait for each other (``SKIP LOCKED``); SQLite has one writer at a time.
    """
    duty = locked(duty)
    if duty.person_id != actor.pk or not has_role(actor, duty.line):
        raise Refused(NextRefusal.NOT_ON_DUTY)
    if reason := next_refusal(duty, now=now):
        raise Refused(reason)
    offer = offer_to(duty, now=now)
    if offer.asks and not also_heavy:
        raise Refused(NextRefusal.MAY_BE_HEAVY)
    contact = _claim(duty, offer.queue, now=now)
    if contact is None:
        raise Refused(why_nobody(duty, offer))
    duty.open_contacts += 1
    move_duty(duty, State.TALKING, now=now)
    channel_of(contact).claimed(contact, now=now)
    announce_contact(contact)
    announce_duty(duty)
    audit.record(
        code="helpline.claimed",
        actor=f"person:{actor.pk}",
        subject=f"contact:{contact.pk}",
        now=now,
        centre=str(duty.line.centre_id),
        details={"line": duty.line.slug},
    )
    return contact


def _claim(duty: DutySession, queue: QuerySet[Contact], *, now: datetime) -> Contact | None:
    queue = queue.select_related("line")
    if connection.features.has_select_for_update_skip_locked:
        queue = queue.select_for_update(skip_locked=True, of=("self",))
    while True:
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
    if end(contact, by=Contact.EndedBy.ANSWERER, now=now, answerer=actor):
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
    duty = locked(duty)
    if duty.state == State.ENDED:
        return duty
    if duty.open_contacts:
        raise Refused(EndDutyRefusal.TALKING)
    end_duty_session(duty, now=now)
    audit.record(
        code="helpline.duty_ended",
        actor=f"person:{actor.pk}",
        subject=f"duty:{duty.pk}",
        now=now,
        centre=str(duty.line.centre_id),
    )
    return duty
