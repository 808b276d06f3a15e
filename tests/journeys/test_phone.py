"""What a help-seeker's phone and a volunteer's screen must not spoil: words under a button, broken hours, figures."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.service import Service
from tests.journeys.sides import PHONE, wait_in_line

# What lies uppermost beside and behind the exit button, at some points around it.
AROUND_EXIT = """() => {
  const { left, top, bottom } = document.querySelector(".exit button").getBoundingClientRect();
  const points = [];
  for (const x of [20, left - 40, left - 4, left + 20]) for (const y of [2, top - 2, bottom + 4]) points.push([x, y]);
  const uppermost = points.map(([x, y]) => document.elementFromPoint(x, y));
  return [...new Set(uppermost.map((element) => (element.closest(".exit") ?? element).localName))];
}"""
# The staff font is loaded from the web, so that it is no system font.
FIGURES = """async () => {
  await document.fonts.load('16px "Atkinson Hyperlegible Next Variable"', "Oa");
  const faces = await document.fonts.load('16px "Atkinson Hyperlegible Next Variable"', "0123456789");
  return faces.length;
}"""


@pytest.fixture
def phone(page: Page) -> Page:
    page.set_viewport_size(PHONE)
    return page


def test_the_page_scrolls_away_under_a_strip_and_not_under_exit(server: Service, phone: Page) -> None:
    phone.goto(f"{server.seeker_url}/line/solmussa/")
    expect(phone.locator(".brand")).to_be_visible()
    assert phone.evaluate("document.elementFromPoint(60, 34).closest('.brand') !== null")
    for far in (130, 260, 390):
        phone.evaluate(f"scrollTo(0, {far})")
        assert set(phone.evaluate(AROUND_EXIT)) <= {"body", "form"}, far


def test_hours_stay_on_one_row(server: Service, phone: Page) -> None:
    for prefix in ("", "/sv", "/en"):
        for line in ("solmussa", "sekasin"):
            phone.goto(f"{server.seeker_url}{prefix}/line/{line}/")
            phone.locator("details:has(.week) summary").click()
            expect(phone.locator(".week")).to_be_visible()
            rows = phone.evaluate(
                """[...document.querySelectorAll(".week td")].map((cell) => {
                  const words = document.createRange();
                  words.selectNodeContents(cell);
                  return words.getClientRects().length;
                })"""
            )
            assert set(rows) == {1}
            assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_nobody_is_asked_to_follow_a_circle_that_is_not_there(browser: Browser, server: Service) -> None:
    for motion, seen in (("no-preference", True), ("reduce", False)):
        context = browser.new_context(viewport=PHONE, reduced_motion=motion)  # type: ignore[arg-type]
        page = context.new_page()
        wait_in_line(page, server.seeker_url, "/en")
        page.locator(".breath:has(.breath-circle) summary").click()
        expect(page.get_by_text("Breathe in for four seconds and out for six.")).to_be_visible()
        expect(page.locator(".breath-circle")).to_be_visible(visible=seen)
        expect(page.get_by_text("Follow the circle")).to_be_visible(visible=seen)
        page.locator("details.sure summary").click()
        page.locator("details.sure form button").click()
        expect(page.locator("#over")).to_be_visible()
        context.close()


def test_the_staff_font_leaves_figures_to_the_system(server: Service, page: Page) -> None:
    """Its zero is slashed, which a Finn reads as Ø."""
    page.goto(f"{server.staff_url}/accounts/login/")
    assert page.evaluate(FIGURES) == 0
