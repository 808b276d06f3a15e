"""Keeps the keys of sealed records out of the database that holds the content."""

from __future__ import annotations

from typing import Any

from django.db import models


class KeysApart:
    """Sends the ``sealing`` app, and nothing else, to the database ``keys``."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        return "keys" if model._meta.app_label == "sealing" else "default"

    db_for_write = db_for_read

    def allow_relation(self, one: models.Model, other: models.Model, **hints: Any) -> bool:
        return (one._meta.app_label == "sealing") == (other._meta.app_label == "sealing")

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == "keys") == (app_label == "sealing")
