"""Private notes (merkinnät) beside a conversation: one sheet, for whoever answers. The help-seeker never sees it.

They are sealed with the conversation's key and erased with it, and follow the conversation when someone else takes it
on. After the end they stay with the answerer until the duty is over, for the contact record.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from rinnalla.audit import actions as audit
from rinnalla.chat.models import Conversation, Note
from rinnalla.chat.transcript import clean
from rinnalla.people.models import Person
from rinnalla.sealing.seal import KeyErased, ring

MOST_CHARACTERS: Final = 10_000


class NoteRefusal(models.TextChoices):
    """Why notes are not stored."""

    TOO_LONG = "too_long", _("The notes are too long. At most 10,000 characters fit.")
    CHANGED = "changed", _("The notes were changed in another window. Both are here now: look them through.")
    ERASED = "erased", _("The conversation has been erased, and nothing more is kept of it.")


class NoteRefused(Exception):
    def __init__(self, reason: NoteRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Notes:
    """The sheet, opened. ``version`` counts its changes: 0 when nothing has been written."""

    text: str
    version: int


def place(conversation_id: uuid.UUID) -> str:
    """Where the notes belong: sealed there, they open nowhere else (promise S6)."""
    return f"chat.Note.body|{conversation_id}"


def notes_of(conversation: Conversation) -> Notes:
    """The notes as they are; empty when there are none or they were erased."""
    found = Note.objects.filter(conversation=conversation).first()
    if found is None or conversation.key_id is None:
        return Notes("", 0)
    try:
        return Notes(ring().get(conversation.key_id).open(found.body, place(conversation.pk)), found.version)
    except KeyErased:  # erased a moment ago; the row follows
        return Notes("", 0)


@transaction.atomic
def keep_notes(*, conversation: Conversation, text: str, version: int, actor: Person, now: datetime) -> Notes:
    """Store the notes in place of those with number ``version``. Raises NoteRefused. Twice the same stores it once.

    The caller has looked ``conversation`` up through access. The first writing by each person is audited, not each of
    the many small changes after it. No hint: the only page that shows the notes is the one that wrote them.
    """
    text = clean(text)
    if len(text) > MOST_CHARACTERS:
        raise NoteRefused(NoteRefusal.TOO_LONG)
    locked = Conversation.objects.select_for_update().get(pk=conversation.pk)
    if locked.key_id is None:
        raise NoteRefused(NoteRefusal.ERASED)
    try:
        key = ring().get(locked.key_id)
    except KeyErased:
        raise NoteRefused(NoteRefusal.ERASED) from None
    before = Note.objects.filter(conversation=locked).first()
    if before is not None and key.open(before.body, place(locked.pk)) == text:
        return Notes(text, before.version)
    if version != (before.version if before else 0):
        raise NoteRefused(NoteRefusal.CHANGED)
    body = key.seal(text, place(locked.pk))
    Note.objects.update_or_create(
        conversation=locked, defaults={"body": body, "version": version + 1, "by": actor, "at": now}
    )
    if before is None or before.by_id != actor.pk:
        audit.record(
            code="chat.notes_written",
            actor=f"person:{actor.pk}",
            subject=f"conversation:{locked.pk}",
            now=now,
            centre=str(locked.contact.line.centre_id),
        )
    return Notes(text, version + 1)
