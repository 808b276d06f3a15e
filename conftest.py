"""What every test stands on: its own settings and folder, both databases, and nothing left over from the test before.

`python -m pytest` by hand runs on SQLite. `make test` runs everything twice; for the second run tests/services.py
starts PostgreSQL and a Redis-protocol server and says so in RINNALLA_TEST_ON. Nothing else is taken from the
environment, so that no test run touches a real installation that a shell happens to point at.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import pytest

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

ON_POSTGRESQL = os.environ.get("RINNALLA_TEST_ON") == "postgresql"
SERVERS = ("DATABASE_URL", "KEYS_DATABASE_URL", "VALKEY_URL")
BOTH_DATABASES = ["default", "keys"]


def prepare_environment() -> Path:
    """Set what settings.py reads. Returns the folder for this run's data."""
    folder = Path(tempfile.mkdtemp(prefix="rinnalla-test-"))
    for name in list(os.environ):
        if name.startswith("RINNALLA_") or (name in SERVERS and not ON_POSTGRESQL):
            del os.environ[name]
    os.environ |= {
        "RINNALLA_ENV": "test",
        "RINNALLA_DATA": str(folder),
        "RINNALLA_SECRET_KEY": secrets.token_urlsafe(32),
        "RINNALLA_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "RINNALLA_TEST_ON": "postgresql" if ON_POSTGRESQL else "sqlite",
        "DJANGO_SETTINGS_MODULE": "rinnalla.config.settings",
        # Playwright keeps an event loop running in this thread from its first test on; the ORM would refuse to work.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
    return folder


DATA = prepare_environment()
django.setup()


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    # Templates name files that only a build makes; tests of pages need none. The real server uses the built ones.
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    let_tests_flush()


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(DATA, ignore_errors=True)


def pytest_report_header(config: pytest.Config) -> str:
    return "databases: PostgreSQL, bus: Redis protocol" if ON_POSTGRESQL else "databases: SQLite, bus: in this process"


BROWSER = {"playwright", "browser", "launch_browser", "new_context", "context", "page"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Content and keys are two databases; a test that may use one may use both.

    Tests with a browser come last: from the first of them on, Playwright keeps an event loop running in this thread,
    and Django refuses its databases to code beside a running loop.
    """
    items.sort(key=lambda item: bool(BROWSER & set(getattr(item, "fixturenames", ()))))
    for item in items:
        marker = item.get_closest_marker("django_db")
        fixtures = set(getattr(item, "fixturenames", ()))
        if marker is None and not fixtures & {"db", "transactional_db"}:
            continue
        arguments: dict[str, Any] = dict(marker.kwargs) if marker else {}
        if marker is None or not (marker.args or "databases" in arguments):
            transactional = bool(arguments.pop("transaction", False)) or "transactional_db" in fixtures
            item.add_marker(
                pytest.mark.django_db(transaction=transactional, databases=BOTH_DATABASES, **arguments), append=False
            )


def let_tests_flush() -> None:
    """Let transactional tests empty tables that are guarded by triggers, such as the audit log.

    The triggers stay on while a test runs, as in life; only what empties the tables after it goes round them.
    """
    from django.db import connections

    for alias in BOTH_DATABASES:
        operations = type(connections[alias].ops)
        if not getattr(operations, "goes_round_triggers", False):
            flush = operations.sql_flush

            def sql_flush(self: Any, style: Any, tables: Any, *, flush: Any = flush, **options: Any) -> list[str]:
                off, on = triggers_of(self.connection, tables)
                return [*off, *flush(self, style, tables, **options), *on]

            operations.sql_flush = sql_flush  # type: ignore[method-assign]
            operations.goes_round_triggers = True  # type: ignore[attr-defined]


def triggers_of(connection: BaseDatabaseWrapper, tables: list[str]) -> tuple[list[str], list[str]]:
    """The statements that switch the triggers of ``tables`` off and on again."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = [row for row in cursor.fetchall() if row[0] in tables]
            return [f'DROP TRIGGER "{name}"' for _, name, _ in found], [sql for _, _, sql in found]
        cursor.execute(
            "SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal"
        )
        guarded = [f'ALTER TABLE "{name}"' for (name,) in cursor.fetchall() if name in tables]
    return [f"{alter} DISABLE TRIGGER USER" for alter in guarded], [f"{alter} ENABLE TRIGGER USER" for alter in guarded]


@pytest.fixture(autouse=True)
def _nothing_left_over(request: pytest.FixtureRequest) -> Iterator[None]:
    """Rate limits live in the cache, the language in the thread: both would leak into the next test."""
    from django.core.cache import cache
    from django.utils import translation

    from rinnalla.chat.wait_views import forget_queues

    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("_django_db_helper")
        cache.clear()
        forget_queues()
    yield
    translation.deactivate()


CHROMIUM_ARGUMENTS = [
    "--disable-dev-shm-usage",  # /dev/shm is small in containers
    # Nothing of the browser's own may look like a request of ours (promise S1 counts them).
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The distribution's Chromium; nothing is downloaded."""
    program = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    if program is None:
        pytest.fail("Chromium is not installed: run scripts/system-packages test")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox does not start as root
    return {"executable_path": program, "args": CHROMIUM_ARGUMENTS + sandbox}
