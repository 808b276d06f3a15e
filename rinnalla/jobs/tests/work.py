"""Tasks for the tests. They write to files, so that work done in another process can be seen."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from django.tasks import task

from rinnalla.jobs.tasks import URGENT, durable

SECRET = "olen aivan yksin"


def lines(file: str | Path) -> list[str]:
    file = Path(file)
    return file.read_text().splitlines() if file.exists() else []


def write(file: str | Path, line: str) -> None:
    with Path(file).open("a") as out:
        out.write(line + "\n")


@task
def note(file: str) -> None:
    write(file, "noted")


@durable(priority=URGENT)
def note_urgently(file: str) -> None:
    write(file, "urgent")


@durable(retries=3, backoff=timedelta(seconds=10))
def fail_twice(file: str) -> None:
    write(file, "tried")
    if len(lines(file)) < 3:
        raise ConnectionError(SECRET)


@durable(retries=2, backoff=timedelta(0))
def fail_always(file: str) -> None:
    write(file, "tried")
    raise ConnectionError(SECRET)


@durable(retries=0)
def end_the_thread(file: str) -> None:
    raise SystemExit(3)


@task
def hold(file: str) -> None:
    """Say that it began; end when told so by a file, at the latest after 20 s."""
    write(file, "began")
    for _ in range(400):
        if Path(file + ".go").exists():
            write(file, "ended")
            return
        time.sleep(0.05)


@durable(retries=0)
def due() -> None:
    """Does nothing. The clock's tests count how often it was enqueued."""
