from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.db import connection, transaction

from rinnalla.audit.actions import record
from rinnalla.audit.models import Entry

EVENING = datetime(2026, 11, 24, 18, 5, 9, 120_000, tzinfo=UTC)
append_only = import_module("rinnalla.audit.migrations.0002_append_only")

Grow = Callable[[int], list[Entry]]


@pytest.fixture
def grow() -> Grow:
    """Adds so many entries of an ordinary evening to the log."""

    def add(count: int) -> list[Entry]:
        entries = []
        for number in range(count):
            with transaction.atomic():
                entries.append(
                    record(
                        code="helpline.claimed",
                        actor="person:12",
                        subject=f"contact:{4711 + number}",
                        now=EVENING + timedelta(minutes=number),
                        details={"line": "sekasin", "state": ["waiting", "talking"], "place": number, "ä": None},
                        centre="3",
                    )
                )
        return entries

    return add


@pytest.fixture
def disarmed(db: None) -> None:
    """No triggers until the test ends, as for an intruder who may change the tables."""
    append_only.drop_triggers(None, connection.schema_editor())


@pytest.fixture
def armed(disarmed: None) -> None:
    """The triggers as the migration installs them."""
    append_only.add_triggers(None, connection.schema_editor())
