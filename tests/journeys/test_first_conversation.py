"""The first conversation: someone waits, is heard by a volunteer, and nothing is lost when the service dies."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.service import Service
from tests.journeys.sides import DESK, Side

# After a crash a page tries again within 8 s at the latest (frontend/socket.ts).
BACK = 20_000


@pytest.fixture
def volunteer(browser: Browser, server: Service) -> Iterator[Side]:
    side = Side(browser, server.staff_url, DESK)
    yield side
    side.context.close()


def wait_in_solmussa(seeker: Side) -> None:
    seeker.go("/")
    seeker.looked_at("front")
    seeker.page.get_by_role("link", name="Solmussa").click()
    expect(seeker.page).to_have_url(f"{seeker.base}/line/solmussa/")
    seeker.looked_at("line")
    seeker.page.locator("form[action$='/join/'] button").first.click()
    expect(seeker.page.locator("#visit")).to_have_attribute("data-state", "waiting")
    expect(seeker.page.locator("#place")).to_have_text("1")
    seeker.looked_at("waiting")


def take_duty(volunteer: Side, name: str) -> None:
    volunteer.go("/demo/")
    volunteer.looked_at("cast")
    volunteer.page.get_by_role("button", name=name).click()
    expect(volunteer.page).to_have_url(f"{volunteer.base}/staff/duty/")
    volunteer.looked_at("duty-choose")
    volunteer.page.locator("main").get_by_role("button", name="Solmussa").click()
    expect(volunteer.page.locator("form[action$='/next/'] button, form[action*='next'] button")).to_be_enabled()
    volunteer.looked_at("duty-ready")


def take_next(volunteer: Side) -> None:
    volunteer.page.locator("form[action*='next'] button").click()
    expect(volunteer.page.locator("#composer")).to_be_visible()


def count_of(side: Side, text: str) -> int:
    return sum(text in line for line in side.texts())


def test_someone_waits_is_heard_and_nothing_is_lost_when_the_service_dies(
    server: Service, seeker: Side, volunteer: Side
) -> None:
    wait_in_solmussa(seeker)
    seeker.page.reload()
    expect(seeker.page.locator("#place")).to_have_text("1")  # a reload keeps the place

    take_duty(volunteer, "Aino")
    take_next(volunteer)
    expect(seeker.page.locator("#talk")).to_be_visible()  # the page opens by itself
    expect(seeker.page.locator("#who")).to_have_text("Aino")
    expect(seeker.page.locator("#role")).to_have_text("vapaaehtoinen")

    seeker.say("Hei. Onko siellä joku?")
    expect(volunteer.page.locator("#lines")).to_contain_text("Hei. Onko siellä joku?")
    volunteer.say("On. Kuuntelen sinua.")
    expect(seeker.page.locator("#lines")).to_contain_text("On. Kuuntelen sinua.")
    seeker.looked_at("talk-seeker")
    volunteer.looked_at("talk-volunteer")

    server.kill()
    seeker.say("Tämän kirjoitin, kun yhteys oli poikki.")
    volunteer.say("Vastaan tähän samaan aikaan.")
    expect(seeker.page.locator("#strip")).to_be_visible()
    seeker.looked_at("talk-without-connection")
    server.start()

    for side in (seeker, volunteer):
        expect(side.page.locator("#lines")).to_contain_text("kun yhteys oli poikki", timeout=BACK)
        expect(side.page.locator("#lines")).to_contain_text("samaan aikaan", timeout=BACK)
        expect(side.page.locator("#strip")).to_be_hidden(timeout=BACK)
    seeker.say("Kiitos, että olet siinä.")
    expect(volunteer.page.locator("#lines")).to_contain_text("Kiitos, että olet siinä.", timeout=BACK)

    said = ["Hei. Onko siellä joku?", "On. Kuuntelen sinua.", "yhteys oli poikki", "samaan aikaan", "Kiitos, että olet"]
    for side in (seeker, volunteer):
        assert [count_of(side, text) for text in said] == [1, 1, 1, 1, 1]
    assert order(seeker, said) == order(volunteer, said)
    seeker.page.reload()  # a fresh page tells the same
    expect(seeker.page.locator("#lines")).to_contain_text("Kiitos, että olet siinä.")
    assert [count_of(seeker, text) for text in said] == [1, 1, 1, 1, 1]
    assert order(seeker, said) == order(volunteer, said)

    volunteer.page.locator("[data-opens='end-talk']").click()
    volunteer.page.locator("#end-talk form button").first.click()
    expect(seeker.page.locator("#role")).to_contain_text("päättynyt")
    seeker.looked_at("ended-seeker")
    expect(volunteer.page.locator("#over")).to_be_visible()
    volunteer.looked_at("ended-volunteer")

    for side in (seeker, volunteer):
        assert side.faults == []
        assert side.elsewhere == []  # promise S1: nobody else sees a visit


def order(side: Side, said: list[str]) -> list[str]:
    """The known texts in the order in which they stand on the page."""
    return [text for line in side.texts() for text in said if text in line]


def cookies_go(side: Side) -> None:
    """The page leaves without waiting for the service's answer, which takes the cookie away a moment later."""
    until = time.monotonic() + 5
    while side.context.cookies() and time.monotonic() < until:
        side.page.wait_for_timeout(50)
    assert side.context.cookies() == []


def test_quick_exit_leaves_nothing_behind(seeker: Side) -> None:
    """Promise S16, with the button; and what the address bar, the storage and the title tell afterwards."""
    wait_in_solmussa(seeker)
    before = seeker.page.evaluate("history.length")
    seeker.page.locator("form[action$='/exit/'] button").first.click()
    seeker.page.wait_for_url("**/calendar/")
    seeker.looked_at("calendar")
    cookies_go(seeker)
    left = seeker.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert left == [0, 0, ""]
    assert seeker.page.evaluate("history.length") <= before
    source = seeker.page.content().lower()
    assert not [word for word in ("rinnalla", "solmussa", "jono", "chat", "kriisi") if word in source]
    seeker.page.go_back()
    assert "jono" not in seeker.page.content().lower()


def test_shift_three_times_is_the_same_exit(seeker: Side) -> None:
    wait_in_solmussa(seeker)
    for _ in range(3):
        seeker.page.keyboard.press("Shift")
    seeker.page.wait_for_url("**/calendar/")
    cookies_go(seeker)
