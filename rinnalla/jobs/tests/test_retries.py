"""A task that fails is tried again, later and later, and in the end left for a person to see."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.tasks import TaskResultStatus, task_backends
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from rinnalla.jobs.loop import run_due
from rinnalla.jobs.tasks import USUAL, Retries, retries_of
from rinnalla.jobs.tests import work

pytestmark = pytest.mark.django_db


def at(now: datetime) -> int:
    """Run what is due at ``now``."""
    with time_machine.travel(now, tick=False):
        return run_due(name="Aino's worker")


def test_a_task_runs_once(file: str) -> None:
    work.note.enqueue(file)
    assert at(timezone.now()) == 1
    assert at(timezone.now() + timedelta(days=1)) == 0
    assert work.lines(file) == ["noted"]
    row = DBTaskResult.objects.get()
    assert (row.status, row.worker_ids) == (TaskResultStatus.SUCCESSFUL, ["Aino's worker"])


def test_a_task_put_off_waits_for_its_time(file: str) -> None:
    now = timezone.now()
    work.note.using(run_after=now + timedelta(hours=1)).enqueue(file)
    assert at(now + timedelta(minutes=59)) == 0
    assert at(now + timedelta(minutes=61)) == 1


def test_a_task_that_fails_is_tried_again_until_it_succeeds(file: str) -> None:
    work.fail_twice.enqueue(file)
    now = timezone.now()
    assert [at(now), at(now), at(now + timedelta(seconds=13))] == [1, 0, 1]
    now += timedelta(seconds=13)
    # The second wait is four times the first.
    assert [at(now + timedelta(seconds=31)), at(now + timedelta(seconds=49))] == [0, 1]
    row = DBTaskResult.objects.get()
    assert (row.status, len(row.worker_ids), row.exception_class_path) == (TaskResultStatus.SUCCESSFUL, 3, "")
    assert work.lines(file) == ["tried"] * 3


def test_a_task_that_always_fails_is_left_failed(file: str, caplog: pytest.LogCaptureFixture) -> None:
    work.fail_always.enqueue(file)
    assert at(timezone.now() + timedelta(seconds=1)) == 3
    assert at(timezone.now() + timedelta(days=1)) == 0
    row = DBTaskResult.objects.get()
    assert (row.status, row.exception_class_path) == (TaskResultStatus.FAILED, "builtins.ConnectionError")
    assert row.finished_at is not None
    last = caplog.records[-1]
    assert last.levelno == logging.ERROR
    assert "work.fail_always" in last.getMessage()
    assert "failed for good after 3 tries: ConnectionError at " in last.getMessage()


def test_what_an_exception_says_is_neither_kept_nor_told(file: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    work.fail_always.enqueue(file)
    at(timezone.now() + timedelta(seconds=1))
    kept = str(list(DBTaskResult.objects.values()))
    assert "in fail_always" in kept
    assert work.SECRET not in kept
    assert work.SECRET not in caplog.text
    assert file not in caplog.text


def test_a_task_that_wants_to_end_its_thread_only_fails(file: str) -> None:
    work.end_the_thread.enqueue(file)
    work.note.enqueue(file)
    assert at(timezone.now()) == 2
    assert work.lines(file) == ["noted"]


def test_a_task_whose_code_is_gone_is_tried_again_and_then_left(file: str) -> None:
    work.note.enqueue(file)
    DBTaskResult.objects.update(task_path="rinnalla.jobs.tests.work.went_away")
    now = timezone.now()
    for _ in range(USUAL.count + 1):
        assert at(now) == 1
        now += timedelta(hours=2)
    assert DBTaskResult.objects.get().status == TaskResultStatus.FAILED


def test_an_action_that_fails_enqueues_nothing(file: str) -> None:
    with transaction.atomic():
        work.note.enqueue(file)
        transaction.set_rollback(True)
    assert DBTaskResult.objects.count() == 0


def test_a_plain_task_has_the_usual_retries() -> None:
    assert retries_of(work.note) == USUAL
    assert retries_of(work.fail_twice) == Retries(3, timedelta(seconds=10))


def test_waits_grow_to_an_hour_and_then_end() -> None:
    retries = Retries(count=60, first_wait=timedelta(seconds=5))
    for tries, seconds in [(1, 5), (2, 20), (3, 80), (6, 3600), (60, 3600)]:
        wait = retries.wait_after(tries)
        assert wait is not None
        assert seconds * 0.8 <= wait.total_seconds() <= seconds * 1.2
    assert retries.wait_after(61) is None


def test_urgent_tasks_come_first(file: str) -> None:
    work.note.enqueue(file)
    work.note_urgently.enqueue(file)
    at(timezone.now())
    assert work.lines(file) == ["urgent", "noted"]


def test_the_urgent_thread_leaves_the_others_alone(file: str) -> None:
    work.note.enqueue(file)
    work.note_urgently.enqueue(file)
    assert run_due(name="Aino's worker", above=0) == 1
    assert work.lines(file) == ["urgent"]


def test_tasks_are_kept_in_the_database() -> None:
    assert type(task_backends["default"]).__name__ == "DatabaseBackend"
