"""What the duty page shows of fair weight: whether the next one may come, what is due, and until when one stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from rinnalla.helpline.models import DutySession
from rinnalla.helpline.offers import offer_refusal
from rinnalla.helpline.record_queries import ToRecord, records_to_fill
from rinnalla.helpline.rules import NextRefusal, next_refusal
from rinnalla.helpline.weight import stays, usual_stay


@dataclass(frozen=True, slots=True)
class Stay:
    """A time until which one may say one stays."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class DeskWeight:
    """``may_take``: "take the next" gives somebody; ``asks_heavy``: somebody who may be heavy, if one says so."""

    may_take: bool
    asks_heavy: bool
    why_not: str
    pause_until: datetime | None = None
    until: datetime | None = None
    to_record: list[ToRecord] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)


def desk_weight(duty: DutySession | None, *, waiting: int, now: datetime) -> DeskWeight:
    """One query for a duty; with somebody waiting those of the offer (offers.py) besides."""
    if duty is None:
        reason: NextRefusal | None = NextRefusal.NOT_ON_DUTY
    else:
        reason = next_refusal(duty, now=now)
        if reason is None:
            reason = offer_refusal(duty, now=now) if waiting else NextRefusal.NOBODY
    pausing = duty.pause_until if duty is not None and reason == NextRefusal.PAUSE_DUE else None
    return DeskWeight(
        may_take=reason in (None, NextRefusal.MAY_BE_HEAVY),
        asks_heavy=reason == NextRefusal.MAY_BE_HEAVY,
        why_not=_in_words(reason, pausing),
        pause_until=pausing,
        until=duty.until if duty is not None else None,
        to_record=records_to_fill(duty, now=now) if duty is not None else [],
        stays=stays_to_choose(now, chosen=duty.until if duty is not None else None),
    )


def stays_to_choose(now: datetime, *, chosen: datetime | None) -> list[Stay]:
    """The half-hours ahead, ``chosen`` among them; without one the usual length of a duty is proposed."""
    times = stays(now)
    if chosen is not None and chosen > now and chosen not in times:
        times = sorted([*times, chosen])
    picked = chosen if chosen in times else usual_stay(now)
    return [
        Stay(at.isoformat(), date_format(timezone.localtime(at), "TIME_FORMAT"), chosen=at == picked) for at in times
    ]


def _in_words(reason: NextRefusal | None, pausing: datetime | None) -> str:
    if pausing is not None:
        return gettext("You have talked for a long time. Rest until {time}: the others carry on meanwhile.").format(
            time=date_format(timezone.localtime(pausing), "TIME_FORMAT")
        )
    return str(reason.label) if reason is not None else ""
