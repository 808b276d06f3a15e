"""What keeps the weight fair: marking heavy, leaving to another, breaks, and how long one stays."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from rinnalla.audit import actions as audit
from rinnalla.helpline.access import LEADS
from rinnalla.helpline.actions.steps import State, announce_duty, locked
from rinnalla.helpline.models import Contact, DutySession, Pass
from rinnalla.helpline.offers import offer_to, why_nobody
from rinnalla.helpline.rules import NextRefusal, Refused, StayRefusal, next_refusal
from rinnalla.helpline.weight import stay_refused
from rinnalla.people.access import roles_of
from rinnalla.people.models import Person


@transaction.atomic
def mark_heavy(*, contact: Contact, heavy: bool, actor: Person, now: datetime) -> bool:
    """The answerer says that a contact is, or is not, heavy to carry. False when nothing changed."""
    changed = (
        Contact.objects.filter(pk=contact.pk, heavy=not heavy, duty__person=actor)
        .exclude(duty__state=State.ENDED)
        .update(heavy=heavy)
    )
    if not changed:
        return False
    contact.heavy = heavy
    audit.record(
        code="helpline.marked_heavy" if heavy else "helpline.marked_not_heavy",
        actor=f"person:{actor.pk}",
        subject=f"contact:{contact.pk}",
        now=now,
        centre=str(contact.line.centre_id),
    )
    if contact.duty is not None:
        announce_duty(contact.duty)
    return True


@transaction.atomic
def pass_next(*, duty: DutySession, actor: Person, now: datetime) -> None:
    """Leave to another whoever would come next. Nobody asks why, and the person keeps their place. Raises Refused."""
    duty = locked(duty)
    if duty.person_id != actor.pk:
        raise Refused(NextRefusal.NOT_ON_DUTY)
    if reason := next_refusal(duty, now=now):
        raise Refused(reason)
    offer = offer_to(duty, now=now)
    contact = offer.queue.first()
    if contact is None:
        raise Refused(why_nobody(duty, offer))
    Pass.objects.update_or_create(duty=duty, contact=contact, defaults={"at": now})
    announce_duty(duty)  # the boards look again: perhaps everybody has passed now
    audit.record(
        code="helpline.passed",
        actor=f"person:{actor.pk}",
        subject=f"contact:{contact.pk}",
        now=now,
        centre=str(duty.line.centre_id),
    )


@transaction.atomic
def lift_pause(*, duty: DutySession, actor: Person, now: datetime) -> bool:
    """The shift lead lets somebody go on before their break is over. False when there is none, or it is not theirs."""
    duty = locked(duty)
    if not roles_of(actor).has(duty.line.centre_id, *LEADS):
        return False
    if duty.state == State.ENDED or duty.pause_until is None or duty.pause_until <= now:
        return False
    duty.pause_until, duty.rested_at = None, now
    duty.save(update_fields=["pause_until", "rested_at"])
    announce_duty(duty)
    audit.record(
        code="helpline.pause_lifted",
        actor=f"person:{actor.pk}",
        subject=f"duty:{duty.pk}",
        now=now,
        centre=str(duty.line.centre_id),
    )
    return True


@transaction.atomic
def set_until(*, duty: DutySession, until: datetime, actor: Person, now: datetime) -> DutySession:
    """Say until when one means to stay. Raises Refused."""
    duty = locked(duty)
    if duty.person_id != actor.pk or duty.state == State.ENDED:
        raise Refused(NextRefusal.NOT_ON_DUTY)
    if stay_refused(until, now=now):
        raise Refused(StayRefusal.NOT_THEN)
    if duty.until != until:
        before = duty.until
        duty.until = until
        duty.save(update_fields=["until"])
        announce_duty(duty)
        audit.record(
            code="helpline.until_set",
            actor=f"person:{actor.pk}",
            subject=f"duty:{duty.pk}",
            now=now,
            centre=str(duty.line.centre_id),
            details={"old": before.isoformat() if before else None, "new": until.isoformat()},
        )
    return duty
