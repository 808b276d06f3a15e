"""Decisions about worries: what may follow what, and what each step must say. Nothing is read or written here."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.models import Worry

State = Worry.State

MOST_WORDS: Final = 2000  # characters
# How long the erasing of a conversation may be put off for a report. Once, never again.
HOLD: Final = timedelta(days=7)

# What a worry may become, by its state, apart from its going to another professional. The one door is
# helpline/actions/worries.py.
MOVES: Final[dict[str, frozenset[str]]] = {
    State.RAISED: frozenset(),
    State.TAKEN: frozenset({State.ASKED, State.TO_REPORT, State.REPORTED, State.NO_REPORT}),
    State.ASKED: frozenset({State.ANSWERED, State.TO_REPORT, State.REPORTED, State.NO_REPORT}),
    State.ANSWERED: frozenset({State.ASKED, State.TO_REPORT, State.REPORTED, State.NO_REPORT}),
    State.TO_REPORT: frozenset({State.REPORTED}),
    State.REPORTED: frozenset({State.REPORTED}),  # a child's matter may go to the police as well
    State.NO_REPORT: frozenset({State.TO_REPORT, State.REPORTED}),
}
OPEN: Final = frozenset({State.RAISED, State.TAKEN, State.ASKED, State.ANSWERED, State.TO_REPORT})
NEEDS_WORDS: Final = frozenset({State.ASKED, State.ANSWERED, State.TO_REPORT, State.NO_REPORT})
NEEDS_RECEIVER: Final = frozenset({State.TO_REPORT, State.REPORTED})


class WorryRefusal(models.TextChoices):
    """Why a worry is not raised or not moved."""

    NOT_YOURS = "not_yours", _("This conversation is not yours.")
    TAKEN = "taken", _("Somebody else has taken this a moment ago.")
    NOT_WITH_YOU = "not_with_you", _("This is not with you. Take it first.")
    NOT_NOW = "not_now", _("That is not possible now. The page shows where things stand.")
    NO_WORDS = "no_words", _("Write the reason in a few words.")
    TOO_LONG = "too_long", _("The text is too long. At most 2,000 characters fit.")
    NO_RECEIVER = "no_receiver", _("Choose to whom it is reported.")
    HELD = "held", _("The erasing has been put off once already.")
    ERASED = "erased", _("The conversation has been erased already.")


def step_refusal(worry: Worry, state: str, *, words: str, to: str) -> WorryRefusal | None:
    """Why ``worry`` may not move to ``state``, apart from who asks; None if it may."""
    if state not in MOVES[worry.state]:
        return WorryRefusal.NOT_NOW
    if state in NEEDS_WORDS and not words:
        return WorryRefusal.NO_WORDS
    if len(words) > MOST_WORDS:
        return WorryRefusal.TOO_LONG
    if state in NEEDS_RECEIVER and not to:
        return WorryRefusal.NO_RECEIVER
    return None


def words_place(step_id: object, by: int) -> str:
    """Where the words of a step belong: sealed there, they open nowhere else (promise S6)."""
    return f"helpline.WorryStep.words|{step_id}|{by}"
