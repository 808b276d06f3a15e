"""What the level of a contact is called, everywhere it is shown. A word and an icon: colour never speaks alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.models import DutySession
from rinnalla.helpline.offers import offer_to
from rinnalla.helpline.queries import queue_of

LABELS: Final[tuple[str | Promise, ...]] = (
    _("nothing told"),
    _("some load"),
    _("heavy"),
    _("very heavy, or may be in danger"),
)
_ICONS: Final = ("antenna-bars-1", "antenna-bars-2", "antenna-bars-3", "antenna-bars-5")


@dataclass(frozen=True, slots=True)
class Level:
    """``number`` 0 to 3, its words, and the icon's name."""

    number: int
    label: str
    icon: str


@dataclass(frozen=True, slots=True)
class QueueNow:
    """Who waits for one duty: how many at each level that anybody has, the highest first, and who is next."""

    levels: list[tuple[Level, int]]
    next_level: Level | None
    next_waited: int  # minutes


def level_named(number: int) -> Level:
    return Level(number, str(LABELS[number]), _ICONS[number])


def queue_now(duty: DutySession, *, now: datetime) -> QueueNow:
    """The queue as ``duty`` meets it: a query for the counts, and what offer_to asks."""
    counts = queue_of(duty.line_id).order_by("-level").values_list("level").annotate(Count("id"))
    levels = [(level_named(number), waiting) for number, waiting in counts]
    first = offer_to(duty, now=now).queue.values_list("level", "queued_at").first() if levels else None
    if first is None:
        return QueueNow(levels, None, 0)
    return QueueNow(levels, level_named(first[0]), max(0, int((now - first[1]).total_seconds() // 60)))
