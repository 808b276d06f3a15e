"""Faults: a real centre with the journeys' processes, and clients that remember what they were promised."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from tests.faults.centre import Centre, centre


@pytest.fixture(scope="session")
def running_centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with centre(tmp_path_factory.mktemp("faults")) as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the end of the service's log under a test that failed."""
    report = yield
    running: Any = getattr(item, "funcargs", {}).get("running_centre")
    if report.failed and isinstance(running, Centre):
        report.sections.append(("bin/rinnalla serve", running.service.logs()[-6000:]))
    return report
