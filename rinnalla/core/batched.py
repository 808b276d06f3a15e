"""Reading for many at once: lookups that arrive together share one query, in a thread beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from django.db import close_old_connections


class Batched[Key, Value]:
    """Turns ``load(keys) -> values`` into a lookup for one key that waits for company.

    ``load`` runs in one of ``pool``'s threads, one at a time, with at most ``most`` keys, and answers with a value for
    each, in order. What is asked for meanwhile goes into the next load: the more ask, the more share a query, so that
    thousands who come back after a restart cost little more than hundreds. When ``load`` raises, every caller of that
    batch gets the exception.
    """

    WAIT: Final = 0.002  # seconds that the first of a batch waits for others
    # Seconds to the next load when many ask: preparing a query takes the processor as long as reading twenty rows.
    REST: Final = 0.02

    def __init__(
        self, load: Callable[[Sequence[Key]], Sequence[Value]], pool: ThreadPoolExecutor, *, most: int = 200
    ) -> None:
        self._load = load
        self._pool = pool
        self._most = most
        self._waiting: list[tuple[Key, asyncio.Future[Value]]] = []
        self._loading: asyncio.Task[None] | None = None

    async def get(self, key: Key) -> Value:
        future: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, future))
        if self._loading is None:
            self._loading = asyncio.ensure_future(self._run())
        return await future

    async def _run(self) -> None:
        try:
            await asyncio.sleep(self.WAIT)
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._run_one(batch)
                if len(batch) > 1 and len(self._waiting) < self._most:
                    await asyncio.sleep(self.REST)
        finally:
            self._loading = None

    async def _run_one(self, batch: list[tuple[Key, asyncio.Future[Value]]]) -> None:
        loop = asyncio.get_running_loop()
        try:
            values = await loop.run_in_executor(self._pool, in_thread, self._load, [key for key, _ in batch])
        except Exception as problem:  # noqa: BLE001  # every caller gets it
            for _, future in batch:
                if not future.done():
                    future.set_exception(problem)
        else:
            for (_, future), value in zip(batch, values, strict=True):
                if not future.done():
                    future.set_result(value)


def in_thread[Key, Value](load: Callable[[Sequence[Key]], Sequence[Value]], keys: Sequence[Key]) -> Sequence[Value]:
    """Run a database read in a pool's thread, dropping a connection that has broken."""
    close_old_connections()
    return load(keys)
