"""What is written into a conversation from a page without scripts."""

from __future__ import annotations

import uuid

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
