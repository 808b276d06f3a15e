"""Thousands wait on one `serve` while the queue moves: how old the place is that each sees, and what that costs."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any, Final

import msgspec
import uvloop

from bench import processes
from bench.accounts import percentile
from bench.clients import Page, Watch, connect_all, let_go
from bench.overload.replay import service
from bench.overload.volunteers import FORM, DutyPage
from bench.overload.world import Setting
from bench.processes import Service
from bench.requests import Site
from bench.world import LINE

PARALLEL: Final = 6  # conversations of one volunteer, the most a line allows
EVERY: Final = 1.0  # seconds between two claims
SETTLE: Final = 8.0  # seconds after connecting: the first places are told, the first ranges stored
DRAIN: Final = 6.0  # seconds after the last claim in which everybody must have seen it


class Told(msgspec.Struct):
    t: str
    place: int | None = None


_decode: Final = msgspec.json.Decoder(Told).decode


class Moves:
    """When each claim was asked for (perf_counter): after the n-th, the n first of the queue wait no longer."""

    def __init__(self) -> None:
        self.at: list[float] = []
        self.frames = 0
        self.ages: list[float] = []

    def age(self, seen: int, now: float) -> float:
        """How long a page has been out of date that knows of the first ``seen`` claims."""
        return now - self.at[seen] if seen < len(self.at) else 0.0


class WaitingPage(Page):
    """``number``: how many joined before; the place is one more than that, less the claims."""

    def __init__(self, watch: Watch, cookie: str, moves: Moves, number: int) -> None:
        super().__init__(watch, "/live/visit/", cookie)
        self.moves, self.number, self.seen = moves, number, 0
        self.waits = True

    def heard(self, payload: bytes, now: float) -> None:
        told = _decode(payload)
        if told.t == "hello":
            self.welcome()
        if told.t == "state":
            self.waits = False
        if told.place is not None:
            seen = self.number + 1 - told.place
            if told.t == "place":
                self.moves.frames += 1
                if seen > self.seen:
                    self.moves.ages.append(self.moves.age(self.seen, now))
            self.seen = seen


@dataclass(frozen=True, slots=True)
class Stage:
    """The same moving queue, so long. CPU is that of the service alone, presence and claims included."""

    waiting: int
    claims: int
    places_told: int
    place_age_p50_s: float
    place_age_p99_s: float
    place_age_max_s: float
    out_of_date: int  # pages that had not seen the last claim DRAIN after it
    server_cpu_share: float
    cpu_us_per_place: float
    claim_p99_ms: float


def measure(most: int, database: str, *, seconds: float) -> dict[str, Any]:
    """A ninth of ``most``, a third, and all of them: the cost must grow with the queue, not with its square."""
    steps = sorted({max(1, most // 9), max(1, most // 3), most})
    claims = int(seconds / EVERY) * len(steps)
    setting = Setting(
        volunteers=-(-claims // PARALLEL),
        order="severity",
        session_minutes=45,
        wrap_up_minutes=5,
        parallel_limit=PARALLEL,
        level_minutes=30,
    )
    now = time.time()
    with service(database, setting, now, program=processes.SERVE) as (server, entrances, set_clock):
        set_clock(1.0, 0.0)
        server.start()
        stages, kb, watch = uvloop.run(_stages(server, entrances["volunteers"], steps, seconds))
    last = stages[-1]
    return {
        **asdict(last),
        "kb_per_socket": round(kb, 1),
        "growing": [asdict(stage) for stage in stages],
        "cut_off": {str(code): count for code, count in watch.closed.items()},
    }


async def _stages(
    server: Service, sessions: Sequence[str], steps: Sequence[int], seconds: float
) -> tuple[list[Stage], float, Watch]:
    watch, moves, site = Watch(), Moves(), Site(server.port)
    pages: list[WaitingPage] = []
    stages, kb = [], 0.0
    desks = [f"{session}; staff_form={FORM}" for session in sessions for _ in range(PARALLEL)]
    duties = [DutyPage(watch, f"{session}; staff_form={FORM}") for session in sessions]
    for session, duty in zip(sessions, duties, strict=True):
        form = {"csrfmiddlewaretoken": FORM, "line": LINE}
        await site.post("/staff/duty/take/", f"{session}; staff_form={FORM}", form)
        await duty.connect(server.port)
    before = server.rss_bytes()
    for count in steps:
        came = await asyncio.to_thread(server.world, "wait", str(count - len(pages)))
        fresh = [WaitingPage(watch, one["cookie"], moves, len(pages) + i) for i, one in enumerate(came)]
        pages += fresh
        await connect_all(fresh, server.port)
        await asyncio.sleep(SETTLE)
        kb = (server.rss_bytes() - before) / len(pages) / 1000
        gc.collect()
        gc.freeze()
        stages.append(await _move(server, site, pages, moves, desks, seconds))
    for page in (*pages, *duties):
        page.end()
    site.close()
    let_go()
    await asyncio.sleep(0.2)
    gc.unfreeze()
    return stages, kb, watch


async def _move(
    server: Service, site: Site, pages: Sequence[WaitingPage], moves: Moves, desks: list[str], seconds: float
) -> Stage:
    moves.frames, moves.ages = 0, []
    took, began, cpu, first = [], perf_counter(), server.cpu_seconds(), len(moves.at)
    due = began
    while due < began + seconds:
        await asyncio.sleep(max(0.0, due - perf_counter()))
        moves.at.append(perf_counter())
        answer = await site.post("/staff/duty/next/", desks.pop(0), {"csrfmiddlewaretoken": FORM})
        if "/staff/conversations/" not in answer.location:
            raise SystemExit(f"nobody was given to a volunteer: {answer.status} {answer.location}")
        took.append(answer.seconds)
        due += EVERY
    used, elapsed = server.cpu_seconds() - cpu, perf_counter() - began
    await asyncio.sleep(DRAIN)
    now = perf_counter()
    behind = [page for page in pages[len(moves.at) :] if page.seen < len(moves.at)]
    ages = [*moves.ages, *(moves.age(page.seen, now) for page in behind)]
    return Stage(
        waiting=len(pages) - first,
        claims=len(took),
        places_told=moves.frames,
        place_age_p50_s=round(percentile(ages, 50), 2),
        place_age_p99_s=round(percentile(ages, 99), 2),
        place_age_max_s=round(max(ages, default=0.0), 2),
        out_of_date=len(behind),
        server_cpu_share=round(used / elapsed, 3),
        cpu_us_per_place=round(used / max(1, moves.frames) * 1e6, 1),
        claim_p99_ms=round(percentile(took, 99) * 1000, 1),
    )
