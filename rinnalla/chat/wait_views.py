"""How pages tell the wait: in words, for one's own line and for the others. The live frames tell it in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils.translation import get_language, gettext

from rinnalla.chat.access import public_lines
from rinnalla.helpline.models import Line
from rinnalla.helpline.opening import Opening, openings
from rinnalla.helpline.queries import text_of
from rinnalla.helpline.wait_queries import Queue, queue_with_waits
from rinnalla.helpline.waits import Wait

# On a night when hundreds load these pages in a second, a line's queue is read for all of them together.
LONG: Final = 7200  # seconds: past this, times are told in hours and minutes
KEPT: Final = timedelta(seconds=2)
_kept: dict[int, tuple[datetime, Queue]] = {}


def queue_lately(line: Line, *, now: datetime) -> Queue:
    """The line's queue as it was at most KEPT ago."""
    read_at, queue = _kept.get(line.pk, (None, None))
    if read_at is None or queue is None or not timedelta(0) <= now - read_at < KEPT:
        queue = queue_with_waits(line, now=now)
        _kept[line.pk] = (now, queue)
    return queue


def forget_queues() -> None:
    """For tests, whose lines are not those of the test before."""
    _kept.clear()


def range_text(wait: Wait) -> str:
    """The range in words: "Estimate: 40–70 minutes"; empty when there is none. The visit's script says it alike."""
    if wait.low is None or wait.high is None:
        return ""
    if wait.low == 0:
        return gettext("Estimate: less than {time}").format(time=_time(wait.high))
    if wait.high <= LONG:
        return gettext("Estimate: {low}–{high} minutes").format(low=wait.low // 60, high=wait.high // 60)
    return gettext("Estimate: {low} – {high}").format(low=_time(wait.low), high=_time(wait.high))


def _time(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    if not hours:
        return gettext("{minutes} minutes").format(minutes=minutes)
    return gettext("{hours} h {minutes} min").format(hours=hours, minutes=minutes) if minutes else f"{hours} h"


def present_wait(line: Line, opening: Opening, *, now: datetime) -> str:
    """A sentence on the wait of somebody who would join now; empty when the line is shut or nothing can be said."""
    if not opening.is_open or not opening.on_duty:
        return ""
    wait = queue_lately(line, now=now).next_wait
    if not wait.hope:
        return gettext("The queue is so long that we will probably not have time for you before we close.")
    told = range_text(wait)
    waiting = gettext("People are waiting.")
    return f"{waiting} {told}" if told and queue_lately(line, now=now).places else told


@dataclass(frozen=True, slots=True)
class OtherWait:
    """Another line, as information beside one's own wait."""

    name: str
    told: str
    url: str


def other_waits(line: Line, now: datetime) -> list[OtherWait]:
    """The other lines that let people in now, with their waits. ``line``: the one on which somebody waits."""
    others = [other for other in public_lines() if other.pk != line.pk]
    return [
        OtherWait(
            name=text_of(other, get_language() or "fi").name,
            told=present_wait(other, opening, now=now) or opening.told,
            url=reverse("line", args=[other.slug]),
        )
        for other, opening in _open_ones(others, now=now)
    ]


def _open_ones(lines: Sequence[Line], *, now: datetime) -> list[tuple[Line, Opening]]:
    found = openings(lines, now=now)
    return [(line, found[line.pk]) for line in lines if found[line.pk].is_open]
