"""The processes that are measured: the real service, and the bare relay that is the ceiling."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.services import Server, children_of, free_port, postgresql

ROOT: Final = Path(__file__).resolve().parents[2]
READY_WITHIN: Final = 30.0  # seconds
TICKS: Final = os.sysconf("SC_CLK_TCK")


class Process:
    """A server on a port of this machine that keeps its port over restarts. Ends with the bench."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self._command = [*command, "--port", str(self.port)]
        self._environment = environment
        self._log = log
        self._running: subprocess.Popen[bytes] | None = None
        self.database: Server | None = None  # the database's own server, where it has one

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

    def start(self) -> float:
        """Start it; the seconds until it answered."""
        self.launch()
        began = time.perf_counter()
        while not self.is_ready():
            assert self._running is not None
            if self._running.poll() is not None or time.perf_counter() - began > READY_WITHIN:
                self.stop()
                raise SystemExit(f"{self._command[0]} is not ready:\n{self._log.read_text()[-3000:]}")
            time.sleep(0.02)
        return time.perf_counter() - began

    def launch(self) -> None:
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                self._command,
                env=self._environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        return False

    def ask_to_stop(self) -> None:
        assert self._running is not None
        self._running.send_signal(signal.SIGTERM)

    def wait(self) -> None:
        if self._running is not None:
            try:
                self._running.wait(20)
            except subprocess.TimeoutExpired:
                self._running.kill()
                self._running.wait()
            self._running = None

    def stop(self) -> None:
        if self._running is not None:
            self._running.terminate()
            self.wait()

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


class Service(Process):
    """`bin/rinnalla serve` on a database of its own."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        super().__init__([str(ROOT / "bin" / "rinnalla"), "serve"], environment, folder / "serve.log")

    def world(self, *arguments: str) -> Any:
        """What `bench.chat.world` says, run beside the service on the same database."""
        done = subprocess.run(
            [sys.executable, "-m", "bench.chat.world", *arguments],
            env=self._environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
            timeout=300,
        )
        return json.loads(done.stdout)


@contextlib.contextmanager
def service(database: str) -> Iterator[Service]:
    """A service that is not started yet, with empty databases on ``database`` ("sqlite" or "postgresql")."""
    with tempfile.TemporaryDirectory(prefix="rinnalla-bench-") as scratch, contextlib.ExitStack() as servers:
        folder = Path(scratch)
        environment = _environment(folder)
        server = servers.enter_context(postgresql()) if database == "postgresql" else None
        if server is not None:
            environment |= {"DATABASE_URL": server.create("content"), "KEYS_DATABASE_URL": server.create("keys")}
        made = Service(environment, folder)
        made.database = server
        try:
            yield made
        finally:
            made.stop()


@contextlib.contextmanager
def relay() -> Iterator[Process]:
    with tempfile.TemporaryDirectory(prefix="rinnalla-bench-") as scratch:
        folder = Path(scratch)
        made = Process([sys.executable, "-m", "bench.chat.relay"], _environment(folder), folder / "relay.log")
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
