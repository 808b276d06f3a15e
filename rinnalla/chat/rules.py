"""Decisions of the chat lines. Nothing is read or written here."""

from __future__ import annotations

from collections.abc import Collection

from rinnalla.people.models import Role


def shown_role(roles: Collection[str]) -> str:
    """What a help-seeker is told of an answerer with these roles at the line's centre.

    People hear which of the two answers them (facts § 1, how a call goes).
    """
    return "volunteer" if set(roles) <= {Role.VOLUNTEER} else "crisis_worker"
