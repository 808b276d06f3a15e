"""The pages of those who help each other on duty, looked at while a lead stands beside a conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.every_page import BESIDE_A_TALK, OF_A_LEAD
from tests.journeys.eyes import Eyes
from tests.journeys.service import Service


@pytest.fixture
def eyes_of(browser: Browser) -> Iterator[list[Eyes]]:
    opened: list[Eyes] = []
    yield opened
    for eyes in opened:
        eyes.close()


def sign_in(staff: Eyes, name: str) -> None:
    staff.go("/demo/")
    staff.page.get_by_role("button", name=name).click()
    staff.page.wait_for_url("**/staff/**")


def test_the_pages_of_a_lead(server: Service, browser: Browser, eyes_of: list[Eyes]) -> None:
    seeker, staff, lead = (
        Eyes(browser, server.seeker_url),
        Eyes(browser, server.staff_url),
        Eyes(browser, server.staff_url),
    )
    eyes_of += [seeker, staff, lead]
    seeker.go("/line/sekasin/")
    seeker.page.locator("form[action$='/join/'] button").first.click()
    sign_in(staff, "Yrjänä-Orvokki")
    staff.page.locator("main").get_by_role("button", name="Sekasin").click()
    staff.page.locator("form[action*='next'] button").click()
    expect(staff.page.locator("#composer")).to_be_visible()
    sign_in(lead, "Tuomas")
    lead.go("/staff/calls/")
    lead.look("calls-none")
    staff.page.keyboard.press("Escape")
    staff.page.keyboard.press("l")
    expect(staff.page.locator("#call-bar")).to_have_class(re.compile("is-called"))
    staff.look("talk-called")
    expect(lead.page.locator("[data-call]")).to_be_visible()
    lead.look("calls")
    lead.page.locator("[data-call] button").first.click()
    lead.page.wait_for_url("**/staff/beside/**")
    lead.page.locator("#whisper-text").fill("Olen tässä. Kysy, onko joku lähellä.")
    lead.page.locator(".whisper-form button").click()
    expect(staff.page.locator("#whispers")).to_contain_text("Olen tässä.")
    lead.look("beside")
    staff.look("talk-whisper")
    lead.page.locator("a[href*='/staff/follow/']").click()
    lead.look("follow-why")
    lead.page.locator("#reason").select_option("asked")
    lead.page.locator("form:has(#reason) button").click()
    expect(lead.page.locator("#log")).to_be_visible()
    expect(staff.page.locator("#whispers")).to_contain_text("Tuomas")
    lead.look("following")
    talk = staff.page.url.removeprefix(staff.base)
    staff.page.set_viewport_size({"width": 1280, "height": 800})
    staff.page.locator("summary[data-key='h']").click()
    staff.page.locator("#worry-words").fill("Kotona lyödään.")
    staff.page.locator("button[name='kind'][value='child']").click()
    expect(staff.page.locator("main")).to_contain_text("Kotona lyödään.")
    staff.look("own-worry")
    lead.go("/staff/worries/")
    lead.look("worries-raised", page="worry")
    lead.page.locator("article a").first.click()
    lead.page.locator("form[action$='/take/'] button").click()
    expect(lead.page.locator("#words")).to_be_visible()
    lead.look("worry")
    lead.page.locator("a[href$='/conversation/']").click()
    lead.look("worry-conversation")
    staff.go(f"{talk}hand-over/")
    staff.look("hand-over")
    staff.go("/staff/duty/leave/")
    staff.look("leave-duty")
    staff.go(talk)
    staff.page.locator("[data-opens='end-talk']").click()
    staff.page.locator("#end-talk form button").first.click()
    staff.go("/staff/duty/")
    staff.page.locator("[data-opens=end-duty]").click()
    staff.page.locator("#end-duty form button").first.click()
    expect(staff.page.locator("#live")).to_have_attribute("data-live", "off")

    assert seeker.faults + staff.faults + lead.faults == []
    assert lead.seen | staff.seen == BESIDE_A_TALK | {"conversation"}


def test_the_pages_of_a_board(server: Service, browser: Browser, eyes_of: list[Eyes]) -> None:
    volunteer, lead = Eyes(browser, server.staff_url), Eyes(browser, server.staff_url)
    eyes_of += [volunteer, lead]
    sign_in(volunteer, "Noora")
    volunteer.page.locator("main").get_by_role("button", name="Sekasin").click()
    expect(volunteer.page.locator("#live")).to_have_attribute("data-live", "on")
    sign_in(lead, "Tuomas")
    for path, name in (
        ("/staff/board/", "board"),
        ("/staff/board/?wall=1", "board-wall"),
        ("/staff/board/sekasin/steer/", "steer"),
        ("/staff/board/sekasin/notice/", "notice"),
    ):
        lead.go(path)
        lead.look(name)
    lead.go("/staff/board/")
    lead.page.locator("a[href$='/move/']").first.click()
    lead.page.wait_for_url("**/move/")
    lead.look("move-volunteer")
    volunteer.page.locator("[data-opens=end-duty]").click()
    volunteer.page.locator("#end-duty form button").first.click()
    expect(volunteer.page.locator("#live")).to_have_attribute("data-live", "off")

    assert lead.faults == []
    assert lead.seen == OF_A_LEAD
