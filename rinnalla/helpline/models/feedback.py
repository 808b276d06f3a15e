"""What a help-seeker says of the visit to the centre: how one feels, before and after, and a free word."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from rinnalla.helpline.models.contacts import Contact


class Feedback(models.Model):
    """Never shown to whoever answered. The id is random, so that the order of rows tells nothing of the order of talks.

    Moods are 1 (very bad) to 5 (very good). The word is sealed with a key of its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, related_name="feedback")
    mood_before = models.PositiveSmallIntegerField(null=True, blank=True)
    mood_after = models.PositiveSmallIntegerField(null=True, blank=True)
    key_id = models.UUIDField(null=True, editable=False)
    word = models.BinaryField(null=True, editable=False)
    # The date alone, on the line's clock: a time would let an answerer tell whose word it is.
    given_on = models.DateField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(mood_before=None) | Q(mood_before__gte=1, mood_before__lte=5), name="feedback_before_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(mood_after=None) | Q(mood_after__gte=1, mood_after__lte=5), name="feedback_after_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(word=None, key_id=None) | Q(word__isnull=False, key_id__isnull=False),
                name="feedback_word_has_key",
            ),
        ]

    def __str__(self) -> str:
        return f"feedback {self.pk}"
