"""Throw-away servers for tests and benches: PostgreSQL and a Redis-protocol server, on private ports.

    with postgresql() as server:
        url = server.create("content")        # postgresql://…
        server.kill(); server.start()         # as if the machine had lost power, and came back

    python -m tests.services -- COMMAND …     runs COMMAND with both, and with the variables of `environment()`

PostgreSQL runs with its default durability: the tests measure promises that would mean nothing without it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

USER = "rinnalla"


class ServerFailed(RuntimeError):
    """A server could not be started; the message carries the end of its log."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def children_of(pid: int) -> list[int]:
    """The processes that ``pid`` has started and that still run (Linux)."""
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name in parentheses may hold spaces; the parent is the second field after it.
            after_name = stat.read_text().rpartition(")")[2].split()
            if int(after_name[1]) == pid:
                children.append(int(stat.parent.name))
    return children


@dataclass
class Server:
    """One process, started by ``command``, ready when its port takes connections (and ``is_ready`` says so)."""

    command: list[str]
    folder: Path
    port: int
    user: str | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def start(self, seconds: float = 60) -> None:
        with self.log.open("ab") as log:
            # Its own session: Ctrl-C in the terminal is for the tests, which then stop their servers.
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else [],
                start_new_session=True,
            )
        deadline = time.monotonic() + seconds
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise ServerFailed(f"{self.command[0]} did not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.02)

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def kill(self) -> None:
        """SIGKILL to the server and to every process it has started; returns when they are gone."""
        if self.process is None:
            return
        family = [self.process.pid, *children_of(self.process.pid)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = None
        while any(Path(f"/proc/{pid}").exists() and not is_zombie(pid) for pid in family):
            time.sleep(0.01)

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)  # PostgreSQL: roll back what is open, and end. Redis: end.
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None


def is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@dataclass
class PostgreSQL(Server):
    password: str = ""

    def url(self, database: str) -> str:
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def is_ready(self) -> bool:
        # The port is open before the database has recovered from a crash.
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url("postgres"), connect_timeout=2):
            return True
        return False

    def create(self, database: str, *, template: str = "template1") -> str:
        """Make ``database`` (a copy of ``template``) and return its URL."""
        return create_database(self.url("postgres"), database, template=template)


def create_database(url: str, database: str, *, template: str = "template1") -> str:
    """Make ``database`` on the server of ``url`` and return the URL that leads to it."""
    with psycopg.connect(url, autocommit=True) as connection:
        names = {"name": sql.Identifier(database), "template": sql.Identifier(template)}
        connection.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {template}").format(**names))
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def drop_database(url: str, database: str) -> None:
    """Remove ``database`` from the server of ``url``, also while somebody is connected to it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def postgresql_programs() -> Path:
    """The folder of the newest PostgreSQL on this machine. Debian keeps it off the PATH."""
    folders = [found.parent for found in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    folders.sort(key=lambda folder: int(folder.parent.name.partition(".")[0]))
    on_path = shutil.which("postgres")
    if not folders and on_path:
        folders = [Path(on_path).resolve().parent]
    if not folders:
        raise ServerFailed("PostgreSQL is not installed: run scripts/system-packages test")
    return folders[-1]


@contextlib.contextmanager
def scratch_folder(user: str | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="rinnalla-server-"))
    try:
        if user:
            shutil.chown(folder, user, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    programs = postgresql_programs()
    user = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    with scratch_folder(user) as folder:
        password = secrets.token_urlsafe(16)
        secret = folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(password)
        if user:
            shutil.chown(secret, user, user)
        data = folder / "data"
        initdb: list[str | Path] = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            USER,
            "-A",
            "scram-sha-256",
            f"--pwfile={secret}",
        ]
        made = subprocess.run(
            [*initdb, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            cwd=folder,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise ServerFailed(f"initdb failed:\n{made.stdout}{made.stderr}")
        port = free_port()
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(port)]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        server = PostgreSQL(command, folder, port, user, password)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@dataclass
class RedisServer(Server):
    password: str = ""

    @property
    def url(self) -> str:
        return f"valkey://:{self.password}@127.0.0.1:{self.port}/0"


@contextlib.contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Valkey, or Redis where there is no Valkey: Rinnalla needs only what both speak. Stores nothing."""
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        raise ServerFailed("neither valkey-server nor redis-server is installed: run scripts/system-packages test")
    with scratch_folder(None) as folder:
        port, password = free_port(), secrets.token_urlsafe(16)
        settings = folder / "server.conf"  # a file, as others on the machine can read a command line
        settings.touch(mode=0o600)
        settings.write_text(
            f'port {port}\nbind 127.0.0.1\nrequirepass {password}\nsave ""\nappendonly no\ndir "{folder}"\n'
        )
        server = RedisServer([program, str(settings)], folder, port, None, password)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def environment(database: PostgreSQL, redis: RedisServer) -> dict[str, str]:
    """What a process needs to know to use both servers: settings as in life, and the note for conftest.py."""
    return {
        "RINNALLA_TEST_ON": "postgresql",
        "DATABASE_URL": database.create("content"),
        "KEYS_DATABASE_URL": database.create("keys"),
        "VALKEY_URL": redis.url,
    }


def main(arguments: list[str]) -> int:
    if arguments[:1] != ["--"] or len(arguments) < 2:
        print(__doc__)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped
    with postgresql() as database, redis_server() as redis:
        command = subprocess.Popen(arguments[1:], env={**os.environ, **environment(database, redis)})
        try:
            return command.wait()
        except KeyboardInterrupt:
            return command.wait()  # it got the same Ctrl-C and says its closing lines
        finally:
            if command.poll() is None:
                command.terminate()
                command.wait(30)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
