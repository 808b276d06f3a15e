"""The processes that are measured: the real service, and what it is compared with."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tests.processes import RINNALLA, ROOT, Serving
from tests.services import PostgreSQL, children_of, postgresql

SERVE: Final = (str(RINNALLA), "serve")
TICKS: Final = os.sysconf("SC_CLK_TCK")


class Server(Serving):
    """A server, and what it takes of the machine."""

    database: PostgreSQL | None = None  # the database's own server, where it has one

    def cpu_seconds(self) -> float:
        return cpu_seconds_of(self.pid)

    def database_cpu_seconds(self) -> float:
        if self.database is None or self.database.process is None:
            return 0.0
        pid = self.database.process.pid
        return sum(cpu_seconds_of(one) for one in (pid, *children_of(pid)))

    def rss_bytes(self) -> int:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0


def cpu_seconds_of(pid: int) -> float:
    """Seconds of processor time that ``pid`` has used, in user and system mode; 0 once it is gone."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / TICKS


def cpu_seconds_of_all() -> float:
    """Seconds of processor time that the whole machine has spent on anything but waiting."""
    times = [int(ticks) for ticks in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(times) - times[3] - times[4]) / TICKS  # the fourth is idle, the fifth waits for the disk


class Service(Server):
    """`bin/rinnalla serve`, or ``program`` that starts it, on a database of its own.

    ``world`` is the bench's module that makes its centre and reads it afterwards.
    """

    def __init__(self, program: list[str], environment: dict[str, str], folder: Path, world: str) -> None:
        super().__init__(program, environment, folder / "serve.log")
        self._world = world

    def world(self, *arguments: str) -> Any:
        """What the world says to ``arguments``, run beside the service on the same database."""
        done = subprocess.run(
            [sys.executable, "-m", self._world, *arguments],
            env=self._environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
            timeout=300,
        )
        return json.loads(done.stdout)


@contextlib.contextmanager
def service(
    database: str,
    *,
    world: str,
    program: Sequence[str] = SERVE,
    more: Mapping[str, str] | None = None,
) -> Iterator[Service]:
    """A service that is not started yet, with empty databases on ``database`` ("sqlite" or "postgresql").

    ``more`` of the environment is for the service and its world.
    """
    with tempfile.TemporaryDirectory(prefix="rinnalla-bench-") as scratch, contextlib.ExitStack() as servers:
        folder = Path(scratch)
        environment = _environment(folder) | dict(more or {})
        server = servers.enter_context(postgresql()) if database == "postgresql" else None
        if server is not None:
            environment |= {"DATABASE_URL": server.create("content"), "KEYS_DATABASE_URL": server.create("keys")}
        made = Service(list(program), environment, folder, world)
        made.database = server
        try:
            yield made
        finally:
            made.stop()


@contextlib.contextmanager
def server(module: str) -> Iterator[Server]:
    """A server of the bench's own, `python -m module --port N`, that is not started yet."""
    with tempfile.TemporaryDirectory(prefix="rinnalla-bench-") as scratch:
        folder = Path(scratch)
        made = Server([sys.executable, "-m", module], _environment(folder), folder / "server.log")
        try:
            yield made
        finally:
            made.stop()


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RINNALLA_")}
    for name in ("DATABASE_URL", "KEYS_DATABASE_URL", "VALKEY_URL"):
        kept.pop(name, None)
    return kept | {
        "RINNALLA_ENV": "test",
        "RINNALLA_DATA": str(folder),
        "RINNALLA_SECRET_KEY": secrets.token_urlsafe(32),
        "RINNALLA_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "DJANGO_SETTINGS_MODULE": "rinnalla.config.settings",
        "PYTHONPATH": str(ROOT),
    }
