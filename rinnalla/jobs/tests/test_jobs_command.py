"""`rinnalla jobs` as an operator runs it."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from rinnalla.jobs import actions
from rinnalla.jobs.loop import run_due
from rinnalla.jobs.tests import work

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("jobs", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def failed(file: str) -> DBTaskResult[..., None]:
    work.fail_always.enqueue(file)
    assert run_due(name="Aino's worker") == 3
    return DBTaskResult.objects.get()


def test_nothing_to_tell_is_told() -> None:
    work.note.enqueue("never run")
    assert run() == "no task has failed and none is running\n"


def test_failed_and_running_tasks_are_listed_without_arguments(failed: DBTaskResult[..., None], file: str) -> None:
    work.note.enqueue(file)
    running = actions.claim(worker="Onni's worker", above=-1_000, now=timezone.now() + timedelta(seconds=1))
    assert running is not None
    first, second = run().splitlines()
    when = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
    assert re.fullmatch(rf"{running.pk}  running  {when}  tries 1  rinnalla\.jobs\.tests\.work\.note", first)
    assert re.fullmatch(
        rf"{failed.pk}  failed   {when}  tries 3  rinnalla\.jobs\.tests\.work\.fail_always  builtins\.ConnectionError",
        second,
    )


def test_a_failed_task_is_tried_again_with_all_its_tries(failed: DBTaskResult[..., None], file: str) -> None:
    assert run("retry", str(failed.pk)) == "rinnalla.jobs.tests.work.fail_always will be tried again\n"
    assert run_due(name="Aino's worker") == 3
    assert work.lines(file) == ["tried"] * 6


def test_only_a_failed_task_is_tried_again(file: str) -> None:
    result = work.note.enqueue(file)
    for unknown in (str(result.id), str(uuid.uuid4())):
        with pytest.raises(CommandError, match="no failed task with this id"):
            run("retry", unknown)
    with pytest.raises(CommandError, match="as `rinnalla jobs` prints it"):
        run("retry", "1; DROP TABLE")


def test_what_is_over_is_removed_in_time(failed: DBTaskResult[..., None], file: str) -> None:
    work.note.enqueue(file)
    run_due(name="Aino's worker")
    work.note.using(run_after=timezone.now() + timedelta(days=300)).enqueue(file)
    now = timezone.now()

    def states() -> list[str]:
        return list(DBTaskResult.objects.order_by("status").values_list("status", flat=True))

    actions.tidy(now=now + actions.KEEP_DONE - timedelta(minutes=1))
    assert states() == [TaskResultStatus.FAILED, TaskResultStatus.READY, TaskResultStatus.SUCCESSFUL]
    actions.tidy(now=now + actions.KEEP_DONE + timedelta(minutes=1))
    assert states() == [TaskResultStatus.FAILED, TaskResultStatus.READY]
    actions.tidy(now=now + actions.KEEP_FAILED + timedelta(minutes=1))
    assert states() == [TaskResultStatus.READY]
