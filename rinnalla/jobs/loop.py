"""The threads that run tasks and the clock, inside ``rinnalla serve`` or alone as ``rinnalla worker``."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from typing import Final

from django.db import Error, connections
from django.tasks import TaskContext
from django.utils import timezone, translation

from rinnalla.jobs import actions, pulse, worker
from rinnalla.jobs.actions import Row

log = logging.getLogger(__name__)

_POLL: Final = 1.0  # seconds until a thread looks for work another process enqueued
_REVIVE: Final = 30.0  # seconds between looks for orphans
_ANY: Final = -1_000  # below the lowest priority
_LONGEST_PAUSE: Final = 10.0  # seconds between tries while the database is away

_loops: weakref.WeakSet[TaskLoop] = weakref.WeakSet()


def wake() -> None:
    """There is work: the loops of this process look at once. Called on commit of every enqueue (``apps.py``)."""
    for loop in tuple(_loops):
        loop.wake()


class TaskLoop:
    """Two threads: one for the clock and urgent tasks, so that these never wait behind a slow letter, one for the rest.

    Set ``stopping``, then ``join()``: a thread finishes the task it runs and begins no other. The threads are daemons;
    a task they are cut off in is run again later.
    """

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._lanes = (
            _Lane("urgent", above=0, stopping=stopping, has_clock=True),
            _Lane("any", above=_ANY, stopping=stopping, has_clock=False),
        )

    def start(self) -> None:
        for lane in self._lanes:
            lane.start()
        _loops.add(self)

    def wake(self) -> None:
        for lane in self._lanes:
            lane.wake.set()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the threads, ``timeout`` seconds in all. Whether both have ended."""
        self.wake()
        ends = None if timeout is None else time.monotonic() + timeout
        for lane in self._lanes:
            lane.join(None if ends is None else max(0.0, ends - time.monotonic()))
        return not any(lane.is_alive() for lane in self._lanes)


def run_due(*, name: str, above: int = _ANY, stopping: threading.Event | None = None) -> int:
    """Run what is due now, in this thread, until nothing is left or ``stopping`` is set. How many tasks were run."""
    count = 0
    while not (stopping and stopping.is_set()):
        _close_broken_connections()
        row = actions.claim(worker=name, above=above, now=timezone.now())
        if row is None:
            break
        _run(row)
        count += 1
    return count


def _run(row: Row) -> None:
    try:
        task = row.task
        arguments, named = row.args_kwargs["args"], row.args_kwargs["kwargs"]
        if task.takes_context:
            arguments = [TaskContext(task_result=row.task_result), *arguments]
        task.call(*arguments, **named)
    except BaseException as problem:  # also SystemExit, which would end the thread
        _close_broken_connections()
        actions.fail(row=row, problem=problem, now=timezone.now())
        if isinstance(problem, KeyboardInterrupt):
            raise
    else:
        actions.succeed(row=row, now=timezone.now())
    finally:
        translation.deactivate()


def _close_broken_connections() -> None:
    """What Django does between requests; but whoever calls inside a transaction, such as a test, keeps theirs."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


class _Lane(threading.Thread):
    """One thread: the clock, orphans, what is due, a wait. Survives everything but the end of its process."""

    def __init__(self, lane: str, *, above: int, stopping: threading.Event, has_clock: bool) -> None:
        super().__init__(name=f"tasks-{lane}", daemon=True)
        self.wake = threading.Event()
        self._worker = worker.new_name(lane)
        self._above = above
        self._stopping = stopping
        self._has_clock = has_clock
        self._revive_at = 0.0

    def run(self) -> None:
        pause = 0.0
        while not self._stopping.is_set():
            try:
                _close_broken_connections()
                if self._has_clock:
                    actions.tick(now=timezone.now())
                    pulse.beat(timezone.now())
                self._revive()
                run_due(name=self._worker, above=self._above, stopping=self._stopping)
                if pause:
                    log.warning("tasks: going on")
                pause = 0.0
                self.wake.wait(_POLL)
                self.wake.clear()
            except Exception as problem:  # noqa: BLE001 - the loop must outlive whatever goes wrong in it
                if not pause:
                    _tell(problem)
                connections.close_all()
                self._revive_at = 0.0
                pause = min(_LONGEST_PAUSE, pause * 2 or 0.5)
                self._stopping.wait(pause)
        connections.close_all()

    def _revive(self) -> None:
        if time.monotonic() < self._revive_at:
            return
        # What this very thread is said to run, it lost when the database went away: it runs nothing now.
        actions.revive(is_gone=lambda name: name == self._worker or worker.is_gone(name), now=timezone.now())
        self._revive_at = time.monotonic() + _REVIVE


def _tell(problem: Exception) -> None:
    if isinstance(problem, Error):
        log.error("tasks: the database does not answer (%s). Trying until it does", type(problem).__name__)
    else:
        log.error("tasks: the loop failed (%s). Trying again", actions.in_short(problem))
