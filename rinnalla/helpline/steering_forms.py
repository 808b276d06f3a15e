"""What a shift lead types on the pages that open from the board."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.models import Line, Notice
from rinnalla.helpline.steering import Lasts

WAITING = [
    ("answer", _("Those who wait are still answered.")),
    ("home", _("Those who wait are sent home kindly, with other help.")),
]


class SteerForm(forms.Form):
    """Open, pause or close a line, and how many may wait."""

    state = forms.ChoiceField(label=_("The line is"), choices=Line.LeadState, required=False, widget=forms.RadioSelect)
    cap = forms.IntegerField(
        label=_("How many may wait at most"),
        required=False,
        min_value=0,
        max_value=100_000,
        help_text=_("Empty: as in the settings of the line. Whoever waits already stays."),
    )
    lasts = forms.ChoiceField(label=_("This holds"), choices=Lasts, initial=Lasts.OPENING)
    waiting = forms.ChoiceField(
        label=_("When you close"), choices=WAITING, initial="answer", required=False, widget=forms.RadioSelect
    )


class NoticeForm(forms.ModelForm):  # type: ignore[type-arg]
    """A message to everybody who waits, and for how long it is shown."""

    lasts = forms.ChoiceField(label=_("It is shown"), choices=Lasts, initial=Lasts.MINUTES_30)

    class Meta:
        model = Notice
        fields = ("text_fi", "text_sv", "text_en")
        widgets = {name: forms.Textarea(attrs={"rows": 3, "maxlength": 500}) for name in fields}
        help_texts = {
            "text_sv": _("Empty: those who read Swedish see the Finnish text."),
            "text_en": _("Empty: those who read English see the Finnish text."),
        }


class MoveForm(forms.Form):
    """Where a volunteer goes."""

    line = forms.ChoiceField(label=_("To the line"), widget=forms.RadioSelect)

    def __init__(self, *args: object, lines: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["line"].choices = lines  # type: ignore[attr-defined]
