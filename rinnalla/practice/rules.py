"""Decisions of practice. Nothing is written here."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.models import DutySession, Line
from rinnalla.practice.models import Visit

MOST_AT_ONCE: Final = 3  # visitors called in by one person, waiting or talking
MOST_CHARACTERS: Final = 2000  # of a comment


class CallRefusal(models.TextChoices):
    """Why no visitor can be called in."""

    NO_PRACTICE = "no_practice", _("This is not a line for practice.")
    NOT_ON_DUTY = "not_on_duty", _("Take duty on the practice line first.")
    ENOUGH = "enough", _("Three visitors are on their way already. Answer them first.")
    UNKNOWN = "unknown", _("There is no such visitor.")


class MarkRefusal(models.TextChoices):
    """Why a practice cannot be commented or marked."""

    GOING_ON = "going_on", _("The conversation goes on. Wait for its end.")
    OWN = "own", _("Nobody marks their own practice. Ask another trainer.")
    ERASED = "erased", _("The conversation has been erased.")
    EMPTY = "empty", _("Write something first.")
    TOO_LONG = "too_long", _("The comment is too long. At most 2,000 characters fit.")
    UNKNOWN = "unknown", _("That message is not there.")


class Refused(Exception):
    """Something about practice was not done; ``reason`` can be shown."""

    def __init__(self, reason: models.TextChoices) -> None:
        super().__init__(reason.value)
        self.reason = reason


def call_refusal(line: Line, duty: DutySession | None, *, open_visits: int, known: bool) -> CallRefusal | None:
    """Why a person with ``duty`` cannot call a visitor to ``line``; None if they can."""
    if not line.practice:
        return CallRefusal.NO_PRACTICE
    if duty is None or duty.line_id != line.pk:
        return CallRefusal.NOT_ON_DUTY
    if not known:
        return CallRefusal.UNKNOWN
    return CallRefusal.ENOUGH if open_visits >= MOST_AT_ONCE else None


def mark_refusal(visit: Visit, *, trainer_id: int) -> MarkRefusal | None:
    """Why this trainer may not comment or mark the practice; None if they may."""
    if visit.conversation.open:
        return MarkRefusal.GOING_ON
    if visit.conversation.key_id is None:
        return MarkRefusal.ERASED
    return MarkRefusal.OWN if visit.trainee_id == trainer_id else None
