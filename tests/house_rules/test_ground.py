"""What conftest.py promises every test."""

from __future__ import annotations

import os
import tempfile

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connections
from django.utils import timezone

from rinnalla.audit.models import Entry


def write_an_entry() -> None:
    Entry.objects.create(
        seq=1, at=timezone.now(), code="test.written", actor="person:1", subject="person:1", prev_hash="", hash="x"
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_test_that_commits_begins_with_empty_tables_although_the_audit_log_is_guarded(turn: str) -> None:
    assert Entry.objects.count() == 0
    write_an_entry()

    with pytest.raises(DatabaseError, match="append-only"):
        Entry.objects.all().delete()


@pytest.mark.django_db
def test_a_test_may_use_both_databases() -> None:
    tables = {alias: connections[alias].introspection.table_names() for alias in connections}

    assert {alias: "sealing_recordkey" in names for alias, names in tables.items()} == {"default": False, "keys": True}


@pytest.mark.django_db
@pytest.mark.parametrize("turn", ["first", "second"])
def test_nothing_stays_in_the_cache_from_the_test_before(turn: str) -> None:
    assert cache.get("ground") is None
    cache.set("ground", turn)


def test_the_tests_write_only_into_a_folder_of_their_own() -> None:
    assert settings.DATA.is_relative_to(tempfile.gettempdir())
    assert settings.ENV == "test"


def test_the_second_run_is_on_postgresql_and_a_shared_bus() -> None:
    on_postgresql = os.environ["RINNALLA_TEST_ON"] == "postgresql"

    assert {alias: connections[alias].vendor == "postgresql" for alias in connections} == {
        "default": on_postgresql,
        "keys": on_postgresql,
    }
    assert settings.SEVERAL_PROCESSES is on_postgresql
