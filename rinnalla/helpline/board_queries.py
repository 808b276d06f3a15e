"""What the shift lead's board shows: every line in numbers. The count of queries does not grow with people or waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.utils.translation import get_language

from rinnalla.helpline.board import HIGH, Light, Situation, light, servable
from rinnalla.helpline.following import ways_to_follow
from rinnalla.helpline.hours import LineState, opening_began, state_at, timetable_of
from rinnalla.helpline.hours_in_words import describe
from rinnalla.helpline.models import Contact, DutySession, Line, Pass
from rinnalla.helpline.offers import passed_by_all
from rinnalla.helpline.queries import text_of
from rinnalla.helpline.weight import PASS_HOLDS

LONG: Final = timedelta(minutes=5)
LOOKS_BACK: Final = (timedelta(minutes=15), timedelta(minutes=30))
WAITS: Final = (Contact.State.WAITING, Contact.State.AWAY)


@dataclass(frozen=True, slots=True)
class Trend:
    """A number now, a quarter of an hour ago and half an hour ago."""

    now: int
    quarter: int
    half: int

    @property
    def way(self) -> str:
        return "up" if self.now > self.quarter else "down" if self.now < self.quarter else "even"


@dataclass(frozen=True, slots=True)
class LevelCount:
    level: int
    waiting: int


@dataclass(frozen=True, slots=True)
class VolunteerRow:
    """Somebody on duty. ``heavy``: heavy conversations in this duty."""

    duty_id: int
    name: str
    state: str
    state_label: str
    since: datetime
    minutes: int
    until: datetime | None
    pause_until: datetime | None
    open_contacts: int
    heavy: int
    called_minutes: int | None  # since the unanswered call for the shift lead


@dataclass(frozen=True, slots=True)
class TalkRow:
    """A conversation that goes on. Nothing of what is said in it."""

    contact_id: int
    answerer: str
    since: datetime
    minutes: int
    over_time: bool
    heavy: bool
    level: int
    follow_url: str


@dataclass(frozen=True, slots=True)
class LineOnBoard:
    slug: str
    name: str
    is_open: bool
    opening_text: str
    lead_state: str  # what the shift lead has set for now, "" when nothing
    lead_label: str
    lead_cap: int | None
    lead_until: datetime | None
    light: Light
    waiting: Trend
    longest: Trend  # in whole minutes
    long_waiting: int
    levels: list[LevelCount]
    high_waiting: int
    left_by_all: int  # whom everybody on duty has left to another
    began: datetime
    served: int
    served_lately: int  # in the last half hour
    abandoned: int
    abandoned_lately: int
    abandoned_median: int | None  # minutes
    abandoned_longest: int | None
    on_duty: int
    free: int
    volunteers: list[VolunteerRow]
    by_state: list[tuple[str, str, int]]  # state, its name, how many
    talks: list[TalkRow]


@dataclass(slots=True)
class _Numbers:
    """One line's aggregates, summed over the levels."""

    waiting: int
    long_waiting: int
    served: int
    served_lately: int
    abandoned_lately: int
    was: tuple[int, int]
    since: datetime | None
    was_since: tuple[datetime | None, datetime | None]
    levels: list[LevelCount]
    high_since: datetime | None


def board_of(lines: QuerySet[Line], *, now: datetime) -> list[LineOnBoard]:
    """The board of ``lines``, in eight queries."""
    found = list(lines.prefetch_related("texts", "opening_hours", "exception_days"))
    began = {line.pk: opening_began(timetable_of(line), now) for line in found}
    numbers = _numbers(began, now=now)
    left = _waits_in_vain(began)
    duties, talks = _duties(found, now=now), _talks(found)
    ways = _ways(found, talks)
    return [
        _line(
            line,
            numbers[line.pk],
            left.get(line.pk, []),
            [duty for duty in duties if duty.line_id == line.pk],
            [talk for talk in talks if talk.line_id == line.pk],
            ways,
            began=began[line.pk],
            now=now,
        )
        for line in found
    ]


def _numbers(began: dict[int, datetime], *, now: datetime) -> dict[int, _Numbers]:
    """Line id → its numbers. One query: by line and level, over the contacts of the opening and those still waiting."""
    half = now - LOOKS_BACK[1]
    earliest = min([*began.values(), half], default=now)
    waits = Q(state=Contact.State.WAITING)
    counts: dict[str, Any] = {
        "now": Count("id", filter=waits),
        "since": Min("queued_at", filter=waits),
        "long": Count("id", filter=waits & Q(queued_at__lte=now - LONG)),
        "served_lately": Count("id", filter=Q(claimed_at__gte=half)),
        "left_lately": Count("id", filter=_IN_VAIN & Q(ended_at__gte=half)),
    }
    for number, back in enumerate(LOOKS_BACK):
        at = now - back
        waited = Q(queued_at__lte=at) & (
            Q(state__in=WAITS) | Q(claimed_at__gt=at) | Q(claimed_at=None, ended_at__gt=at)
        )
        counts[f"was_{number}"] = Count("id", filter=waited)
        counts[f"was_since_{number}"] = Min("queued_at", filter=waited)
    rows = (
        Contact.objects.filter(line_id__in=began)
        .filter(Q(state__in=(*WAITS, Contact.State.TALKING)) | Q(queued_at__gte=earliest) | Q(ended_at__gte=half))
        .values("line_id", "level")
        .annotate(
            **counts, **{f"served_{pk}": Count("id", filter=Q(line=pk, claimed_at__gte=at)) for pk, at in began.items()}
        )
        .order_by("line_id", "-level")
    )
    by_line: dict[int, list[Mapping[str, Any]]] = {pk: [] for pk in began}
    for row in rows:
        by_line[row["line_id"]].append(row)
    return {pk: _summed(pk, of) for pk, of in by_line.items()}


_IN_VAIN: Final = Q(
    state=Contact.State.ENDED, claimed_at=None, ended_by__in=(Contact.EndedBy.SEEKER, Contact.EndedBy.LOST)
)


def _summed(pk: int, rows: Sequence[Mapping[str, Any]]) -> _Numbers:
    def first(name: str, of: Iterable[Mapping[str, Any]]) -> datetime | None:
        return min((row[name] for row in of if row[name] is not None), default=None)

    def total(name: str) -> int:
        return sum(row[name] for row in rows)

    return _Numbers(
        waiting=total("now"),
        long_waiting=total("long"),
        served=total(f"served_{pk}"),
        served_lately=total("served_lately"),
        abandoned_lately=total("left_lately"),
        was=(total("was_0"), total("was_1")),
        since=first("since", rows),
        was_since=(first("was_since_0", rows), first("was_since_1", rows)),
        levels=[LevelCount(row["level"], row["now"]) for row in rows if row["now"]],
        high_since=first("since", (row for row in rows if row["level"] >= HIGH)),
    )


def _waits_in_vain(began: dict[int, datetime]) -> dict[int, list[timedelta]]:
    """Line id → how long those had waited who left during the opening before anybody answered."""
    waits: dict[int, list[timedelta]] = {}
    if began:
        this = Q(pk=None)
        for pk, at in began.items():
            this |= Q(line=pk, queued_at__gte=at - timedelta(hours=12), ended_at__gte=at)
        for line_id, queued_at, ended_at in Contact.objects.filter(_IN_VAIN, this).values_list(
            "line_id", "queued_at", "ended_at"
        ):
            if ended_at is not None:
                waits.setdefault(line_id, []).append(ended_at - queued_at)
    return waits


def _duties(lines: Sequence[Line], *, now: datetime) -> list[DutySession]:
    """Everybody on duty, with ``heavy``, how many of the duty's conversations were, and ``called_at``, an open call."""
    unanswered = Q(lead_calls__closed_at=None, lead_calls__answered_at=None)
    return list(
        DutySession.objects.filter(~Q(state=DutySession.State.ENDED), line__in=lines, lease_until__gte=now)
        .select_related("person")
        .annotate(
            heavy=Count("contacts", filter=Q(contacts__heavy=True), distinct=True),
            called_at=Min("lead_calls__called_at", filter=unanswered),
            passed=Exists(Pass.objects.filter(duty=OuterRef("pk"), at__gt=now - PASS_HOLDS)),
        )
        .order_by("person__duty_name", "pk")
    )


def _talks(lines: Sequence[Line]) -> list[Contact]:
    return list(
        Contact.objects.filter(state=Contact.State.TALKING, line__in=lines)
        .select_related("duty__person")
        .order_by(F("claimed_at").asc(nulls_last=True), "pk")
    )


def _ways(lines: Sequence[Line], talks: Sequence[Contact]) -> dict[int, str]:
    channel_of = {line.pk: line.channel for line in lines}
    ways: dict[int, str] = {}
    for channel in set(channel_of.values()):
        ways |= ways_to_follow(channel, [talk.pk for talk in talks if channel_of[talk.line_id] == channel])
    return ways


def _line(
    line: Line,
    numbers: _Numbers,
    in_vain: Sequence[timedelta],
    duties: Sequence[DutySession],
    talks: Sequence[Contact],
    ways: Mapping[int, str],
    *,
    began: datetime,
    now: datetime,
) -> LineOnBoard:
    timetable = timetable_of(line)
    state = state_at(timetable, now)
    holds = line.lead_until is None or line.lead_until > now
    free = sum(_is_free(duty, line, now=now) for duty in duties)
    states = [(value, str(name)) for value, name in DutySession.State.choices if value != DutySession.State.ENDED]
    return LineOnBoard(
        slug=line.slug,
        name=text_of(line, get_language() or "fi").name,
        is_open=state.is_open,
        opening_text=describe(state, now=now, time_zone=timetable.time_zone),
        lead_state=line.lead_state if holds else "",
        lead_label=line.get_lead_state_display(),
        lead_cap=line.lead_cap if holds else None,
        lead_until=line.lead_until if holds else None,
        light=light(_situation(line, state, numbers, duties, free=free, now=now)),
        waiting=Trend(numbers.waiting, *numbers.was),
        longest=Trend(
            _minutes(numbers.since, now),
            _minutes(numbers.was_since[0], now - LOOKS_BACK[0]),
            _minutes(numbers.was_since[1], now - LOOKS_BACK[1]),
        ),
        long_waiting=numbers.long_waiting,
        levels=numbers.levels,
        high_waiting=sum(level.waiting for level in numbers.levels if level.level >= HIGH),
        left_by_all=passed_by_all(line.pk, now=now).count() if _may_be_left(numbers, duties) else 0,
        began=began,
        served=numbers.served,
        served_lately=numbers.served_lately,
        abandoned=len(in_vain),
        abandoned_lately=numbers.abandoned_lately,
        abandoned_median=int(median(wait.total_seconds() for wait in in_vain) // 60) if in_vain else None,
        abandoned_longest=int(max(in_vain).total_seconds() // 60) if in_vain else None,
        on_duty=len(duties),
        free=free,
        volunteers=[_volunteer(duty, now=now) for duty in duties],
        by_state=[(value, name, sum(duty.state == value for duty in duties)) for value, name in states],
        talks=[_talk(talk, line, follow_url=ways.get(talk.pk, ""), now=now) for talk in talks],
    )


def _situation(
    line: Line, state: LineState, numbers: _Numbers, duties: Sequence[DutySession], *, free: int, now: datetime
) -> Situation:
    left = state.closes_at - now if state.closes_at else None if state.is_open else timedelta(0)
    calls = [called_at for duty in duties if (called_at := _called_at(duty))]
    return Situation(
        is_open=state.is_open,
        waiting=numbers.waiting,
        longest=now - numbers.since if numbers.since else timedelta(0),
        high_waiting=sum(level.waiting for level in numbers.levels if level.level >= HIGH),
        high_longest=now - numbers.high_since if numbers.high_since else timedelta(0),
        on_duty=len(duties),
        free=free,
        servable=servable(
            people=len(duties),
            parallel=line.parallel_limit,
            round_length=timedelta(minutes=line.session_minutes + line.wrap_up_minutes),
            left=left,
        ),
        calls=len(calls),
        oldest_call=now - min(calls) if calls else timedelta(0),
        yellow_after=timedelta(minutes=line.yellow_minutes),
        red_after=timedelta(minutes=line.red_minutes),
    )


def _may_be_left(numbers: _Numbers, duties: Sequence[DutySession]) -> bool:
    """Whether it is worth asking who has been left by everybody: only after a pass, so that most boards do not ask."""
    return bool(numbers.waiting) and any(getattr(duty, "passed", False) for duty in duties)


def _is_free(duty: DutySession, line: Line, *, now: datetime) -> bool:
    rests = duty.pause_until is not None and duty.pause_until > now
    return duty.state in (DutySession.State.READY, DutySession.State.TALKING) and (
        duty.open_contacts < line.parallel_limit and not rests
    )


def _volunteer(duty: DutySession, *, now: datetime) -> VolunteerRow:
    since = duty.state_since or duty.started_at
    return VolunteerRow(
        duty_id=duty.pk,
        name=duty.person.duty_name,
        state=duty.state,
        state_label=duty.get_state_display(),
        since=since,
        minutes=_minutes(since, now),
        until=duty.until,
        pause_until=duty.pause_until if duty.pause_until and duty.pause_until > now else None,
        open_contacts=duty.open_contacts,
        heavy=getattr(duty, "heavy", 0),
        called_minutes=_minutes(called_at, now) if (called_at := _called_at(duty)) else None,
    )


def _called_at(duty: DutySession) -> datetime | None:
    called_at: datetime | None = getattr(duty, "called_at", None)  # annotated by _duties
    return called_at


def _talk(contact: Contact, line: Line, *, follow_url: str, now: datetime) -> TalkRow:
    since = contact.claimed_at or contact.queued_at
    minutes = _minutes(since, now)
    return TalkRow(
        contact_id=contact.pk,
        answerer=contact.duty.person.duty_name if contact.duty else "",
        since=since,
        minutes=minutes,
        over_time=minutes > line.session_minutes,
        heavy=contact.heavy,
        level=contact.level,
        follow_url=follow_url,
    )


def _minutes(since: datetime | None, now: datetime) -> int:
    return max(0, int((now - since).total_seconds() // 60)) if since else 0
