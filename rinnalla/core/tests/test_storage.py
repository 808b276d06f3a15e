"""Promise R1″: storage that may lose what it has confirmed is refused at the start, with a sentence that helps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker, Settings

from rinnalla.core.env import SettingError, database
from rinnalla.core.storage import refuse_open_hosts, refuse_unsafe_storage
from tests.services import PostgreSQL, postgresql

SAFE = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"


@pytest.fixture(autouse=True)
def _databases_of_our_own(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    with postgresql() as server:
        server.create("content")
        server.create("keys")
        yield server


def opened(content: dict[str, Any], keys: dict[str, Any]) -> ConnectionHandler:
    return ConnectionHandler({"default": content, "keys": keys})


def sqlite(file: Path, pragmas: str = SAFE) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file), "OPTIONS": {"init_command": pragmas}}


def on_server(server: PostgreSQL, name: str, query: str = "") -> dict[str, Any]:
    return database("NO_SUCH_VARIABLE", server.url(name) + query, sqlite={}, postgresql={})


def run(server: PostgreSQL, statement: str) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


def refusal(databases: ConnectionHandler) -> str:
    try:
        with pytest.raises(SettingError) as refused:
            refuse_unsafe_storage(databases)
    finally:
        databases.close_all()
    return str(refused.value)


@pytest.mark.django_db
def test_the_storage_that_the_settings_describe_is_safe() -> None:
    refuse_unsafe_storage(connections)


def test_sqlite_that_does_not_wait_for_the_disk_is_refused(tmp_path: Path) -> None:
    hasty = sqlite(tmp_path / "keys", "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")

    said = refusal(opened(sqlite(tmp_path / "content"), hasty))

    assert said.startswith(
        "Rinnalla cannot start: KEYS_DATABASE_URL leads to an SQLite database (keys) with synchronous"
    )


def test_sqlite_without_a_write_ahead_log_is_refused(tmp_path: Path) -> None:
    old = sqlite(tmp_path / "content", "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL;")

    said = refusal(opened(old, sqlite(tmp_path / "keys")))

    assert said.startswith(
        "Rinnalla cannot start: DATABASE_URL leads to an SQLite database (default) with journal_mode="
    )
    assert "must be WAL" in said


def test_sqlite_as_it_should_be_is_taken(tmp_path: Path) -> None:
    databases = opened(sqlite(tmp_path / "content"), sqlite(tmp_path / "keys"))

    refuse_unsafe_storage(databases)

    databases.close_all()


def test_one_file_under_two_names_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").symlink_to(tmp_path / "content")

    said = refusal(opened(sqlite(tmp_path / "content"), sqlite(tmp_path / "keys")))

    assert said.startswith("Rinnalla cannot start: KEYS_DATABASE_URL leads to the same database as DATABASE_URL.")


def test_postgresql_as_it_comes_is_taken(server: PostgreSQL) -> None:
    databases = opened(on_server(server, "content"), on_server(server, "keys"))

    refuse_unsafe_storage(databases)

    databases.close_all()


def test_one_database_by_two_addresses_is_refused(server: PostgreSQL) -> None:
    other = on_server(server, "content") | {"HOST": "localhost"}

    said = refusal(opened(on_server(server, "content"), other))

    assert said.startswith("Rinnalla cannot start: KEYS_DATABASE_URL leads to the same database as DATABASE_URL.")


@pytest.mark.parametrize(
    ("lower", "restore", "remedy"),
    [
        (
            "ALTER ROLE rinnalla SET synchronous_commit = off",
            "ALTER ROLE rinnalla RESET synchronous_commit",
            'Run: ALTER ROLE "rinnalla" RESET synchronous_commit;',
        ),
        (
            "ALTER DATABASE keys SET synchronous_commit = off",
            "ALTER DATABASE keys RESET synchronous_commit",
            'Run: ALTER DATABASE "keys" RESET synchronous_commit;',
        ),
    ],
    ids=["for the role", "for the database"],
)
def test_a_commit_that_is_confirmed_too_early_is_refused(
    server: PostgreSQL, tmp_path: Path, lower: str, restore: str, remedy: str
) -> None:
    run(server, lower)
    try:
        said = refusal(opened(sqlite(tmp_path / "content"), on_server(server, "keys")))
    finally:
        run(server, restore)

    assert "KEYS_DATABASE_URL leads to a PostgreSQL database (keys) with synchronous_commit=off" in said
    assert remedy in said


def test_an_address_that_lowers_safety_is_refused(server: PostgreSQL) -> None:
    hasty = on_server(server, "content", "?options=-csynchronous_commit%3Doff")

    said = refusal(opened(hasty, on_server(server, "keys")))

    assert "DATABASE_URL leads to a PostgreSQL database (default) with synchronous_commit=off" in said
    assert "Remove synchronous_commit from the address." in said


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
def test_a_server_that_may_lose_data_is_refused(server: PostgreSQL, name: str) -> None:
    safe = server.command
    server.stop()
    server.command = [*safe, "-c", f"{name}=off"]
    server.start()
    try:
        said = refusal(opened(on_server(server, "content"), on_server(server, "keys")))
    finally:
        server.stop()
        server.command = safe
        server.start()

    assert f"DATABASE_URL leads to a PostgreSQL database (default) with {name}=off" in said


def test_a_database_that_is_away_is_named(server: PostgreSQL, tmp_path: Path) -> None:
    away = on_server(server, "content") | {"PORT": "1"}

    said = refusal(opened(away, sqlite(tmp_path / "keys")))

    assert said.startswith("Rinnalla cannot start: DATABASE_URL leads to a database (default) that cannot be used now")


@pytest.mark.parametrize("hosts", [["*"], ["apu.example", "*"]])
def test_production_does_not_answer_to_any_name(settings: Settings, hosts: list[str]) -> None:
    settings.PRODUCTION = True
    settings.ALLOWED_HOSTS = hosts

    with pytest.raises(SettingError, match="RINNALLA_HOSTS"):
        refuse_open_hosts()


def test_production_answers_to_its_own_names(settings: Settings) -> None:
    settings.PRODUCTION = True
    settings.ALLOWED_HOSTS = ["apu.example", ".centre.example"]

    refuse_open_hosts()
