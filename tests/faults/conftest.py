"""Faults: a real centre with the journeys' processes, and clients that remember what they were promised."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.centre import Centre, centre


@pytest.fixture(scope="session")
def running_centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with centre(tmp_path_factory.mktemp("faults")) as running:
        yield running
