"""Every write of the task loop. Each is safe against any number of other workers doing the same at the same moment.

A task's row goes READY → RUNNING → SUCCESSFUL, or FAILED once its tries are used up; back to READY for another try. The
moves are conditional updates: whoever comes second changes nothing. ``worker_ids`` holds one name per try.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from rinnalla.jobs.clock import Schedule, schedules
from rinnalla.jobs.models import Tick
from rinnalla.jobs.tasks import USUAL, Retries, retries_of

log = logging.getLogger(__name__)

Row = DBTaskResult[..., Any]

# Longer than any task takes. A worker that is gone is usually noticed sooner, see worker.py.
REVIVE_AFTER: Final = timedelta(minutes=15)
KEEP_DONE: Final = timedelta(days=1)
KEEP_FAILED: Final = timedelta(days=7)
# Ticks this far ahead of the clock are from before it was set back.
_AHEAD: Final = timedelta(minutes=1)
# Ticks are kept so long that no process, however late, takes a past due time for a new one.
_KEEP_TICKS: Final = timedelta(hours=1)


class NotFailed(Exception):
    """The task is not there, or has not failed."""


# The life of a task ---------------------------------------------------------------------------------------------------
def claim(*, worker: str, above: int, now: datetime) -> Row | None:
    """Take the first task that is due and has a priority over ``above``; None when there is none.

    A poll that finds nothing is one read: it takes no lock and writes nothing, also on SQLite.
    """
    due = Q(run_after=get_date_max()) | Q(run_after__lte=now)  # the far date stands for "at once"
    ready = Row.objects.filter(due, status=TaskResultStatus.READY, priority__gt=above)
    while rows := list(ready[:8]):
        for row in rows:
            names = [*row.worker_ids, worker]
            if _move(row, TaskResultStatus.READY, status=TaskResultStatus.RUNNING, started_at=now, worker_ids=names):
                return row
    return None


def succeed(*, row: Row, now: datetime) -> bool:
    """The work is done. What the task returned is not kept."""
    return _move(
        row,
        TaskResultStatus.RUNNING,
        status=TaskResultStatus.SUCCESSFUL,
        finished_at=now,
        return_value=None,
        exception_class_path="",
        traceback="",
    )


def fail(*, row: Row, problem: BaseException, now: datetime) -> bool:
    """A try has failed: wait for the next, or give up. Says so in the log.

    Where it happened is kept and told; the exception's own words are not, as they may quote what somebody wrote.
    """
    error = f"{type(problem).__module__}.{type(problem).__qualname__}"
    place = "".join(traceback.format_tb(problem.__traceback__))
    return _fall_back(row, said=in_short(problem), error=error, place=place, now=now)


def in_short(problem: BaseException) -> str:
    """What went wrong and where, without the exception's own words."""
    last = traceback.extract_tb(problem.__traceback__)[-1:]
    return type(problem).__qualname__ + (f" at {last[0].filename}:{last[0].lineno}" if last else "")


def revive(*, is_gone: Callable[[str], bool], now: datetime) -> int:
    """Give tasks back whose worker was killed while running them. How many.

    ``is_gone`` says of a worker's name whether that worker is certainly no longer there. When nobody can tell, a task
    counts as orphaned after REVIVE_AFTER. A task that kills its worker each time runs out of tries like any other.
    """
    revived = 0
    for row in Row.objects.filter(status=TaskResultStatus.RUNNING):
        started = row.started_at or row.enqueued_at
        if started <= now - REVIVE_AFTER or is_gone(row.worker_ids[-1] if row.worker_ids else ""):
            revived += _fall_back(row, said="its worker was lost", error="", place="", now=now, at_once=True)
    return revived


def retry(*, task_id: str, now: datetime) -> Row:
    """Try a failed task again, with all its tries. Raises NotFailed."""
    row = Row.objects.filter(pk=task_id).first()
    ready = {"status": TaskResultStatus.READY, "run_after": now, "finished_at": None, "worker_ids": []}
    if row is None or not _move(row, TaskResultStatus.FAILED, **ready):
        raise NotFailed(task_id)
    return row


def tidy(*, now: datetime) -> None:
    """Remove what is over: tasks that are done or failed long ago, and the ticks of schedules that are no more."""
    done = Q(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=now - KEEP_DONE)
    failed = Q(status=TaskResultStatus.FAILED, finished_at__lt=now - KEEP_FAILED)
    Row.objects.filter(done | failed).delete()
    names = [schedule.name for schedule in schedules()]
    Tick.objects.filter(due__lt=now - timedelta(days=30)).exclude(name__in=names).delete()


def _fall_back(row: Row, *, said: str, error: str, place: str, now: datetime, at_once: bool = False) -> bool:
    tries = len(row.worker_ids)
    wait = _retries(row).wait_after(tries)
    about = {"exception_class_path": error, "traceback": place}
    if wait is None:
        moved = _move(row, TaskResultStatus.RUNNING, status=TaskResultStatus.FAILED, finished_at=now, **about)
        if moved:
            log.error("task %s %s has failed for good after %d tries: %s", row.task_path, row.pk, tries, said)
        return moved
    if at_once:
        wait = timedelta()
    moved = _move(row, TaskResultStatus.RUNNING, status=TaskResultStatus.READY, run_after=now + wait, **about)
    if moved:
        seconds = wait.total_seconds()
        log.warning("task %s %s failed: %s. Try %d again in %.0f s", row.task_path, row.pk, said, tries, seconds)
    return moved


def _retries(row: Row) -> Retries:
    try:
        return retries_of(row.task)
    except Exception:  # noqa: BLE001 - the task's code is gone or broken: an upgrade may bring it back
        return USUAL


def _move(row: Row, source: TaskResultStatus, **fields: object) -> bool:
    """Change ``row`` if it still is as it was read. A row that was revived and begun again is another's by now."""
    same = Row.objects.filter(pk=row.pk, status=source, worker_ids=row.worker_ids)
    if not same.update(**fields):
        return False
    for name, value in fields.items():
        setattr(row, name, value)
    return True


# The clock ------------------------------------------------------------------------------------------------------------
def tick(*, now: datetime) -> int:
    """Enqueue what is due and was not enqueued yet, by any process. How many tasks."""
    return sum(_tick(schedule, now=now) for schedule in schedules())


def _tick(schedule: Schedule, *, now: datetime) -> bool:
    due = schedule.due(now)
    ticks = Tick.objects.filter(name=schedule.name)
    later = list(ticks.filter(due__gte=due).values_list("due", flat=True))
    if any(time > now + _AHEAD for time in later):
        # The machine's clock was set back. Without this, nothing would fall due until it has caught up.
        ticks.filter(due__gt=now + _AHEAD).delete()
        later = [time for time in later if time <= now + _AHEAD]
    if later:
        return False
    try:
        with transaction.atomic():
            Tick.objects.create(name=schedule.name, due=due)
            schedule.task.enqueue()
            ticks.filter(due__lt=due - max(_KEEP_TICKS, 3 * schedule.interval)).delete()
    except IntegrityError:  # another process was quicker
        return False
    return True
