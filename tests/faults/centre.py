"""A centre whose parts can be killed: `serve` processes, a `worker`, and on PostgreSQL its own database and bus."""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.journeys.service import Service, populated_service
from tests.processes import RINNALLA, ROOT, Process
from tests.services import PostgreSQL, RedisServer, postgresql, redis_server

FAULTY = ROOT / "tests" / "faults" / "faulty.py"


@dataclass
class Centre:
    """``database`` and ``bus`` are None on SQLite, where one process does everything."""

    service: Service
    worker: Process
    database: PostgreSQL | None = None
    bus: RedisServer | None = None
    chance: random.Random = field(default_factory=random.Random)

    def serve_with(self, fault: str | None) -> None:
        """Start the service anew: as it is, or with one seeded fault (faulty.py)."""
        program = [sys.executable, str(FAULTY), fault, "serve"] if fault else [str(RINNALLA), "serve"]
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
                return process.start
            case "worker":
                self.worker.kill()
                return self.worker.launch
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
        worker = Process([str(RINNALLA), "worker"], service.environment, folder / "worker.log")
        parts.callback(worker.kill)
        worker.launch()
        yield Centre(service, worker, database, bus)
