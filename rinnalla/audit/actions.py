"""The one way into the log."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from django.db import connection

from rinnalla.audit.chain import GENESIS, Details, hash_of, plain
from rinnalla.audit.models import CODE, Entry, Head

_CODE: Final = re.compile(CODE)
_WHO: Final = re.compile(r"[a-z][a-z_]*(:[A-Za-z0-9_-]+)?")
_CENTRE: Final = re.compile(r"[A-Za-z0-9-]*")


def record(
    *, code: str, actor: str, subject: str, now: datetime, details: Details | None = None, centre: str = ""
) -> Entry:
    """Append one entry, inside the transaction of the action it tells of: both happen or neither.

    Call it late, after the action's other locks are taken: from here to the commit every other action that records
    waits, and two that lock in different orders would deadlock. ``actor`` and ``subject`` are "kind:id", or a word
    such as "system" (the clock) or "console" (the operator); ``centre`` is the id alone. Raises RuntimeError outside a
    transaction and ValueError for anything the log does not take.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("record() belongs inside the transaction of the action it tells of")
    _check(code=code, actor=actor, subject=subject, centre=centre)
    if now.tzinfo is None:
        raise ValueError("the audit log needs times with a time zone")
    # A missing head row starts a new chain; with entries still there, their numbers then refuse it.
    head, _ = Head.objects.select_for_update().get_or_create(pk=1, defaults={"last_hash": GENESIS})
    entry = Entry(
        seq=head.last_seq + 1,
        at=now,
        code=code,
        actor=actor,
        subject=subject,
        centre=centre,
        details=plain(details or {}),
        prev_hash=head.last_hash,
    )
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)
    head.last_seq, head.last_hash = entry.seq, entry.hash
    head.save(update_fields=["last_seq", "last_hash"])
    return entry


def _check(*, code: str, actor: str, subject: str, centre: str) -> None:
    if not _CODE.fullmatch(code):
        raise ValueError(f"{code!r} is no code: write app.what_happened")
    for who in (actor, subject):
        if not _WHO.fullmatch(who):
            raise ValueError(f"{who!r} names nobody: write kind:id, such as person:12, or one plain word")
    if not _CENTRE.fullmatch(centre):
        raise ValueError(f"{centre!r} is no centre: write its id alone")
