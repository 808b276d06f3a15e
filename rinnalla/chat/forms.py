"""What is written into a conversation from a page without scripts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from django import forms


class WrittenField(forms.CharField):
    """Text as it was written. The journal decides what of it is kept (transcript.clean) and whether it is taken."""

    def __init__(self) -> None:
        super().__init__(required=False, strip=False, widget=forms.Textarea)
        self.validators = []


class SayForm(forms.Form):
    """A message and the page's own id for it, by which a message sent twice is stored once."""

    id = forms.UUIDField(required=False)
    text = WrittenField()

    @property
    def client_id(self) -> uuid.UUID:
        """The id; a new one when the page sent none, or nonsense."""
        found: uuid.UUID | None = self.cleaned_data.get("id")
        return found or uuid.uuid4()

    @property
    def text_as_written(self) -> str:
        return str(self.cleaned_data.get("text", ""))


class StayForm(forms.Form):
    """Until when somebody on duty means to stay."""

    until = forms.CharField(max_length=40)

    @classmethod
    def until_in(cls, data: Mapping[str, str]) -> datetime | None:
        """The moment, with its time zone; None when the page sent none, or nonsense."""
        form = cls(data)
        try:
            until = datetime.fromisoformat(form.cleaned_data["until"]) if form.is_valid() else None
        except ValueError:
            return None
        return until if until is not None and until.tzinfo is not None else None
