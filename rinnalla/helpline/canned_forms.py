"""What is typed as a canned text, made into clean values."""

from __future__ import annotations

import re
from typing import Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.actions.canned import Wording
from rinnalla.helpline.models import CannedText
from rinnalla.helpline.models.canned import MOST_CHARACTERS
from rinnalla.people.models import LANGUAGES

_KEYWORD: Final = re.compile(r"[\w-]{1,30}")


class CannedTextForm(forms.Form):
    keyword = forms.CharField(
        label=_("Keyword"),
        max_length=31,
        help_text=_("Letters, numbers and hyphens. At the desk it is written after a slash, such as /hello."),
    )
    kind = forms.ChoiceField(label=_("When it is used"), choices=CannedText.Kind)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    text = forms.CharField(label=_("Text"), max_length=MOST_CHARACTERS, widget=forms.Textarea(attrs={"rows": 5}))

    def clean_keyword(self) -> str:
        keyword: str = self.cleaned_data["keyword"].removeprefix("/").lower()
        if not _KEYWORD.fullmatch(keyword):
            raise ValidationError(_("Write the keyword with letters, numbers and hyphens only, at most 30 of them."))
        return keyword

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")

    def wording(self) -> Wording:
        return Wording(**{name: self.cleaned_data[name] for name in ("language", "kind", "keyword", "text")})
