"""The traffic light: every reason alone, and which of two is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from rinnalla.helpline.board import COLOURS, Colour, Light, Reason, Situation, light, servable

MINUTE = timedelta(minutes=1)
CALM: dict[str, Any] = {"is_open": True, "on_duty": 3, "free": 2, "yellow_after": 20 * MINUTE, "red_after": 60 * MINUTE}
ONE = {"waiting": 1}


def told(**different: Any) -> Light:
    return light(Situation(**{**CALM, **different}))


@pytest.mark.parametrize(
    ("different", "reason"),
    [
        ({}, Reason.QUIET),
        ({"is_open": False, "on_duty": 0, "free": 0, "servable": 0}, Reason.CLOSED),
        ({**ONE, "longest": MINUTE}, Reason.FLOWING),
        ({"on_duty": 1, "free": 1}, Reason.ALONE),
        ({**ONE, "on_duty": 1, "free": 1}, Reason.ALONE),
        ({**ONE, "free": 0, "longest": 4 * MINUTE}, Reason.FLOWING),
        ({**ONE, "free": 0, "longest": 5 * MINUTE}, Reason.NOBODY_FREE),
        ({**ONE, "longest": 2 * MINUTE}, Reason.FREE_AND_WAITING),
        ({**ONE, "longest": 20 * MINUTE}, Reason.WAIT_LONG),
        ({"on_duty": 0, "free": 0}, Reason.OPEN_WITHOUT_PEOPLE),
        ({"waiting": 5, "servable": 4}, Reason.NOT_ALL_TODAY),
        ({"waiting": 5, "servable": 5}, Reason.FLOWING),
        ({**ONE, "high_waiting": 1}, Reason.HIGH_WAITS),
        ({**ONE, "high_waiting": 1, "high_longest": 10 * MINUTE}, Reason.HIGH_WAITS_LONG),
        ({"calls": 1, "oldest_call": MINUTE}, Reason.CALL),
        ({"calls": 1, "oldest_call": 2 * MINUTE}, Reason.CALL_UNANSWERED),
        ({**ONE, "longest": 60 * MINUTE}, Reason.WAIT_TOO_LONG),
        ({**ONE, "on_duty": 0, "free": 0}, Reason.NOBODY_ON_DUTY),
        ({**ONE, "is_open": False, "on_duty": 0, "free": 0}, Reason.NOBODY_ON_DUTY),
    ],
)
def test_the_light_tells_the_reason(different: dict[str, Any], reason: Reason) -> None:
    assert told(**different) == Light(COLOURS[reason], reason)


def test_every_reason_has_a_colour_and_the_worst_stand_first() -> None:
    assert list(COLOURS) == list(Reason)
    order = list(Colour)
    assert [order.index(colour) for colour in COLOURS.values()] == sorted(map(order.index, COLOURS.values()))


def test_of_several_reasons_the_first_is_told() -> None:
    everything = {
        "waiting": 9, "longest": 90 * MINUTE, "high_waiting": 1, "high_longest": 30 * MINUTE, "servable": 2,
        "calls": 2, "oldest_call": 5 * MINUTE, "on_duty": 0, "free": 0,
    }  # fmt: skip
    seen = []
    for takes_away in (
        {},
        {"calls": 0},
        {"on_duty": 1},
        {"high_waiting": 0},
        {"longest": 30 * MINUTE},
        {"servable": None},
    ):
        everything |= takes_away
        seen.append(told(**everything).reason)
    assert seen == [
        Reason.CALL_UNANSWERED, Reason.NOBODY_ON_DUTY, Reason.HIGH_WAITS_LONG, Reason.WAIT_TOO_LONG,
        Reason.NOT_ALL_TODAY, Reason.WAIT_LONG,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("left", "most"),
    [(None, None), (0 * MINUTE, 0), (MINUTE, 4), (50 * MINUTE, 4), (51 * MINUTE, 8), (-5 * MINUTE, 0)],
)
def test_a_conversation_that_begins_before_closing_counts_whole(left: timedelta | None, most: int | None) -> None:
    assert servable(people=2, parallel=2, round_length=50 * MINUTE, left=left) == most
