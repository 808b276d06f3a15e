"""What a trainer writes about a practice."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from rinnalla.practice.models import Visit


class CommentForm(forms.Form):
    """``seq``: the message it is about; 0 for the whole."""

    seq = forms.IntegerField(min_value=0, max_value=1_000_000, widget=forms.HiddenInput)
    text = forms.CharField(label=_("Comment"), widget=forms.Textarea(attrs={"rows": 2}), required=False)


class MarkForm(forms.Form):
    mark = forms.ChoiceField(choices=[choice for choice in Visit.Mark.choices if choice[0]])
