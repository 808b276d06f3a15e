"""An evening: who comes when, how patient they are, how long they talk, who answers. README.md describes the file."""

from __future__ import annotations

import math
import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

BIN: Final = 5  # minutes of one number of ``arrivals``
LONGEST: Final = 24 * 60 // BIN


class BadProfile(Exception):
    """The file does not describe an evening; the text says what is wrong, and where."""


def _require(true: bool, text: str) -> None:
    if not true:
        raise ValueError(text)


class LogNormal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lengths whose logarithm is normal: half are shorter than the median."""

    median_minutes: float
    sigma: float

    def __post_init__(self) -> None:
        _require(0 < self.median_minutes <= 1440, "median_minutes is a length above 0 and up to 1440")
        _require(0 <= self.sigma <= 3, "sigma is from 0 to 3")

    def draw(self, chance: random.Random) -> float:
        return chance.lognormvariate(math.log(self.median_minutes), self.sigma)


class Returning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``share`` of those who got through to nobody try again the same evening."""

    share: float
    after: LogNormal

    def __post_init__(self) -> None:
        _require(0 <= self.share < 1, "share is from 0 to below 1")


class Volunteers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``count`` people on duty from one minute of the evening to another; ``told`` is until when they said."""

    comes: float
    goes: float
    count: int = 1
    told: float | None = None

    def __post_init__(self) -> None:
        _require(-60 <= self.comes < self.goes, "comes lies before goes, and at most an hour before the evening")
        _require(self.told is None or self.told > self.comes, "told lies after comes")
        _require(1 <= self.count <= 1000, "count is from 1 to 1000")


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    arrivals: list[float]
    patience: LogNormal | list[float]
    conversations: LogNormal | list[float]
    volunteers: list[Volunteers]
    levels: list[float] = msgspec.field(default_factory=lambda: [1.0])
    drops_per_minute: float = 0.05
    name: str = ""
    begins: str = "18:00"
    returning: Returning | None = None
    lost_volunteers: int = 0
    session_minutes: int = 45
    wrap_up_minutes: int = 5
    parallel_limit: int = 1
    level_minutes: int = 30
    queue_cap: int | None = None

    def __post_init__(self) -> None:
        _require(0 < len(self.arrivals) <= LONGEST, f"arrivals has 1 to {LONGEST} numbers, one for each 5 minutes")
        _require(all(0 <= number <= 10_000 for number in self.arrivals), "each of arrivals is from 0 to 10000")
        for name in ("patience", "conversations"):
            lengths = getattr(self, name)
            good = isinstance(lengths, LogNormal) or (lengths and all(0 < one <= 1440 for one in lengths))
            _require(bool(good), f"{name} is a list of minutes above 0 and up to 1440, or a median and a sigma")
        _require(bool(self.volunteers), "volunteers names somebody")
        _require(1 <= len(self.levels) <= 4, "levels has 1 to 4 shares, of the levels 0, 1, 2 and 3")
        _require(all(share >= 0 for share in self.levels) and sum(self.levels) > 0, "levels are shares of 0 or more")
        _require(0 <= self.drops_per_minute < 1, "drops_per_minute is from 0 to below 1")
        _require(bool(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", self.begins)), 'begins is a time such as "18:00"')
        _require(0 <= self.lost_volunteers <= sum(one.count for one in self.volunteers), "lost_volunteers: too many")
        _require(5 <= self.session_minutes <= 240, "session_minutes is from 5 to 240")
        _require(0 <= self.wrap_up_minutes <= 120, "wrap_up_minutes is from 0 to 120")
        _require(1 <= self.parallel_limit <= 6, "parallel_limit is from 1 to 6")
        _require(0 <= self.level_minutes <= 600, "level_minutes is from 0 to 600")
        _require(self.queue_cap is None or self.queue_cap >= 1, "queue_cap is at least 1")

    @property
    def minutes(self) -> int:
        return len(self.arrivals) * BIN


@dataclass(frozen=True, slots=True)
class Person:
    """One who comes at a minute of the evening, with minutes of patience."""

    comes: float
    patience: float
    level: int


def read(file: Path) -> Profile:
    """The profile in ``file``. Raises BadProfile."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Profile)
    except OSError as problem:
        raise BadProfile(f"{file} cannot be read: {problem.strerror}") from None
    except msgspec.DecodeError as problem:  # also what does not fit
        raise BadProfile(f"{file}: {problem}") from None


def draw(lengths: LogNormal | list[float], chance: random.Random) -> float:
    return lengths.draw(chance) if isinstance(lengths, LogNormal) else chance.choice(lengths)


def draw_person(profile: Profile, comes: float, chance: random.Random) -> Person:
    level = chance.choices(range(len(profile.levels)), profile.levels)[0]
    return Person(comes, draw(profile.patience, chance), level)


def draw_people(profile: Profile, chance: random.Random, *, times: float = 1.0) -> list[Person]:
    """Everybody who comes of themselves, in order: as many in each bin as it says, ``times`` so many, at any moment."""
    people = []
    for index, number in enumerate(profile.arrivals):
        whole = number * times
        count = int(whole) + (chance.random() < whole % 1)
        people += [draw_person(profile, (index + chance.random()) * BIN, chance) for _ in range(count)]
    return sorted(people, key=lambda person: person.comes)


def cut(profile: Profile, *, begin: int, minutes: int, share: float) -> Profile:
    """A part of an evening for a quick run: its ``minutes`` from ``begin`` on, with a ``share`` of its people."""
    bins = profile.arrivals[begin // BIN : (begin + minutes) // BIN]
    there = [
        msgspec.structs.replace(
            one,
            comes=max(0.0, one.comes - begin),
            goes=one.goes - begin,
            told=None if one.told is None else one.told - begin,
            count=max(1, round(one.count * share)),
        )
        for one in profile.volunteers
        if one.goes > begin and one.comes < begin + minutes and (one.told is None or one.told > begin)
    ]
    return msgspec.structs.replace(
        profile,
        arrivals=[number * share for number in bins],
        volunteers=there,
        lost_volunteers=min(profile.lost_volunteers, 1),
    )


# Six hours with a peak at nine, sixty volunteers, and about four attempts for each conversation (Sekasin 2018 to 2022:
# one in eight to one in five got through). Lengths: around 45 minutes, log-normal.
SEKASIN: Final = Profile(
    name="an evening of Sekasin",
    arrivals=[
        *(6, 6, 7, 7, 8, 8, 8, 9, 9, 10, 10, 10),
        *(11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15),
        *(15, 15, 16, 16, 16, 17, 17, 17, 18, 18, 18, 18),
        *(18, 18, 18, 17, 17, 17, 16, 16, 15, 15, 14, 14),
        *(14, 13, 13, 12, 12, 11, 11, 10, 10, 9, 9, 8),
        *(8, 7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 2),
    ],
    patience=LogNormal(median_minutes=40, sigma=0.9),
    conversations=LogNormal(median_minutes=42, sigma=0.35),
    levels=[0.55, 0.25, 0.13, 0.07],
    returning=Returning(share=0.25, after=LogNormal(median_minutes=30, sigma=0.6)),
    volunteers=[
        Volunteers(comes=-5, goes=180, count=14),
        Volunteers(comes=0, goes=240, count=10),
        Volunteers(comes=60, goes=240, count=8),
        Volunteers(comes=120, goes=300, count=8, told=330),
        Volunteers(comes=170, goes=360, count=12),
        Volunteers(comes=240, goes=360, count=8),
    ],
    lost_volunteers=3,
)
