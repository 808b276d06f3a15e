"""The volunteer's conversation on a phone: a long one, one under a keyboard, and one that has ended."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.journeys.service import Service
from tests.journeys.sides import PHONE, Side, end, end_duty, go_on_duty, wait_in_line

KEYBOARD: ViewportSize = {"width": PHONE["width"], "height": 480}
# How far the last bubble's foot stands below the place where messages are seen; nothing or less when it is in view.
HIDDEN_BELOW = """() => {
  const log = document.getElementById("log").getBoundingClientRect();
  const foot = document.getElementById("lines").lastElementChild.getBoundingClientRect();
  return foot.bottom - Math.min(log.bottom, visualViewport.height);
}"""


@pytest.fixture
def volunteer(browser: Browser, server: Service, seeker: Side) -> Iterator[Side]:
    """Aino, talking with ``seeker`` on a phone. Each test may end the conversation; after it her duty ends."""
    side = Side(browser, server.staff_url, PHONE)
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


def many(volunteer: Side, count: int = 25) -> None:
    for number in range(count):
        volunteer.say(f"Viesti {number}: kuuntelen, kerro rauhassa lisää.")
    expect(volunteer.page.locator("#lines .said-tick")).to_have_count(count)


def hidden_below(side: Side) -> float:
    side.page.wait_for_timeout(200)
    below: float = side.page.evaluate(HIDDEN_BELOW)
    return below


def test_a_long_conversation_scrolls_inside_its_page(volunteer: Side) -> None:
    many(volunteer)
    sizes = volunteer.page.evaluate("[document.documentElement.scrollHeight, innerHeight]")
    assert sizes[0] <= sizes[1]
    assert hidden_below(volunteer) <= 0
    assert volunteer.faults == []


def test_the_newest_message_stays_above_the_keyboard(volunteer: Side) -> None:
    many(volunteer)
    volunteer.page.set_viewport_size(KEYBOARD)
    assert hidden_below(volunteer) <= 0
    assert volunteer.page.locator("#composer").bounding_box()["y"] < KEYBOARD["height"] - 40  # type: ignore[index]
    volunteer.page.set_viewport_size(PHONE)
    assert hidden_below(volunteer) <= 0

    volunteer.page.evaluate("document.getElementById('log').scrollTop = 0")
    volunteer.page.set_viewport_size(KEYBOARD)
    assert hidden_below(volunteer) > 0  # who reads what was said before is left there
    assert volunteer.page.evaluate("document.getElementById('log').scrollTop") == 0
    assert volunteer.faults == []


GONE = "Viestit otettiin pois tältä sivulta, kun keskustelu päättyi."


def test_the_last_words_of_someone_who_leaves_stay_until_the_page_is_left(seeker: Side, volunteer: Side) -> None:
    seeker.say("Kiitos. Nyt lähden.")
    expect(volunteer.page.locator("#lines")).to_contain_text("Nyt lähden")
    seeker.page.locator(".talk-end summary").click()
    seeker.page.locator(".talk-end form button").click()

    over = volunteer.page.locator("#over")
    expect(over).to_contain_text("Avunhakija lopetti keskustelun.")
    expect(over).to_contain_text("Se, mitä sanottiin, pysyy tällä sivulla, kunnes poistut siltä.")
    expect(volunteer.page.locator("#lines")).to_contain_text("Nyt lähden")

    volunteer.page.reload()
    expect(over).to_contain_text("Avunhakija lopetti keskustelun.")
    expect(over).to_contain_text(GONE)
    assert "lähden" not in volunteer.page.content()
    assert volunteer.faults == []


def test_whoever_ends_it_is_told_where_the_messages_went(seeker: Side, volunteer: Side) -> None:
    seeker.say("Kiitos.")
    expect(volunteer.page.locator("#lines")).to_contain_text("Kiitos.")
    end(volunteer)

    expect(volunteer.page.locator("#over")).to_contain_text("Lopetit keskustelun.")
    expect(volunteer.page.locator("#over")).to_contain_text(GONE)
    assert "Kiitos." not in volunteer.page.content()


def test_what_is_said_to_the_help_seeker_stands_under_a_heading_that_says_so(volunteer: Side) -> None:
    volunteer.page.locator("[data-shows='line']").click()
    told = volunteer.page.locator("#line-side section", has_text="Mitä avunhakijalle on kerrottu")
    for words in ("Linjan säännöt", "Jääkö tämä meidän väliseksemme?", "Mistä muualta saan apua?"):
        expect(told.get_by_role("heading", name=words)).to_be_visible()
    volunteer.page.set_viewport_size({"width": 1280, "height": 800})
    urgent = volunteer.page.locator(".side-urgent")
    expect(urgent.locator("p")).to_have_count(1)  # what the volunteer does, and nothing else
    assert volunteer.faults == []
