"""The evening's clock: the same in the service and in everybody who visits it, and faster than the wall's."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

FILE: Final = "RINNALLA_BENCH_CLOCK"  # names the file that holds the clock, in the environment of every process


@dataclass(frozen=True, slots=True)
class Clock:
    """``evening``: the moment (seconds since 1970) that it is at the wall's moment ``wall``; ``speed`` 0: it stands."""

    evening: float
    wall: float
    speed: float

    def seconds(self) -> float:
        """Seconds of the evening since it began; negative before."""
        return (time.time() - self.wall) * self.speed

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.evening, UTC) + timedelta(seconds=self.seconds())

    def wall_seconds_until(self, second: float) -> float:
        """How long to wait, by the wall, for the evening's ``second``."""
        return max(0.0, (second - self.seconds()) / self.speed)

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)))


def clock_of_environment() -> Clock:
    return Clock(**json.loads(Path(os.environ[FILE]).read_text()))


def hasten(clock: Clock) -> None:
    """Let Django's clock, which the service asks for the time, be ``clock``."""
    from django.utils import timezone

    timezone.now = clock.now
