"""The keys of sealed records. This table lives in a database of its own (alias ``keys``)."""

from __future__ import annotations

import uuid

from django.db import models


class RecordKey(models.Model):
    """The key of one record (such as a conversation), wrapped by the master key.

    Erasing the row erases the record's content everywhere, also in backups of the content.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # AES-256-GCM of the 32-byte key under the master key: 12 bytes nonce, 32 bytes key, 16 bytes tag.
    wrapped = models.BinaryField(max_length=60)
    # Which master key wrapped it: the first 8 bytes of its SHA-256, in hex.
    master = models.CharField(max_length=16)
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.id)
