"""Conversations of the chat lines: a journal of sealed messages."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.models import Contact
from rinnalla.people.models import Person


class Conversation(models.Model):
    """The talk of one contact. ``last_seq`` is the number of its newest message: messages are 1 … last_seq, no gaps."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, related_name="conversation")
    # The record key in the other database; None after the content was erased.
    key_id = models.UUIDField(null=True, editable=False)
    last_seq = models.PositiveIntegerField(default=0)
    # Copied from the contact so that the journal needs one row only: who may write now.
    open = models.BooleanField(default=True)
    answerer = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    erased_at = models.DateTimeField(null=True, blank=True)
    # Minutes that the answerer has agreed to beyond the line's length of a conversation.
    more_minutes = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(erased_at=None) | Q(key_id=None), name="conversation_erased_has_no_key")
        ]

    def __str__(self) -> str:
        return str(self.id)


class Message(models.Model):
    """One line of a conversation's journal. The body is sealed and bound to this row (chat/sealed.py)."""

    class Author(models.TextChoices):
        SEEKER = "seeker", _("help-seeker")
        ANSWERER = "answerer", _("answerer")
        SERVICE = "service", _("the service")

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        JOINED = "joined", _("the answerer joined")
        LEFT = "left", _("the answerer handed over and left")
        LOST = "lost", _("the answerer's connection was lost")
        ENDED = "ended", _("ended")

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False)
    seq = models.PositiveIntegerField()
    # The sender's own id for the message: sending it again changes nothing.
    client_id = models.UUIDField()
    author = models.CharField(max_length=10, choices=Author)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.TEXT)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    body = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("conversation", "seq")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq_once"),
            models.UniqueConstraint(fields=["client_id", "conversation"], name="message_client_id_once"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="message_seq_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.seq}"


class Whisper(models.Model):
    """A word between whoever answers and the shift lead, beside a conversation. The help-seeker never sees it.

    Sealed with the conversation's key and erased with it; numbered on its own, so that the conversation has no gap.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="whispers", db_index=False)
    seq = models.PositiveIntegerField()
    # The form's own id for it: sending it again changes nothing.
    client_id = models.UUIDField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    body = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("conversation", "seq")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="whisper_seq_once"),
            models.UniqueConstraint(fields=["client_id", "conversation"], name="whisper_client_id_once"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="whisper_seq_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.seq}"


class Note(models.Model):
    """The private notes on one conversation (chat/notes.py), sealed with its key and erased with it."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, primary_key=True, related_name="note")
    body = models.BinaryField()
    # Counts the changes: whoever writes says which version they changed.
    version = models.PositiveIntegerField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(version__gte=1), name="note_version_from_1")]

    def __str__(self) -> str:
        return str(self.pk)


class Following(models.Model):
    """A lead reads a conversation that somebody else answers. Open until the lead stops or the conversation ends."""

    class Reason(models.TextChoices):
        ASKED = "asked", _("asked for help")
        NEW_VOLUNTEER = "new_volunteer", _("a new volunteer answers")
        HIGH_LEVEL = "high_level", _("high level")
        FLAGGED = "flagged", _("something was flagged")
        PRACTICE = "practice", _("practice")
        OTHER = "other", _("another reason")

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="followings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=13, choices=Reason)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "person"], condition=Q(until=None), name="following_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.person_id}"
