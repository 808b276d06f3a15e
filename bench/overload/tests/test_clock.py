"""The evening's clock runs faster; presence does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench.overload.clock import FILE, Clock
from tests.processes import ROOT

LOOKS: str = """
import json, django
from bench.overload.clock import clock_of_environment, hasten
hasten(clock_of_environment())
django.setup()
from rinnalla.config import urls
from bench.overload.serve import keep_presence_by_the_wall
done = keep_presence_by_the_wall(60.0)
from django.utils import timezone
from rinnalla.chat import gateway
from rinnalla.helpline import rules
from rinnalla.helpline.actions import clock, duty
print(json.dumps({
    "now": timezone.now().timestamp(),
    "done": done,
    "compared": [clock.AWAY_AFTER.total_seconds(), duty.LEASE.total_seconds()],
    "slept": [gateway.RENEW.total_seconds(), gateway.LEASE.total_seconds()],
    "gateway": gateway.Gateway.__name__,
}))
"""


def test_an_evening_at_sixty_times_its_speed_is_an_hour_further_after_a_minute() -> None:
    clock = Clock(evening=1000.0, wall=time.time() - 60, speed=60)

    assert 3600 <= clock.seconds() < 3700
    assert 59 < clock.wall_seconds_until(clock.seconds() + 3600) <= 60


def test_a_clock_that_stands_is_at_the_beginning_of_the_evening() -> None:
    assert Clock(evening=1000.0, wall=0.0, speed=0.0).now().timestamp() == 1000.0


def test_the_service_tells_the_evenings_time_and_keeps_presence_by_the_wall(tmp_path: Path) -> None:
    Clock(evening=5000.0, wall=0.0, speed=0.0).write(tmp_path / "clock.json")
    looked = subprocess.run(
        [sys.executable, "-c", LOOKS],
        env=os.environ | {FILE: str(tmp_path / "clock.json"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )
    found = json.loads(looked.stdout)

    assert found["now"] == 5000.0
    assert found["compared"] == [45 * 60, 20 * 60]
    assert found["slept"] == [5, 20]
    assert found["gateway"] == "ByTheWall"
    assert {"rinnalla.helpline.actions.clock.AWAY_AFTER", "rinnalla.chat.visiting.PRESENT"} <= set(found["done"])
