"""Decisions of the chat lines. Nothing is read or written here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from rinnalla.people.models import Role

# How long the help-seeker's browser still shows a conversation that has ended. The device may not be theirs alone
# (promise S16), so that is less than the service keeps it.
SHOWN_AFTER_END: Final = timedelta(hours=1)


def still_shown(*, now: datetime, contact: str = "") -> Q:
    """Contacts whose page may be opened with their cookie; ``contact`` is the way to them, such as "contact__"."""
    return Q(**{f"{contact}ended_at": None}) | Q(**{f"{contact}ended_at__gt": now - SHOWN_AFTER_END})


def shown_role(roles: Collection[str]) -> str:
    """What a help-seeker is told of an answerer with these roles at the line's centre.

    People hear which of the two answers them (facts § 1, how a call goes).
    """
    return "volunteer" if set(roles) <= {Role.VOLUNTEER} else "crisis_worker"
