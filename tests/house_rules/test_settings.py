"""Every variable that settings.py reads is described in docs/operate/settings.md, and nothing else is."""

from __future__ import annotations

import ast
import re

from tests.house_rules.files import ROOT, name_of, project_files

SETTINGS = ROOT / "rinnalla/config/settings.py"
DESCRIBED_IN = ROOT / "docs/operate/settings.md"


def variables_read() -> set[str]:
    """The first argument of each call of a helper in rinnalla/core/env.py."""
    return {
        call.args[0].value
        for call in ast.walk(ast.parse(SETTINGS.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def test_every_variable_is_described_and_no_other() -> None:
    described = re.findall(r"^\| `([A-Z_]+)` \|", DESCRIBED_IN.read_text(), flags=re.MULTILINE)

    assert sorted(described) == sorted(variables_read())


def test_the_environment_is_read_only_through_the_helpers() -> None:
    """So that a wrong value stops the start with a sentence, wherever it is used."""
    readers = {
        name_of(file)
        for file in project_files(".py")
        if file.is_relative_to(ROOT / "rinnalla")
        and "tests" not in file.parts
        and re.search(r"\bos\.(environ|getenv)\b", file.read_text())
    }

    # The command sets DJANGO_SETTINGS_MODULE before there are settings, and hands its environment to what it starts.
    assert readers - {"rinnalla/core/env.py", "rinnalla/__main__.py"} == set()
