"""Making and erasing record keys."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.apps import apps
from django.db import connections, models, router, transaction

from rinnalla.sealing.models import RecordKey
from rinnalla.sealing.seal import Key, ring

# "app.Model.field" of every column that names a record key, added by the apps that have one.
_holders: list[tuple[str, str]] = []


def register_holder(model: str, field: str) -> None:
    """Tell the sweep that ``model`` ("app.Model") names record keys in ``field``."""
    if (model, field) not in _holders:
        _holders.append((model, field))


def make_key(*, now: datetime) -> Key:
    """A new record key, committed to the keys' database at once.

    Call it inside the content's own transaction: the key is then on disk before the content that needs it. If the
    content is rolled back, a stray key remains, which :func:`sweep` removes.
    """
    key_id, raw = uuid.uuid4(), os.urandom(32)
    keys = ring()
    with transaction.atomic(using="keys"):
        RecordKey.objects.create(
            id=key_id, wrapped=keys.master.wrap(key_id, raw), master=keys.master.name, created_at=now
        )
    key = Key(key_id, raw)
    keys.remember(key)
    return key


def erase_keys(key_ids: Iterable[uuid.UUID]) -> int:
    """Erase record keys, and with them everything they sealed. Erasing twice changes nothing. How many were erased.

    Call :func:`scrub` when no more are to follow.
    """
    key_ids = list(key_ids)
    ring().forget(key_ids)
    with transaction.atomic(using="keys"):
        erased, _ = RecordKey.objects.filter(pk__in=key_ids).delete()
    return erased


def scrub(model: type[models.Model]) -> None:
    """Take the deleted rows of ``model`` out of its database's files, as far as the database lets us now.

    SQLite has overwritten them (``secure_delete``) and empties its write-ahead log; PostgreSQL vacuums the table. Does
    nothing inside a transaction, where neither can be done.
    """
    connection = connections[router.db_for_write(model)]
    if connection.in_atomic_block:
        return
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)" if connection.vendor == "sqlite" else f"VACUUM {table}")


def sweep(*, now: datetime) -> int:
    """Erase keys that no record names and that are a day old: left behind by content that was rolled back."""
    old = set(RecordKey.objects.filter(created_at__lt=now - timedelta(days=1)).values_list("pk", flat=True))
    for model, field in _holders:
        if not old:
            break
        held = apps.get_model(model)._default_manager.filter(**{f"{field}__isnull": False})
        old -= set(held.values_list(field, flat=True))
    erased = erase_keys(old) if old else 0
    if erased:
        scrub(RecordKey)
    return erased
