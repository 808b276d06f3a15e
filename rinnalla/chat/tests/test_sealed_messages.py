"""Promise S6: keys stand apart, and a sealed text opens only in its own place."""

from __future__ import annotations

import base64
import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rinnalla.chat.transcript import place
from rinnalla.sealing.actions import erase_keys, make_key, sweep
from rinnalla.sealing.models import RecordKey
from rinnalla.sealing.seal import CannotOpen, Key, KeyErased, MasterKey, ring

Spot = tuple[uuid.UUID, uuid.UUID, str]
NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
CONVERSATIONS = st.sampled_from([uuid.UUID(int=n) for n in range(1, 4)])
AUTHORS = st.sampled_from(["seeker", "answerer", "service"])
PLACES = st.tuples(CONVERSATIONS, CONVERSATIONS, AUTHORS)


@given(st.text(max_size=200), PLACES, PLACES)
def test_a_sealed_text_opens_in_its_own_place_and_in_no_other(text: str, home: Spot, elsewhere: Spot) -> None:
    key = Key(uuid.uuid4(), bytes(range(32)))
    sealed = key.seal(text, place(*home))
    assert key.open(sealed, place(*home)) == text
    if elsewhere != home:
        with pytest.raises(CannotOpen):
            key.open(sealed, place(*elsewhere))


def test_another_column_does_not_open_it() -> None:
    key = Key(uuid.uuid4(), bytes(range(32)))
    sealed = key.seal("hei", "chat.Message.body|1")
    with pytest.raises(CannotOpen):
        key.open(sealed, "chat.Message.note|1")


@given(st.integers(min_value=0))
def test_a_changed_byte_does_not_open(position: int) -> None:
    key = Key(uuid.uuid4(), bytes(range(32)))
    sealed = bytearray(key.seal("en jaksa enää", "here"))
    sealed[position % len(sealed)] ^= 1
    with pytest.raises(CannotOpen):
        key.open(bytes(sealed), "here")


def test_a_key_moved_to_another_row_does_not_open() -> None:
    master = MasterKey(base64.b64encode(bytes(32)).decode())
    one, other = uuid.uuid4(), uuid.uuid4()
    moved = RecordKey(id=other, wrapped=master.wrap(one, bytes(32)), master=master.name)
    with pytest.raises(CannotOpen):
        master.unwrap(moved)


def test_another_master_key_is_named_and_opens_nothing() -> None:
    one = MasterKey(base64.b64encode(bytes(32)).decode())
    other = MasterKey(base64.b64encode(bytes([7] * 32)).decode())
    key_id = uuid.uuid4()
    with pytest.raises(CannotOpen, match=one.name):
        other.unwrap(RecordKey(id=key_id, wrapped=one.wrap(key_id, bytes(32)), master=one.name))


@pytest.mark.parametrize("written", ["", "short", base64.b64encode(bytes(31)).decode()])
def test_a_wrong_master_key_stops_the_start_and_says_what_to_do(written: str) -> None:
    with pytest.raises(SystemExit, match="RINNALLA_MASTER_KEY must be 32 bytes"):
        MasterKey(written)


@pytest.mark.django_db(databases=["default", "keys"])
def test_an_erased_key_is_gone_from_memory_and_database() -> None:
    key = make_key(now=NOW)
    sealed = key.seal("hei", "here")
    assert ring().get(key.id).open(sealed, "here") == "hei"
    assert erase_keys([key.id]) == 1
    with pytest.raises(KeyErased):
        ring().get(key.id)
    assert erase_keys([key.id]) == 0


@pytest.mark.django_db(databases=["default", "keys"])
def test_keys_that_no_record_names_are_swept_after_a_day() -> None:
    make_key(now=NOW)
    assert sweep(now=NOW) == 0
    assert sweep(now=NOW.replace(day=26)) == 1
    assert RecordKey.objects.count() == 0
