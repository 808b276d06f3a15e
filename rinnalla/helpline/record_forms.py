"""The form of a contact record: request data to what was told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.identifying import Finding, hindering
from rinnalla.helpline.models import ContactRecord, RecordReason, RecordReferral
from rinnalla.helpline.records import NOTE_AT_MOST, REASONS_AT_MOST, RecordRefusal, Told


def _or_not_told(choices: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    return [("", _("did not come up")), *choices]


class TypeForm(forms.Form):
    """A contact that needs no form: its type alone."""

    type = forms.ChoiceField(
        choices=[choice for choice in ContactRecord.Type.choices if choice[0] != ContactRecord.Type.CONVERSATION]
    )

    def told(self) -> Told:
        return Told(type=self.cleaned_data["type"])


class RecordForm(forms.Form):
    """A conversation in codes. Everything but the reasons may be left: it did not come up."""

    concerns = forms.ChoiceField(
        label=_("Concerns"),
        choices=ContactRecord.Concerns.choices,
        initial=ContactRecord.Concerns.SELF,
        widget=forms.RadioSelect,
    )
    reasons = forms.MultipleChoiceField(
        label=_("What it was about, three at most"),
        choices=RecordReason.Reason.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": RecordRefusal.NO_REASON.label},
    )
    suicidality = forms.ChoiceField(
        label=_("Suicidality"),
        choices=_or_not_told(ContactRecord.Suicidality.choices),
        required=False,
        widget=forms.RadioSelect,
        initial="",
    )
    acuteness = forms.ChoiceField(
        label=_("How acute"),
        choices=_or_not_told(ContactRecord.Acuteness.choices),
        required=False,
        widget=forms.RadioSelect,
        initial="",
    )
    age_group = forms.ChoiceField(
        label=_("Age group"), choices=_or_not_told(ContactRecord.AgeGroup.choices), required=False
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=_or_not_told(ContactRecord.Sex.choices), required=False)
    work = forms.ChoiceField(label=_("Work status"), choices=_or_not_told(ContactRecord.Work.choices), required=False)
    told_before = forms.BooleanField(label=_("Told that they have been in touch before"), required=False)
    referred = forms.MultipleChoiceField(
        label=_("Told to turn to"),
        choices=RecordReferral.To.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(
        label=_("A short note"),
        max_length=NOTE_AT_MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": NOTE_AT_MOST, "autocomplete": "off"}),
    )
    confirmed = forms.BooleanField(required=False)

    def clean_reasons(self) -> list[str]:
        reasons: list[str] = self.cleaned_data["reasons"]
        if len(set(reasons)) > REASONS_AT_MOST:
            raise forms.ValidationError(RecordRefusal.REASONS.label)
        return reasons

    def findings(self) -> list[tuple[str, str]]:
        """What in the written note stands in the way, as (what it looks like, the piece). For the page to point out."""
        note = str(self.data.get("note", ""))[:NOTE_AT_MOST]
        return [(str(finding.kind.label), finding.of(note)) for finding in self._hindering(note)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self._hindering(cleaned.get("note", "")):
            self.add_error("note", _("Take out what could identify somebody."))
        return cleaned

    def may_be_confirmed(self) -> bool:
        """Whether saying "it is not that" is enough."""
        return not hindering(str(self.data.get("note", "")), confirmed=True)

    def told(self) -> Told:
        data = self.cleaned_data
        return Told(
            type=ContactRecord.Type.CONVERSATION,
            concerns=data["concerns"],
            reasons=tuple(data["reasons"]),
            age_group=data["age_group"],
            sex=data["sex"],
            work=data["work"],
            suicidality=data["suicidality"],
            acuteness=data["acuteness"],
            referred=tuple(data["referred"]),
            told_before=data["told_before"],
            note=data["note"],
        )

    def _hindering(self, note: str) -> list[Finding]:
        return hindering(note, confirmed=bool(self.data.get("confirmed")))


def form_of(told: Told, *, note: str) -> RecordForm:
    """The form, filled with a saved record."""
    return RecordForm(
        initial={
            "concerns": told.concerns,
            "reasons": list(told.reasons),
            "age_group": told.age_group,
            "sex": told.sex,
            "work": told.work,
            "suicidality": told.suicidality,
            "acuteness": told.acuteness,
            "referred": list(told.referred),
            "told_before": told.told_before,
            "note": note,
        }
    )
