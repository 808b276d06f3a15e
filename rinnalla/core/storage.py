"""Refusing to serve on storage that could lose what was acknowledged (promise R1″), or that is open to all.

A message is acknowledged after its commit. That is worth nothing where a commit may be lost with the power.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from rinnalla.core.env import SettingError

VARIABLES: Final = {"default": "DATABASE_URL", "keys": "KEYS_DATABASE_URL"}

# What each setting of PostgreSQL keeps whole (its manual, "Write Ahead Log"). `synchronous_commit` may be weaker than
# `on` only in how long it waits for replicas.
POSTGRESQL: Final = {
    "fsync": "commits survive a loss of power",
    "full_page_writes": "pages half written at a crash are repaired",
    "synchronous_commit": "a commit is on disk before it is confirmed",
}
FULL: Final = 2  # SQLite's number for synchronous=FULL; EXTRA is 3


def refuse_unsafe_storage(databases: ConnectionHandler = connections) -> None:
    """Return when both databases keep what they have confirmed; else raise :class:`SettingError` with what to do."""
    for alias in VARIABLES:
        try:
            fault = _fault(alias, databases[alias])
        except DatabaseError as problem:
            said = str(problem).strip().partition("\n")[0]
            raise SettingError(
                VARIABLES[alias],
                f"leads to a database ({alias}) that cannot be used now: {said}. Start it, or correct the address.",
            ) from None
        if fault is not None:
            raise SettingError(VARIABLES[alias], fault)
    if _identity(databases["default"]) == _identity(databases["keys"]):
        raise SettingError(
            "KEYS_DATABASE_URL",
            "leads to the same database as DATABASE_URL. Give the keys a database of their own, "
            "so that a stolen copy of the content opens nothing.",
        )


def refuse_open_hosts() -> None:
    """In production every name of the service is written out: a forged Host header must not reach a page."""
    if settings.PRODUCTION and any(host.strip(".") in {"*", ""} for host in settings.ALLOWED_HOSTS):
        raise SettingError("RINNALLA_HOSTS", "is '*'. In production write the names under which the service is called.")


def _fault(alias: str, connection: BaseDatabaseWrapper) -> str | None:
    """What is unsafe about the database ``alias`` as our own sessions see it, and what to do; None when it is safe."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA journal_mode")
            journal = str(cursor.fetchone()[0]).lower()
            if journal != "wal":
                return (
                    f"leads to an SQLite database ({alias}) with journal_mode={journal}; it must be WAL. "
                    "Put the file on a local disk: network file systems cannot do it."
                )
            cursor.execute("PRAGMA synchronous")
            if cursor.fetchone()[0] < FULL:
                return (
                    f"leads to an SQLite database ({alias}) with synchronous below FULL: a loss of power would lose "
                    "messages that were acknowledged. Remove what lowers it."
                )
            return None
        for name, keeps in POSTGRESQL.items():
            # SHOW answers for this session: a value set for the role, the database or in the address counts too.
            cursor.execute(f"SHOW {name}")
            if cursor.fetchone()[0] == "off":
                cursor.execute(
                    "SELECT current_user, current_database(), source FROM pg_settings WHERE name = %s", [name]
                )
                role, database, source = cursor.fetchone()
                return (
                    f"leads to a PostgreSQL database ({alias}) with {name}=off (set by: {source}): without it nothing "
                    f"makes sure that {keeps}. {_remedy(name, source, role, database)}"
                )
    return None


def _remedy(name: str, source: str, role: str, database: str) -> str:
    match source:
        case "user":
            return f'Run: ALTER ROLE "{role}" RESET {name};'
        case "database":
            return f'Run: ALTER DATABASE "{database}" RESET {name};'
        case "database user":
            return f'Run: ALTER ROLE "{role}" IN DATABASE "{database}" RESET {name};'
        case "client":
            return f"Remove {name} from the address."
    return f"Set {name} = on in postgresql.conf and reload the server."


def _identity(connection: BaseDatabaseWrapper) -> object:
    """The same for two connections to one database, by whatever name they reach it."""
    if connection.vendor == "sqlite":
        return Path(connection.settings_dict["NAME"]).resolve()
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid, pg_postmaster_start_time() FROM pg_database WHERE datname = current_database()")
        found: tuple[object, ...] = cursor.fetchone()
        return found
