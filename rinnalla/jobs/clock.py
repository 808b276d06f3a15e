"""The clock: tasks that fall due by themselves, once per due time whatever number of processes runs it.

An app registers its schedules in ``AppConfig.ready()``::

    every(timedelta(seconds=5), name="helpline.sweep", task=tasks.sweep)

Due times are the whole multiples of the interval since 1970 in UTC, so that all processes agree on them. After an
outage the task is due once, however many due times went by.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.tasks import Task


@dataclass(frozen=True)
class Schedule:
    name: str
    interval: timedelta
    task: Task[[], Any]

    def due(self, now: datetime) -> datetime:
        """The latest due time that is not after ``now``."""
        seconds = int(self.interval.total_seconds())
        return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


_schedules: dict[str, Schedule] = {}


def every(interval: timedelta, *, name: str, task: Task[[], Any]) -> None:
    """Enqueue ``task`` once every ``interval``, in whole seconds. All processes agree by ``name`` ("app.what")."""
    if interval < timedelta(seconds=1) or interval % timedelta(seconds=1):
        raise ValueError(f"{name}: the interval must be whole seconds")
    schedule = Schedule(name, interval, task)
    if _schedules.setdefault(name, schedule) != schedule:
        raise ValueError(f"two schedules are named {name}")


def schedules() -> tuple[Schedule, ...]:
    return tuple(_schedules.values())
