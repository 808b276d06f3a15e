"""Declaring tasks: work that leaves the page, survives a crash and is tried again.

The house's rules for a task:

- Its arguments are ids, and nothing else. They stay in the database for days and are in its backups.
- It is safe to run twice. A worker that dies after the work and before saying so makes it run again.
- It calls one action and returns nothing. What it returns is not kept.

``@durable`` says how often and how soon a task is tried again. One declared with Django's plain ``@task`` gets the same
as ``@durable`` without arguments.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, ParamSpec, TypeVar

from django.tasks import Task, task

P = ParamSpec("P")
R = TypeVar("R")

# Above 0, a task never waits behind slow ones such as letters: a thread of its own runs these. For the clock's quick
# work that people depend on, such as giving the people of a lost volunteer back to the queue.
URGENT: Final = 10

_LONGEST_WAIT: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Retries:
    """How often a task is tried again, and how long after the first failure. Each further wait is four times longer."""

    count: int
    first_wait: timedelta

    def wait_after(self, tries: int) -> timedelta | None:
        """How long to wait after ``tries`` tries have failed, give or take a fifth; None to give up.

        The chance keeps many tasks that failed together, as when a mail server was away, from coming back together.
        """
        if tries > self.count:
            return None
        wait: timedelta = min(self.first_wait * 4 ** min(tries - 1, 10), _LONGEST_WAIT)
        chance: float = random.uniform(0.8, 1.2)  # noqa: S311 - no secret
        return wait * chance


# 5 s, 20 s, 80 s, 5 min, 21 min: a mail server may be away for some 27 minutes.
USUAL: Final = Retries(count=5, first_wait=timedelta(seconds=5))

_retries: dict[str, Retries] = {}


def durable(
    *, retries: int = USUAL.count, backoff: timedelta = USUAL.first_wait, priority: int = 0
) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Declare a task that is tried again ``retries`` times, the first time ``backoff`` after it failed.

    ``retries=0`` suits the clock's tasks: the next due time is the next try.
    """

    def declare(function: Callable[P, R]) -> Task[P, R]:
        declared = task(priority=priority)(function)
        _retries[declared.module_path] = Retries(retries, backoff)
        return declared

    return declare


def retries_of(declared: Task[..., Any]) -> Retries:
    return _retries.get(declared.module_path, USUAL)
