"""Promise R4 in real time, on the real service: whoever vanishes is missed, and nobody waits for them in vain."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from tests.faults.browsing import Browser, join, on_duty, take_next
from tests.faults.centre import Centre
from tests.faults.page import Page
from tests.faults.storm import LINE, ON_POSTGRESQL, VOLUNTEERS, Talk, begin, end_what_is_left, host_of, seeker_page

BACK_AT_THE_FRONT: Final = 30.0  # seconds
OUT_OF_THE_QUEUE: Final = 60.0


def answerer_page(browser: Browser, path: str, name: str) -> Page:
    conversation = path.rstrip("/").rpartition("/")[2]
    return Page(name, "answerer", host_of(browser.base), f"/live/conversation/{conversation}/", browser.cookie("staff"))


@pytest.fixture
def centre(running_centre: Centre) -> Iterator[Centre]:
    """The centre, with nobody waiting or talking in Solmussa before or after."""
    running_centre.serve_with(None)
    leave_nobody(running_centre)
    yield running_centre
    leave_nobody(running_centre)


def leave_nobody(centre: Centre) -> None:
    for name in VOLUNTEERS:
        end_what_is_left(on_duty(centre.service.staff_url, name, LINE))


async def until(reached: Callable[[], bool], seconds: float) -> float:
    """After how many seconds it was; fails when it took longer."""
    began = time.monotonic()
    while not reached():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        await asyncio.sleep(0.05)
    return time.monotonic() - began


def places(page: Page) -> list[int]:
    """All places in the queue that the page has been told."""
    return [frame["place"] for frame in page.frames if frame.get("place") is not None]


def standing(page: Page) -> tuple[str | None, int | None]:
    """State and place now."""
    states = [frame["state"] for frame in page.frames if "state" in frame]
    return states[-1] if states else None, places(page)[-1] if places(page) else None


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_whoever_vanishes_is_missed_in_time(centre: Centre) -> None:
    """Two volunteers are lost: one's browser is killed, the other's network goes silent. So are two who wait.

    The one who waits behind them is told: two come back before, then two are gone.
    """
    base = centre.service.seeker_url
    staff = [on_duty(centre.service.staff_url, name, LINE) for name in VOLUNTEERS[:2]]
    talking = []
    for number, browser in enumerate(staff):
        seeker = join(base, LINE)
        talking.append(
            (
                seeker_page(seeker, f"talking {number}"),
                answerer_page(browser, take_next(browser), f"volunteer {number}"),
            )
        )
    waiting = [seeker_page(join(base, LINE), f"waiting {number}") for number in range(3)]
    seekers = [seeker for seeker, _ in talking]
    answerers = [answerer for _, answerer in talking]

    at_the_front = {("waiting", 1), ("waiting", 2)}

    async def run() -> tuple[float, float]:
        lines = {page.name: asyncio.create_task(page.live()) for page in (*seekers, *answerers, *waiting)}
        try:
            await until(lambda: standing(waiting[2]) == ("waiting", 3), 10)
            await until(lambda: all(standing(seeker)[0] == "talking" for seeker in seekers), 10)
            await until(lambda: all(page.is_open() for page in answerers), 10)
            vanish(lines, answerers[0])
            answerers[1].fall_silent()
            vanish(lines, waiting[0])
            waiting[1].fall_silent()
            return await asyncio.gather(
                until(lambda: {standing(page) for page in seekers} == at_the_front, BACK_AT_THE_FRONT),
                until(lambda: places(waiting[2])[-1] == 3 < max(places(waiting[2])), OUT_OF_THE_QUEUE),
            )
        finally:
            for line in lines.values():
                line.cancel()
            await asyncio.gather(*lines.values(), return_exceptions=True)

    back, out = asyncio.run(run())
    print(f"back at the front after {back:.1f} s, out of the queue after {out:.1f} s")
    assert out > 30, "too early: a short tunnel must not cost the place"


def vanish(lines: dict[str, asyncio.Task[None]], page: Page) -> None:
    lines[page.name].cancel()
    page.vanish()


@pytest.mark.skipif(not ON_POSTGRESQL, reason="one process has it all on SQLite")
def test_the_same_message_through_both_processes_at_once_is_stored_once(centre: Centre) -> None:
    talks: list[Talk] = begin(centre)
    seeker = talks[0].seeker
    windows = [
        Page(f"window {number}", "seeker", host_of(process.url), seeker.path, seeker.cookie)
        for number, process in enumerate(centre.service.processes * 4)
    ]
    message_id = str(uuid.uuid4())

    async def run() -> None:
        lines = [asyncio.create_task(window.live()) for window in windows]
        await until(lambda: all(window.whole() == 1 for window in windows), 10)
        for _ in range(50 // len(windows) + 1):
            await asyncio.gather(*(window.send_anyway(message_id, "kerran vain") for window in windows))
        await until(lambda: all(window.whole() == 2 for window in windows), 10)
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)

    asyncio.run(run())
    stored = centre.stored([talks[0].id])[talks[0].id]
    assert [(row["seq"], row["text"]) for row in stored["messages"]] == [(1, ""), (2, "kerran vain")]
    assert {window.said[2]["id"] for window in windows} == {message_id}
    assert [window.faults for window in windows] == [[]] * len(windows)
