"""The traffic light of a line: one colour and one reason, from numbers alone. Nothing is read or written here.

Every reason has one colour, and the reasons stand in the order in which they are told: when several hold, the first
one is what a shift lead should do something about first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

CALL_LONG: Final = timedelta(minutes=2)  # a call for the lead that nobody has answered
HIGH_LONG: Final = timedelta(minutes=10)  # somebody at the highest level waits
FREE_LONG: Final = timedelta(minutes=2)  # somebody waits although a volunteer is free
BUSY_LONG: Final = timedelta(minutes=5)  # somebody waits and no volunteer is free
HIGH: Final = 3


class Colour(models.TextChoices):
    RED = "red", _("Help is needed now")
    YELLOW = "yellow", _("Keep an eye on this")
    GREEN = "green", _("All is well")


class Reason(models.TextChoices):
    """Why the light is as it is."""

    CALL_UNANSWERED = "call_unanswered", _("A volunteer has called the shift lead and waits for an answer.")
    NOBODY_ON_DUTY = "nobody_on_duty", _("People wait and nobody is on duty.")
    HIGH_WAITS_LONG = "high_waits_long", _("Somebody at the highest level has waited for over ten minutes.")
    WAIT_TOO_LONG = "wait_too_long", _("The longest wait is past the red limit of this line.")
    CALL = "call", _("A volunteer is calling the shift lead.")
    HIGH_WAITS = "high_waits", _("Somebody at the highest level is waiting.")
    NOT_ALL_TODAY = "not_all_today", _("More people wait than can be answered before closing.")
    OPEN_WITHOUT_PEOPLE = "open_without_people", _("The line should be open and nobody is on duty.")
    WAIT_LONG = "wait_long", _("The longest wait is past the yellow limit of this line.")
    FREE_AND_WAITING = "free_and_waiting", _("Somebody waits although a volunteer is free.")
    NOBODY_FREE = "nobody_free", _("Nobody is free, and somebody has waited for over five minutes.")
    ALONE = "alone", _("Only one person is on duty.")
    FLOWING = "flowing", _("People wait, and not for long.")
    CLOSED = "closed", _("The line is closed and nobody waits.")
    QUIET = "quiet", _("Nobody waits.")


COLOURS: Final[dict[Reason, Colour]] = {
    Reason.CALL_UNANSWERED: Colour.RED,
    Reason.NOBODY_ON_DUTY: Colour.RED,
    Reason.HIGH_WAITS_LONG: Colour.RED,
    Reason.WAIT_TOO_LONG: Colour.RED,
    Reason.CALL: Colour.YELLOW,
    Reason.HIGH_WAITS: Colour.YELLOW,
    Reason.NOT_ALL_TODAY: Colour.YELLOW,
    Reason.OPEN_WITHOUT_PEOPLE: Colour.YELLOW,
    Reason.WAIT_LONG: Colour.YELLOW,
    Reason.FREE_AND_WAITING: Colour.YELLOW,
    Reason.NOBODY_FREE: Colour.YELLOW,
    Reason.ALONE: Colour.YELLOW,
    Reason.FLOWING: Colour.GREEN,
    Reason.CLOSED: Colour.GREEN,
    Reason.QUIET: Colour.GREEN,
}
NOTHING: Final = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A line in numbers. Waits are zero when nobody waits.

    ``free``: volunteers who could take somebody now. ``servable``: how many of those waiting can still be answered
    before the line closes, None when it does not close.
    """

    is_open: bool
    waiting: int = 0
    longest: timedelta = NOTHING
    high_waiting: int = 0
    high_longest: timedelta = NOTHING
    on_duty: int = 0
    free: int = 0
    servable: int | None = None
    calls: int = 0
    oldest_call: timedelta = NOTHING
    yellow_after: timedelta
    red_after: timedelta


@dataclass(frozen=True, slots=True)
class Light:
    colour: Colour
    reason: Reason


def light(now: Situation) -> Light:
    reason = _reason(now)
    return Light(COLOURS[reason], reason)


def _reason(now: Situation) -> Reason:
    holds = {
        Reason.CALL_UNANSWERED: now.calls > 0 and now.oldest_call >= CALL_LONG,
        Reason.NOBODY_ON_DUTY: now.waiting > 0 and now.on_duty == 0,
        Reason.HIGH_WAITS_LONG: now.high_waiting > 0 and now.high_longest >= HIGH_LONG,
        Reason.WAIT_TOO_LONG: now.waiting > 0 and now.longest >= now.red_after,
        Reason.CALL: now.calls > 0,
        Reason.HIGH_WAITS: now.high_waiting > 0,
        Reason.NOT_ALL_TODAY: now.servable is not None and now.waiting > now.servable,
        Reason.OPEN_WITHOUT_PEOPLE: now.is_open and now.on_duty == 0,
        Reason.WAIT_LONG: now.waiting > 0 and now.longest >= now.yellow_after,
        Reason.FREE_AND_WAITING: now.waiting > 0 and now.free > 0 and now.longest >= FREE_LONG,
        Reason.NOBODY_FREE: now.waiting > 0 and now.free == 0 and now.longest >= BUSY_LONG,
        Reason.ALONE: now.is_open and now.on_duty == 1,
        Reason.FLOWING: now.waiting > 0,
        Reason.CLOSED: not now.is_open,
    }
    return next((reason for reason, true in holds.items() if true), Reason.QUIET)


def servable(*, people: int, parallel: int, round_length: timedelta, left: timedelta | None) -> int | None:
    """How many of those waiting can begin before the line closes in ``left``: rounds that still begin, at most.

    A conversation that begins before closing is led to its end, so the last round counts whole.
    """
    if left is None:
        return None
    if left <= NOTHING:
        return 0
    rounds = 1 + int((left - timedelta(microseconds=1)) / round_length)
    return people * parallel * rounds
