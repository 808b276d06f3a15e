"""A centre whose parts can be killed: `serve` processes, a `worker`, and on PostgreSQL its own database and bus."""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.journeys.service import RINNALLA, ROOT, Process, Service, populated_service
from tests.services import PostgreSQL, RedisServer, postgresql, redis_server

FAULTY = ROOT / "tests" / "faults" / "faulty.py"


@dataclass
class Worker:
    """`bin/rinnalla worker`, which nobody waits for."""

    environment: dict[str, str]
    log: Path
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                [str(RINNALLA), "worker"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        if self.running is not None:
            self.running.kill()
            self.running.wait()
            self.running = None


@dataclass
class Centre:
    """``database`` and ``bus`` are None on SQLite, where one process does everything."""

    service: Service
    worker: Worker
    database: PostgreSQL | None = None
    bus: RedisServer | None = None
    chance: random.Random = field(default_factory=random.Random)

    def serve_with(self, fault: str | None) -> None:
        """Start the service anew: as it is, or with one seeded fault (faulty.py)."""
        program = [sys.executable, str(FAULTY), fault] if fault else [str(RINNALLA)]
        self.service.kill()
        for process in self.service.processes:
            process.program = program
        self.service.start()

    def kill_one(self, part: str) -> Callable[[], None]:
        """SIGKILL to one part; what is returned starts it again."""
        match part:
            case "serve":
                process = self.chance.choice(self.service.processes)
                process.kill()
                return _start(process)
            case "worker":
                self.worker.kill()
                return self.worker.start
            case "database":
                assert self.database is not None
                self.database.kill()
                return self.database.start
            case "bus":
                assert self.bus is not None
                self.bus.kill()
                return self.bus.start
        raise ValueError(part)

    def stored(self, conversation_ids: Sequence[str]) -> dict[str, Any]:
        """What the databases hold, read by a process of its own."""
        read = subprocess.run(
            [sys.executable, "-m", "tests.faults.stored", *conversation_ids],
            env=self.service.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert read.returncode == 0, read.stderr
        found: dict[str, Any] = json.loads(read.stdout)
        return found


def _start(process: Process) -> Callable[[], None]:
    def start() -> None:
        process.launch()
        while not process.is_ready():  # the log tells why it is not, if it never is
            assert process.is_running, process.log.read_text()[-4000:]
            time.sleep(0.05)

    return start


@contextlib.contextmanager
def centre(folder: Path) -> Iterator[Centre]:
    """A quiet centre, running."""
    with contextlib.ExitStack() as parts:
        servers, database, bus = None, None, None
        if os.environ["RINNALLA_TEST_ON"] == "postgresql":
            database, bus = parts.enter_context(postgresql()), parts.enter_context(redis_server())
            servers = {
                "DATABASE_URL": database.create("content"),
                "KEYS_DATABASE_URL": database.create("keys"),
                "VALKEY_URL": bus.url,
            }
        service = parts.enter_context(populated_service(folder, servers=servers))
        worker = Worker(service.environment, folder / "worker.log")
        parts.callback(worker.kill)
        worker.start()
        yield Centre(service, worker, database, bus)
