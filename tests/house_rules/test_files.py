"""What may stand in the project's files, and how long they may be."""

from __future__ import annotations

import json
import re

import pytest

from tests.house_rules.files import ROOT, name_of, project_files, text_of

# Written in pieces: this file is searched too. A lock file that names an index makes everybody ask that one.
HOSTS = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "yarn" + "pkg.com"]
OPTIONS = ["--index" + "-url", "--extra-index" + "-url", "--find" + "-links"]
PRIVATE_FOLDERS = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/fa" + "rm/", "/Us" + "ers/"]

LONGEST = 400  # lines; past that, a file becomes a package with the same import path


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name_of(file)}:{number}: {line.strip()[:100]}"
        for file in project_files()
        for number, line in enumerate((text_of(file) or "").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_index() -> None:
    assert lines_with(re.compile("|".join(map(re.escape, HOSTS + OPTIONS)))) == []


def test_no_file_names_a_folder_of_somebodys_own_machine() -> None:
    folders = "|".join(map(re.escape, PRIVATE_FOLDERS))

    assert lines_with(re.compile(rf"(?<![\w.~-])(?:{folders})")) == []


def test_front_end_packages_are_locked_by_their_sums_and_without_an_address() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    named = {name: package for name, package in packages.items() if name}

    assert [name for name, package in named.items() if "resolved" in package] == []
    assert [name for name, package in named.items() if "integrity" not in package] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "scripts/uv.lock"])
def test_python_packages_are_locked_by_their_sums_and_without_an_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = re.split(r"\n(?=\S)", text.strip())

    assert [package for package in packages if "--hash=sha256:" not in package] == []
    assert "://" not in text


def test_every_file_is_short_enough_to_read() -> None:
    lengths = {
        name_of(file): len(file.read_text().splitlines())
        for file in project_files(".py", ".ts", ".mjs")
        if file.parent.name != "migrations"  # written by Django
    }

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_every_icon_that_a_template_shows_is_in_the_sprite() -> None:
    listed = {
        line.partition("#")[0].strip() for line in (ROOT / "rinnalla/core/frontend/icons.txt").read_text().splitlines()
    }
    shown = {
        (name_of(file), icon)
        for file in project_files(".html", ".ts")
        for icon in re.findall(r"""icons\.svg['"]?\s*(?:%\})?#([a-z0-9-]+)["'`]""", text_of(file) or "")
    }

    assert {(file, icon) for file, icon in shown if icon not in listed} == set()
