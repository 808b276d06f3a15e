"""Migrations are complete, and frozen: they use nothing of the apps' code, which goes on changing."""

from __future__ import annotations

import ast
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.house_rules.files import name_of, project_files

MIGRATIONS = [file for file in project_files(".py") if file.parent.name == "migrations" and file.name != "__init__.py"]


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    said = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=said, stderr=said)
    except SystemExit:
        pytest.fail(f"models differ from their migrations:\n{said.getvalue()}")


@pytest.mark.parametrize("file", MIGRATIONS, ids=name_of)
def test_a_migration_imports_no_code_of_ours(file: Path) -> None:
    """A data migration takes models from the registry it is given; a custom field's own module is the one exception."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(node.module or "")

    assert {module for module in modules if module.startswith("rinnalla") and not module.endswith(".fields")} == set()


@pytest.mark.parametrize("file", MIGRATIONS, ids=name_of)
def test_a_migration_says_in_its_name_what_it_does(file: Path) -> None:
    assert "_auto_" not in file.name
