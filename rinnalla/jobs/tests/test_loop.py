"""The loop as `rinnalla serve` has it: threads beside the pages."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from rinnalla.jobs import loop as loops
from rinnalla.jobs.loop import TaskLoop
from rinnalla.jobs.models import Tick
from rinnalla.jobs.tests import work
from rinnalla.jobs.tests.conftest import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def loop() -> Iterator[TaskLoop]:
    stopping = threading.Event()
    loop = TaskLoop(stopping)
    loop.start()
    yield loop
    stopping.set()
    assert loop.join(10)


@pytest.mark.usefixtures("loop")
def test_the_loop_runs_tasks_and_the_clock(file: str) -> None:
    work.note.enqueue(file)
    wait_until(lambda: work.lines(file) == ["noted"])
    wait_until(lambda: Tick.objects.filter(name="jobs.tidy").count() == 1)


def test_the_loop_wakes_on_commit(loop: TaskLoop, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "_POLL", 60.0)
    time.sleep(1.5)  # both threads wait by the new rule now
    began = time.monotonic()
    with transaction.atomic():
        work.note.enqueue(file)
    wait_until(lambda: work.lines(file) == ["noted"], seconds=5)
    assert time.monotonic() - began < 2


@pytest.mark.usefixtures("loop")
def test_an_urgent_task_does_not_wait_behind_a_slow_one(file: str) -> None:
    work.hold.enqueue(file)
    wait_until(lambda: work.lines(file) == ["began"])
    work.note_urgently.enqueue(file)
    wait_until(lambda: work.lines(file) == ["began", "urgent"])
    Path(file + ".go").touch()
    wait_until(lambda: work.lines(file) == ["began", "urgent", "ended"])


def test_the_loop_finishes_its_task_when_it_is_to_stop(file: str) -> None:
    stopping = threading.Event()
    loop = TaskLoop(stopping)
    loop.start()
    work.hold.enqueue(file)
    wait_until(lambda: work.lines(file) == ["began"])
    work.note.enqueue(file)
    stopping.set()
    assert loop.join(0.2) is False
    Path(file + ".go").touch()
    assert loop.join(5) is True
    assert work.lines(file) == ["began", "ended"]
    status = dict(DBTaskResult.objects.values_list("task_path", "status"))
    assert status[work.hold.module_path] == TaskResultStatus.SUCCESSFUL
    assert status[work.note.module_path] == TaskResultStatus.READY


@pytest.mark.usefixtures("loop")
def test_the_loop_outlives_a_database_that_is_away(file: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="rinnalla.jobs.loop")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_tasks_database_dbtaskresult RENAME TO away")
    try:
        time.sleep(4)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO django_tasks_database_dbtaskresult")
    work.note.enqueue(file)
    wait_until(lambda: work.lines(file) == ["noted"], seconds=12)
    wait_until(lambda: "going on" in caplog.text)
    told = [text for text in (record.getMessage() for record in caplog.records) if "does not answer" in text]
    assert 1 <= len(told) <= 2, "each of the two threads says it once"
    assert all("the database does not answer" in line for line in told)


@pytest.mark.usefixtures("loop")
def test_a_task_in_which_the_database_went_away_is_run_again(file: str) -> None:
    """The thread could not say how its task ended. It says so itself once it can."""
    work.hold.enqueue(file)
    wait_until(lambda: work.lines(file) == ["began"])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_tasks_database_dbtaskresult RENAME TO away")
    try:
        Path(file + ".go").touch()
        wait_until(lambda: work.lines(file) == ["began", "ended"])
        time.sleep(0.3)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO django_tasks_database_dbtaskresult")
    wait_until(lambda: work.lines(file) == ["began", "ended"] * 2, seconds=15)
    wait_until(lambda: DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).count() == 0)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no connection to lose")
@pytest.mark.usefixtures("loop")
def test_the_loop_outlives_a_lost_connection(file: str) -> None:
    work.note.enqueue(file)
    wait_until(lambda: work.lines(file) == ["noted"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    work.note.enqueue(file)
    wait_until(lambda: work.lines(file) == ["noted", "noted"])
