"""A real service for journeys: `bin/rinnalla serve` on a database that its own commands have migrated and populated."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.processes import RINNALLA, Serving
from tests.services import create_database, drop_database


class Service:
    """The processes of one populated centre."""

    def __init__(self, environment: dict[str, str], folder: Path, *, processes: int) -> None:
        self.environment = environment
        self.folder = folder
        self.processes = [
            Serving([str(RINNALLA), "serve"], environment, folder / f"serve-{number}.log")
            for number in range(1, processes + 1)
        ]
        environment["RINNALLA_STAFF_URL"] = self.staff_url  # letters lead here

    @property
    def seeker(self) -> Serving:
        return self.processes[0]

    @property
    def staff(self) -> Serving:
        return self.processes[-1]

    @property
    def seeker_url(self) -> str:
        """Where the help-seeker goes, without a slash at the end."""
        return self.seeker.url

    @property
    def staff_url(self) -> str:
        """Where the volunteer goes. The same address on SQLite, where one process does everything."""
        return self.staff.url

    def command(self, *arguments: str) -> str:
        """What `bin/rinnalla …` says; fails the test when the command fails."""
        done = subprocess.run(
            [str(RINNALLA), *arguments], env=self.environment, capture_output=True, text=True, timeout=110, check=False
        )
        if done.returncode:
            pytest.fail(f"bin/rinnalla {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self) -> None:
        """Start what is not running; return when all of it answers."""
        starting = [process for process in self.processes if not process.is_running]
        for process in starting:
            process.launch()
        for process in starting:
            process.wait_until_ready()

    def kill(self) -> None:
        """SIGKILL to every process."""
        for process in self.processes:
            process.kill()

    def stop(self) -> None:
        for process in self.processes:
            process.stop()

    def logs(self) -> str:
        return "\n".join(process.log.read_text() for process in self.processes if process.log.exists())


@contextlib.contextmanager
def populated_service(
    folder: Path, *, world: str = "quiet", servers: Mapping[str, str] | None = None
) -> Iterator[Service]:
    """A service with ``world`` in it, running. Its own one is for journeys that leave too much behind for others.

    ``servers``: the addresses of empty databases and of a bus, instead of new databases on the session's server.
    """
    on_postgresql = os.environ["RINNALLA_TEST_ON"] == "postgresql"
    environment = os.environ | {"RINNALLA_DATA": str(folder)} | dict(servers or {})
    made: list[tuple[str, str]] = []
    if on_postgresql and servers is None:
        for variable in ("DATABASE_URL", "KEYS_DATABASE_URL"):
            name = f"journey_{variable.removesuffix('_URL').lower()}_{secrets.token_hex(4)}"
            environment[variable] = create_database(os.environ[variable], name)
            made.append((os.environ[variable], name))
    service = Service(environment, folder, processes=2 if on_postgresql else 1)
    try:
        service.command("migrate")
        service.command("populate", "--world", world)
        service.start()
        yield service
    finally:
        service.stop()
        for url, name in made:
            drop_database(url, name)
