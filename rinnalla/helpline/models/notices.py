"""What a shift lead says to everybody who waits on a line."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.models.lines import Line
from rinnalla.people.models import Person


class Notice(models.Model):
    """One message to all waiting on a line, shown until ``until``. Finnish stands in for a language left empty."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="notices")
    text_fi = models.CharField(_("in Finnish"), max_length=500)
    text_sv = models.CharField(_("in Swedish"), max_length=500, blank=True)
    text_en = models.CharField(_("in English"), max_length=500, blank=True)
    sent_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        ordering = ("sent_at", "id")
        constraints = [
            models.CheckConstraint(condition=~Q(text_fi=""), name="notice_in_finnish"),
            models.CheckConstraint(condition=Q(until__gte=F("sent_at")), name="notice_until_later"),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"

    def text_in(self, language: str) -> str:
        return {"sv": self.text_sv, "en": self.text_en}.get(language) or self.text_fi
