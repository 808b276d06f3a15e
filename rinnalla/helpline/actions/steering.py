"""What a shift lead does to a line and its people while an evening goes on. Each can be taken back at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from rinnalla.audit import actions as audit
from rinnalla.core.live import announce
from rinnalla.helpline.actions.steps import announce_duty, change_line, end, locked
from rinnalla.helpline.models import Contact, DutySession, Line, Notice
from rinnalla.helpline.rules import Refused
from rinnalla.helpline.steering import move_refusal
from rinnalla.people.models import Person


@transaction.atomic
def steer_line(
    *, line: Line, state: str, cap: int | None, until: datetime | None, actor: Person, now: datetime
) -> Line:
    """Open, pause or close the line for now, or go back to what is planned; ``cap`` limits the queue meanwhile."""
    line = Line.objects.select_for_update().get(pk=line.pk)
    before = {"state": line.lead_state, "cap": line.lead_cap, "until": _told(line.lead_until)}
    line.lead_state, line.lead_cap, line.lead_until = Line.LeadState(state), cap, until
    line.save(update_fields=["lead_state", "lead_cap", "lead_until"])
    _announce_line(line)
    after = {"state": line.lead_state, "cap": cap, "until": _told(until)}
    _record("helpline.line_steered", line, actor=actor, now=now, details={"old": before, "new": after})
    return line


def send_home(*, line: Line, actor: Person, now: datetime) -> int:
    """End the waiting of everybody on the line; each sees why, and where help is now. How many there were.

    One transaction each: a person whom a volunteer takes at the same moment is not sent away.
    """
    waits = (Contact.State.WAITING, Contact.State.AWAY)
    sent = 0
    for contact in Contact.objects.filter(line=line, state__in=waits).select_related("line"):
        with transaction.atomic():
            sent += end(contact, by=Contact.EndedBy.CLOSED, now=now, only=waits)
    with transaction.atomic():
        _record("helpline.sent_home", line, actor=actor, now=now, details={"people": sent})
    return sent


@transaction.atomic
def send_notice(*, line: Line, texts: Mapping[str, str], until: datetime, actor: Person, now: datetime) -> Notice:
    """Tell everybody who waits on the line. ``texts``: language → text; Finnish must be there."""
    notice = Notice.objects.create(
        line=line,
        text_fi=texts["fi"],
        text_sv=texts.get("sv", ""),
        text_en=texts.get("en", ""),
        sent_by=actor,
        sent_at=now,
        until=until,
    )
    announce(f"queue:{line.pk}", {"t": "notice", "id": notice.pk})
    details = {
        "notice": notice.pk,
        "until": _told(until),
        "languages": sorted(code for code, text in texts.items() if text),
    }
    _record("helpline.notice_sent", line, actor=actor, now=now, details=details)
    return notice


@transaction.atomic
def withdraw_notice(*, notice: Notice, actor: Person, now: datetime) -> None:
    """Show the notice no more. Doing it twice changes nothing."""
    if Notice.objects.filter(pk=notice.pk, until__gt=now).update(until=max(now, notice.sent_at)):
        announce(f"queue:{notice.line_id}", {"t": "notice", "id": notice.pk})
        _record("helpline.notice_withdrawn", notice.line, actor=actor, now=now, details={"notice": notice.pk})


@transaction.atomic
def move_volunteer(*, duty: DutySession, line: Line, actor: Person, now: datetime) -> DutySession:
    """Move a volunteer to another line of the centre: at once, or when the open conversations have ended.

    Raises Refused. The volunteer sees who did it.
    """
    duty = locked(duty)
    if reason := move_refusal(duty, line):
        raise Refused(reason)
    old = duty.line
    duty.moves_to, duty.moved_by, duty.moved_at = line, actor, now
    duty.save(update_fields=["moves_to", "moved_by", "moved_at"])
    later = duty.open_contacts > 0
    if later:
        announce_duty(duty)
    else:
        change_line(duty)
    audit.record(
        code="helpline.volunteer_moved",
        actor=f"person:{actor.pk}",
        subject=f"duty:{duty.pk}",
        now=now,
        centre=str(old.centre_id),
        details={"old": old.slug, "new": line.slug, "later": later},
    )
    return duty


def erase_old_notices(*, now: datetime) -> int:
    """Nobody waits any more who saw these."""
    erased, _ = Notice.objects.filter(until__lt=now).delete()
    return erased


def _announce_line(line: Line) -> None:
    announce(f"queue:{line.pk}", {"t": "queue"})
    announce(f"queue:{line.pk}", {"t": "duty"})


def _record(code: str, line: Line, *, actor: Person, now: datetime, details: Mapping[str, object]) -> None:
    audit.record(
        code=code,
        actor=f"person:{actor.pk}",
        subject=f"line:{line.slug}",
        now=now,
        centre=str(line.centre_id),
        details=details,
    )


def _told(at: datetime | None) -> str:
    return at.isoformat(timespec="minutes") if at else ""
