"""A line's hours in words, in the reader's language and the line's local time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext, gettext_lazy

from rinnalla.helpline.hours import Hours, LineState, Timetable, hours_of_day

MIDNIGHT: Final = time(0)
DAYS_AHEAD: Final = 14  # days on which other hours than the weekly ones are told beforehand
# Whole phrases: languages bend the names of days in their own ways.
ON_DAY: Final = (
    gettext_lazy("on Monday"),
    gettext_lazy("on Tuesday"),
    gettext_lazy("on Wednesday"),
    gettext_lazy("on Thursday"),
    gettext_lazy("on Friday"),
    gettext_lazy("on Saturday"),
    gettext_lazy("on Sunday"),
)


def describe(state: LineState, *, now: datetime, time_zone: str) -> str:
    """Whether the line is open, until when, or when it opens next: one or two short sentences without a full stop."""
    zone = ZoneInfo(time_zone)
    if state.is_open:
        return _open_until(state.closes_at.astimezone(zone) if state.closes_at else None, now.astimezone(zone))
    if state.opens_at is None:
        return gettext("Closed")
    opens, today = state.opens_at.astimezone(zone), now.astimezone(zone).date()
    at = time_format(opens)
    match (opens.date() - today).days:
        case 0:
            return gettext("Closed. Opens today at {time}").format(time=at)
        case 1:
            return gettext("Closed. Opens tomorrow at {time}").format(time=at)
        case days if days < 7:
            return gettext("Closed. Opens {on_day} at {time}").format(on_day=ON_DAY[opens.weekday()], time=at)
    return gettext("Closed. Opens on {date} at {time}").format(date=_day_and_month(opens.date()), time=at)


def _open_until(closes: datetime | None, now: datetime) -> str:
    if closes is None:
        return gettext("Open day and night")
    days = (closes.date() - now.date()).days
    if closes.time() == MIDNIGHT and days == 1:
        return gettext("Open until midnight")
    if days <= 1 and closes - now < timedelta(hours=24):
        return gettext("Open until {time}").format(time=time_format(closes))
    return gettext("Open until {date} at {time}").format(date=_day_and_month(closes.date()), time=time_format(closes))


def week_table(timetable: Timetable, *, now: datetime) -> list[tuple[str, str]]:
    """The week as rows of days and hours, equal days together, and then the days soon to come that differ from it."""
    rows = []
    by_day = [(day, timetable.weekly.get(day, ())) for day in range(7)]
    for hours, run in groupby(by_day, key=lambda row: row[1]):
        days = [day for day, _hours in run]
        name = str(WEEKDAYS[days[0]]) if len(days) == 1 else f"{WEEKDAYS[days[0]]}–{WEEKDAYS[days[-1]]}"
        rows.append((name, hours_text(hours)))
    today = now.astimezone(ZoneInfo(timetable.time_zone)).date()
    for day in (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)):
        hours = hours_of_day(timetable, day)
        if hours != timetable.weekly.get(day.weekday(), ()):
            rows.append((f"{WEEKDAYS[day.weekday()]} {_day_and_month(day)}", hours_text(hours)))
    return rows


def hours_text(hours: tuple[Hours, ...]) -> str:
    if not hours:
        return gettext("closed")
    return ", ".join(
        gettext("day and night") if opens == closes == MIDNIGHT else f"{time_format(opens)}–{_end(closes)}"
        for opens, closes in hours
    )


def _end(closes: time) -> str:
    """The end of a day is written as its 24th hour, which no clock shows."""
    return time_format(closes) if closes != MIDNIGHT else time_format(time(23)).replace("23", "24")


def _day_and_month(day: date) -> str:
    return date_format(day, "MONTH_DAY_FORMAT")
