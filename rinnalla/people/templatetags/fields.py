"""A form field as every staff form shows it: label, help, control, what is wrong."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, Select
from django.utils.safestring import SafeString

register = template.Library()


@register.inclusion_tag("people/_field.html")
def field(bound: BoundField, label: str = "", help_text: str | None = None, **attrs: Any) -> dict[str, Any]:
    """The field ``bound``. ``label`` and ``help_text`` replace the form's own (allauth's forms have other words).

    Further arguments are attributes of the control; underscores become hyphens.
    """
    widget = bound.field.widget
    is_check = isinstance(widget, CheckboxInput)
    control = "form-check-input" if is_check else "form-select" if isinstance(widget, Select) else "form-control"
    if help_text is not None:
        bound.help_text = help_text
    extra: dict[str, Any] = {key.replace("_", "-"): value for key, value in attrs.items()}
    extra["class"] = f"{control} is-invalid" if bound.errors else control
    extra["placeholder"] = False  # a placeholder is no label: it is gone when one writes
    return {"field": bound, "label": label or bound.label, "control": _render(bound, extra), "is_check": is_check}


def _render(bound: BoundField, attrs: dict[str, Any]) -> SafeString:
    return bound.as_widget(attrs=attrs)
