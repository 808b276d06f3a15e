"""What moves a person forward in the queue: the level of their answers, and a return word."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from rinnalla.audit import actions as audit
from rinnalla.helpline.actions.steps import announce_contact
from rinnalla.helpline.models import Contact, ReturnWord
from rinnalla.helpline.priority import QUEUED, WordRefusal, earns_word, level_of, rank_with, word_refusal
from rinnalla.helpline.return_words import hash_of_words, make_words


@transaction.atomic
def set_level(*, contact: Contact, points: int, now: datetime) -> bool:
    """Give a waiting person the level of their answers, and the place that goes with it. False once they are taken.

    The answers come in as one sum and are nowhere kept. Nobody loses a place by answering again (priority.rank_with).
    """
    current = _waiting(contact)
    if current is None:
        return False
    before, level = current.level, level_of(points, current.line)
    current.level, current.answered = level, True
    current.rank_at = rank_with(current, current.line, level=level)
    current.save(update_fields=["level", "answered", "rank_at"])
    announce_contact(current)
    if level != before:
        _record("helpline.level_set", current, now=now, details={"level": [before, level]})
    return True


@transaction.atomic
def give_return_word(*, contact: Contact, now: datetime) -> str | None:
    """The words for somebody who waited in vain: told now and never again. None when they may not have any."""
    current = _locked(contact)
    if not earns_word(current, current.line):
        return None
    words = make_words(current.language)
    ReturnWord.objects.create(
        line=current.line, hash=hash_of_words(words), expires_at=now + timedelta(days=current.line.return_days)
    )
    current.word_given = True
    current.save(update_fields=["word_given"])
    _record("helpline.return_word_given", current, now=now)
    return words


@transaction.atomic
def use_return_word(*, contact: Contact, words: str, now: datetime) -> WordRefusal | None:
    """Move ``contact`` forward by a return word of its line; why not, or None when it did.

    Each try counts. A word is taken by one conditional update: of many who use it at once one gets the head start.
    """
    current = _locked(contact)
    if reason := word_refusal(current, current.line):
        return reason
    current.word_tries += 1
    known = ReturnWord.objects.filter(line=current.line, hash=hash_of_words(words))
    won = known.filter(used_at=None, expires_at__gt=now).update(used_at=now)
    if won:
        current.came_again = True
        current.rank_at -= timedelta(minutes=current.line.return_minutes)
    current.save(update_fields=["word_tries", "came_again", "rank_at"])
    if not won:
        return WordRefusal.UNKNOWN
    announce_contact(current)
    _record("helpline.return_word_used", current, now=now)
    return None


@transaction.atomic
def erase_return_words(*, now: datetime) -> int:
    """Erase the words that have expired, used or not. How many."""
    erased, _ = ReturnWord.objects.filter(expires_at__lte=now).delete()
    if erased:
        audit.record(
            code="helpline.return_words_erased",
            actor="system",
            subject="retention:helpline",
            now=now,
            details={"words": erased},
        )
    return erased


def _locked(contact: Contact) -> Contact:
    return Contact.objects.select_for_update(of=("self",)).select_related("line").get(pk=contact.pk)


def _waiting(contact: Contact) -> Contact | None:
    current = _locked(contact)
    return current if current.state in QUEUED else None


def _record(code: str, contact: Contact, *, now: datetime, details: dict[str, list[int]] | None = None) -> None:
    audit.record(
        code=code,
        actor="seeker",
        subject=f"contact:{contact.pk}",
        now=now,
        centre=str(contact.line.centre_id),
        details=details or {},
    )
