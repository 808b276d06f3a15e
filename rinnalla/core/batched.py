"""Reading for many at once: lookups that arrive together share one query, in a thread beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from django.db import close_old_connections


class Batched[Key, Value]:
    """Turns ``load(keys) -> values`` into a lookup for one key that waits for company.

    ``load`` runs in one of ``pool``'s threads with at most ``most`` keys and answers with a value for each, in order.
    When it raises, every caller of that batch gets the exception.
    """

    WAIT: Final = 0.002  # seconds

    def __init__(
        self, load: Callable[[Sequence[Key]], Sequence[Value]], pool: ThreadPoolExecutor, *, most: int = 200
    ) -> None:
        self._load = load
        self._pool = pool
        self._most = most
        self._waiting: list[tuple[Key, asyncio.Future[Value]]] = []
        self._timer: asyncio.TimerHandle | None = None

    async def get(self, key: Key) -> Value:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Value] = loop.create_future()
        self._waiting.append((key, future))
        if len(self._waiting) >= self._most:
            self._flush()
        elif self._timer is None:
            self._timer = loop.call_later(self.WAIT, self._flush)
        return await future

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if batch := self._waiting:
            self._waiting = []
            task = asyncio.ensure_future(self._run(batch))
            task.add_done_callback(lambda done: done.exception())

    async def _run(self, batch: list[tuple[Key, asyncio.Future[Value]]]) -> None:
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
