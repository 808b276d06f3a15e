"""Tasks whose worker was killed."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from rinnalla.jobs import actions, worker
from rinnalla.jobs.tests import work

EVENING = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


def nobody_can_tell(name: str) -> bool:
    return False


def claim(name: str = "Aino's worker", now: datetime = EVENING) -> actions.Row:
    row = actions.claim(worker=name, above=-1_000, now=now)
    assert row is not None
    return row


@pytest.mark.django_db
def test_a_task_that_runs_too_long_is_taken_for_an_orphan(file: str) -> None:
    work.note.enqueue(file)
    claim()
    later = EVENING + actions.REVIVE_AFTER
    assert actions.revive(is_gone=nobody_can_tell, now=later - timedelta(seconds=1)) == 0
    assert actions.revive(is_gone=nobody_can_tell, now=later) == 1
    assert actions.revive(is_gone=nobody_can_tell, now=later) == 0
    assert claim("Onni's worker", later).worker_ids == ["Aino's worker", "Onni's worker"]


@pytest.mark.django_db
def test_a_task_of_a_worker_that_is_gone_is_given_back_at_once(file: str) -> None:
    work.note.enqueue(file)
    work.note.enqueue(file)
    claim("Aino's worker")
    claim("Onni's worker")
    assert actions.revive(is_gone=lambda name: name == "Aino's worker", now=EVENING) == 1
    assert [row.worker_ids for row in DBTaskResult.objects.filter(status="READY")] == [["Aino's worker"]]


@pytest.mark.django_db
def test_a_slow_worker_that_was_given_up_changes_nothing_any_more(file: str) -> None:
    work.note.enqueue(file)
    slow = claim("Aino's worker")
    actions.revive(is_gone=lambda name: True, now=EVENING)
    running = claim("Onni's worker")
    assert actions.succeed(row=slow, now=EVENING) is False
    assert actions.fail(row=slow, problem=ConnectionError(), now=EVENING) is False
    assert DBTaskResult.objects.get().status == TaskResultStatus.RUNNING
    assert actions.succeed(row=running, now=EVENING) is True


@pytest.mark.django_db
def test_a_task_that_kills_every_worker_fails_in_the_end(file: str) -> None:
    work.fail_always.enqueue(file)
    for _ in range(3):
        claim()
        assert actions.revive(is_gone=lambda name: True, now=EVENING) == 1
    row = DBTaskResult.objects.get()
    assert (row.status, row.exception_class_path) == (TaskResultStatus.FAILED, "")


def test_a_worker_is_known_to_be_gone_only_when_it_is() -> None:
    mine = worker.new_name("any")
    host, process, start, _ = mine.split("/")
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    assert worker.new_name("any") != mine
    assert worker.is_gone(mine) is False
    assert worker.is_gone(f"{host}/{os.getppid()}/{start}/any-1") is False
    assert worker.is_gone(f"{host}/{dead.pid}/{start}/any-1") is True
    # The same process number at another time: a container's first process after a restart.
    assert worker.is_gone(f"{host}/{process}/00000000/any-1") is True
    assert worker.is_gone(f"other-{host}/{dead.pid}/{start}/any-1") is False
    assert worker.is_gone("") is False
    assert worker.is_gone(f"{host}/whatever") is False
