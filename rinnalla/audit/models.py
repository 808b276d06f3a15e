"""The log of who did what: appended to, never changed. Database triggers refuse changes (``0002_append_only``)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

# Dotted, such as "people.invited": the app, then what happened.
CODE = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$"


class Entry(models.Model):
    """One deed. Each entry carries the hash of the one before, so that a change anywhere breaks the chain after it.

    ``actor`` and ``subject`` are words such as "person:12" or "line:sekasin"; the log knows no other app's tables and
    outlives their rows. ``details`` holds named fields (old and new), ids and enums. Content, names and numbers of
    help-seekers never come here.
    """

    seq = models.PositiveBigIntegerField(primary_key=True)  # 1, 2, 3 … without a gap, also after a rolled-back action
    at = models.DateTimeField()
    code = models.CharField(max_length=80)
    actor = models.CharField(max_length=80)
    subject = models.CharField(max_length=80)
    centre = models.CharField(max_length=40, blank=True)  # the id of the centre it happened in; "" when in none
    details = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("seq",)
        constraints = [
            models.CheckConstraint(condition=Q(seq__gte=1), name="audit_seq_from_one"),
            models.CheckConstraint(condition=Q(code__regex=CODE), name="audit_code_is_dotted"),
        ]
        indexes = [models.Index(fields=["subject", "seq"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.seq} {self.code} {self.actor} {self.subject}"


class Head(models.Model):
    """Where the chain ends: one row, locked by whoever appends."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_seq = models.PositiveBigIntegerField(default=0)
    last_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="audit_one_head")]

    def __str__(self) -> str:
        return f"{self.last_seq} {self.last_hash}"
