"""Looking at a page as it is now: on a phone and on a desk, by light and by dark.

With JOURNEY_PICTURES=FOLDER a picture of each look stays there, for a person to look at.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from django.utils import translation
from playwright.sync_api import Browser, Page

from tests.journeys.accessibility import axe

PHONE: Final = (390, 844)
DESK: Final = (1280, 800)
PICTURES: Final = os.environ.get("JOURNEY_PICTURES", "")


class Eyes:
    """One browser of one person. ``faults`` is what was wrong with the pages looked at, ``seen`` their names."""

    def __init__(self, browser: Browser, base: str) -> None:
        # Without motion, so that no colour is caught half way between light and dark.
        self.context = browser.new_context(locale="fi-FI", timezone_id="Europe/Helsinki", reduced_motion="reduce")
        self.context.set_default_timeout(10_000)
        self.page: Page = self.context.new_page()
        self.base = base
        self.faults: list[str] = []
        self.seen: set[str] = set()

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base}{path}")

    def look(self, name: str, *, page: str | None = None) -> None:
        """``name`` is for the picture and the faults; ``page`` the page's name when its address does not tell it."""
        self.seen.add(page or name_of_page(self.page.url))
        for width, height in (DESK, PHONE):
            self.page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                self.page.emulate_media(color_scheme=scheme)
                what = f"{name}, {width} px, {scheme}"
                if PICTURES:
                    self.page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png", full_page=True)
                self.faults += [f"{what}: {fault}" for fault in axe(self.page)]
                if scheme == "light" and (wide := self.page.evaluate("document.documentElement.scrollWidth")) > width:
                    self.faults.append(f"{what}: the page is {wide} px wide")
        self.page.emulate_media(color_scheme="light")

    def close(self) -> None:
        self.context.close()


def name_of_page(url: str) -> str:
    with translation.override("fi"):
        try:
            return resolve(urlsplit(url).path).url_name or ""
        except Resolver404:
            return ""
