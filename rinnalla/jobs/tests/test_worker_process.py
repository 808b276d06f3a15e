"""`rinnalla worker` as a process: stopped, and killed."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from rinnalla.jobs.tests import work
from rinnalla.jobs.tests.conftest import wait_until, worker_process

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_stops_within_two_seconds(file: str, number: signal.Signals) -> None:
    with worker_process() as process:
        work.note.enqueue(file)
        wait_until(lambda: work.lines(file) == ["noted"])
        began = time.monotonic()
        process.send_signal(number)
        assert process.wait(10) == 0
        assert time.monotonic() - began < 2


def test_a_worker_finishes_its_task_before_it_stops(file: str) -> None:
    with worker_process() as process:
        work.hold.enqueue(file)
        wait_until(lambda: work.lines(file) == ["began"])
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert process.poll() is None
        Path(file + ".go").touch()
        assert process.wait(10) == 0
    assert work.lines(file) == ["began", "ended"]
    assert DBTaskResult.objects.get(task_path=work.hold.module_path).status == TaskResultStatus.SUCCESSFUL


def test_the_task_of_a_killed_worker_is_run_once_more(file: str) -> None:
    with worker_process() as process:
        work.hold.enqueue(file)
        wait_until(lambda: work.lines(file) == ["began"])
        process.kill()
        process.wait()
    row = DBTaskResult.objects.get(task_path=work.hold.module_path)
    assert row.status == TaskResultStatus.RUNNING
    Path(file + ".go").touch()
    with worker_process() as process:
        wait_until(lambda: work.lines(file) == ["began", "began", "ended"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    row.refresh_from_db()
    assert (row.status, len(row.worker_ids)) == (TaskResultStatus.SUCCESSFUL, 2)
    assert work.lines(file) == ["began", "began", "ended"]


def test_a_second_signal_cuts_the_task_off(file: str) -> None:
    with worker_process() as process:
        work.hold.enqueue(file)
        wait_until(lambda: work.lines(file) == ["began"])
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 1
