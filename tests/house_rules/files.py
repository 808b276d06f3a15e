"""The files of the project as git sees them: those that are tracked, and new ones that are not ignored."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def project_files(*suffixes: str) -> list[Path]:
    """Sorted, existing; all of them, or those that end with one of ``suffixes``."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [ROOT / name for name in sorted(set(listed.stdout.split("\0"))) if name]
    return [file for file in files if file.is_file() and (not suffixes or file.name.endswith(suffixes))]


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def text_of(file: Path) -> str | None:
    """None for pictures, fonts and other files that are not text."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
