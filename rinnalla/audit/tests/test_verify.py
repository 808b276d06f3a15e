"""Finding what was done to the log behind its back. Everything here goes round the triggers, as an intruder would."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from rinnalla.audit import queries
from rinnalla.audit.chain import GENESIS, hash_of
from rinnalla.audit.models import Entry, Head
from rinnalla.audit.queries import Fault, What, verify
from rinnalla.audit.tests.conftest import EVENING, Grow

pytestmark = pytest.mark.usefixtures("disarmed")


@pytest.fixture(autouse=True, params=[2, 2_000], ids=["in small chunks", "in one chunk"])
def chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_CHUNK", request.param)


def rewrite_from(seq: int) -> None:
    """Chain everything from ``seq`` on anew, as someone would who knows how, and with it the recorded end."""
    last = Entry.objects.filter(seq=seq - 1).values_list("hash", flat=True).first() or GENESIS
    for entry in Entry.objects.filter(seq__gte=seq):
        entry.prev_hash = last
        entry.hash = last = hash_of(entry)
        entry.save(update_fields=["prev_hash", "hash"])
    Head.objects.update(last_seq=Entry.objects.count(), last_hash=last)


def test_an_empty_log_is_whole() -> None:
    verdict = verify()
    assert (verdict.count, verdict.head_hash, verdict.fault) == (0, GENESIS, None)


def test_an_untouched_log_is_whole(grow: Grow) -> None:
    entries = grow(5)
    verdict = verify()
    assert (verdict.count, verdict.head_hash, verdict.fault) == (5, entries[-1].hash, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", EVENING + timedelta(microseconds=1)),
        ("code", "helpline.ended"),
        ("actor", "person:13"),
        ("subject", "contact:1"),
        ("centre", "4"),
        ("centre", ""),
        ("details", {}),
        ("details", {"line": "sekasin", "state": ["waiting", "talking"], "place": 3, "ä": None}),
        ("prev_hash", GENESIS),
        ("hash", "a" * 64),
    ],
)
def test_a_changed_field_is_found(grow: Grow, field: str, value: Any) -> None:
    grow(5)
    assert Entry.objects.filter(seq=3).update(**{field: value}) == 1
    assert verify().fault == Fault(What.CHANGED, 3)
    assert verify().count == 2


def test_a_changed_entry_with_a_fitting_hash_no_longer_fits_the_next(grow: Grow) -> None:
    grow(5)
    entry = Entry.objects.get(seq=3)
    entry.actor = "person:13"
    entry.hash = hash_of(entry)
    entry.save()
    assert verify().fault == Fault(What.UNCHAINED, 4)


def test_a_changed_last_entry_with_a_fitting_hash_is_not_the_recorded_end(grow: Grow) -> None:
    grow(5)
    entry = Entry.objects.get(seq=5)
    entry.actor = "person:13"
    entry.hash = hash_of(entry)
    entry.save()
    assert verify().fault == Fault(What.REPLACED_END, 5)


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="PostgreSQL takes no such values")
@pytest.mark.parametrize("change", ["details = 'no json'", "at = 'no time'", "at = '2026-02-31 10:00:00'"])
def test_an_entry_that_can_no_longer_be_read_is_named(grow: Grow, change: str) -> None:
    grow(5)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(f"UPDATE audit_entry SET {change} WHERE seq = 3")  # noqa: S608 - written above
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
    assert verify().fault == Fault(What.CHANGED, 3)


def test_a_missing_entry_is_found(grow: Grow) -> None:
    grow(5)
    Entry.objects.filter(seq=3).delete()
    assert verify().fault == Fault(What.MISSING, 3)


def test_a_missing_first_entry_is_found(grow: Grow) -> None:
    grow(5)
    Entry.objects.filter(seq=1).delete()
    assert verify().fault == Fault(What.MISSING, 1)


def test_a_missing_entry_is_found_when_the_others_moved_up(grow: Grow) -> None:
    grow(5)
    Entry.objects.filter(seq=3).delete()
    Entry.objects.filter(seq=4).update(seq=3)
    Entry.objects.filter(seq=5).update(seq=4)
    assert verify().fault == Fault(What.CHANGED, 3)


def test_an_end_cut_off_is_found(grow: Grow) -> None:
    grow(5)
    Entry.objects.filter(seq__gt=3).delete()
    assert verify().fault == Fault(What.CUT, 4)


def test_an_emptied_log_is_found(grow: Grow) -> None:
    grow(5)
    Entry.objects.all().delete()
    assert verify().fault == Fault(What.CUT, 1)


def test_an_inserted_entry_is_found(grow: Grow) -> None:
    grow(5)
    for seq in (5, 4):
        Entry.objects.filter(seq=seq).update(seq=F("seq") + 1)
    forged = Entry.objects.get(seq=3)
    forged.pk, forged.actor, forged.prev_hash = 4, "person:13", forged.hash
    forged.hash = hash_of(forged)
    forged.save(force_insert=True)
    assert verify().fault == Fault(What.CHANGED, 5)


def test_an_entry_added_past_the_end_is_found(grow: Grow) -> None:
    grow(5)
    forged = Entry.objects.get(seq=5)
    forged.pk, forged.prev_hash = 6, forged.hash
    forged.hash = hash_of(forged)
    forged.save(force_insert=True)
    assert verify().fault == Fault(What.ADDED, 6)


def test_a_removed_recorded_end_is_found(grow: Grow) -> None:
    grow(2)
    Head.objects.all().delete()
    assert verify().fault == Fault(What.ADDED, 1)


def test_an_end_written_anew_is_found_with_a_hash_kept_elsewhere(grow: Grow) -> None:
    kept = grow(5)[-1].hash
    assert verify(kept).fault is None
    Entry.objects.filter(seq=4).update(actor="person:13")
    rewrite_from(4)
    assert verify().fault is None
    assert verify(kept).fault == Fault(What.NOT_FOUND, 5)


def test_an_end_cut_off_with_the_recorded_end_is_found_with_a_hash_kept_elsewhere(grow: Grow) -> None:
    kept = grow(5)[-1].hash
    Entry.objects.filter(seq__gt=3).delete()
    rewrite_from(3)
    assert verify().fault is None
    assert verify(kept).fault == Fault(What.NOT_FOUND, 3)


def test_a_hash_kept_elsewhere_stays_good_while_the_log_grows(grow: Grow) -> None:
    kept = grow(3)[-1].hash
    grow(4)
    assert verify(kept).fault is None
    assert verify(GENESIS).fault is None


def test_the_first_of_two_faults_is_named(grow: Grow) -> None:
    grow(5)
    Entry.objects.filter(seq=4).update(actor="person:13")
    Entry.objects.filter(seq=2).delete()
    assert verify().fault == Fault(What.MISSING, 2)
