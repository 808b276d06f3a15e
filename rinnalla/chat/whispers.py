"""Whispers: a thread beside a conversation, between whoever answers and the shift lead."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from rinnalla.audit import actions as audit
from rinnalla.chat.models import Conversation, Whisper
from rinnalla.chat.transcript import SayRefusal, clean, text_refusal
from rinnalla.core.live import announce
from rinnalla.people.models import Person
from rinnalla.sealing.seal import KeyErased, ring


class WhisperRefused(Exception):
    """``reason`` says why, with a label for the reader."""

    def __init__(self, reason: SayRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Whispered:
    """One whisper, opened for reading."""

    seq: int
    person_id: int
    name: str
    text: str
    at: datetime


def place(conversation_id: uuid.UUID, client_id: uuid.UUID, person_id: int) -> str:
    """Where a whisper's body belongs: sealed there, it opens nowhere else (promise S6)."""
    return f"chat.Whisper.body|{conversation_id}|{client_id}|{person_id}"


@transaction.atomic
def whisper(*, conversation: Conversation, client_id: uuid.UUID, text: str, actor: Person, now: datetime) -> int:
    """Store one whisper while the conversation goes on: its number. Raises WhisperRefused. Twice stores it once.

    The caller has looked ``conversation`` up through access: it is the answerer's or a lead's.
    """
    text = clean(text)
    if reason := text_refusal(text):
        raise WhisperRefused(reason)
    locked = Conversation.objects.select_for_update().get(pk=conversation.pk)
    before = Whisper.objects.filter(conversation=locked, client_id=client_id).first()
    if not locked.open or locked.key_id is None:
        raise WhisperRefused(SayRefusal.ENDED)
    key = ring().get(locked.key_id)
    if before is not None:
        same = before.person_id == actor.pk and key.open(before.body, place(locked.pk, client_id, actor.pk)) == text
        if not same:
            raise WhisperRefused(SayRefusal.ID_TAKEN)
        return before.seq
    newest = Whisper.objects.filter(conversation=locked).aggregate(Max("seq"))["seq__max"] or 0
    made = Whisper.objects.create(
        conversation=locked,
        seq=newest + 1,
        client_id=client_id,
        person=actor,
        body=key.seal(text, place(locked.pk, client_id, actor.pk)),
        at=now,
    )
    tell_those_beside(locked)
    audit.record(
        code="chat.whispered",
        actor=f"person:{actor.pk}",
        subject=f"conversation:{locked.pk}",
        now=now,
        centre=str(locked.contact.line.centre_id),
    )
    return made.seq


def tell_those_beside(conversation: Conversation) -> None:
    """The answerer's page, and those of the leads who have whispered here or answered a call from here."""
    announce(f"conversation:{conversation.pk}", {"t": "aside"})
    beside = set(Whisper.objects.filter(conversation=conversation).values_list("person_id", flat=True))
    beside |= set(Person.objects.filter(calls_answered__contact=conversation.contact_id).values_list("pk", flat=True))
    for person_id in beside:
        announce(f"person:{person_id}", {"t": "call"})


def whispers_of(conversation: Conversation) -> list[Whispered]:
    """The thread, in order, opened; empty when the content was erased."""
    if conversation.key_id is None:
        return []
    try:
        key = ring().get(conversation.key_id)
    except KeyErased:  # erased a moment ago; the rows follow
        return []
    return [
        Whispered(
            one.seq,
            one.person_id,
            one.person.duty_name,
            key.open(one.body, place(conversation.pk, one.client_id, one.person_id)),
            one.at,
        )
        for one in Whisper.objects.filter(conversation=conversation).select_related("person")
    ]
