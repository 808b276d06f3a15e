"""What the moves are called on pages."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: Final[dict[str, Promise | str]] = {
    "greeting": _("welcomes"),
    "empathy": _("names the feeling, or says that they listen"),
    "open_question": _("asks openly"),
    "closed_question": _("asks for yes or no"),
    "summary": _("gathers what was said"),
    "room": _("gives time and leaves the choice"),
    "strength": _("names what the person has managed"),
    "asks_suicide": _("asks about suicide"),
    "asks_plan": _("asks about plans and means"),
    "asks_safety": _("asks about safety now"),
    "asks_support": _("asks who is near"),
    "urgent_help": _("tells of urgent help"),
    "other_help": _("tells of other help"),
    "boundary": _("sets a boundary"),
    "closing": _("leads to the end"),
    "advice": _("gives advice"),
    "dismissive": _("makes it smaller"),
    "promise": _("promises what nobody can promise"),
    "own_story": _("tells of oneself"),
    "many_questions": _("many questions at once"),
    "long": _("a long message"),
    "contact": _("contact details"),
}


def move_name(move: str) -> str:
    return str(NAMES.get(move, move))
