"""What became of every message: pure counting, so that it can be tested with seeded faults.

The clients note what they sent and what came; the database says what it holds; :func:`account` compares.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

Numbered = tuple[int, str]  # (seq, client id)


@dataclass(slots=True)
class Screen:
    """What one side of a conversation sent and got, in the order in which it happened."""

    sent: list[str] = field(default_factory=list)
    stored: list[Numbered] = field(default_factory=list)  # own messages, acknowledged
    said: list[Numbered] = field(default_factory=list)  # the other side's
    order: list[int] = field(default_factory=list)  # the numbers of all of them as they came


@dataclass(frozen=True, slots=True)
class Account:
    """``lost``: acknowledged and not delivered, plus acknowledged and not in the database.

    ``unanswered`` messages were never acknowledged: their sender still has them, so they are not lost.
    """

    sent: int
    acknowledged: int
    delivered: int
    lost: int
    duplicated: int
    reordered: int

    @property
    def unanswered(self) -> int:
        return self.sent - self.acknowledged

    def __add__(self, other: Account) -> Account:
        return Account(
            self.sent + other.sent,
            self.acknowledged + other.acknowledged,
            self.delivered + other.delivered,
            self.lost + other.lost,
            self.duplicated + other.duplicated,
            self.reordered + other.reordered,
        )


NOTHING = Account(0, 0, 0, 0, 0, 0)


def account(screens: Sequence[Screen], rows: Sequence[Numbered] | None) -> Account:
    """One conversation's account: both sides' screens, and its text messages in the database (None: stores nothing)."""
    total = NOTHING
    number_of = {message: seq for seq, message in rows or ()}
    for mine, theirs in ((screens[0], screens[1]), (screens[1], screens[0])):
        own = set(mine.sent)
        acknowledged = {message for _, message in mine.stored} & own
        delivered = {message for _, message in theirs.said} & own
        lost = len(acknowledged - delivered)
        reordered = fallings(mine.order) + fallings([seq for seq, _ in sorted_as_sent(mine)])
        if rows is not None:
            lost += len(acknowledged - number_of.keys())
            came = [*mine.stored, *mine.said]
            reordered += sum(1 for seq, message in came if number_of.get(message, seq) != seq)
        total += Account(
            sent=len(mine.sent),
            acknowledged=len(acknowledged),
            delivered=len(delivered),
            lost=lost,
            duplicated=repeats([message for _, message in (*mine.stored, *mine.said)]) + repeats(mine.order),
            reordered=reordered,
        )
    return total + Account(0, 0, 0, 0, repeats([message for _, message in rows or ()]), 0)


def sorted_as_sent(screen: Screen) -> list[Numbered]:
    """The acknowledged messages in the order in which they were sent: their numbers must rise."""
    place = {message: index for index, message in enumerate(screen.sent)}
    return sorted((pair for pair in screen.stored if pair[1] in place), key=lambda pair: place[pair[1]])


def fallings(numbers: Sequence[int]) -> int:
    """How many numbers come after a larger one."""
    count, largest = 0, -1
    for number in numbers:
        count += number < largest
        largest = max(largest, number)
    return count


def repeats(values: Sequence[int] | Sequence[str]) -> int:
    return len(values) - len(set(values))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least ``percent`` of all values do not exceed (nearest rank); 0 without values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]
