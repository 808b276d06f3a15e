"""Short texts in several languages, kept as one map: {"fi": "…", "sv": "…", "en": "…"}. Finnish is always there."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LANGUAGES: Final = frozenset({"fi", "sv", "en"})
LONGEST: Final = 300


def check_texts(value: Any) -> None:
    """A validator: ValidationError for anything but a map from our languages to short texts, one of them Finnish."""
    if not isinstance(value, dict) or not set(value) <= LANGUAGES:
        raise ValidationError(_("Write the text in Finnish, Swedish or English."))
    if not all(isinstance(text, str) and text.strip() and len(text) <= LONGEST for text in value.values()):
        raise ValidationError(_("A text has from 1 to 300 characters."))
    if "fi" not in value:
        raise ValidationError(_("The text in Finnish is missing."))


def in_language(texts: dict[str, str], language: str) -> str:
    """The text in ``language``, else in Finnish."""
    return texts.get(language) or texts["fi"]
