"""Reads of the helpline that span models."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min, Q, QuerySet

from rinnalla.helpline.models import Contact, DutySession, Line, LineText, Notice

# The order of a queue: those who lost their answerer first, then by the time of joining less the head start.
QUEUE_ORDER = (F("returned_at").asc(nulls_last=True), "rank_at", "id")


def queue_of(line_id: int) -> QuerySet[Contact]:
    return Contact.objects.filter(line_id=line_id, state=Contact.State.WAITING).order_by(*QUEUE_ORDER)


def places(line_id: int) -> dict[int, int]:
    """Contact id → place in the line's queue, from 1. One query, linear in the queue's length."""
    return {pk: place for place, pk in enumerate(queue_of(line_id).values_list("pk", flat=True), start=1)}


def place_of(contact: Contact) -> tuple[int, int]:
    """The place of a waiting contact and how many wait, without reading the queue. One query."""
    rank = Q(rank_at__lt=contact.rank_at) | Q(rank_at=contact.rank_at, id__lt=contact.pk)
    if contact.returned_at is None:
        before = Q(returned_at__isnull=False) | rank
    else:
        before = Q(returned_at__lt=contact.returned_at) | Q(returned_at=contact.returned_at) & rank
    waiting = Contact.objects.filter(line_id=contact.line_id, state=Contact.State.WAITING)
    found = waiting.aggregate(before=Count("id", filter=before & ~Q(pk=contact.pk)), all=Count("id"))
    return found["before"] + 1, found["all"]


def text_of(line: Line, language: str) -> LineText:
    """The line's text in ``language``, or in Finnish, or in whatever it has. Uses prefetched texts."""
    texts = {text.language: text for text in line.texts.all()}
    found = texts.get(language) or texts.get("fi") or next(iter(texts.values()), None)
    return found or LineText(line=line, language=language, name=line.slug)


def notices_of(line_id: int, *, now: datetime) -> list[Notice]:
    """What everybody who waits on the line is told now, oldest first (one query)."""
    return list(Notice.objects.filter(line_id=line_id, sent_at__lte=now, until__gt=now))


@dataclass(frozen=True, slots=True)
class Load:
    """How busy a line is now."""

    waiting: int
    waiting_since: datetime | None  # of the one who has waited longest
    on_duty: int


def loads(lines: Iterable[Line], *, now: datetime) -> dict[int, Load]:
    """Line id → load, in two queries."""
    ids = [line.pk for line in lines]
    waiting = {
        line_id: (count, since)
        for line_id, count, since in Contact.objects.filter(line_id__in=ids, state=Contact.State.WAITING)
        .values_list("line_id")
        .annotate(Count("id"), Min("queued_at"))
    }
    on_duty = dict(
        DutySession.objects.filter(~Q(state="ended"), line_id__in=ids, lease_until__gte=now)
        .values_list("line_id")
        .annotate(Count("id"))
    )
    return {pk: Load(*waiting.get(pk, (0, None)), on_duty=on_duty.get(pk, 0)) for pk in ids}


def duty_of(person_id: int) -> DutySession | None:
    """The person's duty session that has not ended, with its line."""
    return DutySession.objects.select_related("line", "moved_by").filter(~Q(state="ended"), person_id=person_id).first()
