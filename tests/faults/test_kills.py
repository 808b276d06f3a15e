"""Promise R1: whatever is killed, whenever: nothing acknowledged is lost, nothing is doubled, the order stays.

KILLS says how many there are: 20 on SQLite and 40 on PostgreSQL in every run of the tests, 300 in a nightly one.
"""

from __future__ import annotations

import asyncio
import os
from typing import Final

import pytest

from tests.faults.centre import Centre
from tests.faults.storm import ON_POSTGRESQL, Storm, begin

PARTS: Final = ("serve", "database", "worker", "serve", "database", "bus") if ON_POSTGRESQL else ("serve",)
KILLS: Final = int(os.environ.get("KILLS", "40" if ON_POSTGRESQL else "20"))


@pytest.mark.slow
@pytest.mark.timeout(120 + 15 * KILLS)
def test_nothing_acknowledged_is_lost_or_doubled_whatever_is_killed(running_centre: Centre) -> None:
    running_centre.serve_with(None)
    storm = Storm(running_centre, begin(running_centre))

    async def run() -> list[str]:
        async with storm.open():
            for number in range(KILLS):
                await storm.kill(PARTS[number % len(PARTS)])
            return await storm.rest()

    found = asyncio.run(run())

    written = sum(len(page.written) for page in storm.pages)
    breaks = sum(page.breaks for page in storm.pages)
    print(f"{KILLS} kills, {breaks} broken lines, {written} messages")
    assert found == []
    assert breaks >= KILLS / 3, "the kills broke no lines: nothing was tried"
    assert written >= 10 * KILLS
