"""Decisions about blocks: how long one lasts. Nothing is read or written here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.hours import LineState
from rinnalla.helpline.models import Block

EVENING: Final = timedelta(hours=6)  # at most, when the line stays open longer
DAY: Final = timedelta(hours=24)
WEEK: Final = timedelta(days=7)
# How long the network of a contact is known after its end: someone may abuse and leave before the answerer can act.
ORIGIN_KEPT: Final = timedelta(hours=1)


class BlockRefusal(models.TextChoices):
    """Why a block is not made or not changed."""

    NOT_YOURS = "not_yours", _("This conversation is not yours.")
    BLOCKED = "blocked", _("This person has been blocked already.")
    OVER = "over", _("This block is no longer in force.")
    APPROVED = "approved", _("This block has been approved already.")
    OWN = "own", _("Someone else than the one who blocked must approve it.")


def block_until(grade: str, *, opening: LineState, now: datetime) -> datetime:
    """Until when a new block of ``grade`` holds. A long one holds for a day until a lead has approved it."""
    if grade != Block.Grade.EVENING:
        return now + DAY
    end = opening.closes_at if opening.is_open and opening.closes_at is not None else now + EVENING
    return min(end, now + EVENING)


def approve_refusal(block: Block, *, by: int, now: datetime) -> BlockRefusal | None:
    """Why person ``by`` may not approve ``block``; None if they may."""
    if block.lifted_at is not None or block.until <= now or block.grade != Block.Grade.WEEK:
        return BlockRefusal.OVER
    if block.approved_at is not None:
        return BlockRefusal.APPROVED
    if block.by_id == by:
        return BlockRefusal.OWN
    return None
