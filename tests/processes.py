"""Processes of Rinnalla's own that tests and benches start, kill and stop, each with a log that outlives it.

    serving = Serving([str(RINNALLA), "serve"], environment, folder / "serve.log")
    serving.start()                           # returns when it answers
    serving.kill(); serving.start()           # as if the machine had lost power, and came back, on the same port

The tests of `serve` and `worker` themselves start their own: they look at signals, exit codes and open pipes.
"""

from __future__ import annotations

import contextlib
import http.client
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.services import ServerFailed, free_port

ROOT: Final = Path(__file__).resolve().parents[1]
RINNALLA: Final = ROOT / "bin" / "rinnalla"
READY_WITHIN: Final = 30.0  # seconds
STOPS_WITHIN: Final = 20.0


class Process:
    """One process at a time of ``program``, such as `bin/rinnalla worker`. Nobody waits until it is ready."""

    def __init__(self, program: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.program = program
        self.log = log
        self._environment = environment
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def command(self) -> list[str]:
        return self.program

    @property
    def pid(self) -> int:
        assert self._running is not None, "the process is not running"
        return self._running.pid

    @property
    def is_running(self) -> bool:
        return self._running is not None and self._running.poll() is None

    def launch(self) -> None:
        assert not self.is_running
        with self.log.open("ab") as log:
            # Its own session: Ctrl-C in the terminal is for the tests or the bench, which then stop it.
            self._running = subprocess.Popen(
                self.command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """SIGKILL, as if the machine had lost power. Open sockets break."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None

    def stop(self) -> None:
        """SIGTERM, as at an update: a service says good-bye to open sockets."""
        if self._running is not None:
            self._running.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._running.wait(STOPS_WITHIN)
            self.kill()


class Serving(Process):
    """A process that answers on a port of this machine, the same in each of its lives. ``program`` takes `--port`."""

    def __init__(self, program: list[str], environment: Mapping[str, str], log: Path) -> None:
        super().__init__(program, environment, log)
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"

    @property
    def command(self) -> list[str]:
        return [*self.program, "--port", str(self.port)]

    def start(self) -> None:
        """Start it and return when it answers."""
        self.launch()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Raises ServerFailed when it does not answer in time."""
        deadline = time.monotonic() + READY_WITHIN
        while not self.is_ready():
            if not self.is_running or time.monotonic() > deadline:
                self.kill()
                raise ServerFailed(f"{self.command[0]} is not ready:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.02)

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        return False
