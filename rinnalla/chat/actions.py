"""Every write of the chat lines."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from rinnalla.audit import actions as audit
from rinnalla.chat.models import Conversation, Message, Note, Whisper
from rinnalla.chat.rules import shown_role
from rinnalla.chat.transcript import Saying, SayRefusal, Stored, clean, event, text_refusal, write
from rinnalla.core.live import announce
from rinnalla.helpline.actions import erase_hand_over_notes
from rinnalla.helpline.actions.worries import held
from rinnalla.helpline.models import Contact, Line
from rinnalla.people.models import Membership, Person
from rinnalla.sealing.actions import erase_keys, make_key, scrub
from rinnalla.sealing.models import RecordKey


def role_told(person: Person, centre_id: int) -> str:
    """The role of ``person`` that help-seekers are told. One query."""
    return shown_role(Membership.objects.filter(person=person, centre_id=centre_id).values_list("role", flat=True))


class ChatChannel:
    """What the chat adds to the moves of a contact (helpline/channels.py)."""

    def waiting(self, contact: Contact, *, now: datetime) -> None:
        Conversation.objects.create(contact=contact, key_id=make_key(now=now).id)

    def claimed(self, contact: Contact, *, now: datetime) -> None:
        assert contact.duty is not None
        self._answers(self._lock(contact), contact.duty.person, contact, now=now)

    def handed_over(self, contact: Contact, *, before: Person, now: datetime) -> None:
        assert contact.duty is not None
        conversation = self._lock(contact)
        self._answers(conversation, contact.duty.person, contact, now=now)
        self._note(conversation, Message.Kind.LEFT, now=now, about=self._told(before, contact))

    def given_back(self, contact: Contact, *, now: datetime) -> None:
        conversation = self._lock(contact)
        conversation.answerer = None
        conversation.more_minutes = 0  # whoever comes next begins with the line's own length
        conversation.save(update_fields=["answerer", "more_minutes"])
        self._note(conversation, Message.Kind.LOST, now=now)

    def ended(self, contact: Contact, *, now: datetime) -> None:
        conversation = self._lock(contact)
        conversation.open = False
        conversation.save(update_fields=["open"])
        if conversation.last_seq:  # whoever left the queue before anybody came has had no conversation that could end
            self._note(conversation, Message.Kind.ENDED, now=now)

    def _answers(self, conversation: Conversation, person: Person, contact: Contact, *, now: datetime) -> None:
        conversation.answerer = person
        conversation.save(update_fields=["answerer"])
        self._note(conversation, Message.Kind.JOINED, now=now, about=self._told(person, contact))

    def _told(self, person: Person, contact: Contact) -> dict[str, str]:
        return {"name": person.duty_name, "role": role_told(person, contact.line.centre_id)}

    def aside(self, contact: Contact) -> None:
        announce(
            f"conversation:{Conversation.objects.values_list('pk', flat=True).get(contact=contact)}", {"t": "aside"}
        )

    def _lock(self, contact: Contact) -> Conversation:
        return Conversation.objects.select_for_update().get(contact=contact)

    def _note(
        self, conversation: Conversation, kind: Message.Kind, *, now: datetime, about: dict[str, str] | None = None
    ) -> None:
        [stored] = write([event(conversation.pk, kind, at=now, about=about)])
        assert isinstance(stored, Stored)
        announce(f"conversation:{conversation.pk}", {"t": "said", "seq": stored.seq})


class SayRefused(Exception):
    def __init__(self, reason: SayRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@transaction.atomic
def say(
    *, conversation: Conversation, client_id: uuid.UUID, text: str, author: str, actor: Person | None, now: datetime
) -> Stored:
    """Store one message from a page without scripts. Raises SayRefused. Saying it twice stores it once."""
    text = clean(text)
    if reason := text_refusal(text):
        raise SayRefused(reason)
    person_id = actor.pk if actor is not None else None
    [outcome] = write([Saying(conversation.pk, client_id, author, text, now, person_id=person_id)])
    if isinstance(outcome, SayRefusal):
        raise SayRefused(outcome)
    announce(f"conversation:{conversation.pk}", {"t": "said", "seq": outcome.seq})
    return outcome


ERASED_TOGETHER: Final = 200  # conversations in one transaction: sockets write between two of them


# Retention ----------------------------------------------------------------------------------------------------------
class TooMuchAtOnce(Exception):
    """Retention would erase an unlikely share of everything: a clock that jumped, or a wrong setting."""

    def __init__(self, due: int, kept: int) -> None:
        super().__init__(f"{due} of {kept} conversations are due for erasing at once")
        self.due, self.kept = due, kept


def due_for_erasing(*, now: datetime) -> QuerySet[Conversation]:
    """Conversations whose line's retention has passed since their end, and that no worry holds."""
    due = Q(pk=None)
    for line_id, hours in Line.objects.values_list("pk", "retention_hours"):
        due |= Q(contact__line_id=line_id, contact__ended_at__lte=now - timedelta(hours=hours))
    ended = Conversation.objects.filter(due, erased_at=None, contact__state=Contact.State.ENDED)
    return ended.exclude(held(now=now, contact="contact__"))


def erase_due(*, now: datetime, whatever_the_share: bool = False) -> int:
    """Erase the content of conversations past their line's retention; how many were erased.

    Raises :class:`TooMuchAtOnce`, and erases nothing, when more than RETENTION_FLOOR conversations and more than
    RETENTION_SHARE of all that are kept would go in one run (promise R8).
    """
    due = list(due_for_erasing(now=now).values_list("pk", flat=True))
    kept = Conversation.objects.filter(erased_at=None).count()
    most = max(settings.RETENTION_FLOOR, int(kept * settings.RETENTION_SHARE))
    if len(due) > most and not whatever_the_share:
        with transaction.atomic():
            audit.record(
                code="chat.retention_refused",
                actor="system",
                subject="retention:chat",
                now=now,
                details={"due": len(due), "kept": kept},
            )
        raise TooMuchAtOnce(len(due), kept)
    if due:
        erase(conversation_ids=due, now=now)
    return len(due)


def erase(*, conversation_ids: Sequence[uuid.UUID], now: datetime) -> None:
    """Erase conversations for good: first the keys, which ends their readability everywhere, then the rows.

    A crash in between leaves rows that nobody can open; the next run removes them. What stays of a contact says when
    and on which line, and nothing of who or what. The files are cleaned once, at the end.
    """
    for start in range(0, len(conversation_ids), ERASED_TOGETHER):
        _erase_together(conversation_ids[start : start + ERASED_TOGETHER], now=now)
    scrub(RecordKey)
    scrub(Message)
    scrub(Whisper)
    scrub(Note)


def _erase_together(conversation_ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    conversations = Conversation.objects.filter(pk__in=conversation_ids, erased_at=None)
    erase_hand_over_notes(contact_ids=list(conversations.values_list("contact_id", flat=True)))
    erase_keys(key for key in conversations.values_list("key_id", flat=True) if key is not None)
    with transaction.atomic():
        Message.objects.filter(conversation_id__in=conversation_ids).delete()
        Whisper.objects.filter(conversation_id__in=conversation_ids).delete()
        Note.objects.filter(conversation_id__in=conversation_ids).delete()
        Contact.objects.filter(conversation__in=conversation_ids).update(token_hash=None)
        count = conversations.update(key_id=None, erased_at=now, open=False)
        for pk in conversation_ids:
            announce(f"conversation:{pk}", {"t": "erased"})
        audit.record(
            code="chat.erased", actor="system", subject="retention:chat", now=now, details={"conversations": count}
        )
