"""Lookups that arrive together share a load."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from rinnalla.core.batched import Batched


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as made:
        yield made


async def test_what_is_asked_together_is_loaded_together_and_answered_to_whom_asked(pool: ThreadPoolExecutor) -> None:
    loads: list[list[int]] = []

    def load(keys: Sequence[int]) -> list[str]:
        loads.append(list(keys))
        return [f"value {key}" for key in keys]

    batched = Batched(load, pool)

    assert await asyncio.gather(*(batched.get(key) for key in range(3))) == ["value 0", "value 1", "value 2"]
    assert loads == [[0, 1, 2]]


async def test_the_first_waits_a_moment_for_others(pool: ThreadPoolExecutor) -> None:
    loads: list[list[int]] = []

    def load(keys: Sequence[int]) -> list[int]:
        loads.append(list(keys))
        return list(keys)

    batched = Batched(load, pool)
    first = asyncio.create_task(batched.get(1))
    for _ in range(3):
        await asyncio.sleep(0)
    second = asyncio.create_task(batched.get(2))

    assert [await first, await second] == [1, 2]
    assert loads == [[1, 2]]


async def test_what_is_asked_during_a_load_goes_into_the_next(pool: ThreadPoolExecutor) -> None:
    loads: list[list[int]] = []
    begun, go_on = threading.Event(), threading.Event()

    def load(keys: Sequence[int]) -> list[int]:
        loads.append(list(keys))
        begun.set()
        go_on.wait(5)
        return list(keys)

    batched = Batched(load, pool)
    first = asyncio.create_task(batched.get(0))
    await asyncio.to_thread(begun.wait, 5)
    others = [asyncio.create_task(batched.get(key)) for key in (1, 2, 3)]
    await asyncio.sleep(3 * Batched.WAIT)
    go_on.set()

    assert await asyncio.gather(first, *others) == [0, 1, 2, 3]
    assert loads == [[0], [1, 2, 3]]


async def test_one_load_has_at_most_as_many_keys_as_it_may(pool: ThreadPoolExecutor) -> None:
    loads: list[int] = []

    def load(keys: Sequence[int]) -> list[int]:
        loads.append(len(keys))
        return list(keys)

    batched = Batched(load, pool, most=4)

    assert await asyncio.gather(*(batched.get(key) for key in range(10))) == list(range(10))
    assert loads == [4, 4, 2]


async def test_everyone_in_a_load_that_fails_hears_of_it_and_the_next_load_works(pool: ThreadPoolExecutor) -> None:
    failing = True

    def load(keys: Sequence[int]) -> list[int]:
        if failing:
            raise LookupError("the database is away")
        return list(keys)

    batched = Batched(load, pool)
    problems = await asyncio.gather(batched.get(1), batched.get(2), return_exceptions=True)
    failing = False

    assert [type(problem) for problem in problems] == [LookupError, LookupError]
    assert await batched.get(3) == 3
