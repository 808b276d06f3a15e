"""Return words: fairness across attempts, without knowing who comes back."""

from __future__ import annotations

from django.db import models

from rinnalla.helpline.models.lines import Line


class ReturnWord(models.Model):
    """A word given to somebody who waited in vain. The words themselves were shown once and are not kept.

    Nothing leads from here to a contact: neither to the one that was given the word nor to the one that used it.
    """

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="return_words")
    # HMAC-SHA256 of the words under the service's secret key, which no database holds: whoever takes the database
    # cannot try all words against it.
    hash = models.BinaryField(max_length=32, editable=False)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "hash"], name="return_word_once")]

    def __str__(self) -> str:
        return f"return word {self.pk}"
