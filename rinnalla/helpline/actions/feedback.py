"""Moods and the word to the centre: what a help-seeker tells of the visit, if they want to."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from rinnalla.audit import actions as audit
from rinnalla.helpline.models import Contact, Feedback, Line
from rinnalla.people.models import Person
from rinnalla.sealing.actions import erase_keys, make_key, scrub
from rinnalla.sealing.models import RecordKey

MOODS: Final = range(1, 6)
LONGEST_WORD: Final = 2000


def place_of_word(feedback_id: uuid.UUID) -> str:
    """Where a word belongs: sealed there, it opens nowhere else (promise S6)."""
    return f"helpline.Feedback.word|{feedback_id}|seeker"


@transaction.atomic
def tell_mood_before(*, contact: Contact, mood: int, now: datetime) -> bool:
    """How somebody feels who waits, 1 to 5. The newest answer stands. False when the line does not ask, or too late."""
    current = Contact.objects.select_for_update(of=("self",)).select_related("line").get(pk=contact.pk)
    if mood not in MOODS or not current.line.asks_mood or current.state == Contact.State.ENDED:
        return False
    feedback = _feedback_of(current, now=now)
    feedback.mood_before = mood
    feedback.save()
    return True


@transaction.atomic
def give_feedback(*, contact: Contact, mood: int | None, word: str, now: datetime) -> bool:
    """After the end: how one feels now, and a word to the centre, each as the line asks for it. False if for neither.

    What is left out does not take away what was told a moment ago. ``word`` is plain text at most LONGEST_WORD long.
    """
    current = Contact.objects.select_for_update(of=("self",)).select_related("line").get(pk=contact.pk)
    line = current.line
    mood = mood if line.asks_mood and mood in MOODS else None
    word = word.strip()[:LONGEST_WORD] if line.asks_word else ""
    if current.state != Contact.State.ENDED or (mood is None and not word):
        return False
    feedback = _feedback_of(current, now=now)
    if mood is not None:
        feedback.mood_after = mood
    if word:
        before, key = feedback.key_id, make_key(now=now)
        feedback.key_id, feedback.word = key.id, key.seal(word, place_of_word(feedback.pk))
        if before is not None:
            transaction.on_commit(lambda: _erased([before]))
    feedback.save()
    audit.record(
        code="helpline.feedback_given",
        actor="seeker",
        subject=f"line:{line.slug}",  # not the contact: nothing leads from a word to a conversation
        now=now,
        centre=str(line.centre_id),
    )
    return True


@transaction.atomic
def note_words_read(*, reader: Person, centre_ids: list[int], page: int, now: datetime) -> None:
    """Write into the audit log that ``reader`` opened a page of the words to these centres."""
    for centre_id in sorted(centre_ids):
        audit.record(
            code="helpline.words_read",
            actor=f"person:{reader.pk}",
            subject=f"centre:{centre_id}",
            now=now,
            centre=str(centre_id),
            details={"page": page},
        )


def erase_feedback(*, now: datetime) -> int:
    """Erase moods and words that are older than their line keeps them: keys first, then rows. How many."""
    due = Q(pk=None)
    for line in Line.objects.all():
        today = now.astimezone(ZoneInfo(line.time_zone)).date()
        due |= Q(contact__line=line, given_on__lt=today - timedelta(days=line.word_days))
    found = list(Feedback.objects.filter(due).values_list("pk", "key_id"))
    if not found:
        return 0
    erase_keys(key for _, key in found if key is not None)
    with transaction.atomic():
        Feedback.objects.filter(pk__in=[pk for pk, _ in found]).delete()
        audit.record(
            code="helpline.feedback_erased",
            actor="system",
            subject="retention:helpline",
            now=now,
            details={"feedback": len(found)},
        )
    scrub(RecordKey)
    scrub(Feedback)
    return len(found)


def _erased(keys: list[uuid.UUID]) -> None:
    erase_keys(keys)


def _feedback_of(contact: Contact, *, now: datetime) -> Feedback:
    """The row of the contact, which is locked; a new one is not saved yet."""
    known = Feedback.objects.filter(contact=contact).first()
    today = now.astimezone(ZoneInfo(contact.line.time_zone)).date()
    return known or Feedback(contact=contact, given_on=today)
