"""The encoding that is hashed. A change here makes every existing log unverifiable: add a version, never edit one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from rinnalla.audit.models import Entry

Details = Mapping[str, object]

GENESIS: Final = "0" * 64  # stands before the first entry
VERSION: Final = 1
_LONGEST: Final = 300


def hash_of(entry: Entry) -> str:
    """SHA-256, in hex, over every field of ``entry`` but ``hash``.

    The same on SQLite and PostgreSQL: the time in UTC to the microsecond, the details with sorted names.
    """
    fields = [
        VERSION,
        entry.seq,
        _instant(entry.at),
        entry.code,
        entry.actor,
        entry.subject,
        entry.centre,
        entry.details,
        entry.prev_hash,
    ]
    return hashlib.sha256(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode("ascii")).hexdigest()


def plain(details: Details) -> dict[str, object]:
    """``details`` as both databases give it back, or ValueError.

    Only strings, whole numbers, booleans, None, and lists and mappings of these: a float may come back from
    PostgreSQL as another number, and its text has no NUL. Long strings are refused, as they would be content.
    """
    if not all(isinstance(name, str) for name in details):
        raise ValueError("names in the audit log are text")
    return {_text(name): _plain(value) for name, value in details.items()}


def _plain(value: object) -> object:
    match value:
        case None | bool():
            return value
        case int():
            return int(value)
        case str():
            return _text(value)
        case Mapping():
            return plain(value)
        case list() | tuple():
            return [_plain(item) for item in value]
    raise ValueError(f"the audit log takes no {type(value).__name__}: write it as text, a whole number or a list")


def _text(value: str) -> str:
    if len(value) > _LONGEST:
        raise ValueError(f"a text in the audit log is at most {_LONGEST} characters: it is no place for content")
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("a text in the audit log has a character no database keeps")
    return str.__str__(value)


def _instant(at: datetime | None) -> str:
    # SQLite gives None for a time someone made unreadable: that must fail to match, not fail to run.
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else ""
