"""The database's own refusal, and the migration that installs it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from rinnalla.audit.models import Entry
from rinnalla.audit.queries import verify
from rinnalla.audit.tests.conftest import Grow


@pytest.mark.usefixtures("armed")
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_entry SET actor = 'person:13' WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = 2",
        "DELETE FROM audit_entry",
        pytest.param(
            "INSERT OR REPLACE INTO audit_entry SELECT seq, at, code, 'person:13', subject, centre, details, prev_hash,"
            " hash FROM audit_entry WHERE seq = 2",
            marks=pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own statement"),
        ),
        pytest.param(
            "INSERT OR REPLACE INTO audit_entry SELECT 9, at, code, actor, subject, centre, details, prev_hash, hash"
            " FROM audit_entry WHERE seq = 2",
            marks=pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own statement"),
        ),
        pytest.param(
            "TRUNCATE audit_entry",
            marks=pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL's own statement"),
        ),
    ],
)
def test_an_entry_can_neither_be_changed_nor_removed(grow: Grow, sql: str) -> None:
    grow(3)
    refused = pytest.raises(IntegrityError, match="the audit log is append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert [(entry.seq, entry.actor) for entry in Entry.objects.all()] == [(seq, "person:12") for seq in (1, 2, 3)]
    grow(1)
    assert verify().fault is None


@pytest.mark.django_db
def test_a_code_that_is_none_is_refused_by_the_database_too(grow: Grow) -> None:
    grow(1)
    entry = Entry.objects.get()
    entry.pk, entry.hash, entry.code = 2, "b" * 64, "Whatever"
    with pytest.raises(IntegrityError):
        entry.save(force_insert=True)


def test_a_new_installation_refuses_from_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "new.sqlite3"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")
    migrate = [sys.executable, "-W", "ignore", "-m", "django", "migrate", "--skip-checks", "audit"]
    subprocess.run(migrate, check=True, capture_output=True)
    database = sqlite3.connect(file)
    try:
        names = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        assert names == {"audit_entry_no_update", "audit_entry_no_delete", "audit_entry_no_replace"}
        subprocess.run([*migrate, "zero"], check=True, capture_output=True)
        assert database.execute("SELECT name FROM sqlite_master WHERE name LIKE 'audit%'").fetchall() == []
    finally:
        database.close()
