"""The four statements of the journal's writing, by hand: it is the one place where the ORM's own work is felt.

Each is one step of the database, however many messages it is for. While such a step runs, the event loop has the
interpreter for itself. Everything else about these tables goes through the models.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any, Final

import msgspec
import psycopg
from django.db import connection

_encode: Final = msgspec.json.Encoder().encode


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


def lock(
    conversation_ids: Collection[uuid.UUID], client_ids: Collection[uuid.UUID]
) -> tuple[dict[uuid.UUID, Head], bool]:
    """Lock conversations, in the order of their ids so that two processes cannot wait for each other.

    Also whether a message with one of ``client_ids`` is stored already. That is a statement of its own after the lock:
    it then sees what the one who held the lock before has written.
    """
    heads, known = _HOW[connection.vendor].lock(conversation_ids, client_ids)
    return {head.id: head for head in heads}, known


def store(rows: Sequence[Row], heads: Collection[Head]) -> None:
    """Store messages, and the numbers of their conversations' newest."""
    _HOW[connection.vendor].store(rows, heads)


class _SQLite:
    """Many rows go in as one JSON document (and the sealed bodies as one run of bytes), and come out as one."""

    LOCK: Final = """
        SELECT json_group_array(json_array(id, last_seq, open, answerer_id, key_id)) FROM chat_conversation
        WHERE id IN (SELECT value FROM json_each(%s))"""
    KNOWN: Final = "SELECT 1 FROM chat_message WHERE client_id IN (SELECT value FROM json_each(%s)) LIMIT 1"
    INSERT: Final = """
        INSERT INTO chat_message (conversation_id, seq, client_id, author, kind, person_id, at, body)
        SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
               json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]'),
               json_extract(value, '$[6]'), substr(%s, json_extract(value, '$[7]'), json_extract(value, '$[8]'))
        FROM json_each(%s)"""
    ADVANCE: Final = """
        UPDATE chat_conversation SET last_seq = json_extract(value, '$[1]')
        FROM json_each(%s) WHERE chat_conversation.id = json_extract(value, '$[0]')"""

    @classmethod
    def lock(
        cls, conversation_ids: Collection[uuid.UUID], client_ids: Collection[uuid.UUID]
    ) -> tuple[list[Head], bool]:
        with connection.cursor() as cursor:
            cursor.execute(cls.LOCK, [cls._json([pk.hex for pk in conversation_ids])])
            rows = msgspec.json.decode(cursor.fetchone()[0])
            cursor.execute(cls.KNOWN, [cls._json([pk.hex for pk in client_ids])])
            known = cursor.fetchone() is not None
        heads = [
            Head(uuid.UUID(hex=pk), last_seq, bool(is_open), answerer_id, uuid.UUID(hex=key_id) if key_id else None)
            for pk, last_seq, is_open, answerer_id, key_id in rows
        ]
        return heads, known

    @classmethod
    def store(cls, rows: Sequence[Row], heads: Collection[Head]) -> None:
        described: list[list[Any]] = []
        place = 1  # SQL counts from 1
        for row in rows:
            at = str(row.at.astimezone(UTC).replace(tzinfo=None))  # as Django stores it: UTC without saying so
            about = [row.conversation_id.hex, row.seq, row.client_id.hex, row.author, row.kind, row.person_id, at]
            described.append([*about, place, len(row.body)])
            place += len(row.body)
        with connection.cursor() as cursor:
            cursor.execute(cls.INSERT, [b"".join(row.body for row in rows), cls._json(described)])
            cursor.execute(cls.ADVANCE, [cls._json([[head.id.hex, head.last_seq] for head in heads])])

    @staticmethod
    def _json(value: Any) -> str:
        return _encode(value).decode()


class _PostgreSQL:
    """Many rows go in as arrays, and two statements share a round trip."""

    LOCK: Final = """
        SELECT id, last_seq, open, answerer_id, key_id FROM chat_conversation
        WHERE id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE"""
    # One look into the index for each id, whatever the server believes of the table. Planned anew each time, as a plan
    # from when the table was nearly empty would read all of it.
    KNOWN: Final = """
        SELECT count(*) FROM unnest(%s::uuid[]) given (id),
             LATERAL (SELECT FROM chat_message WHERE client_id = given.id LIMIT 1) found"""
    INSERT: Final = """
        INSERT INTO chat_message (conversation_id, seq, client_id, author, kind, person_id, at, body)
        SELECT conversation_id, seq, client_id, author, kind, person_id, at, substring(bodies FROM place FOR size)
        FROM (SELECT %s::bytea) sealed (bodies),
             unnest(%s::uuid[], %s::int[], %s::uuid[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[],
                    %s::int[], %s::int[])
             message (conversation_id, seq, client_id, author, kind, person_id, at, place, size)"""
    ADVANCE: Final = """
        UPDATE chat_conversation SET last_seq = newest.seq
        FROM unnest(%s::uuid[], %s::int[]) newest (id, seq)
        WHERE chat_conversation.id = ANY(%s::uuid[]) AND chat_conversation.id = newest.id"""

    @classmethod
    def lock(
        cls, conversation_ids: Collection[uuid.UUID], client_ids: Collection[uuid.UUID]
    ) -> tuple[list[Head], bool]:
        with cls._together() as (cursor, second):
            cursor.execute(cls.LOCK, [_array(pk.hex for pk in conversation_ids)], prepare=True)
            second.execute(cls.KNOWN, [_array(pk.hex for pk in client_ids)], prepare=False)
            heads = [Head(*row) for row in cursor.fetchall()]
            (known,) = second.fetchone() or (0,)
        return heads, known > 0

    @classmethod
    def store(cls, rows: Sequence[Row], heads: Collection[Head]) -> None:
        sizes = [len(row.body) for row in rows]
        messages = [
            b"".join(row.body for row in rows),
            _array(row.conversation_id.hex for row in rows),
            _array(str(row.seq) for row in rows),
            _array(row.client_id.hex for row in rows),
            _array(row.author for row in rows),
            _array(row.kind for row in rows),
            _array("NULL" if row.person_id is None else str(row.person_id) for row in rows),
            _array(row.at.isoformat() for row in rows),
            _array(
                str(end - size + 1) for end, size in zip(accumulate(sizes), sizes, strict=True)
            ),  # SQL counts from 1
            _array(str(size) for size in sizes),
        ]
        ids = _array(head.id.hex for head in heads)
        with cls._together() as (cursor, second):
            cursor.execute(cls.INSERT, messages, prepare=True)
            second.execute(cls.ADVANCE, [ids, _array(str(head.last_seq) for head in heads), ids], prepare=True)

    @staticmethod
    @contextmanager
    def _together() -> Iterator[tuple[psycopg.Cursor[Any], psycopg.Cursor[Any]]]:
        """Two cursors of psycopg's own, as Django's cannot prepare: what they do goes to the server at once."""
        connection.ensure_connection()
        raw = connection.connection
        with connection.wrap_database_errors, raw.pipeline():
            yield psycopg.Cursor(raw), psycopg.Cursor(raw)


def _array(words: Iterable[str]) -> str:
    """PostgreSQL's way of writing an array of words that need no quotes: numbers, times, and names of our own."""
    return "{" + ",".join(words) + "}"


_HOW: Final[dict[str, type[_SQLite | _PostgreSQL]]] = {"sqlite": _SQLite, "postgresql": _PostgreSQL}
