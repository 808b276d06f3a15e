"""axe-core in the page, for journeys: no page of ours may have a violation."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


def axe(page: Page) -> list[str]:
    """What axe finds against WCAG 2.1 A and AA on ``page``: one line each with the rule, what is wrong and where."""
    options = {"runOnly": WCAG, "resultTypes": ["violations"]}
    # evaluate() is not a script of the page: the CSP neither stops it nor has to be loosened for it.
    page.evaluate(AXE.read_text())
    found = page.evaluate("async (options) => (await window.axe.run(document, options)).violations", options)
    return [
        f"{violation['id']}: {violation['help']} ({' '.join(map(str, node['target']))})"
        for violation in found
        for node in violation["nodes"]
    ]
