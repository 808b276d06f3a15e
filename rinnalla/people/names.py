"""Names of people, made safe to show: in pages, letters, lists and to help-seekers."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Joiners are needed in Persian and in many Indian languages; nothing else invisible belongs in a name.
_JOINERS = "\u200c\u200d"
_MOST_MARKS = 3


def tidy_name(text: str) -> str:
    """``text`` composed (NFC) and with each run of white space as one space.

    Raises ValidationError for what no name has: control and direction characters (a name could end up reading
    backwards, or add a line to a letter's head), characters without a meaning, and heaps of combining marks.
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category == "Mn" else 0
        if (category in ("Cc", "Cf", "Cs", "Co", "Cn") and character not in _JOINERS) or marks > _MOST_MARKS:
            raise ValidationError(_("The name has characters that cannot be shown. Write it with letters."))
    return text


def one_line(text: str) -> str:
    """``text`` for the head of a letter: one line, nothing invisible."""
    return "".join(c if unicodedata.category(c)[0] != "C" else " " for c in " ".join(text.split()))
