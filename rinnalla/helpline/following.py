"""Where a conversation can be followed. A channel whose pages allow it says so from its ``AppConfig``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

Ways = Callable[[Sequence[int]], Mapping[int, str]]

_channels: Final[dict[str, Ways]] = {}


def register(channel: str, ways: Ways) -> None:
    """``ways``: contact ids → the address at which each is followed, in at most one query.

    The page at that address asks for a reason and writes it down before it shows anything.
    """
    _channels[channel] = ways


def ways_to_follow(channel: str, contact_ids: Sequence[int]) -> Mapping[int, str]:
    ways = _channels.get(channel)
    return ways(contact_ids) if ways and contact_ids else {}
