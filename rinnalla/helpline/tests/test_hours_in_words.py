"""Hours as people read them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import translation

from rinnalla.helpline.hours import LineState, Timetable, state_at
from rinnalla.helpline.hours_in_words import describe, hours_text, week_table

HELSINKI = "Europe/Helsinki"
EVENING = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # a Tuesday, 20:00 in Helsinki
WEEK = dict.fromkeys(range(5), ((time(9), time(0)),)) | dict.fromkeys((5, 6), ((time(15), time(0)),))
SEKASIN = Timetable(HELSINKI, WEEK)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def opens_in(**later: float) -> str:
    return describe(LineState(False, None, EVENING + timedelta(**later)), now=EVENING, time_zone=HELSINKI)


def closes_in(**later: float) -> str:
    return describe(LineState(True, EVENING + timedelta(**later), None), now=EVENING, time_zone=HELSINKI)


def test_when_a_line_opens_is_said_as_near_as_it_is() -> None:
    assert [opens_in(hours=2), opens_in(hours=3, minutes=59)] == [
        "Closed. Opens today at 22:00",
        "Closed. Opens today at 23:59",
    ]
    assert [opens_in(hours=4), opens_in(hours=27)] == [
        "Closed. Opens tomorrow at 00:00",
        "Closed. Opens tomorrow at 23:00",
    ]
    assert [opens_in(hours=28), opens_in(days=6)] == [
        "Closed. Opens on Thursday at 00:00",
        "Closed. Opens on Monday at 20:00",
    ]
    assert opens_in(days=7) == "Closed. Opens on 1 December at 20:00"
    assert describe(LineState(False, None, None), now=EVENING, time_zone=HELSINKI) == "Closed"


def test_how_long_a_line_is_open_is_said_as_near_as_it_is() -> None:
    assert closes_in(hours=4) == "Open until midnight"
    assert closes_in(hours=6) == "Open until 02:00"
    assert closes_in(hours=28) == "Open until 26 November at 00:00"
    assert closes_in(hours=25) == "Open until 25 November at 21:00"
    assert describe(LineState(True, None, None), now=EVENING, time_zone=HELSINKI) == "Open day and night"


def test_the_lines_own_clock_decides_what_is_today() -> None:
    late = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)  # 00:30 on Wednesday in Helsinki
    assert describe(state_at(SEKASIN, late), now=late, time_zone=HELSINKI) == "Closed. Opens today at 09:00"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fi", ["maanantai–perjantai 9.00–24.00", "lauantai–sunnuntai 15.00–24.00"]),
        ("sv", ["måndag–fredag 9.00–24.00", "lördag–söndag 15.00–24.00"]),
        ("en", ["Monday–Friday 09:00–24:00", "Saturday–Sunday 15:00–24:00"]),
    ],
)
def test_equal_days_of_the_week_are_told_together(language: str, expected: list[str]) -> None:
    with translation.override(language):
        assert [" ".join(row) for row in week_table(SEKASIN, now=EVENING)] == expected


def test_the_days_soon_to_come_that_differ_are_told_too() -> None:
    christmas = {date(2026, 12, 24): ((time(9), time(13)),), date(2026, 12, 25): (), date(2027, 1, 20): ()}
    rows = week_table(Timetable(HELSINKI, WEEK, christmas), now=datetime(2026, 12, 20, 12, 0, tzinfo=UTC))
    assert rows[2:] == [("Thursday 24 December", "09:00–13:00"), ("Friday 25 December", "closed")]


def test_the_hours_of_a_day_are_told_in_full() -> None:
    assert hours_text(()) == "closed"
    assert hours_text(((time(0), time(0)),)) == "day and night"
    assert hours_text(((time(9), time(11, 30)), (time(20), time(2)))) == "09:00–11:30, 20:00–02:00"
