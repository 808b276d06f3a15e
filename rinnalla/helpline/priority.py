"""Decisions about levels, head starts and return words. Nothing is written here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.models import Contact, Line

MOST_TRIES: Final = 5  # return words that one visit may try

QUEUED: Final = (Contact.State.WAITING, Contact.State.AWAY)
_IN_VAIN: Final = frozenset({Contact.EndedBy.SEEKER, Contact.EndedBy.LOST, Contact.EndedBy.CLOSED})


class WordRefusal(models.TextChoices):
    """Why a return word does not help now. A word that never was, is used or has expired is answered alike."""

    UNKNOWN = "unknown", _("We do not know these words. Look at them once more. A word works once, and not for ever.")
    TRIED_ENOUGH = "tried_enough", _("You have tried as many times as is possible in one visit. Your place is kept.")
    USED_ONE = "used_one", _("A return word has already moved you forward in this queue.")
    NOT_WAITING = "not_waiting", _("A return word helps only while you wait.")


def level_of(points: int, line: Line) -> int:
    """The level, 0 to 3, that so many points of the questions give on ``line``."""
    return sum(points >= least for least in (line.level_1_from, line.level_2_from, line.level_3_from))


def rank_with(contact: Contact, line: Line, *, level: int) -> datetime:
    """Where ``contact`` stands in the order with ``level``: never further back than now.

    Whoever feels better after a while and says so must not lose the place for it: a truthful answer would cost them,
    and the next person would learn not to give one. The level shown to the answerer follows the newest answers.
    """
    if line.order != Line.Order.SEVERITY:
        return contact.rank_at
    start = timedelta(minutes=level * line.level_minutes)
    if contact.came_again:
        start += timedelta(minutes=line.return_minutes)
    return min(contact.rank_at, contact.queued_at - start)


def uses_words(line: Line) -> bool:
    """Whether return words mean anything on ``line``: where people come strictly by their time of joining, none do."""
    return line.order == Line.Order.SEVERITY and line.return_minutes > 0 and line.return_days > 0


def earns_word(contact: Contact, line: Line) -> bool:
    """Whether ``contact`` waited in vain for so long that it may have a return word, and has not had one yet."""
    return (
        uses_words(line)
        and not contact.word_given
        and contact.ended_at is not None
        and contact.claimed_at is None
        and contact.ended_by in _IN_VAIN
        and contact.ended_at - contact.queued_at >= timedelta(minutes=line.return_after_minutes)
    )


def word_refusal(contact: Contact, line: Line) -> WordRefusal | None:
    """Why ``contact`` may not try a return word now; None if it may."""
    if contact.state not in QUEUED or not uses_words(line):
        return WordRefusal.NOT_WAITING
    if contact.came_again:
        return WordRefusal.USED_ONE
    if contact.word_tries >= MOST_TRIES:
        return WordRefusal.TRIED_ENOUGH
    return None
