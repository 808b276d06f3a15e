"""Whether a line lets people in now, and why not: its hours, its people, what the shift lead has set, and its cap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

from rinnalla.helpline.hours import LineState, state_at, timetable_of
from rinnalla.helpline.hours_in_words import describe
from rinnalla.helpline.models import Contact, DutySession, Line
from rinnalla.helpline.rules import JoinRefusal


@dataclass(frozen=True, slots=True)
class Opening:
    """A line now: ``shut`` is None when it lets people in. ``hours``: what its table says, with the next opening."""

    shut: JoinRefusal | None
    hours: LineState
    told: str
    waiting: int
    on_duty: int

    @property
    def is_open(self) -> bool:
        return self.shut is None


def opening_of(line: Line, *, now: datetime) -> Opening:
    """The line's opening; two queries when its hours are prefetched."""
    return openings([line], now=now)[line.pk]


def openings(lines: Iterable[Line], *, now: datetime) -> dict[int, Opening]:
    """Line id → opening; two queries for all, when the lines' hours are prefetched."""
    lines = list(lines)
    on_duty = _counts(
        DutySession.objects.filter(~Q(state=DutySession.State.ENDED), line__in=lines, lease_until__gte=now)
    )
    capped = [line for line in lines if line.queue_cap is not None or line.lead_cap is not None]
    waiting = _counts(
        Contact.objects.filter(line__in=capped, state__in=(Contact.State.WAITING, Contact.State.AWAY))
        if capped
        else Contact.objects.none()
    )
    return {line.pk: _opening(line, waiting.get(line.pk, 0), on_duty.get(line.pk, 0), now=now) for line in lines}


def _counts(rows: models.QuerySet[DutySession] | models.QuerySet[Contact]) -> dict[int, int]:
    return dict(rows.order_by().values_list("line_id").annotate(models.Count("id")))


def _opening(line: Line, waiting: int, on_duty: int, *, now: datetime) -> Opening:
    timetable = timetable_of(line)
    hours = state_at(timetable, now)
    shut = why_shut(line, hours=hours, waiting=waiting, on_duty=on_duty, now=now)
    told = describe(hours, now=now, time_zone=timetable.time_zone)
    if shut is not None and shut != JoinRefusal.CLOSED:
        told = f"{shut.label} {told}" if not hours.is_open else str(shut.label)
        if hours.is_open and shut in (JoinRefusal.NOBODY, JoinRefusal.LEAD_CLOSED) and hours.closes_at is not None:
            after = state_at(timetable, hours.closes_at)  # the next opening by the table, after this one
            told += " " + describe(after, now=now, time_zone=timetable.time_zone)
    elif shut is None and not hours.is_open:
        told = gettext("Open now")  # by the lead, outside the table
    return Opening(shut, hours, told, waiting, on_duty)


def why_shut(line: Line, *, hours: LineState, waiting: int, on_duty: int, now: datetime) -> JoinRefusal | None:
    """Why ``line`` lets nobody in; None when it does. The lead comes before the table, people before the cap."""
    lead = lead_state_of(line, hours=hours, now=now)
    if lead == Line.LeadState.CLOSED:
        return JoinRefusal.LEAD_CLOSED
    if lead != Line.LeadState.OPEN and not hours.is_open:
        return JoinRefusal.CLOSED
    if lead == Line.LeadState.PAUSED:
        return JoinRefusal.PAUSED
    if line.opens_with_people and not on_duty:
        return JoinRefusal.NOBODY
    cap = cap_of(line, hours=hours, now=now)
    if cap is not None and waiting >= cap:
        return JoinRefusal.FULL
    return None


def opens_by_rule(line: Line, *, now: datetime) -> bool:
    """Whether the line is open by its table or its lead, whoever is on duty: those who wait need not be sent home."""
    hours = state_at(timetable_of(line), now)
    lead = lead_state_of(line, hours=hours, now=now)
    return lead == Line.LeadState.OPEN or (hours.is_open and lead != Line.LeadState.CLOSED)


def lead_state_of(line: Line, *, hours: LineState, now: datetime) -> str:
    """What the lead has set, while it holds."""
    return line.lead_state if lead_holds(line, hours=hours, now=now) else Line.LeadState.AS_PLANNED


def lead_holds(line: Line, *, hours: LineState, now: datetime) -> bool:
    """Whether what the lead has set still holds: until the moment given, or else until the end of the opening."""
    return now < line.lead_until if line.lead_until is not None else hours.is_open


def cap_of(line: Line, *, hours: LineState, now: datetime) -> int | None:
    """How many may wait at most; None: as many as come."""
    if line.lead_cap is not None and lead_holds(line, hours=hours, now=now):
        return line.lead_cap
    return line.queue_cap
