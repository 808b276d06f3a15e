"""Promise R1′: the test of the kills can fail. Each seeded fault is put into a real service, and is caught."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from typing import Final

import pytest

from tests.faults.centre import Centre
from tests.faults.storm import ON_POSTGRESQL, Storm, begin
from tests.faults.verdict import kinds
from tests.processes import RINNALLA

MOST_KILLS: Final = 12
once_is_enough = pytest.mark.skipif(ON_POSTGRESQL, reason="knows no database: caught in the run on SQLite")


@pytest.fixture
def faulty(running_centre: Centre) -> Iterator[Centre]:
    """The centre, to be started with a fault; sound again afterwards."""
    yield running_centre
    running_centre.serve_with(None)


def kill_until_caught(centre: Centre, kind: str, part: str = "serve", *, forgetful_pages: bool = False) -> set[str]:
    """The kinds of what the verdict says after one kill, or two, or as many as the fault needs to show itself.

    One kill does not hit every moment, so that it may take several; without the fault no number of them finds any.
    """
    storm = Storm(centre, begin(centre), patience=4)
    for page in storm.pages:
        page.asks_for_what_it_missed = not forgetful_pages

    async def run() -> set[str]:
        async with storm.open():
            for number in range(MOST_KILLS):
                await storm.kill(part)
                found = kinds(await storm.rest())
                print(f"after {number + 1} kills: {found}")
                if kind in found:
                    return found
        return set()

    return asyncio.run(run())


@pytest.mark.slow
@pytest.mark.timeout(200)
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("acknowledge_before_commit", "lost"),
        pytest.param("ignore_ids", "doubled", marks=once_is_enough),
        pytest.param("believe_hints_only", "screen", marks=once_is_enough),
    ],
)
def test_a_fault_in_the_service_is_caught(faulty: Centre, fault: str, kind: str) -> None:
    faulty.serve_with(fault)
    assert kind in kill_until_caught(faulty, kind)


@once_is_enough
@pytest.mark.slow
@pytest.mark.timeout(200)
def test_a_page_that_never_asks_for_what_it_missed_is_caught(faulty: Centre) -> None:
    faulty.serve_with(None)
    assert "screen" in kill_until_caught(faulty, "screen", forgetful_pages=True)


@pytest.mark.slow
@pytest.mark.timeout(200)
@pytest.mark.skipif(not ON_POSTGRESQL, reason="a setting of PostgreSQL")
def test_commits_that_do_not_wait_for_the_disk_are_refused_and_would_be_caught(faulty: Centre) -> None:
    assert faulty.database is not None
    safe = faulty.database.command
    faulty.service.kill()
    faulty.database.stop()
    faulty.database.command = [*safe, "-c", "synchronous_commit=off", "-c", "wal_writer_delay=10s"]
    faulty.database.start()
    try:
        refused = subprocess.run(
            [str(RINNALLA), "serve", "--port", "0"],
            env=faulty.service.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert refused.returncode == 1
        assert "synchronous_commit=off" in refused.stderr

        faulty.serve_with("trust_any_storage")
        assert "lost" in kill_until_caught(faulty, "lost", "database")
    finally:
        faulty.service.kill()
        faulty.database.stop()
        faulty.database.command = safe
        faulty.database.start()
