"""Looking for texts in whatever a service leaves on disk, in every form in which a program might have written them."""

from __future__ import annotations

import base64
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
from psycopg import sql

MOST_UNPACKED = 1 << 20
# How gzip and zlib streams begin; with what zlib is told to expect.
PACKED = ((b"\x1f\x8b\x08", 31), (b"\x78\x01", 15), (b"\x78\x9c", 15), (b"\x78\xda", 15))


def forms_of(text: str) -> set[bytes]:
    """``text`` plain, in UTF-16, hex and base64; base64 wherever it may begin in a longer run of bytes."""
    plain = text.encode()
    forms = {plain, text.encode("utf-16-le"), text.encode("utf-16-be")}
    forms |= {plain.hex().encode(), plain.hex().upper().encode()}
    for before in range(3):
        # What only these bytes decide: neither what stands before them, nor what follows.
        coded = base64.b64encode(b"\0" * before + plain)
        inner = coded[-(-before * 8 // 6) : len(coded) - 4]
        forms |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return forms


def unpacked(data: bytes) -> Iterator[bytes]:
    """What is in the gzip and zlib streams that begin anywhere in ``data``."""
    for mark, expect in PACKED:
        at = data.find(mark)
        while at >= 0:
            try:
                yield zlib.decompressobj(expect).decompress(data[at:], MOST_UNPACKED)
            except zlib.error:
                pass
            at = data.find(mark, at + 1)


def found_in(data: bytes, texts: Iterable[str]) -> set[str]:
    """Those of ``texts`` that stand in ``data``, in any form, packed or not."""
    layers = [data, *unpacked(data)]
    return {text for text in texts if any(form in layer for form in forms_of(text) for layer in layers)}


def found_below(folder: Path, texts: Iterable[str]) -> set[tuple[str, str]]:
    """(text, file) for each file below ``folder`` that holds one of ``texts``."""
    return {
        (text, str(file.relative_to(folder)))
        for file in folder.rglob("*")
        if file.is_file() and not file.is_symlink()
        for text in found_in(file.read_bytes(), texts)
    }


def dump_of_sqlite(file: Path) -> bytes:
    """Every row as SQL; a row that lies in pieces in the file is whole here."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return "\n".join(connection.iterdump()).encode(errors="surrogateescape")
    finally:
        connection.close()


def dump_of_postgresql(url: str) -> bytes:
    """Every row of every table as text; what the server packs on disk is plain here."""
    parts: list[bytes] = []
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        tables = cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as rows:
                parts += [bytes(row) for row in rows]
        cursor.execute("CHECKPOINT")
    return b"".join(parts)


def folder_of_postgresql(url: str) -> Path:
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    return Path(row[0])
