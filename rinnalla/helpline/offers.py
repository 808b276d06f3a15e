"""Who would come next to a duty: the queue's order, with fair weight and without those it has left to another."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, DateTimeField, Exists, Max, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from rinnalla.helpline.models import Contact, DutySession, Pass
from rinnalla.helpline.queries import queue_of
from rinnalla.helpline.rules import NextRefusal
from rinnalla.helpline.weight import (
    EVENING,
    MONTH,
    PASS_HOLDS,
    HeavyLoad,
    Spared,
    likely_heavy,
    may_wait_for_another,
    spared,
)

State = DutySession.State


@dataclass(frozen=True, slots=True)
class Offer:
    """``queue``: whom the duty may be given, in order. ``asks``: why its first is given only to who says yes to it."""

    queue: QuerySet[Contact]
    nobody: NextRefusal = NextRefusal.NOBODY
    asks: Spared | None = None


def offer_to(duty: DutySession, *, now: datetime) -> Offer:
    """What ``duty`` is offered. One query, or none on a line that knows no heavy contacts; more for those it spares."""
    queue = queue_of(duty.line_id).exclude(Exists(_fresh_passes(now=now).filter(duty=duty, contact=OuterRef("pk"))))
    if not duty.line.heavy_level:
        return Offer(queue)
    why = spared(heavy_loads([duty.person_id], now=now)[duty.person_id], duty.line, now=now)
    if why is None:
        return Offer(queue)
    first = queue.first()
    light = Offer(queue.filter(level__lt=duty.line.heavy_level), nobody=NextRefusal.SPARED)
    if first is None:
        return Offer(queue)
    if not likely_heavy(first.level, duty.line):
        return light  # its first, as things stand
    if may_wait_for_another(others=_others_could(first, duty, now=now), waited=now - first.queued_at):
        return light
    return Offer(queue, asks=why)


def why_nobody(duty: DutySession, offer: Offer) -> NextRefusal:
    """Why the offer is empty."""
    if offer.nobody == NextRefusal.NOBODY and queue_of(duty.line_id).exists():
        return NextRefusal.PASSED
    return offer.nobody


def offer_refusal(duty: DutySession, *, now: datetime) -> NextRefusal | None:
    """Why "take the next" would give nobody as the queue is now, or ask first; None when it gives somebody."""
    offer = offer_to(duty, now=now)
    if offer.asks:
        return NextRefusal.MAY_BE_HEAVY
    return None if offer.queue.exists() else why_nobody(duty, offer)


def passed_by_all(line_id: int, *, now: datetime) -> QuerySet[Contact]:
    """Those in the queue whom everybody on duty, one at least, has left to another within PASS_HOLDS."""
    on_duty = _answering(line_id, now=now)
    left = Exists(_fresh_passes(now=now).filter(duty=OuterRef("pk"), contact=OuterRef(OuterRef("pk"))))
    return queue_of(line_id).filter(Exists(on_duty)).exclude(Exists(on_duty.exclude(left)))


def heavy_loads(person_ids: Collection[int], *, now: datetime) -> dict[int, HeavyLoad]:
    """Person id → what they carry, whatever the line. One query."""
    rows = (
        Contact.objects.filter(duty__person_id__in=person_ids, heavy=True, claimed_at__gte=now - MONTH)
        .values_list("duty__person_id")
        .annotate(
            evening=Count("pk", filter=Q(claimed_at__gte=now - EVENING)),
            month=Count("pk"),
            last=Max(Coalesce("ended_at", Value(now, output_field=DateTimeField()))),
        )
        .order_by()
    )
    found = {person: HeavyLoad(evening, month, last) for person, evening, month, last in rows}
    return {person: found.get(person, HeavyLoad()) for person in person_ids}


def _others_could(contact: Contact, duty: DutySession, *, now: datetime) -> bool:
    """Whether someone else on the line could take ``contact``: now, or after the conversation they are in."""
    left = _fresh_passes(now=now).filter(duty=OuterRef("pk"), contact=contact)
    others = _answering(duty.line_id, now=now).exclude(pk=duty.pk).exclude(Exists(left))
    people = list(others.values_list("person_id", flat=True))
    return any(spared(load, duty.line, now=now) is None for load in heavy_loads(people, now=now).values())


def _answering(line_id: int, *, now: datetime) -> QuerySet[DutySession]:
    return DutySession.objects.filter(
        Q(pause_until=None) | Q(pause_until__lte=now),
        line_id=line_id,
        lease_until__gte=now,
        state__in=(State.READY, State.TALKING, State.WRAP_UP),
    )


def _fresh_passes(*, now: datetime) -> QuerySet[Pass]:
    return Pass.objects.filter(at__gt=now - PASS_HOLDS)
