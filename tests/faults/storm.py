"""Three conversations in which both sides write all the time, while parts of the centre are killed under them."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from tests.faults.browsing import Browser, NotFound, join, on_duty, take_next
from tests.faults.centre import Centre
from tests.faults.page import Page
from tests.faults.verdict import differences

ON_POSTGRESQL: Final = os.environ["RINNALLA_TEST_ON"] == "postgresql"
LINE: Final = "solmussa"  # always open
VOLUNTEERS: Final = ("Aino", "Helmi", "Iida")


@dataclass
class Talk:
    """One conversation: both sides' pages, and the browsers they are open in."""

    id: str
    seeker: Page
    answerer: Page
    seeker_browser: Browser
    answerer_browser: Browser

    @property
    def pages(self) -> tuple[Page, Page]:
        return self.seeker, self.answerer

    @property
    def staff_path(self) -> str:
        return f"/staff/conversations/{self.id}/"


def host_of(base: str) -> str:
    return urlsplit(base).netloc


def seeker_page(browser: Browser, name: str) -> Page:
    return Page(name, "seeker", host_of(browser.base), "/live/visit/", browser.cookie("visit"))


def begin(centre: Centre) -> list[Talk]:
    """Three people come, and three volunteers take them: all open the pages they would open.

    What the test before left is ended first: conversations, and people who went back to the queue.
    """
    talks = []
    for volunteer in VOLUNTEERS:
        staff = on_duty(centre.service.staff_url, volunteer, LINE)
        end_what_is_left(staff)
        seeker = join(centre.service.seeker_url, LINE)
        conversation = take_next(staff).rstrip("/").rpartition("/")[2]
        answerer = Page(
            volunteer,
            "answerer",
            host_of(staff.base),
            f"/live/conversation/{conversation}/",
            staff.cookie("staff"),
        )
        talks.append(Talk(conversation, seeker_page(seeker, f"{volunteer}'s person"), answerer, seeker, staff))
    return talks


def end_what_is_left(staff: Browser) -> None:
    while True:
        for conversation in set(re.findall(r"/staff/conversations/[0-9a-f-]{36}/", staff.get("/staff/duty/"))):
            staff.post(f"{conversation}end/")
        try:
            take_next(staff)
        except NotFound:  # nobody is waiting
            return


class Storm:
    """``patience``: seconds after which a page that gets nothing stored counts as stuck."""

    def __init__(self, centre: Centre, talks: Sequence[Talk], *, patience: float = 20) -> None:
        self.centre = centre
        self.talks = talks
        self.patience = patience
        self.pages = [page for talk in talks for page in talk.pages]
        self.stuck: list[str] = []
        self._going = asyncio.Event()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """All pages are open, and write from the first kill to `rest`, and again from the next one."""
        tasks = [asyncio.create_task(page.live()) for page in self.pages]
        tasks += [asyncio.create_task(page.write(self._going)) for page in self.pages]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def rest(self) -> list[str]:
        """Nobody writes any more; everything arrives. What is wrong then (verdict.py)."""
        self._going.clear()
        await self._until(self._at_rest)
        return await asyncio.to_thread(self._verdict)

    async def kill(self, part: str) -> None:
        """Kill ``part`` at some moment, start it again, and see that every page gets on."""
        chance = self.centre.chance
        if not self._going.is_set():
            self._going.set()
            await self.everyone_goes_on()
        await asyncio.sleep(chance.uniform(0.05, 0.5))
        start = await asyncio.to_thread(self.centre.kill_one, part)
        await asyncio.sleep(chance.choice((0, chance.uniform(0, 0.4))))
        await asyncio.to_thread(start)
        if chance.random() < 0.5:
            await self.load_again()
        await self.everyone_goes_on()

    async def load_again(self) -> None:
        """One person loads the page again."""
        talk = self.centre.chance.choice(self.talks)
        if self.centre.chance.random() < 0.5:
            browser, path, page = talk.seeker_browser, "/chat/", talk.seeker
        else:
            browser, path, page = talk.answerer_browser, talk.staff_path, talk.answerer
        try:
            transcript = await asyncio.to_thread(browser.transcript, path)
        except OSError:  # the page is away for a moment: the person tries later
            return
        page.load(transcript)
        page.vanish()

    async def everyone_goes_on(self) -> None:
        """Each page gets something stored that it has not got yet."""
        before = [len(page.acknowledged) for page in self.pages]
        await self._until(
            lambda: all(
                len(page.acknowledged) > count for page, count in zip(self.pages, before, strict=True)
            )
        )  # fmt: skip

    def _verdict(self) -> list[str]:
        """Compare acknowledgements, databases and screens, also those of pages opened now."""
        stored = self.centre.stored([talk.id for talk in self.talks])
        found = list(self.stuck)
        for talk in self.talks:
            fresh = [talk.seeker_browser.transcript("/chat/"), talk.answerer_browser.transcript(talk.staff_path)]
            found += differences(talk.pages, fresh, stored[talk.id])
        return found

    def _at_rest(self) -> bool:
        return all(
            not talk.seeker.unsent and not talk.answerer.unsent and talk.seeker.screen() == talk.answerer.screen()
            for talk in self.talks
        )

    async def _until(self, reached: Callable[[], bool]) -> None:
        ends = time.monotonic() + self.patience
        while not reached():
            if time.monotonic() > ends:
                self.stuck += [
                    f"stuck: {page.name} has {len(page.unsent)} messages unsent and shows {page.whole()}"
                    for page in self.pages
                ]
                return
            await asyncio.sleep(0.02)
