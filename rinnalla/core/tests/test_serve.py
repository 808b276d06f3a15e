"""`bin/rinnalla init`, `migrate` and `serve`, each as a process of its own."""

from __future__ import annotations

import base64
import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.services import create_database, drop_database, free_port, postgresql

ROOT = Path(__file__).resolve().parents[3]
SECRETS = ("RINNALLA_SECRET_KEY", "RINNALLA_MASTER_KEY")
# Serves as usual, and one socket besides that anybody on this host may open.
WITH_A_SOCKET = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "rinnalla.config.settings"
from rinnalla.core.sockets import Socket, route
from rinnalla.config.serve import main
route("/live/open/", Socket)
sys.exit(main(sys.argv[1:]))
"""

Environment = dict[str, str]


def environment_of(folder: Path, **more: str) -> Environment:
    return {**os.environ, "PYTHONPATH": str(ROOT), "RINNALLA_DATA": str(folder), **more}


def rinnalla(environment: Environment, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rinnalla", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@contextlib.contextmanager
def databases_of_our_own(environment: Environment) -> Iterator[Environment]:
    """On PostgreSQL two new databases on the server of this run; on SQLite the files in the data folder are new."""
    made = []
    for variable in ("DATABASE_URL", "KEYS_DATABASE_URL"):
        if url := environment.get(variable):
            environment[variable] = create_database(url, f"serve_{variable.lower()}_{os.getpid()}_{free_port()}")
            made.append((url, environment[variable].rpartition("/")[2]))
    try:
        yield environment
    finally:
        for url, name in made:
            drop_database(url, name)


class Served:
    """A `serve` that answers."""

    def __init__(self, environment: Environment, *, starter: tuple[str, ...] = ("-m", "rinnalla", "serve")) -> None:
        self.port = free_port()
        self.log = Path(environment["RINNALLA_DATA"]) / "serve.log"
        with self.log.open("wb") as log:
            command = [sys.executable, *starter, "--port", str(self.port)]
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while f"localhost:{self.port}" not in self.log.read_text():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                pytest.fail(f"serve did not start:\n{self.log.read_text()}")
            time.sleep(0.05)

    def ask(
        self, path: str, *, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=30)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def served(environment: Environment, *, starter: tuple[str, ...] = ("-m", "rinnalla", "serve")) -> Iterator[Served]:
    service = Served(environment, starter=starter)
    try:
        yield service
    finally:
        service.kill()


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """An empty, migrated centre."""
    with databases_of_our_own(environment_of(tmp_path_factory.mktemp("centre"))) as environment:
        done = rinnalla(environment, "migrate")
        assert done.returncode == 0, done.stderr
        yield environment


# init ---------------------------------------------------------------------------------------------------------------
@pytest.fixture
def bare(tmp_path: Path) -> Environment:
    """No secrets in the environment, and a folder that is not there yet."""
    environment = environment_of(tmp_path / "data")
    for name in SECRETS:
        environment.pop(name, None)
    return environment


def test_init_makes_secrets_that_only_the_owner_can_read(bare: Environment) -> None:
    done = rinnalla(bare, "init")

    folder = Path(bare["RINNALLA_DATA"])
    assert done.returncode == 0
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.name: oct(file.stat().st_mode & 0o777) for file in folder.iterdir()} == {
        "secret.key": "0o600",
        "master.key": "0o600",
    }
    assert len(base64.b64decode((folder / "master.key").read_text().strip(), validate=True)) == 32


def test_init_never_replaces_a_secret(bare: Environment) -> None:
    rinnalla(bare, "init")
    folder = Path(bare["RINNALLA_DATA"])
    before = {file.name: file.read_text() for file in folder.iterdir()}

    done = rinnalla(bare, "init")

    assert done.returncode == 0
    assert {file.name: file.read_text() for file in folder.iterdir()} == before


def test_init_makes_no_new_master_key_when_there_are_keys_under_the_old_one(bare: Environment) -> None:
    folder = Path(bare["RINNALLA_DATA"])
    folder.mkdir()
    (folder / "keys.sqlite3").touch()

    done = rinnalla(bare, "init")

    assert done.returncode == 1
    assert "Bring" in done.stderr
    assert "back from its backup" in done.stderr
    assert not (folder / "master.key").exists()


# What serve refuses -------------------------------------------------------------------------------------------------
def test_serve_without_secrets_says_what_to_run(bare: Environment) -> None:
    done = rinnalla(bare, "serve")

    assert done.returncode == 1
    assert "Run `bin/rinnalla init`" in done.stderr
    assert "Traceback" not in done.stderr


def test_serve_refuses_tables_that_are_not_up_to_date(tmp_path: Path) -> None:
    with databases_of_our_own(environment_of(tmp_path)) as environment:
        done = rinnalla(environment, "serve")

    assert done.returncode == 1
    assert done.stderr.startswith("Rinnalla cannot start: the databases are not up to date (missing: default: ")
    assert "Run `bin/rinnalla migrate`" in done.stderr


def test_serve_refuses_content_and_keys_in_one_database(centre: Environment) -> None:
    content = centre.get("DATABASE_URL") or f"sqlite:///{centre['RINNALLA_DATA']}/rinnalla.sqlite3"

    done = rinnalla({**centre, "KEYS_DATABASE_URL": content}, "serve")

    assert done.returncode == 1
    assert done.stderr.startswith("Rinnalla cannot start: KEYS_DATABASE_URL leads to the same database")


def test_a_part_of_the_service_needs_a_bus_to_the_others(centre: Environment) -> None:
    done = rinnalla({**centre, "VALKEY_URL": ""}, "serve", "--role", "web")

    assert done.returncode == 1
    assert done.stderr.startswith("Rinnalla cannot start: VALKEY_URL is not set.")


def test_a_port_that_is_taken_is_named(centre: Environment) -> None:
    with served(centre) as first:
        done = rinnalla(centre, "serve", "--port", str(first.port))

    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {first.port}: Address already in use." in done.stderr


def test_migrating_twice_at_once_is_harmless(tmp_path: Path) -> None:
    with databases_of_our_own(environment_of(tmp_path)) as environment:
        command = [sys.executable, "-m", "rinnalla", "migrate"]
        both = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(2)]

        assert [process.wait(60) for process in both] == [0, 0]


# What serve answers -------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def service(centre: Environment) -> Iterator[Served]:
    behind_a_proxy = {**centre, "RINNALLA_HTTPS": "yes", "RINNALLA_TRUSTED_PROXIES": "1"}
    with served(behind_a_proxy) as running:
        yield running


def test_it_says_one_line_and_tells_its_health(service: Served) -> None:
    assert service.ask("/healthz").status == 200
    assert service.log.read_text() == f"Rinnalla listens on http://localhost:{service.port}\n"


def test_only_the_proxys_own_header_tells_https(service: Served) -> None:
    """WSGI would take X_Forwarded_Proto for X-Forwarded-Proto, and a proxy passes the former on as it came."""
    assert service.ask("/nothing/", headers={"X-Forwarded-Proto": "https"}).status == 404
    assert service.ask("/nothing/", headers={"X_Forwarded_Proto": "https"}).status == 301


def test_a_huge_request_is_refused_before_a_page_sees_it(service: Served) -> None:
    assert service.ask("/nothing/", method="POST", body=b"x" * (1024 * 1024 + 1)).status == 413


def test_a_query_that_is_no_text_is_refused(service: Served) -> None:
    with socket.create_connection(("localhost", service.port), timeout=30) as raw:
        raw.sendall(b"GET /nothing/?q=\xe4 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert raw.recv(100).split()[1] == b"400"


def test_slow_senders_do_not_keep_others_from_their_page(service: Served) -> None:
    slow = [socket.create_connection(("localhost", service.port), timeout=30) for _ in range(30)]
    try:
        for connection in slow:  # more than there are threads, and none of them ever sends its body
            connection.sendall(b"POST /nothing/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n")
        began = time.monotonic()
        assert service.ask("/nothing/", headers={"X-Forwarded-Proto": "https"}).status == 404
        assert time.monotonic() - began < 5
    finally:
        for connection in slow:
            connection.close()


# How serve ends -----------------------------------------------------------------------------------------------------
def test_at_the_end_sockets_are_told_to_come_back(centre: Environment) -> None:
    with served(centre, starter=("-c", WITH_A_SOCKET)) as running:
        origin = Origin(f"http://localhost:{running.port}")
        with connect(f"ws://localhost:{running.port}/live/open/", origin=origin) as browser:
            running.process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as closed:
                browser.recv(timeout=10)

        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        assert running.process.wait(10) == 0


def test_while_the_database_is_away_it_says_so_and_comes_back_by_itself(tmp_path: Path) -> None:
    with postgresql() as server:
        urls = {"DATABASE_URL": server.create("content"), "KEYS_DATABASE_URL": server.create("keys")}
        environment = environment_of(tmp_path, **urls)
        assert rinnalla(environment, "migrate").returncode == 0
        with served(environment) as running:
            server.kill()
            time.sleep(1.1)  # a look is good for a second
            assert running.ask("/healthz").status == 503
            assert running.ask("/").status == 503  # a page that says where else help is (promise R7)

            server.start()
            time.sleep(1.1)
            assert running.ask("/healthz").status == 200
