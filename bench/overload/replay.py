"""Replay one evening through the real service, and say what became of everybody."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final
from zoneinfo import ZoneInfo

import uvloop

from bench import processes
from bench.accounts import percentile
from bench.clients import Watch, let_go
from bench.overload import clock as clocks
from bench.overload import verdict
from bench.overload.board import Board
from bench.overload.clock import Clock
from bench.overload.evening import Evening
from bench.overload.profile import Profile, draw_people
from bench.overload.seekers import come
from bench.overload.verdict import Contact, Talked
from bench.overload.volunteers import Desk
from bench.overload.world import Setting, as_json
from bench.requests import Site

WORLD: Final = "bench.overload.world"
SERVE: Final = (sys.executable, "-m", "bench.overload.serve")
LEAD_IN: Final = 3.0  # seconds by the wall before the evening begins
OPENS_BEFORE: Final = 60  # minutes; what is done in the lead-in is done on an open line
UNEXPECTED: Final = {4400, 4401, 4403, 4413, 4429, 4503}  # codes with which a socket is closed that did nothing wrong
AFTERWARDS: Final = 150.0  # minutes after closing in which everybody is gone


@dataclass(frozen=True, slots=True)
class Replay:
    database: str
    speed: float
    seed: int = 7
    times: float = 1.0  # so many times the attempts of the profile
    order: str = "severity"


def replay(profile: Profile, how: Replay) -> tuple[dict[str, Any], list[Contact]]:
    """The figures of one evening, and its contacts."""
    volunteers = sum(one.count for one in profile.volunteers)
    begins = datetime.strptime(profile.begins, "%H:%M")  # noqa: DTZ007  # a time of day
    setting = Setting(
        volunteers=volunteers,
        order=how.order,
        session_minutes=profile.session_minutes,
        wrap_up_minutes=profile.wrap_up_minutes,
        parallel_limit=profile.parallel_limit,
        level_minutes=profile.level_minutes,
        queue_cap=profile.queue_cap,
        opens=f"{begins - timedelta(minutes=OPENS_BEFORE):%H:%M}",
        closes=f"{begins + timedelta(minutes=profile.minutes):%H:%M}",
    )
    today = datetime.now(ZoneInfo("Europe/Helsinki")).date()
    evening_begins = datetime.combine(today, begins.time(), ZoneInfo("Europe/Helsinki")).timestamp()
    with service(how.database, setting, evening_begins) as (server, entrances, set_clock):
        clock = set_clock(how.speed, LEAD_IN)
        server.start()
        evening = uvloop.run(_evening(profile, how, clock, server.port, entrances))
        contacts = verdict.read_contacts(server.world("contacts"))
        cpu = server.cpu_seconds()
    return _figures(profile, how, evening, contacts) | {"server_cpu_s": round(cpu, 1)}, contacts


@contextmanager
def service(
    database: str, setting: Setting, evening_begins: float, *, program: Sequence[str] = SERVE
) -> Iterator[tuple[processes.Service, dict[str, Any], Callable[[float, float], Clock]]]:
    """A service with its centre, not started yet; who may enter; and what sets its clock, which stands so far, going:
    at a speed, so many seconds from now.
    """
    with tempfile.TemporaryDirectory(prefix="rinnalla-bench-") as scratch:
        clock_file, setting_file = Path(scratch) / "clock.json", Path(scratch) / "setting.json"
        Clock(evening_begins, 0.0, 0.0).write(clock_file)
        setting_file.write_text(as_json(setting))
        with processes.service(database, world=WORLD, program=program, more={clocks.FILE: str(clock_file)}) as server:
            entrances = server.world("make", str(setting_file))

            def set_clock(speed: float, seconds: float) -> Clock:
                clock = Clock(evening_begins, time.time() + seconds, speed)
                clock.write(clock_file)
                return clock

            yield server, entrances, set_clock


async def _evening(profile: Profile, how: Replay, clock: Clock, port: int, entrances: dict[str, Any]) -> Evening:
    watch, site = Watch(), Site(port)
    watch.measured_from = 0.0
    board = Board(watch, site, entrances["lead"])
    evening = Evening(profile, clock, site, watch, board, how.seed)
    chance = random.Random(how.seed)
    for person in draw_people(profile, chance, times=how.times):
        evening.expect(come(evening, person))
    shifts = [shift for shift in profile.volunteers for _ in range(shift.count)]
    vanishing = set(chance.sample(range(len(shifts)), profile.lost_volunteers))
    for number, (shift, session) in enumerate(zip(shifts, entrances["volunteers"], strict=True)):
        begin = max(0.0, shift.comes)
        vanishes = begin + (shift.goes - begin) * chance.uniform(0.3, 0.8) if number in vanishing else None
        evening.expect(Desk(evening, number, session, shift, vanishes).evening_through())
    gc.collect()
    gc.freeze()
    gc.disable()
    others = [asyncio.create_task(work) for work in (board.look(port), evening.drop_lines(), evening.watch_lateness())]
    try:
        async with asyncio.timeout(clock.wall_seconds_until((profile.minutes + AFTERWARDS) * 60)):
            await evening.everybody_gone()
    except TimeoutError:
        evening.noted.odd["not gone when all was over"] += 1
    for task in others:
        if task.done() and not task.cancelled() and (problem := task.exception()) is not None:
            raise problem
        task.cancel()
    board.end()
    evening.end()
    let_go()
    await asyncio.sleep(0.2)
    with suppress(ValueError):
        gc.unfreeze()
    gc.enable()
    return evening


def _figures(profile: Profile, how: Replay, evening: Evening, contacts: Sequence[Contact]) -> dict[str, Any]:
    noted = evening.noted
    talked = talks_of(evening, contacts)
    served = [contact for contact in contacts if contact.taken]
    in_vain = [contact for contact in contacts if not contact.taken]
    head_start = 0.0 if how.order == "first_come" else (3 * profile.level_minutes + 30) * 60.0
    ranges = verdict.judge(verdict.stated(contacts))
    waits = [contact.wait / 60 for contact in served if contact.wait is not None]
    back = verdict.back_after(contacts, talked, how.speed)
    return {
        "attempts": noted.attempts,
        "served": len(served),
        "abandoned": sum(contact.ended_by == "seeker" for contact in in_vain),
        "sent_home": sum(contact.ended_by == "closed" for contact in in_vain),
        "turned_away": noted.turned_away,
        "max_queue": verdict.max_queue(contacts),
        "double_claims": verdict.double_claims(contacts, talked),
        "orphans": verdict.orphans(contacts, talked, how.speed),
        "starved": verdict.starved(contacts, head_start),
        "wait_in_range_share": round(ranges.share, 3),
        "waited_longer_share": round(ranges.above, 3),
        "waited_less_share": round(ranges.below, 3),
        "without_range_share": round(ranges.without, 3),
        "range_width": round(ranges.width, 2),
        "wait_p50_min": round(median(waits), 1) if waits else None,
        "wait_p90_min": round(percentile(waits, 90), 1),
        "claim_p50_ms": milliseconds(noted.claims, 50),
        "claim_p99_ms": milliseconds(noted.claims, 99),
        "board_lag_p50_ms": milliseconds(evening.board.lags, 50),
        "board_lag_p99_ms": milliseconds(evening.board.lags, 99),
        "board_never_shown": len(evening.board.waiting),
        "lost": verdict.lost(contacts, talked),
        "messages": len(evening.watch.delivered),
        "message_p95_ms": milliseconds(list(evening.watch.delivered), 95),
        "join_p99_ms": milliseconds(noted.joins, 99),
        "turned_page_p99_ms": milliseconds(noted.turned_pages, 99),
        "drops": noted.drops,
        "vanished": sum(len(one.lost_at) for one in talked.values()),
        "back_in_queue_max_s": round(max(back), 1) if back else None,
        "not_taken": dict(noted.not_taken),
        "odd": dict(noted.odd)
        | {str(code): count for code, count in evening.watch.closed.items() if code in UNEXPECTED},
        "acceleration": how.speed,
        "generator_late_p99_ms": milliseconds(noted.late, 99),
        "load_average": round(os.getloadavg()[0], 2),
    }


def talks_of(evening: Evening, contacts: Sequence[Contact]) -> dict[str, Talked]:
    found = {}
    for contact in contacts:
        taken = evening.taken.get(contact.id, [])
        found[contact.id] = Talked(
            evening.visits.get(contact.visit),
            [one.screen for one in taken],
            [one.lost_at for one in taken if one.lost_at is not None],
        )
    return found


def milliseconds(seconds: Sequence[float], percent: float) -> float:
    return round(percentile(seconds, percent) * 1000, 1)
