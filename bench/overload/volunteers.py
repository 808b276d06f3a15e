"""Volunteers of an evening: each takes duty, takes the next person over and over, and goes; some simply vanish."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec
from picows import WSTransport

from bench.clients import Client, Page, Watch, wait_until
from bench.overload.evening import Evening, Taken
from bench.overload.profile import Volunteers, draw
from bench.overload.seekers import LAST_FRAMES, LAST_WORDS, TALKS_EVERY
from bench.world import LINE

FORM: Final = "a" * 32  # Django's token: the same in the cookie and in the form
LOOKS_AGAIN: Final = 2.0  # minutes after which someone who got nobody asks again, also without a hint


class State(msgspec.Struct):
    t: str
    state: str | None = None


_decode: Final = msgspec.json.Decoder(State).decode


class DutyPage(Page):
    """The duty page: holds the lease, and hears that something changed."""

    def __init__(self, watch: Watch, cookie: str) -> None:
        super().__init__(watch, "/live/duty/", cookie)
        self.hint = asyncio.Event()

    def on_ws_connected(self, transport: WSTransport) -> None:
        super().on_ws_connected(transport)
        self.welcome()
        self.hint.set()

    def heard(self, payload: bytes, now: float) -> None:
        if b'"changed"' in payload:
            self.hint.set()


class TalkPage(Client):
    """The page of one conversation. ``over``: it ended, or is somebody else's."""

    def __init__(self, evening: Evening, cookie: str, conversation: str) -> None:
        super().__init__(evening.watch, f"/live/conversation/{conversation}/", cookie)
        self.over = asyncio.Event()

    def heard(self, payload: bytes, now: float) -> None:
        moved = _decode(payload)
        if moved.state is not None and moved.state != "talking":
            self.over.set()
        super().heard(payload, now)

    def dismissed(self) -> None:
        self.over.set()


class Desk:
    """One volunteer, from coming to going."""

    def __init__(self, evening: Evening, number: int, session: str, shift: Volunteers, vanishes: float | None) -> None:
        self.evening, self.number, self.shift, self.vanishes = evening, number, shift, vanishes
        self.goes = min(shift.goes, evening.profile.minutes)  # with nobody let in any more, nobody new is taken
        self.cookie = f"{session}; staff_form={FORM}"
        self.page = DutyPage(evening.watch, self.cookie)

    async def post(self, path: str, **form: str) -> Any:
        return await self.evening.site.post(path, self.cookie, {"csrfmiddlewaretoken": FORM, **form})

    async def evening_through(self) -> None:
        evening = self.evening
        await evening.until(self.shift.comes)
        await self._take_duty()
        with evening.open(self.page):
            await self.page.connect(evening.port)
            if self.vanishes is None:
                await self._serve()
            else:
                serving = asyncio.create_task(self._serve())
                await evening.until(self.vanishes)
                serving.cancel()
                await asyncio.gather(serving, return_exceptions=True)
                return
        await self.post("/staff/duty/end/")

    async def _take_duty(self) -> None:
        told = self.shift.told if self.shift.told is not None else self.shift.goes
        await self.post("/staff/duty/take/", line=LINE, until=self.evening.local_time(told))
        await self.evening.site.get("/staff/duty/", self.cookie)

    async def _serve(self) -> None:
        """As many at a time as the line lets one have. Whoever talks when the time is over talks to the end."""
        await asyncio.gather(*(self._serve_one_by_one() for _ in range(self.evening.profile.parallel_limit)))

    async def _serve_one_by_one(self) -> None:
        evening, profile = self.evening, self.evening.profile
        while evening.minute < self.goes:
            conversation = await self._take_next()
            if conversation is not None:
                await self._talk(conversation)
                await evening.minutes(profile.wrap_up_minutes * evening.chance.uniform(0.4, 1.2))
                await self._rest_over()
                continue
            self.page.hint.clear()
            await evening.met_by(self.page.hint, min(self.goes, evening.minute + LOOKS_AGAIN))
            await evening.minutes(evening.chance.uniform(0.05, 0.3))  # to see it and to reach for the button

    async def _rest_over(self) -> None:
        if self.evening.profile.parallel_limit == 1:
            await self.post("/staff/duty/state/", state="ready")

    async def _take_next(self) -> str | None:
        answer = await self.post("/staff/duty/next/")
        if "/staff/conversations/" in answer.location:
            conversation = str(answer.location.rstrip("/").rpartition("/")[2])
            self.evening.noted.claims.append(answer.seconds)
            self.evening.board.changed(answer.began + answer.seconds)
            return conversation
        page = await self.evening.site.get("/staff/duty/", self.cookie)
        if 'data-live="on"' not in page.text:
            self.evening.noted.not_taken["off duty"] += 1
            await self._take_duty()
        else:
            self.evening.noted.not_taken["nobody"] += 1
        return None

    async def _talk(self, conversation: str) -> None:
        evening = self.evening
        page = TalkPage(evening, self.cookie, conversation)
        taken = Taken(self.number, page.screen)
        evening.taken.setdefault(conversation, []).append(taken)
        ends = evening.minute + draw(evening.profile.conversations, evening.chance)
        try:
            with evening.open(page):
                await page.connect(evening.port)
                while evening.minute < ends and not page.over.is_set():
                    await evening.minutes(evening.chance.expovariate(1 / TALKS_EVERY))
                    if not page.over.is_set():
                        page.say()
                if page.over.is_set():
                    return
                evening.pages.discard(page)
                await wait_until(lambda: page.over.is_set() or page.greeted.is_set(), LAST_WORDS)
                await self.post(f"/staff/conversations/{conversation}/end/")
                await asyncio.sleep(LAST_FRAMES)
        except asyncio.CancelledError:
            taken.lost_at = evening.clock.now().timestamp()
            raise
