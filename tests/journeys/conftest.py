"""Journeys: a real service, a real browser, nothing faked.

`server` is the service as a centre runs it: one process on SQLite; on PostgreSQL two of them, with the help-seeker on
one and the volunteer on the other. It is migrated and populated once per session. A journey may kill it and start it
again; the next finds it running. Journeys use no ORM: what they need to know they see on a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.journeys.service import Service, populated_service
from tests.journeys.sides import PHONE, Side


@pytest.fixture(scope="session")
def running_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with populated_service(tmp_path_factory.mktemp("centre")) as service:
        yield service


@pytest.fixture
def server(running_service: Service) -> Service:
    """The centre of this session, with all of its processes running."""
    running_service.start()
    return running_service


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "fi-FI", "timezone_id": "Europe/Helsinki"}


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    context.set_default_timeout(10_000)
    return context


@pytest.fixture
def seeker(browser: Browser, server: Service) -> Iterator[Side]:
    side = Side(browser, server.seeker_url, PHONE)
    yield side
    side.context.close()
