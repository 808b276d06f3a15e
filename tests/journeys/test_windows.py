"""Several windows of one browser, and the language that the service speaks in them."""

from __future__ import annotations

from playwright.sync_api import WebSocket, expect

from tests.journeys.sides import Side, wait_in_line


def test_quick_exit_in_one_window_empties_the_others(seeker: Side) -> None:
    """Promise S16: whoever looks at the phone afterwards finds no other window with the visit in it."""
    wait_in_line(seeker.page, seeker.base)
    other, third = seeker.context.new_page(), seeker.context.new_page()
    other.goto(f"{seeker.base}/chat/")
    third.goto(f"{seeker.base}/line/sekasin/")
    seeker.page.locator("form.exit button").click()
    for page in (seeker.page, other, third):
        page.wait_for_url("**/calendar/")
        assert "solmussa" not in page.content().lower()
    assert seeker.faults == []


def test_someone_who_leaves_the_queue_reads_that_and_nothing_of_a_conversation(seeker: Side) -> None:
    wait_in_line(seeker.page, seeker.base, "/en")
    other = seeker.context.new_page()
    other.goto(f"{seeker.base}/en/chat/")
    seeker.page.locator("details.sure summary").click()
    seeker.page.locator("details.sure form button").click()
    for page in (seeker.page, other):
        expect(page.locator("#over")).to_contain_text("You are no longer in the queue")
        expect(page.locator("#over")).not_to_contain_text("The messages are erased")


def test_a_socket_speaks_the_language_of_its_page(seeker: Side) -> None:
    opened: list[WebSocket] = []
    seeker.page.on("websocket", lambda socket: opened.append(socket))  # noqa: PLW0108  # Playwright takes no builtin
    wait_in_line(seeker.page, seeker.base, "/sv")
    seeker.page.wait_for_timeout(500)
    assert "lang=sv" in opened[-1].url
