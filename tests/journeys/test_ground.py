"""The browser and axe that the journeys stand on."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.journeys.accessibility import axe


def test_axe_finds_what_is_wrong_and_nothing_else(page: Page) -> None:
    page.set_content("<html lang=fi><title>Kuva</title><main><h1>Kuva</h1><img src='data:,'></main>")
    assert [line.partition(":")[0] for line in axe(page)] == ["image-alt"]

    page.set_content("<html lang=fi><title>Kuva</title><main><h1>Kuva</h1><img src='data:,' alt='Järvi'></main>")
    assert axe(page) == []
