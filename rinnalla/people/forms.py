"""What is typed about people, made into clean values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from rinnalla.people.models import LANGUAGES, Centre, Person, Role
from rinnalla.people.names import tidy_name


def _check_duty_name(form: forms.Form, name: str | None, duty_name: str | None) -> None:
    """Help-seekers see the name on duty: a whole name would let them find the person."""
    if name and duty_name and " " in name and name.casefold() == duty_name.casefold():
        form.add_error("duty_name", _("Help-seekers see this name. Do not write your whole name here."))


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    centre = forms.ModelChoiceField(label=_("Centre"), queryset=Centre.objects.none(), empty_label=None)
    role = forms.ChoiceField(label=_("Role"))
    language = forms.ChoiceField(label=_("Language of the letter"), choices=LANGUAGES)

    def __init__(self, *args: Any, centres: Iterable[Centre], roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["centre"].queryset = Centre.objects.filter(pk__in=[c.pk for c in centres])  # type: ignore[attr-defined]
        self.fields["role"].choices = [(r.value, r.label) for r in Role if r in set(roles)]  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """One of the offered pairs of centre and role, written "centre id:role"."""

    place = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, offered: Iterable[tuple[Centre, Role]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offered = {f"{centre.pk}:{role.value}": (centre, role) for centre, role in offered}
        choices: dict[str, list[tuple[str, Any]]] = {}
        for value, (centre, role) in self._offered.items():
            choices.setdefault(centre.name, []).append((value, role.label))
        self.fields["place"].choices = list(choices.items())  # type: ignore[attr-defined]

    def chosen(self) -> tuple[Centre, Role]:
        return self._offered[self.cleaned_data["place"]]


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=_("Whole name"), max_length=120, help_text=_("The coordinators and your colleagues see this name.")
    )
    duty_name = forms.CharField(
        label=_("Name on duty"),
        max_length=40,
        help_text=_("The name help-seekers see. A first name or another name; never the whole name."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)

    def clean_name(self) -> str:
        return tidy_name(self.cleaned_data["name"])

    def clean_duty_name(self) -> str:
        return tidy_name(self.cleaned_data["duty_name"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        _check_duty_name(self, cleaned.get("name"), cleaned.get("duty_name"))
        return cleaned


class AccountForm(ProfileForm):
    """The first page of an invited person."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. A few words that only you would put together are easy to remember."),
    )
    password_again = forms.CharField(
        label=_("Password again"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = email
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        password = cleaned.get("password")
        if password:
            try:
                validate_password(password, Person(email=self._email, name=cleaned.get("name", "")))
            except forms.ValidationError as problem:
                self.add_error("password", problem)
            if cleaned.get("password_again") and cleaned["password_again"] != password:
                self.add_error("password_again", _("The two passwords are not the same."))
        return cleaned
