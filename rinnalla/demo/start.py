"""`bin/rinnalla demo`: prepares a demo world in its own data folder, says how to sign in, and serves it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import django
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone, translation

from rinnalla.core import env, setup

if TYPE_CHECKING:
    from rinnalla.demo.visitors import Visitors

WORLD_NAMES: Final = ("quiet", "busy", "night")


def main(arguments: Sequence[str], *, serve: Callable[[list[str]], int]) -> int:
    """Prepare and serve in this process; ``serve`` takes the service's own options and returns when it is stopped.

    The secrets must have been made before, as the settings need them (core/setup.py).
    """
    parser = argparse.ArgumentParser(prog="bin/rinnalla demo", description=__doc__)
    parser.add_argument("--world", choices=WORLD_NAMES, help="the moment to build; quiet unless you say another")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--fresh", action="store_true", help="first remove what an earlier demo has stored")
    options = parser.parse_args(arguments)
    host = "localhost" if options.host in ("127.0.0.1", "0.0.0.0") else options.host  # noqa: S104 (compared only)
    address = f"http://{host}:{options.port}"
    # Before the settings are read: the links in letters lead to this demo, on whatever port.
    env.preset("RINNALLA_STAFF_URL", address)
    if settings.ENV not in ("demo", "test"):
        sys.exit("A demo runs only with RINNALLA_ENV=demo: everybody knows its passwords.")
    if options.fresh:
        remove_databases()
    django.setup()
    visitors = prepare(options.world)
    sys.stdout.write(welcome(address))
    sys.stdout.flush()
    visitors.start()
    try:
        return serve(["--host", options.host, "--port", str(options.port)])
    finally:
        visitors.stop()


def remove_databases() -> None:
    """Remove the demo's SQLite files, before anything has opened them. A server's databases are left to their owner."""
    for alias, database in settings.DATABASES.items():
        if "sqlite" not in database["ENGINE"]:
            sys.exit(f"--fresh removes only SQLite files. Drop the database “{alias}” on its server, and make it anew.")
        path = Path(database["NAME"])
        if not path.is_relative_to(settings.DATA):
            sys.exit(f"--fresh removes only files in {settings.DATA}; {path} is elsewhere.")
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)


def prepare(world_name: str | None) -> Visitors:
    """Tables, static files and the world; the visitors who live in it. Does only what is not done yet."""
    from rinnalla.demo.rules import populated_as
    from rinnalla.demo.visitors import Populated, Visitors, hold_duties, stay
    from rinnalla.demo.worlds import WORLDS, NotEmpty, populate

    setup.migrate(verbosity=0)
    if static_files_are_old():
        call_command("collectstatic", interactive=False, verbosity=0)
    now = timezone.now()
    entry = populated_as()
    if entry is None:
        try:
            entry = populate(world=WORLDS[world_name or "quiet"], now=now)
        except NotEmpty:
            sys.exit("This database holds something that is no demo. Name another folder in RINNALLA_DATA.")
    elif world_name not in (None, entry.details["world"]):
        sys.exit(f"The world “{entry.details['world']}” is here already. Add --fresh to remove it and build another.")
    populated = Populated.of(entry)
    # Before anything can find them gone: the process may have been away for long.
    stay(populated, now=now)
    hold_duties(populated, now=now)
    return Visitors(populated)


def static_files_are_old() -> bool:
    """Whether the front end was built after the static files were collected, or they never were."""
    collected = settings.STATIC_ROOT / "staticfiles.json"
    built = (file.stat().st_mtime for _, folder in settings.STATICFILES_DIRS for file in folder.rglob("*"))
    return not collected.exists() or max(built, default=0) > collected.stat().st_mtime


def welcome(address: str) -> str:
    """What the person who started the demo reads."""
    from rinnalla.demo.cast import PASSWORD, TOTP_SECRET
    from rinnalla.demo.queries import cast_members
    from rinnalla.people.models import Person

    emails = dict(Person.objects.values_list("pk", "email"))
    with translation.override("en"):
        cast = "\n".join(
            f"    {emails[member.id]:<22} {member.role_label}, {member.centre}. {member.text}"
            for member in cast_members()
        )
    code = f"RINNALLA_ENV={settings.ENV} RINNALLA_DATA={settings.DATA} bin/rinnalla demo_code"
    return f"""
  Rinnalla's demo is starting. Everybody and everything in it is made up.

  Seek help:       {address}/
  Answer:          {address}/demo/       one press signs you in as one of these people

{cast}

  Or sign in as anybody would, at {address}/accounts/login/
    password       {PASSWORD}
    code           from an authenticator app with the key {TOTP_SECRET}, or from
                   {code}

  Open the two addresses in two browsers (or one of them in a private window). Ctrl-C ends the demo.
"""
