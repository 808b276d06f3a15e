"""What answerers and leads choose in matters of safety."""

from __future__ import annotations

from django import forms

from rinnalla.helpline.models import Block


class BlockForm(forms.Form):
    grade = forms.ChoiceField(choices=Block.Grade.choices)
    reason = forms.ChoiceField(choices=Block.Reason.choices, required=False)

    @property
    def chosen(self) -> tuple[Block.Grade, Block.Reason]:
        return Block.Grade(self.cleaned_data["grade"]), Block.Reason(self.cleaned_data["reason"] or "other")
