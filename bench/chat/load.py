"""One run: connect both sides of every conversation, then talk, idle or restart, and account for every message."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import resource
from array import array
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any, Final

import uvloop

from bench.accounts import NOTHING, Account, Numbered, account, percentile
from bench.clients import Client, Watch, connect_all, let_go, wait_until
from bench.disk import Disk
from bench.processes import Server, cpu_seconds_of_all

WARM_UP: Final = 1.0  # seconds at full load before times are taken; every message counts in the account
DRAIN: Final = 10.0  # seconds for the last messages to arrive
BACK_WITHIN: Final = 60.0  # seconds after which a restart is given up
SETTLE: Final = 6.0  # idle seconds before memory is read: two rounds of presence


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do: messages a second (0: none), for how many seconds, and whether the server restarts at the end."""

    rate: float
    seconds: float
    restart: bool = False


@dataclass(slots=True)
class Measured:
    """The figures of one run, named as the bench prints them. Times are from sending; CPU is that of the load alone."""

    conversations: int
    rate: float
    sent: int = 0
    delivered: int = 0
    lost: int = 0
    duplicated: int = 0
    reordered: int = 0
    unanswered: int = 0
    put_off: int = 0
    refused: int = 0
    cut_off: int = 0  # sockets that the server closed
    cut_off_codes: dict[int, int] | None = None
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    max_ms: float = 0.0
    stored_p50_ms: float = 0.0
    stored_p99_ms: float = 0.0
    generator_late_p99_ms: float = 0.0
    generator_cpu_s: float = 0.0
    server_cpu_s: float = 0.0
    database_cpu_s: float = 0.0
    elsewhere_cpu_s: float = 0.0  # what the machine did beside the bench during the load: 0 in a fair run
    disk_p99_ms: float = 0.0  # a small write with nothing else, meanwhile: while the disk stalls, nothing is stored
    disk_max_ms: float = 0.0
    server_rss_mb: float = 0.0
    kb_per_socket: float = 0.0
    connected_s: float = 0.0
    connecting_server_cpu_s: float = 0.0
    back_s: float | None = None
    ready_again_s: float | None = None
    load_average: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return {
            name: round(value, 2) if isinstance(value, float) else value
            for name, value in asdict(self).items()
            if value is not None
        }


class Talk:
    """Both sides of one conversation."""

    __slots__ = ("answerer", "id", "seeker")

    def __init__(self, watch: Watch, entrance: dict[str, str]) -> None:
        self.id = entrance["conversation"]
        self.seeker = Client(watch, "/live/visit/", entrance["visit"])
        self.answerer = Client(watch, f"/live/conversation/{self.id}/", entrance["staff"])

    @property
    def clients(self) -> tuple[Client, Client]:
        return self.seeker, self.answerer


def run(
    server: Server,
    entrances: Sequence[dict[str, str]],
    plan: Plan,
    rows: Callable[[], dict[str, list[Numbered]]] | None,
) -> Measured:
    """Drive ``server``, which runs. ``rows`` reads the database afterwards; None for a server that stores nothing."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    talks, watch, measured = uvloop.run(_drive(server, entrances, plan))
    held = rows() if rows is not None else None
    total = NOTHING
    for talk in talks:
        # Sums, so that one bad conversation cannot hide among thousands of good ones.
        total += account(
            (talk.seeker.screen, talk.answerer.screen),
            None if held is None else [(seq, message) for seq, message in held.get(talk.id, [])],
        )
    _fill(measured, total, watch)
    return measured


async def _drive(server: Server, entrances: Sequence[dict[str, str]], plan: Plan) -> tuple[list[Talk], Watch, Measured]:
    watch = Watch()
    talks = [Talk(watch, entrance) for entrance in entrances]
    clients = [client for talk in talks for client in talk.clients]
    measured = Measured(conversations=len(talks), rate=plan.rate)
    before, cpu, began = server.rss_bytes(), server.cpu_seconds(), perf_counter()
    await connect_all(clients, server.port)
    measured.connected_s = perf_counter() - began
    measured.connecting_server_cpu_s = server.cpu_seconds() - cpu
    await asyncio.sleep(SETTLE if not plan.rate else 1.0)
    if not plan.rate:
        await asyncio.sleep(plan.seconds)
    measured.kb_per_socket = (server.rss_bytes() - before) / len(clients) / 1000
    # The generator's own pauses are not the server's: what is there now is not walked again, nothing is collected.
    gc.collect()
    gc.freeze()
    gc.disable()
    if plan.rate:
        before_load = _cpu(server)
        with Disk() as disk:
            late = await _talk(talks, watch, plan)
        measured.disk_p99_ms, measured.disk_max_ms = percentile(disk.took, 99) * 1000, max(disk.took) * 1000
        used = [after - before for after, before in zip(_cpu(server), before_load, strict=True)]
        measured.server_cpu_s, measured.generator_cpu_s, measured.database_cpu_s, all_of_it = used
        measured.elsewhere_cpu_s = max(0.0, all_of_it - sum(used[:3]))
        measured.generator_late_p99_ms = percentile(late, 99) * 1000
        await wait_until(lambda: watch.awaited <= 0, DRAIN)
    measured.load_average = os.getloadavg()[0]
    measured.server_rss_mb = server.rss_bytes() / 1e6
    if plan.restart:
        await _restart(server, talks, watch, measured)
    if not plan.restart:
        measured.cut_off, measured.cut_off_codes = sum(watch.closed.values()), dict(watch.closed) or None
    for client in clients:
        client.end()
    let_go()
    await asyncio.sleep(0.2)
    gc.enable()
    gc.unfreeze()
    return talks, watch, measured


async def _talk(talks: Sequence[Talk], watch: Watch, plan: Plan) -> array[float]:
    """Send at ``plan.rate`` whatever happens; how late the generator itself was with each message.

    The gaps are random (exponential), as people do not wait for each other; everyone speaks once in each round.
    """
    speakers = [client for talk in talks for client in talk.clients]
    chance = random.Random(7)
    late = array("d")
    began = perf_counter()
    watch.measured_from = began + WARM_UP
    until, due, turn = began + WARM_UP + plan.seconds, began, len(speakers)
    while due < until:
        now = perf_counter()
        while due <= now and due < until:
            if turn == len(speakers):
                chance.shuffle(speakers)
                turn = 0
            speakers[turn].say()
            if due >= watch.measured_from:
                late.append(now - due)
            turn += 1
            due += chance.expovariate(plan.rate)
        await asyncio.sleep(max(0.001, min(due - perf_counter(), 0.01)))
    return late


async def _restart(server: Server, talks: Sequence[Talk], watch: Watch, measured: Measured) -> None:
    """Stop the server as an update does and start it at once; seconds until everybody has been greeted again."""
    clients = [client for talk in talks for client in talk.clients]
    greeted = sum(client.greeted.is_set() for client in clients)
    began = perf_counter()
    await asyncio.to_thread(_stop_and_launch, server)
    measured.ready_again_s = 0.0
    while perf_counter() - began < BACK_WITHIN:
        if not measured.ready_again_s and await asyncio.to_thread(server.is_ready):
            measured.ready_again_s = perf_counter() - began
        if all(client.greeted.is_set() for client in clients):
            break
        await asyncio.sleep(0.05)
    measured.back_s = perf_counter() - began
    measured.unanswered = greeted - sum(client.greeted.is_set() for client in clients)
    assert watch.closed, "nobody was cut off: the server did not restart"


def _stop_and_launch(server: Server) -> None:
    server.stop()
    server.launch()


def _fill(measured: Measured, total: Account, watch: Watch) -> None:
    measured.sent, measured.delivered = total.sent, total.delivered
    measured.lost, measured.duplicated, measured.reordered = total.lost, total.duplicated, total.reordered
    measured.unanswered += total.unanswered
    measured.put_off, measured.refused = watch.put_off, sum(watch.refused.values())
    measured.p50_ms = percentile(watch.delivered, 50) * 1000
    measured.p99_ms = percentile(watch.delivered, 99) * 1000
    measured.max_ms = max(watch.delivered, default=0.0) * 1000
    measured.stored_p50_ms = percentile(watch.confirmed, 50) * 1000
    measured.stored_p99_ms = percentile(watch.confirmed, 99) * 1000


def _cpu(server: Server) -> tuple[float, float, float, float]:
    """Seconds of processor time so far: of the server, of the generator, of the database, of the whole machine."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    database = server.database_cpu_seconds()
    return server.cpu_seconds(), own.ru_utime + own.ru_stime, database, cpu_seconds_of_all()
