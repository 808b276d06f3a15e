"""The four statements of the journal's writing, by hand: it is the one place where the ORM's own work is felt.

Each is one step of the database, however many messages it is for: many rows go in as one JSON document (and the sealed
bodies as one run of bytes), and come out as one. While such a step runs, the event loop has the interpreter for itself.
On PostgreSQL two of them share a round trip. Everything else about these tables goes through the models.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from django.db import connection
from django.db.backends.utils import CursorWrapper

_encode: Final = msgspec.json.Encoder().encode

_LOCK: Final = {
    "sqlite": """
        SELECT json_group_array(json_array(id, last_seq, open, answerer_id, key_id)) FROM chat_conversation
        WHERE id IN (SELECT value FROM json_each(%s))""",
    "postgresql": """
        SELECT id, last_seq, open, answerer_id, key_id FROM chat_conversation
        WHERE id IN (SELECT value::uuid FROM json_array_elements_text(%s)) ORDER BY id FOR UPDATE""",
}
_KNOWN: Final = {
    "sqlite": "SELECT 1 FROM chat_message WHERE client_id IN (SELECT value FROM json_each(%s)) LIMIT 1",
    "postgresql": """
        SELECT 1 FROM chat_message
        WHERE client_id IN (SELECT value::uuid FROM json_array_elements_text(%s)) LIMIT 1""",
}
_INSERT: Final = {
    "sqlite": """
        INSERT INTO chat_message (conversation_id, seq, client_id, author, kind, person_id, at, body)
        SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
               json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]'),
               json_extract(value, '$[6]'), substr(%s, json_extract(value, '$[7]'), json_extract(value, '$[8]'))
        FROM json_each(%s)""",
    "postgresql": """
        INSERT INTO chat_message (conversation_id, seq, client_id, author, kind, person_id, at, body)
        SELECT (value->>0)::uuid, (value->>1)::int, (value->>2)::uuid, value->>3, value->>4, (value->>5)::bigint,
               (value->>6)::timestamptz, substring(sealed.bodies FROM (value->>7)::int FOR (value->>8)::int)
        FROM (SELECT %s::bytea AS bodies) sealed, json_array_elements(%s)""",
}
_ADVANCE: Final = {
    "sqlite": """
        UPDATE chat_conversation SET last_seq = json_extract(value, '$[1]')
        FROM json_each(%s) WHERE chat_conversation.id = json_extract(value, '$[0]')""",
    "postgresql": """
        UPDATE chat_conversation SET last_seq = (value->>1)::int
        FROM json_array_elements(%s) WHERE chat_conversation.id = (value->>0)::uuid""",
}


class Head(msgspec.Struct):
    """What the journal needs of a conversation's row, which is locked until the commit."""

    id: uuid.UUID
    last_seq: int
    open: bool
    answerer_id: int | None
    key_id: uuid.UUID | None


class Row(msgspec.Struct, frozen=True):
    """One message to be stored."""

    conversation_id: uuid.UUID
    seq: int
    client_id: uuid.UUID
    author: str
    kind: str
    person_id: int | None
    at: datetime
    body: bytes


def lock(conversation_ids: Iterable[uuid.UUID], client_ids: Iterable[uuid.UUID]) -> tuple[dict[uuid.UUID, Head], bool]:
    """Lock conversations, in the order of their ids so that two processes cannot wait for each other.

    Also whether a message with one of ``client_ids`` is stored already. That is a statement of its own after the lock:
    it then sees what the one who held the lock before has written.
    """
    with _together() as cursor, connection.cursor() as second:
        cursor.execute(_LOCK[connection.vendor], [_json([_id(pk) for pk in conversation_ids])])
        second.execute(_KNOWN[connection.vendor], [_json([_id(pk) for pk in client_ids])])
        rows, known = cursor.fetchall(), second.fetchone() is not None
    if connection.vendor == "sqlite":
        rows = [
            (uuid.UUID(hex=pk), last_seq, bool(is_open), answerer_id, uuid.UUID(hex=key_id) if key_id else None)
            for pk, last_seq, is_open, answerer_id, key_id in msgspec.json.decode(rows[0][0])
        ]
    return {row[0]: Head(*row) for row in rows}, known


def store(rows: Sequence[Row], heads: Iterable[Head]) -> None:
    """Store messages, and the numbers of their conversations' newest."""
    described: list[list[Any]] = []
    at = 1  # SQL counts from 1
    for row in rows:
        pk, client_id, size = _id(row.conversation_id), _id(row.client_id), len(row.body)
        described.append([pk, row.seq, client_id, row.author, row.kind, row.person_id, _time(row.at), at, size])
        at += size
    bodies = b"".join(row.body for row in rows)
    with _together() as cursor, connection.cursor() as second:
        cursor.execute(_INSERT[connection.vendor], [bodies, _json(described)])
        second.execute(_ADVANCE[connection.vendor], [_json([[_id(head.id), head.last_seq] for head in heads])])


@contextmanager
def _together() -> Iterator[CursorWrapper]:
    """A cursor; on PostgreSQL, what it and others do inside goes to the server at once."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with connection.connection.pipeline():
                yield cursor
        else:
            yield cursor


def _json(value: Any) -> str:
    return _encode(value).decode()


def _id(value: uuid.UUID) -> str:
    """As Django stores it: SQLite has no type for it, 32 hexadecimal digits there; PostgreSQL reads those too."""
    return value.hex


def _time(at: datetime) -> str:
    """As Django stores it: SQLite has no type for it, UTC without saying so there."""
    if connection.vendor == "postgresql":
        return at.isoformat()
    return str(at.astimezone(UTC).replace(tzinfo=None))
