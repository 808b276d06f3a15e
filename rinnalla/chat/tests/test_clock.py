"""The time of day as scripts write it (frontend/clock.ts), run in Node: as Django writes it in the same language."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from django.utils.formats import time_format

from rinnalla.chat.tests.journal_node import ROOT

SOURCE = ROOT / "rinnalla/chat/frontend/clock.ts"
MOMENTS = [datetime(2026, 11, 24, 18, 5, tzinfo=UTC), datetime(2026, 11, 24, 22, 7, tzinfo=UTC)]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("clock") / "clock.mjs"
    build = [ROOT / "node_modules/.bin/esbuild", SOURCE, "--bundle", "--format=esm", "--log-level=warning"]
    subprocess.run([*map(str, build), f"--outfile={made}"], check=True)
    return made


def written(bundle: Path, language: str) -> list[str]:
    moments = json.dumps([moment.isoformat() for moment in MOMENTS])
    script = f"""
        const {{ clockOf }} = await import({json.dumps(str(bundle))});
        console.log(JSON.stringify({moments}.map(clockOf({json.dumps(language)}, "Europe/Helsinki"))));
    """
    done = subprocess.run(["node", "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
    times: list[str] = json.loads(done.stdout)
    return times


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_scripts_write_the_time_as_the_page_does(bundle: Path, language: str) -> None:
    with translation.override(language):
        page = [time_format(moment.astimezone(ZoneInfo("Europe/Helsinki"))) for moment in MOMENTS]
    assert written(bundle, language) == page
