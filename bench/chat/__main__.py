"""`make -s bench NAME=chat ARGS='…'`: how fast, how light and how faithful the chat is. See bench/README.md.

Prints what it does on standard error and one JSON object as the last line of standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from time import perf_counter
from typing import Any, Final

from bench import processes
from bench.chat import first_page, load
from bench.chat.load import Measured, Plan
from bench.world import LINE

DATABASES: Final = ("sqlite", "postgresql")


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    plan = Plan(options.rate, options.seconds, restart=options.restart)
    databases = [options.db] if options.db else list(DATABASES)
    before = os.getloadavg()[0]
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        say(f"making {options.conversations} conversations on {' and '.join(databases)}")
        # All is made ready at once; what is measured comes one after the other.
        relay = None if options.restart else stack.enter_context(processes.server("bench.chat.relay"))
        relay_ready = pool.submit(relay.start) if relay is not None else None
        services = list(
            pool.map(lambda name: stack.enter_context(processes.service(name, world="bench.chat.world")), databases)
        )
        entrances = list(pool.map(lambda service: service.world("make", str(options.conversations)), services))
        results = [
            on_service(name, service, entrance, plan)
            for name, service, entrance in zip(databases, services, entrances, strict=True)
        ]
        answer: dict[str, Any] = {"bench": "chat", "db": databases[0], **results[0]}
        answer |= dict(zip(databases[1:], results[1:], strict=True))
        if relay is not None and relay_ready is not None:
            say("the bare relay: the same load, nothing stored")
            relay_ready.result()
            answer["ceiling"] = on_relay(relay, options.conversations, plan).as_dict()
    answer["processors"] = len(os.sched_getaffinity(0))
    answer["load_average_before"] = round(before, 2)
    print(json.dumps(answer), flush=True)
    return 0


def begin(database: str) -> AbstractContextManager[processes.Service]:
    return processes.service(database, world="bench.chat.world")


def on_service(
    name: str, service: processes.Service, entrances: Sequence[dict[str, str]], plan: Plan
) -> dict[str, Any]:
    began = perf_counter()
    service.start()
    ready = perf_counter() - began
    ready_rss = service.rss_bytes()
    say(f"{name}: serving after {ready:.1f} s")
    weights = {path: first_page.weigh(service.port, path) for path in ("/", f"/line/{LINE}/")}
    measured = load.run(service, entrances, plan, lambda: service.world("stored"))
    service.stop()
    say(f"{name}: p99 {measured.p99_ms:.1f} ms, lost {measured.lost}, {measured.kb_per_socket:.1f} kB a socket")
    return measured.as_dict() | {
        "ready_s": round(ready, 2),
        "ready_rss_mb": round(ready_rss / 1e6, 1),
        "first_page_bytes": max(size for size, _ in weights.values()),
        "foreign_origins": sorted({origin for _, origins in weights.values() for origin in origins}),
    }


def on_relay(relay: processes.Server, conversations: int, plan: Plan) -> Measured:
    names = [str(uuid.uuid4()) for _ in range(conversations)]
    entrances = [{"conversation": name, "visit": f"visit={name}", "staff": "staff=none"} for name in names]
    return load.run(relay, entrances, plan, None)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench NAME=chat", description=__doc__)
    parser.add_argument("--conversations", type=int, help="how many go on at once (500)")
    parser.add_argument("--rate", type=float, help="messages a second, of all together (1000)")
    parser.add_argument("--seconds", type=float, help="of load, after a second to warm up (10)")
    parser.add_argument("--db", choices=DATABASES, help="only on this database; both without it")
    parser.add_argument("--idle", type=int, metavar="N", help="hold N conversations (2 N sockets) open and silent")
    parser.add_argument("--restart", action="store_true", help="restart the server: when are all back (4500)")
    parser.add_argument("--quick", action="store_true", help="a small load, at most 40 s in all")
    found = parser.parse_args(arguments)
    silent = found.idle is not None or found.restart
    if silent and found.rate:
        parser.error("--idle and --restart send nothing: leave --rate out")
    usual = (200, 400.0, 2.0) if found.quick else (500, 1000.0, 10.0)
    if silent:
        usual = (found.idle or (500 if found.quick else 4500), 0.0, 0.0 if found.restart else usual[2])
    found.conversations = found.conversations or usual[0]
    found.rate = found.rate or usual[1]
    found.seconds = usual[2] if found.seconds is None else found.seconds
    return found


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
