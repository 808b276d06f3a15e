"""What everybody of an evening shares: the clock, the service, the rooms, and what was noted."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from bench.accounts import Screen
from bench.clients import Page, Watch
from bench.overload.board import Board
from bench.overload.clock import Clock
from bench.overload.profile import Profile
from bench.requests import Site


@dataclass(slots=True)
class Taken:
    """One answer that gave a conversation to a volunteer. ``lost_at``: when that volunteer vanished, by the evening."""

    volunteer: int
    screen: Screen
    lost_at: float | None = None


@dataclass(slots=True)
class Noted:
    """What the people of an evening noted; seconds by the wall."""

    attempts: int = 0
    turned_away: int = 0
    drops: int = 0
    claims: list[float] = field(default_factory=list)
    joins: list[float] = field(default_factory=list)
    turned_pages: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)  # how late the bench itself was
    not_taken: Counter[str] = field(default_factory=Counter)
    odd: Counter[str] = field(default_factory=Counter)  # answers that nobody expected


class Evening:
    def __init__(self, profile: Profile, clock: Clock, site: Site, watch: Watch, board: Board, seed: int) -> None:
        self.profile, self.clock, self.site = profile, clock, site
        self.chance = random.Random(seed)
        self.watch, self.port = watch, site.port
        self.noted = Noted()
        self.board = board
        self.visits: dict[str, Screen] = {}  # by the hash of the visit's token
        self.taken: dict[str, list[Taken]] = {}  # by conversation
        self.pages: set[Page] = set()  # those that may lose the network
        self.over = asyncio.Event()
        self._people: list[asyncio.Task[None]] = []

    @property
    def minute(self) -> float:
        return self.clock.seconds() / 60

    def local_time(self, minute: float) -> str:
        """The time of day at a minute of the evening, as a form takes it."""
        at = datetime.strptime(self.profile.begins, "%H:%M") + timedelta(minutes=minute)  # noqa: DTZ007  # a time of day
        return f"{at:%H:%M}"

    async def until(self, minute: float) -> None:
        await asyncio.sleep(self.clock.wall_seconds_until(minute * 60))

    async def minutes(self, count: float) -> None:
        await asyncio.sleep(max(0.0, count * 60 / self.clock.speed))

    async def met_by(self, event: asyncio.Event, minute: float) -> bool:
        """Whether ``event`` happened before the evening's ``minute``."""
        try:
            async with asyncio.timeout(self.clock.wall_seconds_until(minute * 60)):
                await event.wait()
        except TimeoutError:
            return event.is_set()
        return True

    def expect(self, somebody: Coroutine[Any, Any, None]) -> None:
        """Let one more person's evening begin."""
        self._people.append(asyncio.get_running_loop().create_task(somebody))

    async def everybody_gone(self) -> None:
        """Raises what went wrong with anybody."""
        while self._people:
            await self._people.pop()

    @contextmanager
    def open(self, page: Page) -> Iterator[None]:
        self.pages.add(page)
        try:
            yield
        finally:
            self.pages.discard(page)
            page.end()

    def end(self) -> None:
        self.over.set()
        for task in self._people:
            task.cancel()
        self.site.close()

    async def drop_lines(self) -> None:
        """Every page loses the network now and then: by a reset, or so that the server does not notice."""
        before = self.minute
        while not self.over.is_set():
            await asyncio.sleep(0.1)
            now = self.minute
            share = 1 - (1 - self.profile.drops_per_minute) ** (now - before)
            before = now
            for page in tuple(self.pages):
                if self.chance.random() < share:
                    self.noted.drops += page.drop(half_open=self.chance.random() < 0.5)

    async def watch_lateness(self) -> None:
        while not self.over.is_set():
            began = perf_counter()
            await asyncio.sleep(0.05)
            self.noted.late.append(perf_counter() - began - 0.05)
