"""Preparing an installation: its secrets, and the tables of both databases."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rinnalla.core import env

ROOT: Final = Path(__file__).resolve().parents[2]
LOCK: Final = 0x52494E4E  # any number that no other program takes in this database: "RINN"


def make_secrets() -> list[str]:
    """Make the data folder and the secrets that are missing; say in a sentence each what was done.

    Needs no settings, as those need the secrets. Never replaces a secret: with another master key everything sealed
    so far could not be opened any more.
    """
    data = Path(env.text("RINNALLA_DATA", str(ROOT / "data"))).absolute()
    master = Path(env.text("RINNALLA_MASTER_KEY_FILE", str(data / "master.key"))).absolute()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    done = []
    for name, file, value in (
        ("RINNALLA_SECRET_KEY", data / "secret.key", secrets.token_urlsafe(48)),
        ("RINNALLA_MASTER_KEY", master, base64.b64encode(secrets.token_bytes(32)).decode()),
    ):
        if env.text(name, ""):
            done.append(f"{name} is set: no file made.")
        elif file.exists():
            done.append(f"{file} is there already: kept.")
        elif file == master and (data / "keys.sqlite3").exists():
            raise env.SettingError(
                name,
                f"is missing, but {data / 'keys.sqlite3'} has keys that it opens. Bring {file} back from its backup.",
            )
        else:
            _write_once(file, value)
            done.append(f"{file} made.")
    if any(line.endswith("made.") and str(master) in line for line in done):
        done.append(f"Keep a copy of {master} apart from all backups: without it no conversation can be read.")
    return done


def _write_once(file: Path, value: str) -> None:
    """Write ``value`` whole and for the owner only, or raise FileExistsError; also when killed in the middle."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(value + "\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(unfinished, file)  # unlike a rename, fails when somebody else was faster
    finally:
        unfinished.unlink(missing_ok=True)


def pending_migrations() -> list[str]:
    """What `migrate` would still do, as "database: app.migration"."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    pending = []
    for alias, app in (("default", None), ("keys", "sealing")):
        executor = MigrationExecutor(connections[alias])
        targets = executor.loader.graph.leaf_nodes(app)
        plan = executor.migration_plan(targets)
        pending += [f"{alias}: {migration.app_label}.{migration.name}" for migration, _ in plan]
    return pending


def migrate(*, verbosity: int = 1) -> None:
    """Bring both databases up to date. Two at once wait for each other; a killed one can be run again."""
    from django.conf import settings
    from django.core.management import call_command

    with _alone():
        call_command("migrate", verbosity=verbosity, interactive=False)
        call_command("migrate", "sealing", database="keys", verbosity=verbosity, interactive=False)
        if settings.SEVERAL_PROCESSES:
            call_command("createcachetable", verbosity=verbosity)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    from django.conf import settings
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            connection.close()  # which lets go of the lock, whatever state a failure left the session in
    else:
        settings.DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(settings.DATA / "migrate.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
