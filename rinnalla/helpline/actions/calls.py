"""Calls for the shift lead. Nothing of them reaches the help-seeker."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from rinnalla.audit import actions as audit
from rinnalla.core.live import announce
from rinnalla.helpline.access import LEADS
from rinnalla.helpline.actions.steps import State, locked
from rinnalla.helpline.models import Contact, DutySession, LeadCall
from rinnalla.helpline.rules import CallRefusal, NextRefusal, Refused
from rinnalla.people.models import Membership, Person


@transaction.atomic
def call_lead(*, duty: DutySession, contact: Contact | None, actor: Person, now: datetime) -> LeadCall:
    """Ask for the shift lead. A second call while the first is open is the first; it may name the contact now."""
    duty = locked(duty)
    if duty.person_id != actor.pk or duty.state == State.ENDED:
        raise Refused(NextRefusal.NOT_ON_DUTY)
    call, made = LeadCall.objects.get_or_create(
        duty=duty, closed_at=None, defaults={"contact": contact, "called_at": now}
    )
    if not made and contact is not None and call.contact_id != contact.pk:
        call.contact = contact
        call.save(update_fields=["contact"])
    _announce(call)
    if made:
        _record("helpline.lead_called", call, actor=actor, now=now)
    return call


@transaction.atomic
def answer_call(*, call: LeadCall, actor: Person, now: datetime) -> None:
    """A lead has seen it. The first of several is the one who comes. Raises Refused for the others."""
    taken = LeadCall.objects.filter(pk=call.pk, closed_at=None, answered_by=None).update(
        answered_by=actor, answered_at=now
    )
    if not taken:
        call.refresh_from_db()
        if call.answered_by_id == actor.pk and call.closed_at is None:
            return
        raise Refused(CallRefusal.ANSWERED if call.closed_at is None else CallRefusal.CLOSED)
    call.answered_by, call.answered_at = actor, now
    _announce(call)
    _record("helpline.call_answered", call, actor=actor, now=now)


@transaction.atomic
def close_call(*, call: LeadCall, actor: Person, now: datetime) -> None:
    """Help is no longer needed. Closing twice changes nothing."""
    if LeadCall.objects.filter(pk=call.pk, closed_at=None).update(closed_at=now):
        _announce(call)
        _record("helpline.call_closed", call, actor=actor, now=now)


def _announce(call: LeadCall) -> None:
    """To the one who called, and to every lead of the line's centre."""
    leads = Membership.objects.filter(centre=call.duty.line.centre_id, role__in=LEADS)
    for person_id in {call.duty.person_id, *leads.values_list("person_id", flat=True)}:
        announce(f"person:{person_id}", {"t": "call"})


def _record(code: str, call: LeadCall, *, actor: Person, now: datetime) -> None:
    audit.record(
        code=code,
        actor=f"person:{actor.pk}",
        subject=f"contact:{call.contact_id}" if call.contact_id else f"duty:{call.duty_id}",
        now=now,
        centre=str(call.duty.line.centre_id),
        details={"call": call.pk},
    )
