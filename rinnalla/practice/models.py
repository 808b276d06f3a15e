"""Practice: visits of scripted personas, and what a trainer says of them. Nothing here is counted with real figures."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rinnalla.chat.models import Conversation
from rinnalla.people.models import Person


class Visit(models.Model):
    """One persona in the queue of a practice line, and the talk that follows."""

    class Mark(models.TextChoices):
        NONE = "", _("not marked yet")
        DONE = "done", _("practice done")
        AGAIN = "again", _("to be practised again")

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="practice")
    persona = models.SlugField(max_length=40)
    called_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # Who answered. Set with the first words, and kept when the conversation is erased.
    trainee = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    called_at = models.DateTimeField()
    # Where the script stands (practice.visiting.Mood); None before the visitor is taken.
    mood = models.JSONField(null=True, blank=True)
    # The lines that the visitor is about to say, and when the next of them is due.
    to_say = models.JSONField(default=list)
    next_at = models.DateTimeField(null=True, blank=True)
    said = models.PositiveSmallIntegerField(default=0)
    # The newest message of the trainee that the script has heard, and what was heard in each: seq → moves.
    heard_seq = models.PositiveIntegerField(default=0)
    heard = models.JSONField(default=dict)
    over = models.BooleanField(default=False)
    mark = models.CharField(max_length=6, choices=Mark, default=Mark.NONE, blank=True)
    marked_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-called_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(mark="", marked_by=None, marked_at=None)
                | (~Q(mark="") & Q(marked_by__isnull=False, marked_at__isnull=False)),
                name="practice_mark_has_a_trainer",
            )
        ]
        indexes = [models.Index(fields=["over"], condition=Q(over=False), name="practice_going_on")]

    def __str__(self) -> str:
        return f"{self.persona} {self.pk}"


class Comment(models.Model):
    """What a trainer says of one message, or of the whole (``seq`` 0). Sealed with the conversation's key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="comments")
    seq = models.PositiveIntegerField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    body = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("seq", "at", "id")

    def __str__(self) -> str:
        return f"{self.visit} {self.seq}"
