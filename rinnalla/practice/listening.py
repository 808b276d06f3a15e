"""What can be heard in a trainee's words: moves, found by the words of ``words/<language>.yaml``.

Rules and no model: the same words are heard the same way every time, and whoever trains can read why. A move is heard
when one of its patterns is found. Patterns are beginnings of words ("kuuntel" hears "kuuntelen"); "*" stands for up to
four words between two parts, and a point at the end means the end of the word ("mitä." does not hear "mitään").
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from rinnalla.helpline.identifying import CONTACT_DETAILS, find

FOLDER: Final = Path(__file__).parent / "words"
# In the order in which they are told to a trainer. The words of each are in the files; those marked are counted here.
MOVES: Final = (
    "greeting",
    "empathy",
    "open_question",
    "closed_question",
    "summary",
    "room",  # gives time, lets the other decide
    "strength",  # names what the person has managed
    "asks_suicide",
    "asks_plan",
    "asks_safety",
    "asks_support",
    "urgent_help",
    "other_help",
    "boundary",
    "closing",
    "advice",
    "dismissive",
    "promise",
    "own_story",
    "many_questions",  # counted: three or more in one message
    "long",  # counted: more than 600 characters
    "contact",  # found by helpline.identifying: contact details
)
MANY: Final = 3
LONG: Final = 600


def heard_in(text: str, language: str) -> frozenset[str]:
    """The moves in one message, or in several that were written one after the other."""
    folded = " ".join(text.casefold().split())
    found = {move for move, pattern in _patterns(language).items() if pattern.search(folded)}
    questions = folded.count("?")
    if questions >= MANY:
        found.add("many_questions")
    if questions and not found & {"open_question", "asks_suicide", "asks_plan", "asks_safety", "asks_support"}:
        found.add("closed_question")
    if len(text) > LONG:
        found.add("long")
    if any(finding.kind in CONTACT_DETAILS for finding in find(text)):
        found.add("contact")
    return frozenset(found)


@cache
def _patterns(language: str) -> dict[str, re.Pattern[str]]:
    words = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    unknown = set(words) - set(MOVES)
    if unknown:
        raise ValueError(f"words/{language}.yaml has {', '.join(sorted(unknown))}, which are no moves")
    return {move: re.compile("|".join(_pattern(str(one)) for one in ones)) for move, ones in words.items()}


def _pattern(written: str) -> str:
    parts = [re.escape(" ".join(part.casefold().split())) for part in written.removesuffix(".").split("*")]
    between = r"\w*(?:\W+\w+){0,4}?\W+"
    end = r"\b" if written.endswith(".") else ""
    return rf"\b{between.join(parts)}{end}"
