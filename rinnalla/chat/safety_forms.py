"""What answerers and leads choose in matters of safety."""

from __future__ import annotations

from typing import Final

from django import forms

from rinnalla.chat.transcript import clean
from rinnalla.helpline.models import Block, Worry, WorryStep
from rinnalla.helpline.worry_rules import MOST_WORDS


class BlockForm(forms.Form):
    grade = forms.ChoiceField(choices=Block.Grade.choices)
    reason = forms.ChoiceField(choices=Block.Reason.choices, required=False)

    @property
    def chosen(self) -> tuple[Block.Grade, Block.Reason]:
        return Block.Grade(self.cleaned_data["grade"]), Block.Reason(self.cleaned_data["reason"] or "other")


class WordsForm(forms.Form):
    words = forms.CharField(required=False, max_length=MOST_WORDS, strip=True)

    @property
    def words_written(self) -> str:
        return clean(str(self.cleaned_data["words"]))


class WorryForm(WordsForm):
    kind = forms.ChoiceField(choices=Worry.Kind.choices)

    @property
    def kind_chosen(self) -> Worry.Kind:
        return Worry.Kind(self.cleaned_data["kind"])


class StepForm(WordsForm):
    """What a professional does next; the rules say what must be written with it."""

    RECEIVERS: Final = WorryStep.To.choices
    state = forms.ChoiceField(choices=Worry.State.choices)
    to = forms.ChoiceField(choices=WorryStep.To.choices, required=False)

    @property
    def state_chosen(self) -> Worry.State:
        return Worry.State(self.cleaned_data["state"])

    @property
    def receiver(self) -> str:
        return str(self.cleaned_data["to"])
