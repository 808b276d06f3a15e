"""What the volunteer has at hand in a conversation: canned texts, notes, more time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.service import Service
from tests.journeys.sides import DESK, Side, end, end_duty, go_on_duty, wait_in_line


@pytest.fixture
def volunteer(browser: Browser, server: Service, seeker: Side) -> Iterator[Side]:
    """Aino, talking with ``seeker``."""
    side = Side(browser, server.staff_url, DESK)
    go_on_duty(side)
    wait_in_line(seeker.page, seeker.base)
    side.page.locator("form[action*='next'] button").click()
    expect(side.page.locator("#composer")).to_be_visible()
    expect(seeker.page.locator("#who")).to_have_text("Aino")
    yield side
    side.page.reload()
    if side.page.locator(".chat-end").is_visible():
        end(side)
    end_duty(side)
    side.context.close()


def test_a_slash_opens_the_canned_texts_and_enter_brings_one_without_sending_it(volunteer: Side, seeker: Side) -> None:
    page, field, listed = volunteer.page, volunteer.page.locator("#text"), volunteer.page.locator("#phrase-list")
    field.fill("")
    field.press_sequentially("Hei. /tied")
    expect(listed.get_by_role("option")).to_have_count(1)
    expect(field).to_have_attribute("aria-activedescendant", "phrase-0")
    volunteer.looked_at("phrases-open")
    page.keyboard.press("Enter")
    expect(listed).to_be_hidden()
    expect(field).to_have_value("Hei. Emme vaihda yhteystietoja emmekä sovi tapaamisia, kumpikaan meistä. "
                                "Näin tämä pysyy turvallisena molemmille.")  # fmt: skip
    expect(page.locator("#lines .said-own, #lines .said-mine")).to_have_count(0)

    field.fill("")
    field.press_sequentially("/")
    expect(listed.get_by_role("option")).not_to_have_count(0)
    first = listed.get_by_role("option").first.get_attribute("id")
    page.keyboard.press("ArrowDown")
    expect(field).not_to_have_attribute("aria-activedescendant", str(first))
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    expect(field).to_be_focused()
    expect(field).to_have_value("/")

    field.fill("")
    field.press_sequentially("/rauhassa ")
    expect(field).to_have_value("Ei ole kiire. Kirjoita omaan tahtiin, minä olen tässä.")
    page.keyboard.press("Enter")
    expect(seeker.page.locator("#lines")).to_contain_text("minä olen tässä")

    field.press_sequentially("ja/tai ")
    expect(listed).to_be_hidden()
    expect(field).to_have_value("ja/tai ")
    assert volunteer.faults == []


def test_a_text_of_the_panel_is_found_and_comes_into_the_field(volunteer: Side) -> None:
    page = volunteer.page
    page.locator("#text").fill("")
    page.locator("#phrase-search").fill("hätä-ei-ole")
    expect(page.locator("#phrases-none")).not_to_be_empty()
    page.locator("#phrase-search").fill("112")
    shown = page.locator("#phrases .phrase:visible")
    expect(shown).not_to_have_count(0)
    shown.first.locator(".phrase-insert").click()
    expect(page.locator("#text")).to_have_value("Nyt on kyse sinun hengestäsi. Soita 112, tai pyydä jotakuta lähelläsi "
                                                "soittamaan. Pysyn tässä sillä aikaa.")  # fmt: skip
    expect(page.locator("#text")).to_be_focused()
    assert volunteer.faults == []


def test_notes_store_themselves_and_outlive_a_reload_and_a_broken_line(volunteer: Side, seeker: Side) -> None:
    page, sheet, state = volunteer.page, volunteer.page.locator("#notes"), volunteer.page.locator("#notes-state")
    sheet.fill("Äiti sairaalassa, koulu kesken.")
    expect(state).to_have_text("Muistiinpanot ovat tallessa.")
    volunteer.looked_at("desk-tools")
    page.reload()
    expect(sheet).to_have_value("Äiti sairaalassa, koulu kesken.")

    page.route("**/notes/", lambda route: route.abort())
    sheet.fill("Äiti sairaalassa, koulu kesken. Ystävä tukena.")
    expect(page.locator("#notes-trouble")).not_to_be_empty()
    page.reload()
    expect(sheet).to_have_value("Äiti sairaalassa, koulu kesken. Ystävä tukena.")
    page.unroute("**/notes/")
    expect(state).to_have_text("Muistiinpanot ovat tallessa.", timeout=15_000)
    expect(page.locator("#notes-trouble")).to_be_empty()
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('notes:'))") == []
    assert "sairaalassa" not in seeker.page.content()
    assert volunteer.faults == []


def test_more_time_is_agreed_with_one_press_and_the_help_seeker_sees_it(volunteer: Side, seeker: Side) -> None:
    left = seeker.page.locator("#time-left")
    expect(left).to_have_text("aikaa noin 45 min")
    volunteer.page.locator("#text").press("Escape")
    volunteer.page.keyboard.press("t")
    expect(volunteer.page.locator("#more-time button").first).to_be_focused()
    volunteer.page.keyboard.press("Enter")
    expect(left).to_have_text("aikaa noin 55 min")
    expect(volunteer.page.locator("#agreed-text")).to_contain_text("55 min")
    volunteer.page.locator("#more-time button[value='15']").click()
    expect(left).to_have_text("aikaa noin 70 min")
    seeker.page.reload()
    expect(left).to_have_text("aikaa noin 70 min")
    volunteer.page.reload()
    expect(volunteer.page.locator("#agreed-text")).to_contain_text("70 min")
    assert volunteer.faults + seeker.faults == []
