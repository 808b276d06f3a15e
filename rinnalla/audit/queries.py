"""Reading the log, and proving that it is whole."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from rinnalla.audit.chain import GENESIS, hash_of
from rinnalla.audit.models import Entry, Head

_CHUNK: Final = 2_000


class What(enum.Enum):
    """What is wrong at the first broken place. The value is what the operator reads."""

    CHANGED = "entry {seq} was changed"
    MISSING = "entry {seq} is missing"
    UNCHAINED = "entry {seq} does not follow the one before it: one of the two was replaced"
    CUT = "the log ends before entry {seq}: its end was cut off"
    ADDED = "entry {seq} was added past the log's recorded end"
    REPLACED_END = "the log's recorded end is not entry {seq}: the end was replaced"
    NOT_FOUND = "the expected hash is nowhere in the log ({seq} entries): its end was cut off or written anew"


@dataclass(frozen=True)
class Fault:
    """``seq``: the entry it is about."""

    what: What
    seq: int

    def __str__(self) -> str:
        return self.what.value.format(seq=self.seq)


@dataclass(frozen=True)
class Verdict:
    """``count`` entries are good: those before ``fault``, or all. ``head_hash`` is the hash of the last of them."""

    count: int
    head_hash: str
    fault: Fault | None


def entries_about(subject: str) -> QuerySet[Entry]:
    """What was done to ``subject`` ("person:12"), oldest first."""
    return Entry.objects.filter(subject=subject).order_by("seq")


def verify(expect: str | None = None) -> Verdict:
    """Walk the whole chain and find its first broken place. Holds a few thousand entries at a time.

    Whoever can write to the database can also write the end of the log anew, with the recorded end. That is seen with
    ``expect``: a hash an earlier run gave, kept elsewhere. It must still be somewhere in the chain.
    """
    seq, last, found = 0, GENESIS, expect in (None, GENESIS)
    while True:
        for entry in _entries_after(seq):
            if fault := _fault_at(entry, seq + 1, last):
                return Verdict(seq, last, fault)
            seq, last = seq + 1, entry.hash if isinstance(entry, Entry) else last
            found = found or last == expect
        head = Head.objects.filter(pk=1).first() or Head(last_seq=0, last_hash=GENESIS)
        # The log may have grown since the last chunk was read: then there is more to walk.
        if head.last_seq <= seq or not Entry.objects.filter(seq__gt=seq).exists():
            break
    fault = None
    if head.last_seq > seq:
        fault = Fault(What.CUT, seq + 1)
    elif head.last_seq < seq:
        fault = Fault(What.ADDED, head.last_seq + 1)
    elif head.last_hash != last:
        fault = Fault(What.REPLACED_END, seq)
    elif not found:
        fault = Fault(What.NOT_FOUND, seq)
    return Verdict(seq, last, fault)


def _fault_at(entry: Entry | int, due: int, last: str) -> Fault | None:
    if isinstance(entry, int):  # cannot even be read
        return Fault(What.CHANGED, entry) if entry == due else Fault(What.MISSING, due)
    if entry.seq != due:
        return Fault(What.MISSING, due)
    if entry.hash != hash_of(entry):
        return Fault(What.CHANGED, due)
    if entry.prev_hash != last:
        return Fault(What.UNCHAINED, due)
    return None


def _entries_after(seq: int) -> Iterator[Entry | int]:
    """Entries in order; the number alone of one whose row is no longer readable (broken JSON, a time that is none)."""
    while True:
        later = Entry.objects.filter(seq__gt=seq).order_by("seq")
        chunk: list[Entry | int]
        try:
            chunk = list(later[:_CHUNK])
        except (ValueError, TypeError):
            chunk = [_readable(number) for number in later.values_list("seq", flat=True)[:_CHUNK]]
        if not chunk:
            return
        yield from chunk
        end = chunk[-1]
        seq = end if isinstance(end, int) else end.seq


def _readable(seq: int) -> Entry | int:
    try:
        return Entry.objects.get(seq=seq)
    except (ValueError, TypeError):
        return seq
