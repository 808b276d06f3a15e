"""An app knows only the apps below it. import-linter sees imports; this sees relations, which are named in strings."""

from __future__ import annotations

import tomllib

import pytest
from django.apps import apps
from django.db.models import Field, Model

from tests.house_rules.files import ROOT


def ladder() -> list[set[str]]:
    """The apps of each line, top first, as import-linter reads them."""
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = [contract for contract in linter["contracts"] if contract["type"] == "layers"]
    return [{app.strip(" ()") for app in line.split("|")} for line in contract["layers"]]


def height(app: str) -> int:
    (found,) = [height for height, line in enumerate(reversed(ladder())) if app in line]
    return found


def own_models() -> list[type[Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("rinnalla.")]


def test_every_app_has_its_place_on_the_ladder() -> None:
    own = {app.label for app in apps.get_app_configs() if app.name.startswith("rinnalla.")}

    assert own - {app for line in ladder() for app in line} == set()


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_a_relation_leads_down_the_ladder_or_stays_in_its_app(model: type[Model]) -> None:
    app = model._meta.app_label
    upwards = [
        f"{model._meta.label}.{field.name} -> {other._meta.label}"
        for field in model._meta.get_fields(include_hidden=True)
        if isinstance(field, Field)  # the other end of somebody else's relation is not one
        and isinstance(other := field.related_model, type)
        and other.__module__.startswith("rinnalla.")
        and other._meta.app_label != app
        and height(other._meta.app_label) >= height(app)
    ]

    assert upwards == []
