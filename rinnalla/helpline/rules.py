"""Decisions of the helpline: each answers with a reason or None. Nothing is written here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.models import Contact, DutySession, Line

# Presence. A volunteer's page renews the lease every RENEW; when it has lapsed, those they talk with return to the
# front of the queue (promise R4: at the latest 30 s after the page is gone).
RENEW: Final = timedelta(seconds=5)
LEASE: Final = timedelta(seconds=20)
# A waiting person not seen for this long leaves the queue, with the place kept (promise R4: at most 60 s).
AWAY_AFTER: Final = timedelta(seconds=45)
# People who still wait are told that the line has closed when it has been closed for this long and nobody is on duty.
CLOSED_FOR: Final = timedelta(minutes=15)

# When nobody has answered a call for the shift lead for this long, the page says whom to phone.
PHONE_AFTER: Final = timedelta(minutes=1)

State = DutySession.State

# What a duty session may become, by its state. The one door is helpline/actions.py.
MOVES: Final[dict[str, frozenset[str]]] = {
    State.READY: frozenset({State.TALKING, State.PAUSED, State.ENDED}),
    State.TALKING: frozenset({State.TALKING, State.WRAP_UP, State.READY, State.ENDED}),
    State.WRAP_UP: frozenset({State.READY, State.TALKING, State.PAUSED, State.ENDED}),
    State.PAUSED: frozenset({State.READY, State.ENDED}),
    State.ENDED: frozenset(),
}


class DutyRefusal(models.TextChoices):
    """Why someone may not take duty."""

    NO_ROLE = "no_role", _("You have no role at the centre of this line.")
    ON_DUTY = "on_duty", _("You are on duty already.")


class NextRefusal(models.TextChoices):
    """Why a volunteer does not get the next person now."""

    NOT_ON_DUTY = "not_on_duty", _("You are not on duty.")
    PAUSED = "paused", _("You are on a break. Say that you are ready first.")
    PAUSE_DUE = "pause_due", _("You have talked for a long time. Rest for a moment first.")
    LIMIT = "limit", _("You have as many conversations as this line allows at a time.")
    NOBODY = "nobody", _("Nobody is waiting now.")
    SPARED = "spared", _("Whoever waits now may be heavy. Others take them, and you may breathe.")
    MAY_BE_HEAVY = "may_be_heavy", _("The next one may be heavy. You may leave them to another.")
    PASSED = "passed", _("You have left those who wait to others. They come to you again in a few minutes.")


class HandOverRefusal(models.TextChoices):
    """Why a conversation is not handed over."""

    NOT_YOURS = "not_yours", _("This conversation is not yours.")
    AWAY = "away", _("That person cannot be reached on duty now.")
    PAUSED = "paused", _("That person is on a break.")
    FULL = "full", _("That person has as many conversations as the line allows.")
    SETTLED = "settled", _("The offer is no longer open.")


class CallRefusal(models.TextChoices):
    """Why a lead does not answer a call."""

    ANSWERED = "answered", _("Another lead has answered already.")
    CLOSED = "closed", _("The call is over: help is no longer needed.")


class JoinRefusal(models.TextChoices):
    """Why a person cannot begin to wait on a line."""

    CLOSED = "closed", _("The line is closed now.")
    LEAD_CLOSED = "lead_closed", _("The chat has closed for now.")
    PAUSED = "paused", _("Nobody new is let in for a while.")
    NOBODY = "nobody", _("Nobody is on duty right now.")
    FULL = "full", _("The queue is full right now.")


class EndDutyRefusal(models.TextChoices):
    TALKING = "talking", _("You have a conversation open. End it first.")


class StayRefusal(models.TextChoices):
    NOT_THEN = "not_then", _("Choose a time later today or tonight.")


class Refused(Exception):
    """An action was not allowed; ``reason`` is a member of one of the enums above, with a label for the reader."""

    def __init__(self, reason: models.TextChoices) -> None:
        super().__init__(reason.value)
        self.reason = reason


def next_refusal(duty: DutySession, *, now: datetime) -> NextRefusal | None:
    """Why ``duty`` may not take the next person, apart from the queue being empty; None if it may."""
    if duty.state == State.ENDED or duty.lease_until < now:
        return NextRefusal.NOT_ON_DUTY
    if duty.state == State.PAUSED:
        return NextRefusal.PAUSED
    if duty.pause_until is not None and now < duty.pause_until:
        return NextRefusal.PAUSE_DUE
    if duty.open_contacts >= duty.line.parallel_limit:
        return NextRefusal.LIMIT
    return None


def may_move(duty: DutySession, state: str) -> bool:
    return state in MOVES[duty.state]


def keeps_place(contact: Contact, line: Line, *, now: datetime) -> bool:
    """Whether someone who was away may still come back to the old place."""
    return now - contact.seen_at <= timedelta(minutes=line.place_hold_minutes)
