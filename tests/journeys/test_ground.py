"""The browser and axe that the journeys stand on."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.journeys.accessibility import axe
from tests.journeys.service import Service


def test_axe_finds_what_is_wrong_and_nothing_else(page: Page) -> None:
    page.set_content("<html lang=fi><title>Kuva</title><main><h1>Kuva</h1><img src='data:,'></main>")
    assert [line.partition(":")[0] for line in axe(page)] == ["image-alt"]

    page.set_content("<html lang=fi><title>Kuva</title><main><h1>Kuva</h1><img src='data:,' alt='Järvi'></main>")
    assert axe(page) == []


def test_the_service_is_back_at_the_same_address_after_it_was_killed(server: Service) -> None:
    addresses = (server.seeker_url, server.staff_url)
    assert all(process.is_ready() for process in server.processes)

    server.kill()
    assert not any(process.is_ready() for process in server.processes)

    server.start()
    assert all(process.is_ready() for process in server.processes)
    assert (server.seeker_url, server.staff_url) == addresses
