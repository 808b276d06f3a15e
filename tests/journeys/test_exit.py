"""Shift three times leads away from wherever one is, also when the service is too full for anything else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys.service import Service
from tests.journeys.sides import PHONE, Side, wait_in_line
from tests.journeys.test_first_conversation import cookies_go
from tests.processes import ROOT, Serving

# Serves as usual, as if more requests than it takes were waiting all the time.
FULL = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "rinnalla.config.settings"
from rinnalla.config import asgi, serve
asgi.MOST_WAITING = 0
sys.exit(serve.main(sys.argv[2:]))
"""
TELLTALE = ("rinnalla", "solmussa", "sekasin", "queue", "chat", "crisis", "112")


@pytest.fixture
def full(server: Service, tmp_path: Path) -> Iterator[Serving]:
    environment = server.environment | {"PYTHONPATH": str(ROOT)}
    process = Serving([sys.executable, "-c", FULL, "serve"], environment, tmp_path / "full.log")
    process.start()
    yield process
    process.stop()


def shift_three_times(side: Side) -> None:
    for _ in range(3):
        side.page.keyboard.press("Shift")


def nothing_is_left(side: Side) -> None:
    side.page.wait_for_url("**/en/calendar/")
    cookies_go(side)
    expect(side.page.locator("td.today")).to_be_visible()
    side.page.wait_for_function("() => localStorage.length + sessionStorage.length === 0")
    assert side.page.evaluate("document.cookie") == ""
    assert [word for word in TELLTALE if word in (side.page.title() + side.page.content()).lower()] == []
    assert side.faults == []


def leave_traces(side: Side) -> None:
    side.page.evaluate("localStorage.setItem('trace', 'x'); sessionStorage.setItem('trace', 'x')")


def test_shift_three_times_leaves_the_waiting_page(seeker: Side) -> None:
    wait_in_line(seeker.page, seeker.base, "/en")
    assert [cookie.get("name") for cookie in seeker.context.cookies()] == ["visit"]
    leave_traces(seeker)
    shift_three_times(seeker)
    nothing_is_left(seeker)


def test_shift_three_times_leaves_the_page_that_is_not_there(seeker: Side) -> None:
    wait_in_line(seeker.page, seeker.base, "/en")
    seeker.go("/en/there-is-no-such-page/")
    expect(seeker.page.locator("body.is-error")).to_be_visible()
    leave_traces(seeker)
    shift_three_times(seeker)
    nothing_is_left(seeker)


def out_of_the_queue(context: BrowserContext, visit: str, server: Service) -> None:
    """End a visit that a full service could not end: the next journey wants to be first."""
    answer = context.request.post(f"{server.seeker_url}/chat/leave/", headers={"Cookie": f"visit={visit}"})
    assert answer.ok


def visit_of(context: BrowserContext) -> str:
    [cookie] = context.cookies()
    assert cookie.get("name") == "visit"
    return cookie.get("value", "")


def test_shift_three_times_leaves_a_service_that_is_full(browser: Browser, server: Service, full: Serving) -> None:
    seeker = Side(browser, full.url, PHONE)
    wait_in_line(seeker.page, server.seeker_url, "/en")  # cookies do not tell ports apart
    visit = visit_of(seeker.context)
    answer = seeker.page.goto(f"{full.url}/en/chat/")
    assert answer is not None
    assert answer.status == 503
    leave_traces(seeker)
    shift_three_times(seeker)
    nothing_is_left(seeker)
    out_of_the_queue(seeker.context, visit, server)
    seeker.context.close()


def test_the_button_leaves_a_service_that_is_full_without_scripts(
    browser: Browser, server: Service, full: Serving
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.seeker_url}/en/line/solmussa/")
    page.locator("form[action$='/join/'] button").first.click()
    visit = visit_of(context)
    page.goto(f"{full.url}/en/chat/")
    page.locator("form.exit button").click()
    page.wait_for_url(f"{full.url}/calendar/")
    assert context.cookies() == []
    out_of_the_queue(context, visit, server)
    context.close()
