from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def file(tmp_path: Path) -> str:
    """What the tasks of ``work.py`` write to."""
    return str(tmp_path / "done")


def wait_until(true: Callable[[], bool], *, seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not true():
        if time.monotonic() > ends:
            pytest.fail(f"did not happen within {seconds} s")
        time.sleep(0.02)


@contextmanager
def worker_process() -> Iterator[subprocess.Popen[str]]:
    """A real ``rinnalla worker`` on the tests' database, ready to work. Killed at the end if it still runs."""
    about = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{about['NAME']}"
    else:
        user = f"{quote(about['USER'])}:{quote(about['PASSWORD'])}"
        url = f"postgresql://{user}@{about['HOST']}:{about['PORT']}/{about['NAME']}"
    process = subprocess.Popen(
        [sys.executable, "-m", "django", "worker"],
        env=os.environ | {"DATABASE_URL": url, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        told = process.stdout.readline()
        assert told == "worker ready\n", told + process.stdout.read()
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
