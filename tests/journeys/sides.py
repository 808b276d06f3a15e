"""The two sides of a conversation, each with a browser of its own, and the steps that many journeys take."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.journeys.accessibility import axe

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 800}
# Where to leave pictures of the pages for someone to look at; none are made without it.
PICTURES = os.environ.get("JOURNEY_PICTURES", "")


class Side:
    """One person's browser, which notes what its pages ask for and what goes wrong in them."""

    def __init__(self, browser: Browser, base: str, size: ViewportSize) -> None:
        self.context = browser.new_context(viewport=size, locale="fi-FI", timezone_id="Europe/Helsinki")
        self.page: Page = self.context.new_page()
        self.base = base
        self.faults: list[str] = []
        self.elsewhere: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda line: self._read(line.text))
        self.page.on("request", lambda request: self._note(request.url))

    def _read(self, text: str) -> None:
        if "Content Security Policy" in text:
            self.faults.append(text)

    def _note(self, url: str) -> None:
        if not url.startswith((f"{self.base}/", "data:", "blob:")):
            self.elsewhere.append(url)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base}{path}")

    def looked_at(self, name: str) -> None:
        """axe finds nothing on the page as it is now; a picture is kept if one is wanted."""
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png")
        assert axe(self.page) == [], name

    def say(self, text: str) -> None:
        self.page.locator("#text").fill(text)
        self.page.locator("#composer button").first.click()

    def texts(self) -> list[str]:
        """The bubbles' texts, top to bottom."""
        return self.page.locator("#lines").inner_text().splitlines()


def wait_in_line(page: Page, base: str, prefix: str = "") -> None:
    page.goto(f"{base}{prefix}/line/solmussa/")
    page.locator("form[action$='/join/'] button").first.click()
    expect(page.locator("#visit")).to_have_attribute("data-state", "waiting")


def go_on_duty(volunteer: Side) -> None:
    """Aino, in Solmussa."""
    volunteer.go("/demo/")
    volunteer.page.get_by_role("button", name="Aino").click()
    volunteer.page.wait_for_url("**/staff/duty/")
    volunteer.page.locator("main").get_by_role("button", name="Solmussa").click()
    expect(volunteer.page.locator(".duty-end")).to_be_visible()


def end(volunteer: Side) -> None:
    volunteer.page.locator("[data-opens='end-talk']").click()
    volunteer.page.locator("#end-talk form button").first.click()
    expect(volunteer.page.locator("#over")).to_be_visible()


def end_duty(volunteer: Side) -> None:
    volunteer.go("/staff/duty/")
    volunteer.page.locator("[data-opens='end-duty']").click()
    volunteer.page.locator("#end-duty form button").first.click()
    expect(volunteer.page.locator("main").get_by_role("button", name="Solmussa")).to_be_visible()
