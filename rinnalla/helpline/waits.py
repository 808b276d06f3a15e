"""How long a wait may be: a range and a chance, never one number and never a plain mean.

The model. All times are seconds from now. A place is reached when the people before it have been claimed or have left.

- *Claims* come from slots, ``limit`` for each person on duty. A slot in a talk becomes free when the talk ends and its
  wrap-up is over. Talks are log-normal (`facts`: phone median about 15, mean about 20 minutes; chat mean about 45), so
  the rest of a talk depends on how long it has gone on. The moments at which one slot claims are sums of such times,
  taken as log-normal with the same mean and variance. A slot claims until its person goes off duty. Slots are
  independent, so the mean and the variance of all claims until ``t`` are sums over slots.
- *Leaving*: each waiting person leaves at the constant rate θ. Then the number before place p at time t is
  ``e^(-θt) (p - W(t))`` where ``W`` counts each claim at time s as ``e^(θs)``: one curve W serves every place.
- *Coming before*: someone who joins later with a head start h comes before a person whose rank is ``a`` seconds old
  only during the next ``h - a`` seconds. Their expected number is added to the place.
- *Chance* of being reached by t: ``W(t)`` is close to normal, with a correction for counting whole people.

What nobody can know for sure (how long talks will be tonight, how patient people are, who else comes on duty) is not
averaged: the low end of a range is computed with the kind values (KIND), the high end with the hard ones.

Sources: arrivals, talk times and hang-ups in ``docs``; the share of hang-ups on comparable lines is 20 to 26 % of calls
at waits of minutes, and four of five attempts on an overloaded chat. The constants below that no source gives are
marked as assumptions.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, exp, log, sqrt
from statistics import NormalDist
from typing import Final

MINUTE: Final = 60.0
FURTHEST: Final = 12 * 60 * MINUTE  # waits past this are not told apart
# Assumptions: how wrong the learned habits may be, and how much chance is left outside a range.
KIND: Final = 1.12  # talks are shorter by this much, or longer
PATIENCE: Final = 1.25  # people leave faster by this much, or slower
NEWCOMERS: Final = (1.0, 0.35)  # share of the usual newcomers on duty counted in the low end, and in the high end
SIGMAS: Final = 1.2
HOPE: Final = 0.5  # a chance below this is told as "probably not"
REACTION: Final = 45.0  # from being free to taking the next person
SHORT: Final = 10 * MINUTE  # a wait that may be over by then is told only as "less than"
PLACES: Final = 72  # places that are computed; those between are interpolated

_NORMAL: Final = NormalDist()
_MIDDLES: Final = [(2 * i + 1) / 40 for i in range(20)]  # the middles of twenty equal chances


@dataclass(frozen=True, slots=True)
class Answerer:
    """One person on duty: how long each open talk has gone on, when a free slot claims, how long they stay."""

    talks: tuple[float, ...]
    free_in: float
    stays: float


@dataclass(frozen=True, slots=True)
class Habits:
    """What is usual on the line: learned, and shrunk towards the line's own rules (helpline.wait_habits)."""

    talk_log_mean: float
    talk_log_sd: float
    gap: float  # from the end of a talk to the next claim
    leaving: float  # share of the waiting people that leaves in a second
    newcomers: float = 0.0  # people coming on duty in a second
    joins: float = 0.0  # people joining the queue in a second
    head_starts: tuple[tuple[float, float], ...] = ()  # (seconds, share of those who join)

    @property
    def talk_mean(self) -> float:
        return exp(self.talk_log_mean + self.talk_log_sd**2 / 2)

    @property
    def cycle(self) -> float:
        return self.talk_mean + self.gap


@dataclass(frozen=True, slots=True)
class Situation:
    """A line now. ``ranks``: each waiting person, in the queue's order, the age of the rank; inf if returned."""

    answerers: Sequence[Answerer]
    limit: int
    habits: Habits
    closes_in: float | None
    ranks: Sequence[float]


@dataclass(frozen=True, slots=True)
class Wait:
    """What one place is told: a rounded range in seconds, or None where none can be given, and the chance."""

    low: int | None
    high: int | None
    chance: float

    @property
    def hope(self) -> bool:
        return self.chance >= HOPE


NO_HOPE: Final = Wait(None, None, 0.0)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The waits of all places of one line: ``of(1)`` is the first; one place more than wait is that of the next."""

    places: tuple[int, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    chances: tuple[float, ...]
    ends: float  # when nobody is taken any more

    def of(self, place: int) -> Wait:
        if not self.places:
            return NO_HOPE
        after = min(bisect_left(self.places, place), len(self.places) - 1)
        before = max(0, after - 1)
        span = self.places[after] - self.places[before]
        share = min(1.0, (place - self.places[before]) / span) if span else 0.0

        def between(values: Sequence[float]) -> float:
            return values[before] + (values[after] - values[before]) * share

        chance = between(self.chances)
        low, high = between(self.lows), min(between(self.highs), self.ends)
        if low >= self.ends:
            return Wait(None, None, chance)
        return Wait(*rounded(low, high), chance=chance)


NOBODY: Final = Forecast((), (), (), (), 0.0)  # of a line on which nobody can be reached


def rounded(low: float, high: float) -> tuple[int, int]:
    """A range as it is told, in whole steps that grow with the wait: never narrower than it was computed."""
    if high <= SHORT or (low < 2 * MINUTE and high <= 1.5 * SHORT):
        return 0, int(SHORT) if high <= SHORT else int(1.5 * SHORT)
    down, up = _step(low), _step(high)
    return int(low // down * down), int(-(-high // up) * up)


def _step(seconds: float) -> float:
    for below, step in ((40, 5), (120, 10), (240, 15)):
        if seconds < below * MINUTE:
            return step * MINUTE
    return 30 * MINUTE


def forecast(situation: Situation) -> Forecast:
    """The waits of everybody in one go: the cost grows with the people on duty, not with the queue."""
    habits = situation.habits
    closes = min(situation.closes_in if situation.closes_in is not None else FURTHEST, FURTHEST)
    if not situation.answerers or closes <= 0:
        return NOBODY
    grid = _grid(closes)
    mean, variance = _claims(situation, grid)
    kind = _Curve(grid, mean, variance, situation, talks=1 / KIND, leaving=PATIENCE, newcomers=NEWCOMERS[0])
    hard = _Curve(grid, mean, variance, situation, talks=KIND, leaving=1 / PATIENCE, newcomers=NEWCOMERS[1])
    middle = _Curve(grid, mean, variance, situation, talks=1.0, leaving=1.0, newcomers=sum(NEWCOMERS) / 2)
    places, lows, highs, chances = _some_places(len(situation.ranks) + 1), [], [], []
    low = high = 0.0
    chance = 1.0
    for place in places:
        rank = situation.ranks[place - 1] if place <= len(situation.ranks) else 0.0
        before = _Before(place, rank, habits)
        low = max(low, kind.time_of(before, SIGMAS))
        high = max(high, hard.time_of(before, -SIGMAS), low)
        chance = min(chance, middle.chance_by_end(before))
        lows.append(low)
        highs.append(high)
        chances.append(chance)
    return Forecast(tuple(places), tuple(lows), tuple(highs), tuple(chances), closes)


def _some_places(most: int) -> list[int]:
    """Every place at the front, then ever fewer, and the last."""
    if most <= PLACES:
        return list(range(1, most + 1))
    first = PLACES // 3
    ratio = (most / first) ** (1 / (PLACES - first))
    return sorted({*range(1, first + 1), *(round(first * ratio**i) for i in range(1, PLACES - first)), most})


def _grid(end: float) -> list[float]:
    times, at = [0.0], 0.0
    while at < end:
        at += MINUTE * (1 if at < 20 * MINUTE else 3 if at < 90 * MINUTE else 8 if at < 300 * MINUTE else 20)
        times.append(min(at, end))
    return times


@dataclass(frozen=True, slots=True)
class _Before:
    """The people to be claimed up to and with one place, by time."""

    place: int
    rank: float
    habits: Habits

    def until(self, seconds: float, leaving: float) -> float:
        return self.place + sum(
            self.habits.joins * share * within * exp(leaving * within / 2)
            for head_start, share in self.habits.head_starts
            if (within := min(seconds, head_start - self.rank)) > 0
        )


class _Curve:
    """W and its variance over the grid, under one belief about talks, patience and newcomers."""

    def __init__(
        self,
        grid: list[float],
        mean: list[float],
        variance: list[float],
        situation: Situation,
        *,
        talks: float,
        leaving: float,
        newcomers: float,
    ) -> None:
        habits = situation.habits
        self.grid = grid
        self.leaving = rate = habits.leaving * leaving
        self.weighted, self.spread, self.left = [0.0], [0.0], [0.0]
        coming = habits.newcomers * newcomers
        last_mean = last_spread = 0.0
        for i in range(1, len(grid)):
            t = grid[i]
            # A newcomer brings free slots at once, which claim again in each cycle.
            own = situation.limit * (t + t * t / (2 * habits.cycle))
            claims, its_variance = _at(grid, mean, t / talks), _at(grid, variance, t / talks)
            now_mean = claims + min(coming * own, claims + 1)
            now_spread = its_variance + coming * t * (situation.limit * (1 + t / (2 * habits.cycle))) ** 2
            weight = exp(min(rate * (t + grid[i - 1]) / 2, 50.0))
            self.weighted.append(self.weighted[-1] + weight * max(0.0, now_mean - last_mean))
            self.spread.append(max(self.spread[-1] * 0.5, self.spread[-1] + weight**2 * (now_spread - last_spread)))
            middle = (self.weighted[-1] + self.weighted[-2]) / 2
            self.left.append(self.left[-1] + rate * weight * (t - grid[i - 1]) * middle)
            last_mean, last_spread = now_mean, now_spread

    def _score(self, i: int, before: _Before) -> float:
        """How many standard deviations the claims until the grid's time ``i`` are past what the place needs."""
        t = self.grid[i]
        need = before.until(t, self.leaving)
        gone = max(0.0, need * (exp(min(self.leaving * t, 50.0)) - 1) - self.left[i])
        return (self.weighted[i] - need + 0.5) / sqrt(self.spread[i] + gone + 0.05)

    def time_of(self, before: _Before, sigmas: float) -> float:
        """When the score passes ``-sigmas``; FURTHEST and more when it does not."""
        low, high = 0, len(self.grid) - 1
        if self._score(high, before) < -sigmas:
            return FURTHEST + before.place
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._score(middle, before) >= -sigmas else (middle, high)
        under, over = self._score(low, before) + sigmas, self._score(high, before) + sigmas
        share = 1.0 if under >= over else min(1.0, max(0.0, -under / (over - under)))
        return self.grid[low] + (self.grid[high] - self.grid[low]) * share

    def chance_by_end(self, before: _Before) -> float:
        return _phi(self._score(len(self.grid) - 1, before))


# Claims of the slots ------------------------------------------------------------------------------------------------
def _claims(situation: Situation, grid: list[float]) -> tuple[list[float], list[float]]:
    """The mean and the variance of the number of claims until each time of the grid, were the queue never empty."""
    slots: Counter[tuple[str, float, int]] = Counter()
    for one in situation.answerers:
        last = max(0, bisect_left(grid, one.stays + 1) - 1)
        for elapsed in one.talks:
            slots["talk", _coarse(elapsed), last] += 1
        slots["free", _coarse(one.free_in), last] += max(0, situation.limit - len(one.talks))
    curves: dict[tuple[str, float], tuple[list[float], list[float]]] = {}
    mean, variance = [0.0] * len(grid), [0.0] * len(grid)
    for (kind, about, last), count in slots.items():
        if not count:
            continue
        if (kind, about) not in curves:
            first = _after_talk(about, situation.habits) if kind == "talk" else _after_break(about)
            curves[kind, about] = _counting(first, situation.habits, grid)
        one_mean, one_variance = curves[kind, about]
        for i in range(len(grid)):
            j = min(i, last)
            mean[i] += count * one_mean[j]
            variance[i] += count * one_variance[j]
    return mean, variance


def _at(grid: Sequence[float], values: Sequence[float], t: float) -> float:
    """The value at ``t``, on a line between those of the grid."""
    i = min(bisect_left(grid, t), len(grid) - 1)
    if i == 0 or t >= grid[i]:
        return values[i]
    return values[i - 1] + (values[i] - values[i - 1]) * (t - grid[i - 1]) / (grid[i] - grid[i - 1])


def _coarse(seconds: float) -> float:
    """Times that differ little share one curve: the cost does not grow with the people on duty."""
    minutes = max(0.0, seconds) / MINUTE
    step = 1 if minutes < 4 else 4 if minutes < 20 else 8 if minutes < 60 else 20
    return round(minutes / step) * step * MINUTE


def _after_talk(elapsed: float, habits: Habits) -> list[float]:
    """Twenty equally likely moments at which a slot claims whose talk has gone on for ``elapsed``."""
    past = _phi((log(elapsed) - habits.talk_log_mean) / habits.talk_log_sd) if elapsed > 0 else 0.0
    past = min(past, 0.995)  # the longest talks end too
    ends = (
        exp(habits.talk_log_mean + habits.talk_log_sd * _NORMAL.inv_cdf(past + (1 - past) * share))
        for share in _MIDDLES
    )
    return [max(end - elapsed, MINUTE / 2) + habits.gap for end in ends]


def _after_break(free_in: float) -> list[float]:
    return [free_in - REACTION * log(1 - share) for share in _MIDDLES]


def _counting(first: list[float], habits: Habits, grid: list[float]) -> tuple[list[float], list[float]]:
    """Mean and variance of one slot's number of claims, from the chances of at least one, two, three … of them."""
    mean = [0.0] * len(grid)
    square = [0.0] * len(grid)
    for i, t in enumerate(grid):
        mean[i] = square[i] = _share_by(first, t)
    about = sum(first) / len(first)
    spread = sum((t - about) ** 2 for t in first) / len(first)
    talk_variance = (exp(habits.talk_log_sd**2) - 1) * habits.talk_mean**2 + (habits.gap / 2) ** 2
    claim = 1
    while True:
        claim += 1
        about += habits.cycle
        spread += talk_variance
        sigma = sqrt(log(1 + spread / about**2))
        middle = log(about) - sigma**2 / 2
        start = bisect_left(grid, exp(middle - 3 * sigma))
        if start >= len(grid) or claim > 200:
            break
        for i in range(max(1, start), len(grid)):
            chance = _phi((log(grid[i]) - middle) / sigma)
            mean[i] += chance
            square[i] += (2 * claim - 1) * chance
    return mean, [max(0.0, second - first * first) for first, second in zip(mean, square, strict=True)]


def _share_by(moments: list[float], t: float) -> float:
    """The share of ``moments`` (in order) that have come by ``t``, drawn as a line between them."""
    i = bisect_left(moments, t)
    if i == len(moments):
        return min(1.0, 0.975 + 0.025 * (t - moments[-1]) / max(moments[-1] - moments[-2], 1.0))
    if i == 0:
        return 0.025 * max(0.0, min(1.0, t / max(moments[0], 1.0)))
    return (i - 0.5 + (t - moments[i - 1]) / max(moments[i] - moments[i - 1], 1e-9)) / len(moments)


def _phi(z: float) -> float:
    return 0.5 * (1 + erf(z / 1.4142135623730951))
