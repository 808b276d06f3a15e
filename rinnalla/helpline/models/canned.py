"""Canned texts (valmisviestit): what is often said on a line, to be changed before it is sent."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.models.lines import Line

MOST_CHARACTERS: Final = 2000


class CannedText(models.Model):
    """One text of one line in one language, found by its keyword."""

    class Kind(models.TextChoices):
        OPENING = "opening", _("Beginning")
        USUAL = "usual", _("During the conversation")
        DANGER = "danger", _("Danger")
        CLOSING = "closing", _("Closing")

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="canned_texts")
    language = models.CharField(
        _("language"), max_length=2, choices=[("fi", "suomi"), ("sv", "svenska"), ("en", "English")]
    )
    kind = models.CharField(_("when it is used"), max_length=10, choices=Kind, default=Kind.USUAL)
    # Without the slash that is typed before it; in small letters.
    keyword = models.CharField(_("keyword"), max_length=30)
    text = models.TextField(_("text"), max_length=MOST_CHARACTERS)

    class Meta:
        ordering = ("language", "keyword")
        constraints = [
            models.UniqueConstraint("line", "language", Lower("keyword"), name="canned_text_keyword_once"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.language} /{self.keyword}"
