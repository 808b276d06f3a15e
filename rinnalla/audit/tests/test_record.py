"""Writing to the log: in order, together with the action, and nothing that does not belong there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone

import pytest
from django.db import connection, transaction

from rinnalla.audit.actions import record
from rinnalla.audit.chain import GENESIS, hash_of
from rinnalla.audit.models import Entry, Head
from rinnalla.audit.queries import entries_about, verify
from rinnalla.audit.tests.conftest import EVENING, Grow


@pytest.mark.django_db
def test_entries_follow_each_other(grow: Grow) -> None:
    first, second, third = grow(3)
    assert [entry.seq for entry in Entry.objects.all()] == [1, 2, 3]
    assert [first.prev_hash, second.prev_hash, third.prev_hash] == [GENESIS, first.hash, second.hash]
    head = Head.objects.get()
    assert (head.last_seq, head.last_hash) == (3, third.hash)


@pytest.mark.django_db
def test_an_entry_comes_back_from_the_database_as_it_was_hashed(grow: Grow) -> None:
    grow(1)
    entry = Entry.objects.get()
    assert (entry.code, entry.actor, entry.subject, entry.centre) == (
        "helpline.claimed",
        "person:12",
        "contact:4711",
        "3",
    )
    assert entry.details == {"line": "sekasin", "state": ["waiting", "talking"], "place": 0, "ä": None}
    assert entry.at == EVENING
    assert entry.hash == hash_of(entry)


def test_the_encoding_never_changes() -> None:
    """A log written years ago must still verify. If this fails, the encoding was edited instead of versioned."""
    entry = Entry(
        seq=7,
        at=EVENING,
        code="people.invited",
        actor="system",
        subject="person:1",
        details={"role": "volunteer", "a": [1, None, True, "ä"]},
        prev_hash=GENESIS,
    )
    assert hash_of(entry) == "15a345400df48f3d6c1b513dbf84e868f4e3c8e1255a7330e7fa7684efa53397"


@pytest.mark.django_db
def test_the_same_instant_in_another_time_zone_has_the_same_hash(grow: Grow) -> None:
    (entry,) = grow(1)
    helsinki = Entry(**{field.attname: getattr(entry, field.attname) for field in Entry._meta.concrete_fields})
    helsinki.at = entry.at.astimezone(timezone(timedelta(hours=2)))
    assert hash_of(helsinki) == entry.hash


@pytest.mark.django_db
def test_what_was_done_to_somebody_is_found_in_order(grow: Grow) -> None:
    grow(2)
    with transaction.atomic():
        record(code="helpline.ended", actor="system", subject="contact:4711", now=EVENING)
    assert [entry.code for entry in entries_about("contact:4711")] == ["helpline.claimed", "helpline.ended"]


@pytest.mark.django_db(transaction=True)
def test_recording_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        record(code="people.invited", actor="person:1", subject="person:2", now=EVENING)
    assert Entry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_action_that_fails_leaves_nothing_and_no_gap(grow: Grow) -> None:
    grow(1)
    with transaction.atomic():
        record(code="people.invited", actor="person:1", subject="person:2", now=EVENING)
        transaction.set_rollback(True)
    grow(1)
    assert [entry.seq for entry in Entry.objects.all()] == [1, 2]
    assert verify().fault is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"code": "invited"}, "is no code"),
        ({"code": "People.Invited"}, "is no code"),
        ({"code": "people.invited\n"}, "is no code"),
        ({"actor": "Aino Virtanen"}, "names nobody"),
        ({"actor": ""}, "names nobody"),
        ({"subject": "person:aino@example.org"}, "names nobody"),
        ({"centre": "centre:3"}, "is no centre"),
        ({"now": EVENING.replace(tzinfo=None)}, "time zone"),
        ({"details": {"share": 0.5}}, "takes no float"),
        ({"details": {"when": EVENING}}, "takes no datetime"),
        ({"details": {"deep": {"er": [{1, 2}]}}}, "takes no set"),
        ({"details": {3: "x"}}, "names in the audit log are text"),
        ({"details": {"text": "x" * 301}}, "no place for content"),
        ({"details": {"text": "a\0b"}}, "no database keeps"),
        ({"details": {"text": ["\ud83d"]}}, "no database keeps"),
    ],
)
@pytest.mark.django_db
def test_what_does_not_belong_in_the_log_is_refused(wrong: dict[str, object], said: str) -> None:
    whole: dict[str, object] = {"code": "people.invited", "actor": "person:1", "subject": "person:2", "now": EVENING}
    with pytest.raises(ValueError, match=said):
        record(**{**whole, **wrong})  # type: ignore[arg-type]
    assert Entry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_many_actions_at_once_leave_one_chain_without_gaps() -> None:
    """Also for the very first entries, when the row that is locked does not exist yet."""

    def act(worker: int) -> None:
        try:
            for number in range(12):
                with transaction.atomic():
                    record(code="people.invited", actor=f"person:{worker}", subject=f"person:{number}", now=EVENING)
                    if number % 4 == 3:
                        transaction.set_rollback(True)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(8)))
    assert [entry.seq for entry in Entry.objects.all()] == list(range(1, 8 * 9 + 1))
    verdict = verify()
    assert (verdict.count, verdict.fault) == (72, None)
