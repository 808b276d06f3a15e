"""Decisions of a shift lead's steering: how long, and why not. Nothing is written here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.hours import LineState
from rinnalla.helpline.models import DutySession, Line

MINUTES: Final = (15, 30, 60)
WITHOUT_END: Final = timedelta(hours=1)  # "until the end of the opening" of a line that is not open by its table


class Lasts(models.TextChoices):
    """For how long the lead's word holds."""

    MINUTES_15 = "15", _("for 15 minutes")
    MINUTES_30 = "30", _("for 30 minutes")
    MINUTES_60 = "60", _("for an hour")
    OPENING = "opening", _("until the end of this opening")


class MoveRefusal(models.TextChoices):
    """Why a volunteer cannot be moved to a line."""

    ENDED = "ended", _("This duty has ended.")
    HERE_ALREADY = "here_already", _("The volunteer is on that line already.")
    OTHER_CENTRE = "other_centre", _("That line belongs to another centre.")


def ends_at(lasts: str, state: LineState, *, now: datetime) -> datetime | None:
    """When the lead's word ends; None: when the lead takes it back, as the line's opening has no end."""
    if lasts != Lasts.OPENING:
        return now + timedelta(minutes=int(Lasts(lasts)))
    return state.closes_at if state.is_open else now + WITHOUT_END


def move_refusal(duty: DutySession, line: Line) -> MoveRefusal | None:
    if duty.state == DutySession.State.ENDED:
        return MoveRefusal.ENDED
    if duty.line.centre_id != line.centre_id:
        return MoveRefusal.OTHER_CENTRE
    if duty.line_id == line.pk:
        return MoveRefusal.HERE_ALREADY
    return None
