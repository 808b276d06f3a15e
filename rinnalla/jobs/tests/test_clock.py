"""The clock: each due time once, whatever number of processes, outages and wrong clocks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django_tasks_db.models import DBTaskResult

from rinnalla.jobs import actions, clock
from rinnalla.jobs.models import Tick
from rinnalla.jobs.tests import work

EVENING = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
SWEEP = "helpline.sweep"


@pytest.fixture(autouse=True)
def sweep_every_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The only schedule of these tests."""
    monkeypatch.setattr(clock, "_schedules", {})
    clock.every(timedelta(seconds=10), name=SWEEP, task=work.due)


def enqueued() -> int:
    return DBTaskResult.objects.filter(task_path=work.due.module_path).count()


@pytest.mark.django_db
def test_a_due_time_is_enqueued_once() -> None:
    assert actions.tick(now=EVENING) == 1
    assert actions.tick(now=EVENING) == 0
    assert actions.tick(now=EVENING + timedelta(seconds=9, milliseconds=999)) == 0
    assert actions.tick(now=EVENING + timedelta(seconds=10)) == 1
    assert enqueued() == 2
    assert list(Tick.objects.order_by("due").values_list("name", "due")) == [
        (SWEEP, EVENING),
        (SWEEP, EVENING + timedelta(seconds=10)),
    ]


@pytest.mark.django_db(transaction=True)
def test_many_processes_enqueue_each_due_time_once() -> None:
    """Threads with connections of their own stand for the processes: the table is all they share."""
    together = threading.Barrier(8)

    def run(_: int) -> int:
        try:
            count = 0
            for number in range(10):
                together.wait(20)
                count += actions.tick(now=EVENING + timedelta(seconds=10 * number))
            return count
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(run, range(8)))
    assert sum(counts) == 10
    assert enqueued() == 10


@pytest.mark.django_db
def test_after_an_outage_the_task_is_due_once() -> None:
    actions.tick(now=EVENING)
    actions.tick(now=EVENING + timedelta(hours=3, seconds=4))
    actions.tick(now=EVENING + timedelta(hours=3, seconds=5))
    assert enqueued() == 2


@pytest.mark.django_db
def test_a_clock_that_is_set_back_does_not_stop_the_sweeps() -> None:
    now = EVENING
    for _ in range(30):  # five minutes
        actions.tick(now=now)
        now += timedelta(seconds=10)
    now -= timedelta(minutes=4)
    before = enqueued()
    actions.tick(now=now)
    assert Tick.objects.filter(due__gt=now + timedelta(minutes=1)).count() == 0
    for _ in range(12):  # two minutes: at most the first is missed
        now += timedelta(seconds=10)
        actions.tick(now=now)
    assert enqueued() - before >= 6
    assert actions.tick(now=now) == 0


@pytest.mark.django_db
def test_a_clock_that_was_days_ahead_does_not_stop_the_sweeps() -> None:
    actions.tick(now=EVENING + timedelta(days=3))
    assert actions.tick(now=EVENING) == 1
    assert actions.tick(now=EVENING) == 0


@pytest.mark.django_db
def test_a_process_that_is_late_does_not_repeat_what_is_over() -> None:
    actions.tick(now=EVENING + timedelta(seconds=10))
    assert actions.tick(now=EVENING) == 0
    assert enqueued() == 1


@pytest.mark.django_db
def test_old_ticks_are_removed_but_never_the_last_of_a_slow_schedule() -> None:
    clock.every(timedelta(days=7), name="insights.weekly", task=work.due)
    sunday = datetime(2026, 11, 29, 18, 0, tzinfo=UTC)
    for hours in range(0, 72, 2):
        actions.tick(now=sunday + timedelta(hours=hours))
    actions.tidy(now=sunday + timedelta(hours=70))
    assert Tick.objects.filter(name=SWEEP).count() == 1
    assert Tick.objects.filter(name="insights.weekly").count() == 1
    assert actions.tick(now=sunday + timedelta(hours=70)) == 0


@pytest.mark.django_db
def test_the_ticks_of_a_schedule_that_is_no_more_are_removed_after_a_month() -> None:
    actions.tick(now=EVENING)
    Tick.objects.create(name="helpline.former", due=EVENING)
    actions.tidy(now=EVENING + timedelta(days=31))
    assert [tick.name for tick in Tick.objects.all()] == [SWEEP]


@pytest.mark.django_db
def test_a_tick_that_fails_is_made_up_for() -> None:
    """The tick and its task are one transaction: there is never the one without the other."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE django_tasks_database_dbtaskresult RENAME TO away")
        with pytest.raises(DatabaseError):
            actions.tick(now=EVENING)
        assert Tick.objects.count() == 0
        transaction.set_rollback(True)
    assert actions.tick(now=EVENING) == 1


def test_a_name_stands_for_one_schedule() -> None:
    clock.every(timedelta(seconds=10), name=SWEEP, task=work.due)
    with pytest.raises(ValueError, match="two schedules are named"):
        clock.every(timedelta(seconds=20), name=SWEEP, task=work.due)
    for wrong in (timedelta(0), timedelta(milliseconds=1_500)):
        with pytest.raises(ValueError, match="whole seconds"):
            clock.every(wrong, name="helpline.other", task=work.due)
