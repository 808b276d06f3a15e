"""What the documentation names is there: links, files, decisions, make's targets and the program's commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.house_rules.files import ROOT, name_of, project_files

PAGES = project_files(".md")
DECISIONS = ROOT / "docs" / "decisions"
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|ts|css|scss|html|mjs|md|lock|txt))`")
LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)")
OWN_COMMANDS = {"init", "migrate", "serve", "demo", "help"}  # rinnalla/__main__.py


def outside_code(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("document", PAGES, ids=name_of)
def test_every_link_and_every_file_is_there(document: Path) -> None:
    text = outside_code(document)
    links = [link for link in LINK.findall(text) if "://" not in link]
    files = FILE.findall(text)

    assert [link for link in links if not (document.parent / link).exists()] == []
    # Files of the program may be named without its folder: chat/rooms.py.
    assert [
        file for file in files if not any((root / file).exists() for root in (ROOT, ROOT / "rinnalla", document.parent))
    ] == []


def test_the_list_of_decisions_is_whole() -> None:
    records = {file.name for file in DECISIONS.glob("0*.md")}

    assert set(LINK.findall((DECISIONS / "README.md").read_text())) == records
    assert sorted(name[:4] for name in records) == [f"{number:04}" for number in range(1, len(records) + 1)]


def test_every_command_that_is_told_exists() -> None:
    text = "\n".join(page.read_text() for page in PAGES)
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    told = set(re.findall(r"`make ([a-z]+)|^make ([a-z]+)", text, flags=re.MULTILINE))
    commands = set(re.findall(r"(?:`|^|\s)bin/rinnalla ([a-z_]+)", text, flags=re.MULTILINE))

    assert {name for pair in told for name in pair if name} - set(targets) == set()
    assert commands - OWN_COMMANDS - set(get_commands()) == set()
