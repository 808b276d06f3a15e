"""What a page shows when frames come in an unlucky order, or when the one who answered is gone.

The service is real. Between it and the page stands this test, which holds a frame back or lets one come early.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, WebSocketRoute, expect

from tests.journeys.service import Service
from tests.journeys.sides import DESK, PHONE, Side, end, end_duty, go_on_duty, wait_in_line
from tests.journeys.wire import wire_to

Passes = Callable[[str], bool]


@pytest.fixture
def volunteer(browser: Browser, server: Service) -> Iterator[Side]:
    """Aino, on duty in Solmussa. Each test ends her conversation, and then her duty ends."""
    side = Side(browser, server.staff_url, DESK)
    go_on_duty(side)
    yield side
    end_duty(side)
    side.context.close()


class Line:
    """The line of the seeker's page. ``passes`` decides which frames get through to it."""

    def __init__(self, side: Side) -> None:
        self.passes: Passes = lambda _text: True
        self.page: WebSocketRoute | None = None
        side.page.route_web_socket("**/live/visit/**", self.join)

    def join(self, page: WebSocketRoute) -> None:
        self.page = page
        service = page.connect_to_server()
        service.on_message(lambda frame: page.send(frame) if self.passes(str(frame)) else None)

    def say(self, **frame: object) -> None:
        assert self.page is not None
        self.page.send(json.dumps(frame))


def talk(seeker: Side, volunteer: Side) -> Line:
    line = Line(seeker)
    wait_in_line(seeker.page, seeker.base, "/en")
    volunteer.page.locator("form[action*='next'] button").click()
    expect(volunteer.page.locator("#composer")).to_be_visible()
    expect(seeker.page.locator("#who")).to_have_text("Aino")
    return line


def test_last_words_are_shown_though_the_end_came_first(seeker: Side, volunteer: Side) -> None:
    line = talk(seeker, volunteer)
    line.passes = lambda text: '"said"' not in text  # overtaken by the end: they never come by this line
    volunteer.say("Hyvää yötä. Saat tulla takaisin.")
    expect(volunteer.page.locator("#lines .said-tick")).to_have_count(1)
    expect(seeker.page.locator("#lines")).not_to_contain_text("Hyvää yötä")

    end(volunteer)

    expect(seeker.page.locator("#over")).to_be_visible()
    expect(seeker.page.locator("#lines")).to_contain_text("Hyvää yötä. Saat tulla takaisin.")
    assert seeker.faults == []


def test_a_line_that_went_dead_is_noticed_after_a_message(browser: Browser, server: Service, volunteer: Side) -> None:
    with wire_to(server.seeker_url) as wire:
        seeker = Side(browser, wire.url, PHONE)
        talk(seeker, volunteer)
        wire.dead = True
        seeker.say("kuuletko?")
        expect(seeker.page.locator("#strip")).to_be_visible(timeout=15_000)  # without a message it takes up to 30 s

        wire.dead = False
        expect(seeker.page.locator("#lines .tick")).to_have_count(1, timeout=30_000)
        expect(seeker.page.locator("#strip")).to_be_hidden()
        expect(volunteer.page.locator("#lines")).to_contain_text("kuuletko?")
        assert seeker.texts().count("kuuletko?") == 1
        end(volunteer)
        assert seeker.faults == []
        seeker.context.close()


def test_the_name_of_a_lost_answerer_leaves_the_header(seeker: Side, volunteer: Side) -> None:
    line = talk(seeker, volunteer)
    name = seeker.page.locator("#visit").get_attribute("data-line") or ""
    line.say(t="state", state="waiting", place=1, of=1, answerer=None)

    expect(seeker.page.locator("#who")).to_have_text(name)
    expect(seeker.page.locator("#role")).to_have_text("You are first in the queue.")
    expect(seeker.page.locator(".talk-head")).not_to_contain_text("Aino")
    assert name != "Aino"
    end(volunteer)
    assert seeker.faults == []


def test_without_scripts_the_note_on_the_duty_page_stands_clear_below_the_buttons(
    browser: Browser, server: Service, seeker: Side, volunteer: Side
) -> None:
    signed_in = volunteer.context.storage_state()
    context = browser.new_context(java_script_enabled=False, storage_state=signed_in)
    page = context.new_page()
    note, buttons = page.locator("noscript .note"), page.locator(".duty-end")

    def clear_by() -> list[float]:
        rooms = []
        page.goto(f"{server.staff_url}/staff/duty/")
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            below, above = note.bounding_box(), buttons.bounding_box()
            assert below is not None
            assert above is not None
            rooms.append(below["y"] - above["y"] - above["height"])
        return rooms

    assert min(clear_by()) >= 12
    talk(seeker, volunteer)
    assert min(clear_by()) >= 12  # on a phone the parts then stand in another order
    end(volunteer)
    context.close()
