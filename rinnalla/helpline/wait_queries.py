"""The wait on a line now: what its people on duty, its queue and its last hours tell, for helpline.waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf, log, sqrt
from typing import Final, NamedTuple

from django.db.models import Q

from rinnalla.helpline.hours import state_at, timetable_of
from rinnalla.helpline.models import Contact, DutySession, Line
from rinnalla.helpline.opening import lead_state_of
from rinnalla.helpline.queries import QUEUE_ORDER
from rinnalla.helpline.waits import NO_HOPE, Answerer, Forecast, Habits, Situation, Wait, forecast

# Assumptions, used where nobody has told and nothing has been learned yet.
USUAL_DUTY: Final = timedelta(hours=3.5)  # the centre's duties are of 3 to 4 hours
USUAL_BREAK: Final = timedelta(minutes=10)
OVERTIME: Final = timedelta(minutes=20)  # whoever stays past what they told
TALK_SD: Final = 0.5  # of the logarithm of a talk's length
PATIENCE: Final = timedelta(minutes=90)  # mean time after which somebody who is not reached leaves
WEIGHT: Final = 10  # talks that the line's rules count as, when lengths are learned
LEAVING_WEIGHT: Final = 5  # people that PATIENCE counts as
LEARN_FROM: Final = timedelta(hours=3)
TALKS: Final = 80
ATTEMPTS: Final = 400
JOINING_OVER: Final = timedelta(minutes=30)
COMING_OVER: Final = timedelta(minutes=90)
FIRST_TEAM: Final = timedelta(minutes=20)  # those who begin an evening together are not a rate


@dataclass(frozen=True, slots=True)
class Queue:
    """A line's queue: contact id → place, and what each place is told."""

    places: dict[int, int]
    forecast: Forecast

    def wait_of(self, contact_id: int) -> Wait:
        place = self.places.get(contact_id)
        return self.forecast.of(place) if place is not None else NO_HOPE

    @property
    def next_wait(self) -> Wait:
        """The wait of somebody who would join now."""
        return self.forecast.of(len(self.places) + 1)


def queues(line_ids: Iterable[int], *, now: datetime) -> dict[int, Queue]:
    """Line id → queue with its waits. Linear in the queues' lengths, whoever asks."""
    lines = Line.objects.filter(pk__in=set(line_ids)).prefetch_related("opening_hours", "exception_days")
    return {line.pk: queue_with_waits(line, now=now) for line in lines}


def queue_with_waits(line: Line, *, now: datetime) -> Queue:
    """The line's queue; six queries, two fewer when its hours are prefetched."""
    waiting = list(
        Contact.objects.filter(line=line, state=Contact.State.WAITING)
        .order_by(*QUEUE_ORDER)
        .values_list("pk", "queued_at", "rank_at", "returned_at")
    )
    opening = state_at(timetable_of(line), now)
    by_lead = lead_state_of(line, hours=opening, now=now) == Line.LeadState.OPEN
    closes = line.lead_until if by_lead and line.lead_until else opening.closes_at
    return Queue(
        places={row[0]: place for place, row in enumerate(waiting, start=1)},
        forecast=forecast(
            Situation(
                answerers=_answerers(line, now=now),
                limit=line.parallel_limit,
                habits=habits_of(line, waiting=[row[1:3] for row in waiting], now=now),
                # Those who still wait after closing are taken while somebody is on duty.
                closes_in=(closes - now).total_seconds() if closes else None,
                ranks=[inf if row[3] else (now - row[2]).total_seconds() for row in waiting],
            )
        ),
    )


def _answerers(line: Line, *, now: datetime) -> list[Answerer]:
    talks: dict[int, list[float]] = {}
    for duty_id, began in Contact.objects.filter(line=line, state=Contact.State.TALKING).values_list(
        "duty_id", "claimed_at"
    ):
        if began is not None:
            talks.setdefault(duty_id or 0, []).append(max(0.0, (now - began).total_seconds()))
    on_duty = DutySession.objects.filter(~Q(state=DutySession.State.ENDED), line=line, lease_until__gte=now)
    return [
        Answerer(
            talks=tuple(talks.get(pk, ())),
            free_in=_free_in(state, pause_until, since or now, line, now=now),
            stays=((until or max(started_at + USUAL_DUTY, now + OVERTIME)) - now).total_seconds(),
        )
        for pk, state, started_at, until, pause_until, since in on_duty.values_list(
            "pk", "state", "started_at", "until", "pause_until", "state_since"
        )
    ]


def _free_in(state: str, pause_until: datetime | None, since: datetime, line: Line, *, now: datetime) -> float:
    if pause_until is not None and pause_until > now:
        return (pause_until - now).total_seconds()
    if state == DutySession.State.PAUSED:
        return max(60.0, (since + USUAL_BREAK - now).total_seconds())
    wrap_up = line.wrap_up_minutes * 60.0 if state == DutySession.State.WRAP_UP else 0.0
    return max(0.0, wrap_up - (now - since).total_seconds())


# Habits -------------------------------------------------------------------------------------------------------------
class Talk(NamedTuple):
    """A talk that has ended."""

    duty_id: int | None
    queued: datetime
    claimed: datetime
    ended: datetime


def habits_of(line: Line, *, waiting: Sequence[tuple[datetime, datetime]], now: datetime) -> Habits:
    """What has been usual on the line in the last hours; ``waiting``: when each joined, and their ranks. Three queries.

    Each figure is shrunk towards the line's rules or an assumption, so that an evening that begins is not a surprise.
    """
    recent = Contact.objects.filter(line=line, token_hash__isnull=False, ended_at__gte=now - LEARN_FROM)
    ended_by_people = (Contact.EndedBy.SEEKER, Contact.EndedBy.ANSWERER)
    talks = [
        Talk(duty_id, queued, claimed, ended)
        for duty_id, queued, claimed, ended in recent.filter(claimed_at__isnull=False, ended_by__in=ended_by_people)
        .order_by("-ended_at")
        .values_list("duty_id", "queued_at", "claimed_at", "ended_at")[:TALKS]
        if claimed is not None and ended is not None
    ]
    attempts = list(
        recent.order_by("-ended_at").values_list("queued_at", "rank_at", "claimed_at", "ended_at")[:ATTEMPTS]
    )
    log_mean, log_sd = _talk_lengths([(talk.ended - talk.claimed).total_seconds() for talk in talks], line)
    gap = _gap(talks, line)
    if line.pause_after_minutes:
        gap += line.pause_minutes * 60 * min(1.0, line.session_minutes / line.pause_after_minutes)
    joined = [row[:2] for row in attempts] + list(waiting)
    lately = [queued for queued, _rank in joined if queued >= now - JOINING_OVER]
    return Habits(
        talk_log_mean=log_mean,
        talk_log_sd=log_sd,
        gap=gap,
        leaving=_leaving(attempts, [queued for queued, _rank in waiting], now=now),
        newcomers=_newcomers(line, now=now),
        joins=len(lately) / JOINING_OVER.total_seconds(),
        head_starts=_head_starts(joined[-ATTEMPTS:]),
    )


def _talk_lengths(seconds: Sequence[float], line: Line) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of a talk's length. Those that ended at once are no talks."""
    logs = [log(length) for length in seconds if length >= 60]
    prior = log(line.session_minutes * 60) - TALK_SD**2 / 2
    mean = (sum(logs) + WEIGHT * prior) / (len(logs) + WEIGHT)
    squares = sum((one - mean) ** 2 for one in logs) + WEIGHT * TALK_SD**2
    return mean, sqrt(squares / (len(logs) + WEIGHT))


def _gap(talks: Sequence[Talk], line: Line) -> float:
    """From the end of a talk to the next claim of the same person, while somebody was waiting all the time."""
    usual = line.wrap_up_minutes * 60.0 + 45
    if line.parallel_limit > 1:
        return usual
    by_duty: dict[int | None, datetime] = {}
    gaps = []
    for talk in sorted(talks, key=lambda one: one.claimed):
        before = by_duty.get(talk.duty_id)
        if before is not None and talk.queued <= before <= talk.claimed < before + timedelta(minutes=30):
            gaps.append((talk.claimed - before).total_seconds())
        by_duty[talk.duty_id] = talk.ended
    return (sum(gaps) + WEIGHT * usual) / (len(gaps) + WEIGHT)


def _leaving(
    attempts: Sequence[tuple[datetime, datetime, datetime | None, datetime | None]],
    still: Sequence[datetime],
    *,
    now: datetime,
) -> float:
    """The share of the waiting people that leaves in a second: those who left over all the time waited."""
    left = sum(1 for _queued, _rank, claimed, _ended in attempts if claimed is None)
    waited = sum(((claimed or ended or queued) - queued).total_seconds() for queued, _rank, claimed, ended in attempts)
    waited += sum((now - queued).total_seconds() for queued in still)
    return (left + LEAVING_WEIGHT) / (max(0.0, waited) + LEAVING_WEIGHT * PATIENCE.total_seconds())


def _newcomers(line: Line, *, now: datetime) -> float:
    """People who come on duty in a second, from tonight: not those with whom the evening began."""
    began = list(
        DutySession.objects.filter(line=line, started_at__gte=now - timedelta(hours=12))
        .order_by("started_at")
        .values_list("started_at", flat=True)
    )
    if not began or now - began[0] <= FIRST_TEAM:
        return 0.0
    since = max(began[0] + FIRST_TEAM, now - COMING_OVER)
    return sum(1 for at in began if at > since) / max((now - since).total_seconds(), COMING_OVER.total_seconds() / 3)


def _head_starts(joined: Sequence[tuple[datetime, datetime]]) -> tuple[tuple[float, float], ...]:
    """The head starts that levels and return words have given, each with its share of those who joined."""
    if not joined:
        return ()
    counts: dict[float, int] = {}
    for queued, rank in joined:
        if (head_start := round((queued - rank).total_seconds() / 300) * 300.0) > 0:
            counts[head_start] = counts.get(head_start, 0) + 1
    return tuple((head_start, count / len(joined)) for head_start, count in sorted(counts.items()))
