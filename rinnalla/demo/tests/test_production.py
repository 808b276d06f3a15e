"""A demo world never runs in production: seen from outside, with processes of their own."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def rinnalla(
    kind: str, folder: Path, *command: str, code: str | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command, or some code, of an installation of this kind, whose data are in ``folder``."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("RINNALLA_")}
    for name in ("DATABASE_URL", "KEYS_DATABASE_URL", "VALKEY_URL"):
        surroundings.pop(name, None)
    settings = {
        "RINNALLA_ENV": kind,
        "RINNALLA_DATA": str(folder),
        "RINNALLA_SECRET_KEY": "k" * 50,
        "RINNALLA_MASTER_KEY": base64.b64encode(b"m" * 32).decode(),
        "RINNALLA_STAFF_URL": "https://centre.example.org",
        "RINNALLA_MAIL_URL": f"file://{folder}/mail",
        "RINNALLA_HOSTS": "centre.example.org",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, *(("-c", code) if code else ("-m", "rinnalla", *command))],
        env=surroundings | settings | more, capture_output=True, text=True, timeout=100, check=False, cwd=folder,
    )  # fmt: skip


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation that was populated as a demo."""
    folder = tmp_path_factory.mktemp("demo")
    for command in (["migrate"], ["populate", "--world", "quiet"]):
        done = rinnalla("demo", folder, *command)
        assert done.returncode == 0, done.stderr
    return folder


def test_serve_refuses_a_demo_database_in_production(demo_folder: Path) -> None:
    refused = rinnalla("production", demo_folder, "serve", "--port", "0")
    assert refused.returncode == 1
    assert (
        "Rinnalla cannot start: RINNALLA_ENV is production, but this database was populated as a demo" in refused.stderr
    )


def test_demo_and_populate_refuse_production(tmp_path: Path) -> None:
    for command in ("demo", "populate"):
        refused = rinnalla("production", tmp_path, command)
        assert refused.returncode == 1
        assert "RINNALLA_ENV" in refused.stderr
        assert "everybody knows" in refused.stderr


def test_in_production_the_one_press_sign_in_has_no_address(tmp_path: Path) -> None:
    looked = rinnalla("production", tmp_path, "shell", "--no-imports", "-c", ASK_FOR_THE_PAGE)
    assert (looked.returncode, looked.stdout.split()) == (0, ["404", "[]"]), looked.stderr


ASK_FOR_THE_PAGE = """
from django.urls import Resolver404, resolve
from rinnalla.demo.rules import check_addresses
try:
    print(resolve("/demo/"))
except Resolver404:
    print(404)
print(check_addresses())
"""


def test_a_second_demo_reuses_its_world_and_refuses_another(demo_folder: Path) -> None:
    again = rinnalla("demo", demo_folder, "demo", "--world", "night")
    assert again.returncode == 1
    assert "“quiet” is here already" in again.stderr


def test_populate_builds_only_once(demo_folder: Path) -> None:
    again = rinnalla("demo", demo_folder, "populate")
    assert again.returncode == 1
    assert "not empty" in again.stderr


def test_the_links_in_a_demos_letters_lead_to_its_own_port(demo_folder: Path) -> None:
    started = rinnalla("demo", demo_folder, code=START_ON_A_PORT, RINNALLA_STAFF_URL="")
    assert (started.returncode, started.stdout.split()[-1]) == (0, "http://localhost:8123"), started.stderr


START_ON_A_PORT = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "rinnalla.config.settings"
from rinnalla.demo.start import main
from django.conf import settings
main(["--port", "8123"], serve=lambda options: print(settings.STAFF_URL) or 0)
"""
