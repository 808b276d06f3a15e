"""Fair weight: who is spared, when a break is due, how long one stays. The rules alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rinnalla.helpline.models import Line
from rinnalla.helpline.weight import (
    LONGEST_STAY,
    SPARES_AT_MOST,
    STEP,
    HeavyLoad,
    Spared,
    break_due,
    likely_heavy,
    may_wait_for_another,
    rested,
    spared,
    stay_refused,
    stays,
    talked,
    usual_stay,
)

NOW = datetime(2026, 11, 24, 20, 17, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def line(**rules: int) -> Line:
    usual = {"cool_down_minutes": 60, "heavy_per_evening": 2, "heavy_per_month": 6, "heavy_level": 3}
    return Line(**{**usual, "pause_after_minutes": 120, "pause_minutes": 10, **rules})


@pytest.mark.parametrize(
    ("load", "why"),
    [
        (HeavyLoad(), None),
        (HeavyLoad(1, 1, NOW - 60 * MINUTE), None),
        (HeavyLoad(1, 1, NOW - 59 * MINUTE), Spared.COOLING),
        (HeavyLoad(1, 1, NOW), Spared.COOLING),
        (HeavyLoad(2, 2, NOW - 90 * MINUTE), Spared.EVENING),
        (HeavyLoad(1, 5, NOW - 90 * MINUTE), None),
        (HeavyLoad(0, 6, NOW - 90 * MINUTE * 20), Spared.MONTH),
        (HeavyLoad(2, 6, NOW), Spared.COOLING),
    ],
)
def test_the_one_who_has_carried_enough_is_spared(load: HeavyLoad, why: Spared | None) -> None:
    assert spared(load, line(), now=NOW) == why


def test_a_limit_of_nought_is_off() -> None:
    much = HeavyLoad(20, 90, NOW)
    assert spared(much, line(cool_down_minutes=0, heavy_per_evening=0, heavy_per_month=0), now=NOW) is None
    assert spared(much, line(cool_down_minutes=0, heavy_per_evening=0), now=NOW) == Spared.MONTH
    assert not likely_heavy(3, line(heavy_level=0))


def test_a_contact_is_likely_heavy_from_the_lines_level_on() -> None:
    assert [likely_heavy(level, line(heavy_level=2)) for level in range(4)] == [False, False, True, True]


def test_a_heavy_contact_waits_for_another_only_when_there_is_one_and_not_for_long() -> None:
    assert may_wait_for_another(others=True, waited=SPARES_AT_MOST - MINUTE)
    assert not may_wait_for_another(others=True, waited=SPARES_AT_MOST)
    assert not may_wait_for_another(others=False, waited=MINUTE)


def talk(begun: int, ended: int) -> tuple[datetime, datetime]:
    return NOW + begun * MINUTE, NOW + ended * MINUTE


@pytest.mark.parametrize(
    ("talks", "minutes"),
    [
        ([], 0),
        ([talk(0, 30)], 30),
        ([talk(0, 30), talk(30, 60)], 60),
        ([talk(0, 30), talk(10, 40)], 40),
        ([talk(0, 60), talk(10, 20)], 60),
        ([talk(50, 60), talk(0, 20)], 30),
        ([talk(-30, 15)], 15),
        ([talk(-30, -10)], 0),
    ],
)
def test_conversations_at_the_same_time_count_once_and_only_since_the_last_break(
    talks: list[tuple[datetime, datetime]], minutes: int
) -> None:
    assert talked(talks, since=NOW) == minutes * MINUTE


spans = st.lists(st.tuples(st.integers(-200, 200), st.integers(0, 90)), max_size=8)


@given(spans)
def test_talked_time_is_the_number_of_minutes_in_which_a_conversation_was_open(raw: list[tuple[int, int]]) -> None:
    minutes = {minute for begun, length in raw for minute in range(begun, begun + length) if minute >= 0}
    assert talked([talk(begun, begun + length) for begun, length in raw], since=NOW) == len(minutes) * MINUTE


def test_a_break_is_due_after_the_limit_and_never_when_it_is_off() -> None:
    assert break_due([talk(0, 120)], since=NOW, line=line())
    assert not break_due([talk(0, 119)], since=NOW, line=line())
    assert not break_due([talk(0, 500)], since=NOW, line=line(pause_after_minutes=0))
    assert not break_due([talk(0, 500)], since=NOW, line=line(pause_minutes=0))


def test_a_break_counts_when_it_was_as_long_as_the_lines() -> None:
    assert rested(since=NOW - 10 * MINUTE, line=line(), now=NOW)
    assert not rested(since=NOW - 9 * MINUTE, line=line(), now=NOW)
    assert not rested(since=None, line=line(), now=NOW)


def test_one_stays_until_a_half_hour_of_the_clock_usually_for_three_and_a_half_hours() -> None:
    times = stays(NOW)
    assert times[0] == NOW.replace(minute=30)
    assert all(later - earlier == STEP for earlier, later in pairwise(times))
    assert usual_stay(NOW) == NOW.replace(hour=0, minute=0) + timedelta(days=1)
    assert not any(stay_refused(at, now=NOW) for at in times)
    assert stay_refused(NOW, now=NOW)
    assert stay_refused(NOW + LONGEST_STAY + STEP + MINUTE, now=NOW)
