"""Fair weight: how much of the heavy each one carries, and when somebody has talked long enough. Pure rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.models import Line

EVENING: Final = timedelta(hours=8)  # no duty is longer; ending one and taking another does not begin a new evening
MONTH: Final = timedelta(days=30)
# Whoever has waited for this long is not kept waiting to spare anybody: the next volunteer is asked instead.
SPARES_AT_MOST: Final = timedelta(minutes=15)
# Leaving a person to another holds for this long: then they come to the same volunteer again.
PASS_HOLDS: Final = timedelta(minutes=5)


class Spared(models.TextChoices):
    """Why somebody is not offered a contact that is likely to be heavy."""

    COOLING = "cooling", _("You have just had a heavy one.")
    EVENING = "evening", _("You have had your share of the heavy ones this evening.")
    MONTH = "month", _("You have had your share of the heavy ones this month.")


@dataclass(frozen=True, slots=True)
class HeavyLoad:
    """The contacts somebody has marked heavy: this evening, in 30 days, and when the last one ended."""

    evening: int = 0
    month: int = 0
    last_at: datetime | None = None


def spared(load: HeavyLoad, line: Line, *, now: datetime) -> Spared | None:
    """Why somebody with ``load`` is spared heavy contacts on ``line`` now; None if not. A limit of 0 is off."""
    if load.last_at is not None and now - load.last_at < timedelta(minutes=line.cool_down_minutes):
        return Spared.COOLING
    if line.heavy_per_evening and load.evening >= line.heavy_per_evening:
        return Spared.EVENING
    if line.heavy_per_month and load.month >= line.heavy_per_month:
        return Spared.MONTH
    return None


def likely_heavy(level: int, line: Line) -> bool:
    """Whether the answers before the chat let a heavy contact be expected. A ``heavy_level`` of 0 is off."""
    return bool(line.heavy_level) and level >= line.heavy_level


def may_wait_for_another(*, others: bool, waited: timedelta) -> bool:
    """Whether a likely heavy contact is passed over for somebody spared: only if others can, and not for long."""
    return others and waited < SPARES_AT_MOST


def talked(talks: Iterable[tuple[datetime, datetime]], *, since: datetime) -> timedelta:
    """How long somebody has talked since ``since``; conversations at the same time count once."""
    total, reached = timedelta(), since
    for begun, ended in sorted(talks):
        if ended > reached:
            total += ended - max(begun, reached)
            reached = ended
    return total


def break_due(talks: Iterable[tuple[datetime, datetime]], *, since: datetime, line: Line) -> bool:
    """Whether the line asks for a break after ``talks``. A limit of 0 is off."""
    limit = timedelta(minutes=line.pause_after_minutes)
    return bool(limit) and bool(line.pause_minutes) and talked(talks, since=since) >= limit


def rested(*, since: datetime | None, line: Line, now: datetime) -> bool:
    """Whether a break that began at ``since`` was long enough to count as one."""
    return since is not None and now - since >= timedelta(minutes=line.pause_minutes)


# How long one means to stay ---------------------------------------------------------------------------------------
STEP: Final = timedelta(minutes=30)
USUAL_STAY: Final = timedelta(hours=3, minutes=30)
LONGEST_STAY: Final = timedelta(hours=10)


def stays(now: datetime) -> list[datetime]:
    """Until when one may say one stays: the half-hours of the clock, up to LONGEST_STAY."""
    half = now.replace(minute=now.minute - now.minute % 30, second=0, microsecond=0)
    return [half + STEP * number for number in range(1, LONGEST_STAY // STEP + 1)]


def usual_stay(now: datetime) -> datetime:
    """The half-hour that is nearest to USUAL_STAY from ``now``."""
    return min(stays(now), key=lambda at: abs(at - now - USUAL_STAY))


def stay_refused(until: datetime, *, now: datetime) -> bool:
    return not now < until <= now + LONGEST_STAY + STEP
