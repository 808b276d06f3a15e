"""Under a journey or a test of faults that failed stands what the service wrote."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.faults.centre import Centre
from tests.journeys.service import Service


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the end of the service's log under a test that failed."""
    report = yield
    for used in getattr(item, "funcargs", {}).values() if report.failed else ():
        service = used.service if isinstance(used, Centre) else used
        if isinstance(service, Service):
            report.sections.append(("bin/rinnalla serve", service.logs()[-6000:]))
            break  # one service under several names
    return report
