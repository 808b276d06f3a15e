"""The agreed time of a conversation: since when, how long, when its nearing end is said. Nothing is cut off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from rinnalla.audit import actions as audit
from rinnalla.chat.models import Conversation
from rinnalla.chat.transcript import stamp
from rinnalla.core.live import announce
from rinnalla.people.models import Person

STEPS: Final = (10, 15)  # minutes that can be agreed at a time
MOST_MORE: Final = 120  # minutes in all: past that a lead and a colleague are the better help


class TimeRefusal(models.TextChoices):
    """Why no more time is agreed."""

    STEP = "step", _("Choose 10 or 15 minutes.")
    ENOUGH = "enough", _("So much more time has been agreed already. Talk with the shift lead.")
    ENDED = "ended", _("The conversation has ended.")
    NOT_YOURS = "not_yours", _("This conversation is no longer with you.")


class TimeRefused(Exception):
    def __init__(self, reason: TimeRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class TimeFrame:
    """``since``, the whole agreed length in minutes, and how many minutes before the end it is said."""

    since: datetime
    minutes: int
    warn: int

    def as_frame(self) -> dict[str, Any]:
        return {"t": "time", "since": stamp(self.since), "minutes": self.minutes, "warn": self.warn}

    def left(self, *, now: datetime) -> int:
        """Whole minutes that are left, 0 when the time is over; a minute that has begun counts whole."""
        passed = max(0, int((now - self.since).total_seconds() // 60))
        return max(0, self.minutes - passed)

    def is_ending(self, *, now: datetime) -> bool:
        return self.left(now=now) <= self.warn


def time_of(conversation: Conversation) -> TimeFrame:
    contact, line = conversation.contact, conversation.contact.line
    minutes = line.session_minutes + conversation.more_minutes
    return TimeFrame(contact.claimed_at or contact.queued_at, minutes, line.warn_minutes)


def steps_left(conversation: Conversation) -> list[int]:
    """How much more can still be agreed at a time: one or both STEPS, or nothing."""
    return [step for step in STEPS if conversation.more_minutes + step <= MOST_MORE] if conversation.open else []


def time_refusal(conversation: Conversation, *, minutes: int, answerer: Person) -> TimeRefusal | None:
    """Why ``answerer`` cannot agree ``minutes`` more; None if they can."""
    if not conversation.open:
        return TimeRefusal.ENDED
    if conversation.answerer_id != answerer.pk:
        return TimeRefusal.NOT_YOURS
    if minutes not in STEPS:
        return TimeRefusal.STEP
    if conversation.more_minutes + minutes > MOST_MORE:
        return TimeRefusal.ENOUGH
    return None


@transaction.atomic
def agree_more_time(*, conversation: Conversation, minutes: int, actor: Person, now: datetime) -> Conversation:
    """Agree ``minutes`` more, or raise TimeRefused. Both sides' pages look at the contact again and see it."""
    locked = Conversation.objects.select_for_update().get(pk=conversation.pk)
    if reason := time_refusal(locked, minutes=minutes, answerer=actor):
        raise TimeRefused(reason)
    locked.more_minutes += minutes
    locked.save(update_fields=["more_minutes"])
    announce(f"contact:{locked.contact_id}", {"t": "time"})
    audit.record(
        code="chat.more_time_agreed",
        actor=f"person:{actor.pk}",
        subject=f"conversation:{locked.pk}",
        now=now,
        details={"minutes": minutes},
        centre=str(locked.contact.line.centre_id),
    )
    return locked
