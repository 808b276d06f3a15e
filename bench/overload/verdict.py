"""What became of everybody: pure counting over what the database and the pages say, tested with seeded faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any, Final

import msgspec

from bench.accounts import Screen, account

RETURNED_WITHIN: Final = 30.0  # seconds by the wall after the answerer is lost (promise R4)
# Someone starves while this many who came later, by more than any head start, are taken first.
TAKEN_BEFORE: Final = 5


class Contact(msgspec.Struct):
    """One attempt as the database has it; times in seconds of the evening's clock, as seconds since 1970."""

    id: str
    visit: str
    state: str
    ended_by: str
    level: int
    joined: float
    ended: float | None
    taken: list[float]
    given_back: list[float]
    low: float | None
    high: float | None
    said: list[tuple[int, str]]

    @property
    def wait(self) -> float | None:
        """Seconds from joining to the first answerer; None for those who got none."""
        return self.taken[0] - self.joined if self.taken else None

    @property
    def stopped_waiting(self) -> float:
        return self.taken[0] if self.taken else self.ended if self.ended is not None else float("inf")


@dataclass(slots=True)
class Talked:
    """What the pages of one conversation saw: ``answerers`` has a screen for each time a volunteer was given it.

    ``lost_at``: when volunteers vanished from it, by the evening's clock.
    """

    seeker: Screen | None = None
    answerers: list[Screen] = field(default_factory=list)
    lost_at: list[float] = field(default_factory=list)


def read_contacts(rows: Sequence[Mapping[str, Any]]) -> list[Contact]:
    return msgspec.convert(rows, list[Contact])


def double_claims(contacts: Sequence[Contact], talked: Mapping[str, Talked]) -> int:
    """How often somebody was given to a volunteer while they were with one already."""
    count = 0
    for contact in contacts:
        told = len(talked[contact.id].answerers) if contact.id in talked else 0
        count += max(0, max(told, len(contact.taken)) - len(contact.given_back) - 1)
    return count


def orphans(contacts: Sequence[Contact], talked: Mapping[str, Talked], speed: float) -> int:
    """Left with nobody, when all is over: still waiting or talking, or not back in the queue in time after a loss."""
    count = 0
    for contact in contacts:
        losses = talked[contact.id].lost_at if contact.id in talked else []
        forgotten = contact.state != "ended"
        count += forgotten or any(not _back_in_time(contact, at, speed) for at in losses)
    return count


def _back_in_time(contact: Contact, lost_at: float, speed: float) -> bool:
    until = lost_at + RETURNED_WITHIN * speed
    if contact.ended is not None and contact.ended <= until:
        return True
    return any(lost_at <= at <= until for at in contact.given_back)


def back_after(contacts: Sequence[Contact], talked: Mapping[str, Talked], speed: float) -> list[float]:
    """Seconds by the wall from each loss of an answerer to the queue."""
    found = []
    for contact in contacts:
        for lost_at in talked[contact.id].lost_at if contact.id in talked else []:
            later = [at for at in contact.given_back if at >= lost_at]
            found += [(min(later) - lost_at) / speed] if later else []
    return found


def starved(contacts: Sequence[Contact], head_start: float) -> int:
    """How many waited while TAKEN_BEFORE others were taken who had joined later by more than ``head_start`` seconds."""
    taken = sorted((contact.taken[0], contact.joined) for contact in contacts if contact.taken)
    count = 0
    for contact in contacts:
        before = [at for at, joined in taken if contact.joined + head_start < joined and at < contact.stopped_waiting]
        count += len(before) >= TAKEN_BEFORE
    return count


def lost(contacts: Sequence[Contact], talked: Mapping[str, Talked]) -> int:
    """Messages that were acknowledged, and are not in the database or were not delivered.

    Where the last answerer vanished there is nobody to deliver to: there, only the database counts.
    """
    count = 0
    for contact in contacts:
        if contact.id not in talked:
            continue
        found = talked[contact.id]
        seeker, answerer = found.seeker or Screen(), Screen()
        for screen in found.answerers:
            answerer.sent += screen.sent
            answerer.stored += screen.stored
            answerer.said += screen.said
        rows = contact.said
        if len(found.lost_at) == len(found.answerers):
            held = {message for _, message in rows}
            count += sum(message not in held for _, message in (*seeker.stored, *answerer.stored))
        else:
            count += account((seeker, answerer), rows).lost
    return count


def max_queue(contacts: Sequence[Contact]) -> int:
    """The most who waited at once, those given back included."""
    steps = []
    for contact in contacts:
        begins = [contact.joined, *contact.given_back]
        ends = [*contact.taken, contact.ended if contact.ended is not None else float("inf")]
        for begin, end in zip(begins, ends, strict=False):
            steps += [(begin, 1), (end, -1)]
    now = most = 0
    for _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most


@dataclass(frozen=True, slots=True)
class Ranges:
    """How true the first stated ranges were, of those who were served.

    ``share`` counts a wait without a range as one outside; ``width``: the median of high to low, each at
    least a minute.
    """

    share: float
    above: float
    below: float
    without: float
    width: float


def judge(pairs: Sequence[tuple[float, tuple[float, float] | None]]) -> Ranges:
    """Of each person served: the true wait, and the range that was stated."""
    total = max(1, len(pairs))
    stated = [(wait, one) for wait, one in pairs if one is not None]
    return Ranges(
        share=sum(low <= wait <= high for wait, (low, high) in stated) / total,
        above=sum(wait > high for wait, (_, high) in stated) / total,
        below=sum(wait < low for wait, (low, _) in stated) / total,
        without=(len(pairs) - len(stated)) / total,
        width=median([max(60.0, high) / max(60.0, low) for _, (low, high) in stated] or [0.0]),
    )


def stated(contacts: Sequence[Contact]) -> list[tuple[float, tuple[float, float] | None]]:
    return [
        (contact.wait, None if contact.low is None or contact.high is None else (contact.low, contact.high))
        for contact in contacts
        if contact.wait is not None
    ]


def plainly_stated(contacts: Sequence[Contact], width: float) -> list[tuple[float, tuple[float, float] | None]]:
    """What a product states that knows only the mean: the mean wait of those served so far, in a range as wide."""
    spread = max(1.0, width) ** 0.5
    pairs: list[tuple[float, tuple[float, float] | None]] = []
    for contact in contacts:
        if contact.wait is None:
            continue
        before = [other.wait for other in contacts if other.wait is not None and other.taken[0] < contact.joined]
        mean = fmean(before) if before else None
        pairs.append((contact.wait, None if mean is None else (mean / spread, mean * spread)))
    return pairs
