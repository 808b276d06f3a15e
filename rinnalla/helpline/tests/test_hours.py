"""When a line is open: across midnight, on the nights on which the clocks change, on holidays and exception days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from rinnalla.helpline.hours import Hours, LineState, Timetable, hours_of_day, state_at, timetable_of
from rinnalla.helpline.models import ExceptionDay, Line, OpeningHours
from rinnalla.people.models import Centre

HELSINKI = "Europe/Helsinki"
NOBODY_OPENS = LineState(is_open=False, closes_at=None, opens_at=None)

# As the almanac has them, Midsummer Eve and Christmas Eve included: 1.1.2026 to 6.1.2027.
HOLIDAYS = {
    date(2026, 1, 1),
    date(2026, 1, 6),
    date(2026, 4, 3),
    date(2026, 4, 5),
    date(2026, 4, 6),
    date(2026, 5, 1),
    date(2026, 5, 14),
    date(2026, 5, 24),
    date(2026, 6, 19),
    date(2026, 6, 20),
    date(2026, 10, 31),
    date(2026, 12, 6),
    date(2026, 12, 24),
    date(2026, 12, 25),
    date(2026, 12, 26),
    date(2027, 1, 1),
    date(2027, 1, 6),
}


def at(text: str, zone: str = HELSINKI) -> datetime:
    """A moment by the local clock; "2026-10-25 03:30 again" is its second coming."""
    naive = datetime.fromisoformat(text.removesuffix(" again"))
    return naive.replace(tzinfo=ZoneInfo(zone), fold=int(text.endswith(" again"))).astimezone(UTC)


def hours(text: str) -> tuple[Hours, ...]:
    """ "9:00-11:30 15:00-0:00" as the openings of one day."""
    spans = (span.split("-") for span in text.split())
    return tuple((_time(opens), _time(closes)) for opens, closes in spans)


def _time(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def table(
    *days: str, exceptions: Mapping[str, str] | None = None, holidays: str = Line.Holidays.AS_WEEKDAY
) -> Timetable:
    """A week from Monday on; one text stands for all days."""
    week = days * 7 if len(days) == 1 else days
    dates = {date.fromisoformat(day): hours(text) for day, text in (exceptions or {}).items()}
    return Timetable(HELSINKI, {day: hours(text) for day, text in enumerate(week) if text}, dates, holidays)


def is_open(timetable: Timetable, moment: str) -> bool:
    return state_at(timetable, at(moment)).is_open


# By example -----------------------------------------------------------------------------------------------------------
SEKASIN = table("9:00-0:00", "9:00-0:00", "9:00-0:00", "9:00-0:00", "9:00-0:00", "15:00-0:00", "15:00-0:00")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-24 08:59:59.999999", LineState(False, None, at("2026-11-24 09:00"))),
        ("2026-11-24 09:00", LineState(True, at("2026-11-25 00:00"), None)),
        ("2026-11-24 23:59:59.999999", LineState(True, at("2026-11-25 00:00"), None)),
        ("2026-11-25 00:00", LineState(False, None, at("2026-11-25 09:00"))),
        ("2026-11-28 09:00", LineState(False, None, at("2026-11-28 15:00"))),  # a Saturday
        ("2026-11-30 00:00", LineState(False, None, at("2026-11-30 09:00"))),  # a Sunday has ended
    ],
)
def test_a_line_is_open_from_its_first_moment_until_just_before_its_last(now: str, expected: LineState) -> None:
    assert state_at(SEKASIN, at(now)) == expected


def test_a_line_that_is_not_open_on_a_weekday_opens_on_the_next_that_is() -> None:
    """The English crisis phone: Fridays 9-13 only."""
    friday = table("", "", "", "", "9:00-13:00", "", "")
    assert state_at(friday, at("2026-11-27 13:00")) == LineState(False, None, at("2026-12-04 09:00"))


def test_an_opening_runs_past_midnight() -> None:
    nights = table("", "", "", "", "22:00-4:00", "", "")
    assert state_at(nights, at("2026-11-28 03:59")) == LineState(True, at("2026-11-28 04:00"), None)
    assert not is_open(nights, "2026-11-28 04:00")
    assert not is_open(nights, "2026-11-27 03:00")


def test_an_opening_runs_into_the_new_year() -> None:
    nights = table("18:00-2:00")
    assert state_at(nights, at("2026-12-31 23:00")) == LineState(True, at("2027-01-01 02:00"), None)
    assert state_at(nights, at("2027-01-01 01:59")) == LineState(True, at("2027-01-01 02:00"), None)


def test_openings_that_touch_or_overlap_are_one() -> None:
    monday = table("9:00-12:00 12:00-15:00 14:00-18:00", "", "", "", "", "", "")
    assert state_at(monday, at("2026-11-23 10:00")) == LineState(True, at("2026-11-23 18:00"), None)
    weekend = table("", "", "", "", "18:00-0:00", "0:00-0:00", "0:00-6:00")
    assert state_at(weekend, at("2026-11-27 19:00")) == LineState(True, at("2026-11-29 06:00"), None)


def test_the_same_time_twice_is_a_whole_day() -> None:
    monday = table("9:00-9:00", "", "", "", "", "", "")
    assert state_at(monday, at("2026-11-24 08:59")) == LineState(True, at("2026-11-24 09:00"), None)


def test_a_line_that_never_closes_says_so() -> None:
    assert state_at(table("0:00-0:00"), at("2026-11-24 03:00")) == LineState(True, None, None)
    # Also on the nights with 23 and 25 hours, and when a closed day is more than a week away.
    assert state_at(table("0:00-0:00"), at("2026-03-29 04:10")) == LineState(True, None, None)
    assert state_at(table("0:00-0:00"), at("2026-10-25 03:30 again")) == LineState(True, None, None)
    christmas = table("0:00-0:00", exceptions={"2026-12-24": ""})
    assert state_at(christmas, at("2026-12-16 23:59")) == LineState(True, None, None)
    assert state_at(christmas, at("2026-12-17 00:00")) == LineState(True, at("2026-12-24 00:00"), None)
    assert state_at(christmas, at("2026-12-24 12:00")) == LineState(False, None, at("2026-12-25 00:00"))


def test_a_line_without_hours_opens_never() -> None:
    assert state_at(table("", "", "", "", "", "", ""), at("2026-11-24 12:00")) == NOBODY_OPENS


def test_an_opening_is_looked_for_a_year_ahead() -> None:
    never = ("", "", "", "", "", "", "")
    once = table(*never, exceptions={"2027-11-20": "9:00-13:00"})
    assert state_at(once, at("2026-11-24 12:00")) == LineState(False, None, at("2027-11-20 09:00"))
    later = table(*never, exceptions={"2027-12-20": "9:00-13:00"})
    assert state_at(later, at("2026-11-24 12:00")) == NOBODY_OPENS


# The clocks change ----------------------------------------------------------------------------------------------------
def test_a_spring_night_is_an_hour_shorter() -> None:
    """In Finland 29.3.2026 has no 03:00 to 03:59."""
    state = state_at(table("20:00-6:00"), at("2026-03-28 23:00"))
    assert state.closes_at == at("2026-03-29 06:00")
    assert state.closes_at - at("2026-03-28 20:00") == timedelta(hours=9)


def test_a_time_that_does_not_exist_is_when_the_clocks_jump() -> None:
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert jump == at("2026-03-29 04:00")
    ends = table("", "", "", "", "", "20:00-3:30", "")
    assert state_at(ends, at("2026-03-29 02:59")) == LineState(True, jump, None)
    assert not is_open(ends, "2026-03-29 04:00")
    begins = table("", "", "", "", "", "", "3:30-6:00")
    assert state_at(begins, at("2026-03-29 02:59")) == LineState(False, None, jump)
    assert is_open(begins, "2026-03-29 04:00")
    lost = table("", "", "", "", "", "", "3:10-3:50 12:00-13:00")
    assert state_at(lost, at("2026-03-29 02:00")).opens_at == at("2026-03-29 12:00")


def test_an_autumn_night_is_an_hour_longer() -> None:
    """In Finland 25.10.2026 has 03:00 to 03:59 twice."""
    state = state_at(table("20:00-6:00"), at("2026-10-25 03:30 again"))
    assert state.closes_at == at("2026-10-25 06:00")
    assert state.closes_at - at("2026-10-24 20:00") == timedelta(hours=11)


def test_a_time_that_comes_twice_is_its_first_coming() -> None:
    ends = table("", "", "", "", "", "20:00-3:30", "")
    assert is_open(ends, "2026-10-25 03:29")
    assert not is_open(ends, "2026-10-25 03:30")
    assert not is_open(ends, "2026-10-25 03:29 again")
    begins = table("", "", "", "", "", "", "3:30-6:00")
    assert not is_open(begins, "2026-10-25 03:29")
    assert is_open(begins, "2026-10-25 03:30")
    assert is_open(begins, "2026-10-25 03:29 again")


def test_the_lines_time_zone_counts() -> None:
    stockholm = Timetable("Europe/Stockholm", {1: hours("9:00-13:00")})
    assert state_at(stockholm, at("2026-11-24 09:30")).opens_at == at("2026-11-24 10:00")


# Exception days and holidays ------------------------------------------------------------------------------------------
def test_an_exception_day_takes_the_place_of_the_weekly_hours() -> None:
    christmas = table("9:00-0:00", exceptions={"2026-12-24": "9:00-13:00", "2026-12-25": ""})
    assert state_at(christmas, at("2026-12-24 10:00")) == LineState(True, at("2026-12-24 13:00"), None)
    assert state_at(christmas, at("2026-12-24 14:00")) == LineState(False, None, at("2026-12-26 09:00"))


def test_an_exception_day_opens_a_line_that_is_closed_on_that_weekday() -> None:
    saturday = table("", "", "", "", "", "", "", exceptions={"2026-12-26": "18:00-2:00"})
    assert state_at(saturday, at("2026-12-27 01:00")) == LineState(True, at("2026-12-27 02:00"), None)


@pytest.mark.parametrize("exception", ["", "12:00-13:00"])
def test_an_opening_of_the_evening_before_runs_to_its_end(exception: str) -> None:
    """A centre that closes for a day means that day's duties: whoever began the evening before goes home as planned."""
    nights = table("20:00-2:00", exceptions={"2026-12-24": exception})
    assert state_at(nights, at("2026-12-24 01:00")) == LineState(True, at("2026-12-24 02:00"), None)
    assert not is_open(nights, "2026-12-24 21:00")
    assert not is_open(nights, "2026-12-25 01:00")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Line.Holidays.AS_WEEKDAY, "9:00-0:00"),
        (Line.Holidays.AS_SUNDAY, "15:00-20:00"),
        (Line.Holidays.CLOSED, ""),
    ],
)
def test_a_holiday_follows_the_lines_rule(rule: str, expected: str) -> None:
    week = ("9:00-0:00",) * 6 + ("15:00-20:00",)
    timetable = table(*week, holidays=rule, exceptions={"2026-12-25": "10:00-11:00"})
    assert hours_of_day(timetable, date(2026, 12, 24)) == hours(expected)
    assert hours_of_day(timetable, date(2026, 12, 23)) == hours("9:00-0:00")
    assert hours_of_day(timetable, date(2026, 12, 25)) == hours("10:00-11:00"), "an exception comes before a holiday"


def test_the_holidays_are_those_of_the_almanac() -> None:
    """Easter moves, All Saints' is a Saturday, and Midsummer Eve and Christmas Eve count: the country closes."""
    closed = table("0:00-0:00", holidays=Line.Holidays.CLOSED)
    days = (date(2026, 1, 1) + timedelta(days=number) for number in range(371))
    assert {day for day in days if hours_of_day(closed, day) == ()} == HOLIDAYS


# From the database ----------------------------------------------------------------------------------------------------
@pytest.fixture
def line(db: None) -> Line:
    centre = Centre.objects.create(name="SOS-kriisikeskus", kind=Centre.Kind.SOS, town="Helsinki")
    line = Line.objects.create(slug="solmussa", channel="chat", centre=centre, holidays=Line.Holidays.CLOSED)
    for weekday, opens, closes in [(4, time(18), time(22)), (4, time(9), time(13)), (0, time(9), time(0))]:
        OpeningHours.objects.create(line=line, weekday=weekday, opens=opens, closes=closes)
    for spans in hours("9:00-13:00 18:00-20:00"):
        ExceptionDay.objects.create(line=line, date=date(2026, 12, 24), opens=spans[0], closes=spans[1])
    ExceptionDay.objects.create(line=line, date=date(2026, 12, 25))
    return line


EXPECTED = Timetable(
    HELSINKI,
    {0: hours("9:00-0:00"), 4: hours("9:00-13:00 18:00-22:00")},
    {date(2026, 12, 24): hours("9:00-13:00 18:00-20:00"), date(2026, 12, 25): ()},
    Line.Holidays.CLOSED,
)


def test_a_timetable_is_read_in_two_queries(line: Line, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):
        assert timetable_of(line) == EXPECTED


def test_a_timetable_is_read_from_what_was_fetched_before(
    line: Line, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fetched = Line.objects.prefetch_related("opening_hours", "exception_days").get()
    with django_assert_num_queries(0):
        assert timetable_of(fetched) == EXPECTED


# Against the wall clock -----------------------------------------------------------------------------------------------
MINUTE = timedelta(minutes=1)
BEFORE, AFTER = timedelta(days=3), timedelta(days=2)
# Midnights: an ordinary one, both changes of the clocks in Finland, New Year, Christmas, Midsummer; a change by half an
# hour (Lord Howe) and one at midnight itself, where 00:00 does not exist (Santiago).
NIGHTS = [
    (HELSINKI, date(2026, 11, 24)),
    (HELSINKI, date(2026, 3, 29)),
    (HELSINKI, date(2026, 10, 25)),
    (HELSINKI, date(2027, 1, 1)),
    (HELSINKI, date(2026, 12, 25)),
    (HELSINKI, date(2026, 6, 20)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Santiago", date(2026, 4, 5)),
    ("America/Santiago", date(2026, 9, 6)),
]

some_time = st.one_of(
    st.builds(time, st.integers(0, 23), st.sampled_from([0, 0, 15, 30])),
    st.builds(time, st.integers(0, 4), st.integers(0, 59)),
)
some_day = st.lists(st.tuples(some_time, some_time), max_size=3).map(tuple)


@cache
def wall_clock(zone: str, night: date) -> tuple[datetime, list[datetime]]:
    """What the clock on the wall shows in each minute of the days round ``night``, and the moment of the first."""
    first = datetime.combine(night, time(0), UTC) - BEFORE
    minutes = (BEFORE + AFTER) // MINUTE
    return first, [
        (first + MINUTE * number).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for number in range(minutes)
    ]


def minutes_open(timetable: Timetable, wall: list[datetime]) -> list[bool]:
    """Minute by minute, as someone does who watches the clock on the wall and opens and closes by it."""
    opened = [False] * len(wall)
    day = wall[0].date() - timedelta(days=2)
    while day <= wall[-1].date():
        for opens, closes in reference_hours(timetable, day):
            begin = datetime.combine(day, opens)
            end = datetime.combine(day if closes > opens else day + timedelta(days=1), closes)
            has_begun = has_ended = False
            for number, shown in enumerate(wall):
                has_begun = has_begun or shown >= begin
                has_ended = has_ended or shown >= end
                if has_ended:
                    break
                opened[number] = opened[number] or has_begun
        day += timedelta(days=1)
    return opened


def reference_hours(timetable: Timetable, day: date) -> tuple[Hours, ...]:
    if day in timetable.exceptions:
        return timetable.exceptions[day]
    if day in HOLIDAYS and timetable.holidays == "closed":
        return ()
    if day in HOLIDAYS and timetable.holidays == "sunday":
        return timetable.weekly.get(6, ())
    return timetable.weekly.get(day.weekday(), ())


@given(
    place=st.sampled_from(NIGHTS),
    weekly=st.dictionaries(st.integers(0, 6), some_day, min_size=2),
    exceptions=st.dictionaries(st.integers(-4, 2), some_day, max_size=2),
    holidays=st.sampled_from(Line.Holidays.values),
    numbers=st.lists(st.integers(0, (BEFORE + AFTER) // MINUTE - 1), min_size=1, max_size=20),
    second=st.integers(0, 59),
)
@settings(max_examples=120, deadline=None)
def test_a_line_is_open_as_by_the_clock_on_the_wall(
    place: tuple[str, date],
    weekly: dict[int, tuple[Hours, ...]],
    exceptions: dict[int, tuple[Hours, ...]],
    holidays: str,
    numbers: list[int],
    second: int,
) -> None:
    zone, night = place
    days = {night + timedelta(days=number): spans for number, spans in exceptions.items()}
    timetable = Timetable(zone, weekly, days, holidays)
    first, wall = wall_clock(zone, night)
    opened = minutes_open(timetable, wall)
    for number in {*numbers, *(BEFORE // MINUTE + near for near in range(-300, 301, 7))}:
        now = first + MINUTE * number + timedelta(seconds=second)
        state = state_at(timetable, now)
        assert state.is_open == opened[number], (now, wall[number])
        turn = next((later for later in range(number, len(opened)) if opened[later] != opened[number]), None)
        if turn is not None:  # within the days that were watched
            moment = first + MINUTE * turn
            assert state == LineState(state.is_open, *((moment, None) if state.is_open else (None, moment)))
