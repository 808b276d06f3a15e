"""What time does to presence."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from rinnalla.audit import actions as audit
from rinnalla.core.live import announce
from rinnalla.helpline.actions.steps import State, announce_contact, end, end_duty_session, locked
from rinnalla.helpline.channels import channel_of
from rinnalla.helpline.hours import state_at, timetable_of
from rinnalla.helpline.models import Contact, DutySession, Line
from rinnalla.helpline.opening import lead_holds, opens_by_rule
from rinnalla.helpline.rules import AWAY_AFTER, CLOSED_FOR, keeps_place


def sweep(*, now: datetime) -> None:
    """What time does to presence. Safe to run at any moment in any number of processes."""
    gone = Contact.objects.filter(state=Contact.State.WAITING, seen_at__lt=now - AWAY_AFTER)
    for contact in gone.select_related("line"):
        if Contact.objects.filter(pk=contact.pk, state=Contact.State.WAITING, seen_at__lt=now - AWAY_AFTER).update(
            state=Contact.State.AWAY
        ):
            announce_contact(contact)
    for contact in Contact.objects.filter(state=Contact.State.AWAY).select_related("line"):
        if not keeps_place(contact, contact.line, now=now):
            with transaction.atomic():
                end(contact, by=Contact.EndedBy.LOST, now=now, only=(Contact.State.AWAY,))
    for duty in DutySession.objects.filter(~Q(state=State.ENDED), lease_until__lt=now):
        give_back(duty=duty, now=now)
    _end_what_leads_set(now=now)
    _send_home(now=now)


def _end_what_leads_set(*, now: datetime) -> None:
    """What a lead set for a line holds until its end, or that of the opening; then the line is as planned again."""
    as_planned = Q(lead_state=Line.LeadState.AS_PLANNED, lead_until=None, lead_cap=None)
    for line in Line.objects.exclude(as_planned).prefetch_related("opening_hours", "exception_days"):
        if lead_holds(line, hours=state_at(timetable_of(line), now), now=now):
            continue
        with transaction.atomic():
            same = Line.objects.filter(
                pk=line.pk, lead_state=line.lead_state, lead_until=line.lead_until, lead_cap=line.lead_cap
            )
            if same.update(lead_state=Line.LeadState.AS_PLANNED, lead_until=None, lead_cap=None):
                announce(f"queue:{line.pk}", {"t": "duty"})
                audit.record(
                    code="helpline.line_as_planned",
                    actor="system",
                    subject=f"line:{line.slug}",
                    now=now,
                    centre=str(line.centre_id),
                )


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
        if opens_by_rule(line, now=now) or opens_by_rule(line, now=earlier):
            continue
        for contact in waiting.filter(line=line).select_related("line"):
            with transaction.atomic():
                end(contact, by=Contact.EndedBy.CLOSED, now=now, only=(Contact.State.WAITING, Contact.State.AWAY))


@transaction.atomic
def give_back(*, duty: DutySession, now: datetime) -> int:
    """A volunteer is lost: everyone they talked with waits again at the front, and the duty session ends.

    How many people went back; 0 also when the volunteer turned out to be here after all.
    """
    duty = locked(duty)
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
            announce_contact(contact)
    duty.open_contacts = 0
    end_duty_session(duty, now=now)
    audit.record(
        code="helpline.duty_lost",
        actor="system",
        subject=f"duty:{duty.pk}",
        now=now,
        centre=str(duty.line.centre_id),
        details={"given_back": returned},
    )
    return returned
