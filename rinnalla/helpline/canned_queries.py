"""The canned texts of a line, grouped as people look for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rinnalla.helpline.models import CannedText, Line
from rinnalla.people.models import LANGUAGES

# In the order of a conversation; when the agreed time is over, the closing texts come first.
ORDER: Final = (
    CannedText.Kind.OPENING,
    CannedText.Kind.USUAL,
    CannedText.Kind.DANGER,
    CannedText.Kind.CLOSING,
)


@dataclass(frozen=True, slots=True)
class KindGroup:
    kind: str
    label: str
    texts: Sequence[CannedText]


@dataclass(frozen=True, slots=True)
class LanguageGroup:
    """The texts of one language. ``first``: the one that is looked at first."""

    code: str
    name: str
    kinds: Sequence[KindGroup]
    count: int
    first: bool


def canned_groups(line: Line, *, language: str, closing_first: bool = False) -> list[LanguageGroup]:
    """The texts of ``line`` by language and kind, ``language`` first (one query); no language without any."""
    texts = list(CannedText.objects.filter(line=line).order_by("keyword"))
    codes = sorted(dict(LANGUAGES), key=lambda code: code != language)
    groups: list[LanguageGroup] = []
    for code in codes:
        mine = [text for text in texts if text.language == code]
        if mine:
            kinds = _by_kind(mine, closing_first=closing_first)
            groups.append(LanguageGroup(code, str(dict(LANGUAGES)[code]), kinds, len(mine), not groups))
    return groups


def canned_counts(lines: Iterable[Line]) -> dict[int, int]:
    """Line id → how many texts it has (one query)."""
    counts = dict.fromkeys((line.pk for line in lines), 0)
    for line_id in CannedText.objects.filter(line_id__in=counts).values_list("line_id", flat=True):
        counts[line_id] += 1
    return counts


def _by_kind(texts: Sequence[CannedText], *, closing_first: bool) -> list[KindGroup]:
    kinds = sorted(ORDER, key=lambda kind: closing_first and kind != CannedText.Kind.CLOSING)
    return [
        KindGroup(kind.value, str(kind.label), found)
        for kind in kinds
        if (found := [text for text in texts if text.kind == kind])
    ]
