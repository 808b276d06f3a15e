"""When a line is open: computed from its weekly table, its exception days and Finland's holidays.

An opening belongs to the local date on which it begins and runs to its end, also past midnight into a holiday or an
exception day. Everything is computed in UTC from the local wall clock, so that the nights on which the clocks change
come out right: a time that does not exist (03:30 in spring) means the moment at which the clocks jump over it (04:00),
and a time that comes twice (03:30 in autumn) means its first coming.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import holidays

from rinnalla.helpline.models import Line

FURTHEST: Final = timedelta(days=370)  # how far ahead the next opening is looked for
ALWAYS: Final = timedelta(days=7)  # open for longer than this counts as always open

Hours = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Timetable:
    """A line's hours: weekday (0 = Monday) → openings, and date → openings where the weekly table does not hold."""

    time_zone: str
    weekly: Mapping[int, tuple[Hours, ...]]
    exceptions: Mapping[date, tuple[Hours, ...]] = field(default_factory=dict)
    holidays: str = Line.Holidays.AS_WEEKDAY


@dataclass(frozen=True, slots=True)
class LineState:
    """Whether a line is open, until when (None: always), and when it opens next (None: not within a year)."""

    is_open: bool
    closes_at: datetime | None
    opens_at: datetime | None


def timetable_of(line: Line) -> Timetable:
    """The line's timetable; two queries, none when ``opening_hours`` and ``exception_days`` are prefetched."""
    weekly: dict[int, tuple[Hours, ...]] = {}
    for row in line.opening_hours.all():
        weekly[row.weekday] = (*weekly.get(row.weekday, ()), (row.opens, row.closes))
    exceptions: dict[date, tuple[Hours, ...]] = {}
    for day in line.exception_days.all():
        hours = ((day.opens, day.closes),) if day.opens is not None and day.closes is not None else ()
        exceptions[day.date] = (*exceptions.get(day.date, ()), *hours)
    return Timetable(line.time_zone, weekly, exceptions, line.holidays)


def state_at(timetable: Timetable, now: datetime) -> LineState:
    """The line's state at the aware moment ``now``; its times are in UTC."""
    for start, end in _openings(timetable, now):
        if start <= now < end:
            return LineState(True, None if end - now > ALWAYS else end, None)
        if start > now:
            return LineState(False, None, start)
    return LineState(False, None, None)


def opening_began(timetable: Timetable, now: datetime) -> datetime:
    """When the opening that goes on, or the latest one that has ended, began; in UTC, at most a day ago.

    The local midnight before when there was none in a day, or when the line is always open.
    """
    began = None
    for start, end in _openings(timetable, now):
        if start > now:
            break
        began = start if end - start <= ALWAYS else None
    if began is not None and now - began <= timedelta(hours=24):
        return began
    zone = ZoneInfo(timetable.time_zone)
    return _moment(now.astimezone(zone).date(), time(0), zone)


def _openings(timetable: Timetable, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Openings in order, those that touch joined, from the day before ``now`` on."""
    zone = ZoneInfo(timetable.time_zone)
    day = now.astimezone(zone).date() - timedelta(days=2)
    joined: tuple[datetime, datetime] | None = None
    while day <= (now + FURTHEST).astimezone(zone).date():
        for start, end in sorted(_of_day(timetable, day, zone)):
            if joined is not None and start <= joined[1]:
                joined = (joined[0], max(joined[1], end))
                if joined[1] - now > ALWAYS and joined[0] <= now:
                    yield joined
                    return
            else:
                if joined is not None:
                    yield joined
                joined = (start, end)
        day += timedelta(days=1)
    if joined is not None:
        yield joined


def hours_of_day(timetable: Timetable, day: date) -> tuple[Hours, ...]:
    """The openings that begin on the local date ``day``: exceptions before holidays before the weekly table."""
    if day in timetable.exceptions:
        return timetable.exceptions[day]
    if timetable.holidays != Line.Holidays.AS_WEEKDAY and day in _finnish_holidays(day.year):
        return timetable.weekly.get(6, ()) if timetable.holidays == Line.Holidays.AS_SUNDAY else ()
    return timetable.weekly.get(day.weekday(), ())


def _of_day(timetable: Timetable, day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    for opens, closes in hours_of_day(timetable, day):
        last = day if closes > opens else day + timedelta(days=1)
        start, end = _moment(day, opens, zone), _moment(last, closes, zone)
        if start < end:
            yield start, end


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, at)
    while (moment := wall.replace(tzinfo=zone).astimezone(UTC)).astimezone(zone).replace(tzinfo=None) != wall:
        wall = wall.replace(second=0, microsecond=0) + timedelta(minutes=1)  # the clocks jump over this minute
    return moment


_years: dict[int, frozenset[date]] = {}


def _finnish_holidays(year: int) -> frozenset[date]:
    """Finland's public holidays and the two eves on which the country closes: Midsummer Eve and Christmas Eve."""
    if year not in _years:
        public = holidays.country_holidays("FI", years=year)
        eves = {date(year, 12, 24), *(date(year, 6, d) for d in range(19, 26) if date(year, 6, d).weekday() == 4)}
        _years[year] = frozenset({*public, *eves})
    return _years[year]
