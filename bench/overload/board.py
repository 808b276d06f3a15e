"""The shift lead's board: it looks again at every hint, as its page does; how late it shows what happened."""

from __future__ import annotations

import asyncio
from typing import Final

from picows import WSTransport

from bench.clients import Page, Watch
from bench.requests import Site

PATH: Final = "/staff/board/"
AWAITED: Final = 10.0  # seconds in which the last changes must show


class Board(Page):
    """``lags``: seconds from each change until a board page that was asked for after it was there, whole."""

    def __init__(self, watch: Watch, site: Site, session: str) -> None:
        super().__init__(watch, "/live/duty/", session)
        self.lags: list[float] = []
        self.pages: list[float] = []  # seconds that each page took
        self.waiting: list[float] = []  # moments of changes that have not shown yet
        self._site, self._session = site, session
        self._hint = asyncio.Event()

    def on_ws_connected(self, transport: WSTransport) -> None:
        super().on_ws_connected(transport)
        self.welcome()
        self._hint.set()

    def heard(self, payload: bytes, now: float) -> None:
        if b'"changed"' in payload:
            self._hint.set()

    def changed(self, at: float) -> None:
        """Something was committed, at the latest at ``at`` (perf_counter)."""
        self.waiting.append(at)

    async def look(self, port: int) -> None:
        """Until it is cancelled."""
        await self.connect(port)
        while True:
            await self._hint.wait()
            self._hint.clear()
            answer = await self._site.get(PATH, self._session, part=True)
            if answer.status != 200:
                raise SystemExit(f"the board answered {answer.status}")
            self.pages.append(answer.seconds)
            self.shown(answer.began, answer.began + answer.seconds)

    def shown(self, asked: float, there: float) -> None:
        self.lags += [there - at for at in self.waiting if at <= asked]
        self.waiting = [at for at in self.waiting if at > asked]
