"""The privacy page promises nothing that no test shows (promise S22)."""

from __future__ import annotations

import re

import pytest

from tests.house_rules.files import ROOT

PAGE = ROOT / "rinnalla/core/templates/public/privacy.html"
OF_BROWSERS = "the browser's own"  # what no page can change
PARAGRAPH = re.compile(r"<p\b[^>]*>(?:\{# (?P<shown_by>[^#]+) #\})?\{% translate \"(?P<text>[^\"]+)\" %\}</p>")

paragraphs = [found.groupdict() for found in PARAGRAPH.finditer(PAGE.read_text(encoding="utf-8"))]


def test_every_text_of_the_page_is_a_heading_a_paragraph_or_the_way_on() -> None:
    text = PAGE.read_text(encoding="utf-8")
    others = re.findall(r"<(?:h1|h2|a)\b[^>]*>\{% translate|\{% block title %\}\{% translate", text)
    assert len(paragraphs) + len(others) == text.count("{% translate") + text.count("{% blocktranslate")
    assert len(paragraphs) > 8


@pytest.mark.parametrize("paragraph", paragraphs, ids=[paragraph["text"][:40] for paragraph in paragraphs])
def test_every_paragraph_names_the_test_that_shows_it(paragraph: dict[str, str | None]) -> None:
    shown_by = paragraph["shown_by"]
    assert shown_by, "no test is named"
    if shown_by != OF_BROWSERS:
        file, _, name = shown_by.partition("::")
        assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8")
