"""Sealing text so that it opens only in its own place.

AES-256-GCM with a key per record. The associated data names the place (table, column, record, row, author), so that a
ciphertext moved to another row, column or role does not open (promise S6). Nonces are random: with one key per
conversation the chance that two of a million messages share one is below 10⁻¹⁶ (NIST SP 800-38D § 8.3 allows 2³²).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from rinnalla.core.env import SettingError
from rinnalla.sealing.models import RecordKey

NONCE = 12


class CannotOpen(Exception):
    """The sealed bytes do not belong to this place or key, or were changed."""


class KeyErased(Exception):
    """The record's key is gone: its content was erased and cannot be read by anyone."""


class MasterKey:
    """The key that wraps all record keys. Comes from the environment or a file, never from a database."""

    def __init__(self, written: str) -> None:
        try:
            raw = base64.b64decode(written, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) != 32:
            raise SettingError("RINNALLA_MASTER_KEY", "must be 32 bytes in base64. `bin/rinnalla init` makes one.")
        self.name = hashlib.sha256(raw).hexdigest()[:16]
        self._cipher = AESGCM(raw)

    def wrap(self, key_id: uuid.UUID, key: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, key, key_id.bytes)

    def unwrap(self, record: RecordKey) -> bytes:
        """The record's key; :class:`CannotOpen` when another master key wrapped it or it was changed."""
        if record.master != self.name:
            raise CannotOpen(f"key {record.pk} was wrapped by master key {record.master}, not {self.name}")
        wrapped = bytes(record.wrapped)
        try:
            return self._cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], record.pk.bytes)
        except InvalidTag:
            raise CannotOpen(f"key {record.pk} was changed") from None


class Key:
    """The opened key of one record. Lives in memory only."""

    __slots__ = ("_cipher", "_digest_key", "id")

    def __init__(self, key_id: uuid.UUID, raw: bytes) -> None:
        self.id = key_id
        self._cipher = AESGCM(raw)
        self._digest_key = hashlib.blake2b(b"digest", key=raw, digest_size=32).digest()

    def digest(self, text: str) -> bytes:
        """A keyed hash of ``text``, 16 bytes: equal for equal texts, and noise once the key is erased."""
        return hashlib.blake2b(text.encode(), key=self._digest_key, digest_size=16).digest()

    def seal(self, text: str, place: str) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes | memoryview, place: str) -> str:
        """The text sealed at ``place``; :class:`CannotOpen` when it was sealed elsewhere or changed."""
        sealed = bytes(sealed)
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], place.encode()).decode()
        except (InvalidTag, ValueError):
            raise CannotOpen(f"sealed bytes do not belong at {place}") from None


class KeyRing:
    """Opened keys of the records in use, newest kept: at most ``most`` of them, and none past :meth:`forget`."""

    def __init__(self, master: MasterKey, most: int = 20_000) -> None:
        self.master = master
        self._most = most
        self._keys: OrderedDict[uuid.UUID, Key] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key_id: uuid.UUID) -> Key:
        """The key ``key_id``; :class:`KeyErased` when it is gone. At most one query."""
        found = self.find([key_id])
        if key_id not in found:
            raise KeyErased(str(key_id))
        return found[key_id]

    def find(self, key_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Key]:
        """The keys of many records with at most one query, without those that are gone."""
        wanted = set(key_ids)
        with self._lock:
            found = {key_id: self._keys[key_id] for key_id in wanted if key_id in self._keys}
        missing = wanted - found.keys()
        if missing:
            for record in RecordKey.objects.filter(pk__in=missing):
                found[record.pk] = Key(record.pk, self.master.unwrap(record))
                self.remember(found[record.pk])
        return found

    def remember(self, key: Key) -> None:
        with self._lock:
            self._keys[key.id] = key
            while len(self._keys) > self._most:
                self._keys.popitem(last=False)

    def forget(self, key_ids: Iterable[uuid.UUID]) -> None:
        with self._lock:
            for key_id in key_ids:
                self._keys.pop(key_id, None)


_ring: KeyRing | None = None


def ring() -> KeyRing:
    """The process's key ring, made on first use from the master key in the settings."""
    global _ring
    if _ring is None:
        _ring = KeyRing(MasterKey(settings.MASTER_KEY))
    return _ring
