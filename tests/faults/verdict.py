"""Compares what was acknowledged, what is stored and what is shown: a sentence for each difference.

Each sentence begins with its kind: `lost`, `doubled`, `order`, `gap`, `screen`, `stuck`, `refused`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.faults.page import Page, shown

Screen = list[tuple[int, str, str, str]]


def differences(pages: Sequence[Page], fresh: Sequence[list[dict[str, Any]]], stored: dict[str, Any]) -> list[str]:
    """What is wrong with one conversation. ``fresh``: the transcripts of both sides' pages, loaded anew at the end."""
    rows: list[dict[str, Any]] = stored["messages"]
    said: Screen = [shown(row) for row in rows]
    found = [fault for page in pages for fault in page.faults]
    if [row["seq"] for row in rows] != list(range(1, stored["last_seq"] + 1)):
        found.append(f"gap: {stored['last_seq']} numbers were given, {len(rows)} messages are stored")
    texts = Counter(row["text"] for row in rows if row["kind"] == "text")
    place = {row["id"]: (row["seq"], row["text"]) for row in rows}
    for page in pages:
        found += [
            f"lost: {page.name}'s {text!r} was acknowledged as {seq}; stored is {place.get(message_id)}"
            for message_id, (seq, text) in page.acknowledged.items()
            if place.get(message_id) != (seq, text)
        ]
        found += [f"doubled: {text!r} is stored {texts[text]} times" for text in page.written if texts[text] > 1]
        own = [row["text"] for row in rows if row["by"] == page.own and row["kind"] == "text"]
        if list(dict.fromkeys(own)) != page.written[: len(dict.fromkeys(own))]:
            found.append(f"order: {page.name}'s messages are not stored in the order they were written")
        if page.unsent:
            found.append(f"stuck: {len(page.unsent)} of {page.name}'s messages were never stored")
        found += _on_screen(page.name, page.screen(), said)
    for page, transcript in zip(pages, fresh, strict=True):
        found += _on_screen(f"{page.name}, loaded anew,", [shown(message) for message in transcript], said)
    return found


def _on_screen(whose: str, screen: Screen, said: Screen) -> list[str]:
    if screen == said:
        return []
    first = next((row for row in said if row not in screen), None)
    return [f"screen: {whose} shows {len(screen)} of {len(said)} messages; the first that is missing or other: {first}"]


def kinds(found: Sequence[str]) -> set[str]:
    return {sentence.partition(":")[0] for sentence in found}
