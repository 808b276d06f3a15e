"""The browser's journal (frontend/journal.ts), bundled as for the browser and run in Node beside the tests."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
SOURCE = ROOT / "rinnalla/chat/frontend/journal.ts"
DRIVER = Path(__file__).with_name("journal_driver.mjs")


class Node:
    """One long-lived process. Each call is one command of journal_driver.mjs; the answer is the journal's state."""

    def __init__(self, bundle: Path) -> None:
        self.process = subprocess.Popen(
            ["node", str(DRIVER), str(bundle)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def do(self, name: str, window: int, **values: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._ask({"do": name, "window": window, **values})
        return answer

    def do_all(self, commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Many commands at once, each with "do" and "window"; an answer for each."""
        answers: list[dict[str, Any]] = self._ask(commands) if commands else []
        return answers

    def _ask(self, asked: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@contextlib.contextmanager
def running_node(folder: Path) -> Iterator[Node]:
    bundle = folder / "journal.mjs"
    build = [ROOT / "node_modules/.bin/esbuild", SOURCE, "--bundle", "--format=esm", "--log-level=warning"]
    subprocess.run([*map(str, build), f"--outfile={bundle}"], check=True)
    node = Node(bundle)
    yield node
    node.close()
