"""Hints between processes: they arrive, quiet is no fault, and a server that was away is noticed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from rinnalla.core.live import Event, ValkeyBus
from tests.services import RedisServer, redis_server


async def until(reached: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not reached():  # noqa: ASYNC110  # several things are waited for, none has an event
            await asyncio.sleep(0.02)


async def two_processes(server: RedisServer) -> None:
    one, other = ValkeyBus(server.url), ValkeyBus(server.url)
    heard: list[Event] = []
    gaps: list[str] = []
    other.subscribe("queue:1", heard.append)
    other.on_gap.append(lambda: gaps.append("a look at everything"))
    await one.start()
    await other.start()
    try:
        await until(lambda: len(gaps) == 1)
        one.publish([("queue:1", {"t": "queue"}), ("queue:2", {"t": "queue"})])
        await until(lambda: heard == [{"t": "queue"}])

        await asyncio.sleep(7)  # longer than the five seconds that the client takes for a broken connection
        assert len(gaps) == 1
        one.publish([("queue:1", {"t": "still"})])
        await until(lambda: heard == [{"t": "queue"}, {"t": "still"}])

        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        await until(lambda: len(gaps) == 2)
    finally:
        await one.stop()
        await other.stop()


def test_hints_arrive_quiet_is_no_gap_and_a_server_that_came_back_is_one() -> None:
    with redis_server() as server:
        asyncio.run(two_processes(server))
