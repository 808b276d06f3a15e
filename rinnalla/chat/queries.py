"""What the pages of the chat show, read into frozen views in the reader's language."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from rinnalla.chat.access import lines_for, public_lines
from rinnalla.chat.actions import role_told
from rinnalla.chat.models import Conversation
from rinnalla.chat.timeframe import TimeFrame, steps_left, time_of
from rinnalla.chat.transcript import Said, read
from rinnalla.chat.visiting import PRESENT
from rinnalla.chat.wait_views import present_wait, queue_lately, range_text
from rinnalla.helpline.desk_weight import DeskWeight, desk_weight
from rinnalla.helpline.levels import Level, QueueNow, level_named, queue_now
from rinnalla.helpline.models import Block, Contact, DutySession, Line
from rinnalla.helpline.opening import Opening, opening_of, openings
from rinnalla.helpline.queries import Load, duty_of, loads, notices_of, place_of, text_of
from rinnalla.people.models import Person


# Lines --------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class OpeningView:
    """``shut``: a helpline.rules.JoinRefusal, or None; ``wait``: a sentence on the present wait, or nothing."""

    is_open: bool
    text: str
    shut: str | None
    wait: str
    waiting: int


@dataclass(frozen=True, slots=True)
class LineCard:
    """A line on the first page."""

    name: str
    summary: str
    ages: str
    is_open: bool
    hours_text: str
    url: str
    wait: str


@dataclass(frozen=True, slots=True)
class LineView:
    """What a line tells of itself. The long texts are plain text in paragraphs."""

    slug: str
    name: str
    summary: str
    ages: str
    about: str
    who_answers: str
    rules: str
    confidentiality: str
    other_help: str
    session_minutes: int
    retention_hours: int


def line_cards(*, now: datetime) -> list[LineCard]:
    """All lines, those that are open first: five queries, and those of the waits where somebody is on duty."""
    cards = []
    lines = list(public_lines())
    found = openings(lines, now=now)
    for line in lines:
        text, opening = text_of(line, _language()), found[line.pk]
        cards.append(
            LineCard(
                name=text.name,
                summary=text.summary,
                ages=ages_of(line),
                is_open=opening.is_open,
                hours_text=opening.told,
                url=reverse("line", args=[line.slug]),
                wait=present_wait(line, opening, now=now),
            )
        )
    return sorted(cards, key=lambda card: not card.is_open)


def line_view(line: Line) -> LineView:
    text = text_of(line, _language())
    return LineView(
        slug=line.slug,
        name=text.name,
        summary=text.summary,
        ages=ages_of(line),
        about=text.about,
        who_answers=text.who_answers,
        rules=text.rules,
        confidentiality=text.confidentiality,
        other_help=text.other_help,
        session_minutes=line.session_minutes,
        retention_hours=line.retention_hours,
    )


def opening_view(line: Line, *, now: datetime) -> OpeningView:
    """The line's opening as its page tells it, with a warning of the present wait."""
    found = opening_of(line, now=now)
    return OpeningView(found.is_open, found.told, found.shut, present_wait(line, found, now=now), found.waiting)


def ages_of(line: Line) -> str:
    """Whom the line is for, by age; empty when it is for everybody."""
    match line.youngest, line.oldest:
        case None, None:
            return ""
        case youngest, None:
            return gettext("aged {youngest} or over").format(youngest=youngest)
        case None, oldest:
            return gettext("aged {oldest} or under").format(oldest=oldest)
        case youngest, oldest:
            return gettext("aged {youngest}–{oldest}").format(youngest=youngest, oldest=oldest)


# The help-seeker's visit --------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class VisitView:
    """Where the help-seeker stands: ``state`` is "waiting", "away", "talking" or "ended"."""

    state: str
    line_name: str
    place: int | None
    waiting: int | None
    low: int | None  # the range of the wait, in seconds
    high: int | None
    hope: bool | None  # probably reached before the line closes
    wait_text: str
    answerer_name: str | None
    answerer_role: str | None
    time: TimeFrame
    minutes_left: int | None  # while somebody talks with the person
    is_ending: bool
    session_minutes: int
    retention_hours: int
    ended_by: str
    come_back_at: datetime | None  # set when a block asks the person to stay away until then
    is_erased: bool
    seq: int
    next_id: uuid.UUID

    @property
    def is_queued(self) -> bool:
        return self.state in (Contact.State.WAITING, Contact.State.AWAY)


def visit_view(visit: Conversation, *, now: datetime) -> VisitView:
    contact, line, answerer = visit.contact, visit.contact.line, visit.answerer
    standing = place_of(contact) if contact.state == Contact.State.WAITING else None
    wait = queue_lately(line, now=now).forecast.of(standing[0]) if standing else None
    role = answerer and role_told(answerer, line.centre_id)
    time, now, talking = time_of(visit), timezone.now(), contact.state == Contact.State.TALKING
    return VisitView(
        state=contact.state,
        line_name=text_of(line, _language()).name,
        place=standing[0] if standing else None,
        waiting=standing[1] if standing else None,
        low=wait.low if wait else None,
        high=wait.high if wait else None,
        hope=wait.hope if wait else None,
        wait_text=range_text(wait) if wait else "",
        answerer_name=answerer.duty_name if answerer else None,
        answerer_role=role_name(role) if role else None,
        time=time,
        minutes_left=time.left(now=now) if talking else None,
        is_ending=talking and time.is_ending(now=now),
        session_minutes=time.minutes,
        retention_hours=line.retention_hours,
        ended_by=contact.ended_by,
        come_back_at=_come_back_at(contact),
        is_erased=visit.key_id is None,
        seq=visit.last_seq,
        next_id=uuid.uuid4(),
    )


def _come_back_at(contact: Contact) -> datetime | None:
    if contact.ended_by != Contact.EndedBy.BLOCKED:
        return None
    return Block.objects.filter(contact=contact, lifted_at=None).values_list("until", flat=True).first()


def role_name(role: str) -> str:
    """What a help-seeker is told of who answers (chat.rules.shown_role)."""
    return gettext("volunteer") if role == "volunteer" else gettext("crisis worker")


def notices_for_seeker(visit: Conversation, *, now: datetime) -> list[str]:
    """What the shift lead tells everybody who waits, in the reader's language."""
    return [notice.text_in(_language()) for notice in notices_of(visit.contact.line_id, now=now)]


def messages_for_seeker(visit: Conversation) -> list[Said]:
    return read(visit.pk, visit.key_id)


# The desk -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DutyView:
    line_name: str
    line_slug: str
    state: str
    state_label: str
    since: datetime
    open_contacts: int
    limit: int
    moved_by: str  # the shift lead who moved the person to this line or will, for a while
    moves_to: str


@dataclass(frozen=True, slots=True)
class LineLoad:
    """A line as the desk sees it: open or not, who waits, who is on duty."""

    slug: str
    name: str
    is_open: bool
    opening_text: str
    waiting: int
    longest_wait_minutes: int | None
    on_duty: int


@dataclass(frozen=True, slots=True)
class TalkView:
    """One conversation of a volunteer. ``there``: the help-seeker's page is open now."""

    id: uuid.UUID
    line_name: str
    since: datetime
    there: bool
    url: str
    time: TimeFrame
    is_ending: bool
    more_steps: list[int]
    session_minutes: int
    retention_hours: int
    open: bool
    ended_by: str
    level: Level


@dataclass(frozen=True, slots=True)
class Desk:
    """The duty page of one person."""

    duty: DutyView | None
    lines: list[LineLoad]
    conversations: list[TalkView]
    queue: QueueNow | None
    can_take_next: bool
    why_not: str
    weight: DeskWeight


def desk_of(person: Person, *, now: datetime) -> Desk:
    """What ``person`` sees of the lines, the queue and their own duty."""
    lines = list(lines_for(person))
    load, found = loads(lines, now=now), openings(lines, now=now)
    duty = duty_of(person.pk)
    load_of_mine = load.get(duty.line_id) if duty else None
    weight = desk_weight(duty, waiting=load_of_mine.waiting if load_of_mine else 0, now=now)
    return Desk(
        duty=_duty_view(duty, next((line for line in lines if line.pk == duty.line_id), duty.line)) if duty else None,
        lines=[_line_load(line, load[line.pk], found[line.pk], now=now) for line in lines],
        conversations=_talks_of(duty, now=now) if duty else [],
        queue=queue_now(duty, now=now) if duty else None,
        can_take_next=weight.may_take,
        why_not=weight.why_not,
        weight=weight,
    )


def talk_view(conversation: Conversation, *, now: datetime) -> TalkView:
    contact, line, time = conversation.contact, conversation.contact.line, time_of(conversation)
    return TalkView(
        id=conversation.pk,
        line_name=text_of(line, _language()).name,
        since=time.since,
        there=contact.seen_at >= now - PRESENT,
        url=reverse("conversation", args=[conversation.pk]),
        time=time,
        is_ending=time.is_ending(now=now),
        more_steps=steps_left(conversation),
        session_minutes=time.minutes,
        retention_hours=line.retention_hours,
        open=conversation.open,
        ended_by=contact.ended_by,
        level=level_named(contact.level),
    )


def messages_for_answerer(conversation: Conversation) -> Sequence[Said]:
    """The messages while the conversation goes on; none of them after its end."""
    return read(conversation.pk, conversation.key_id) if conversation.open else []


def _duty_view(duty: DutySession, line: Line) -> DutyView:
    return DutyView(
        line_name=text_of(line, _language()).name,
        line_slug=line.slug,
        state=duty.state,
        state_label=duty.get_state_display(),
        since=duty.started_at,
        open_contacts=duty.open_contacts,
        limit=line.parallel_limit,
        moved_by=duty.moved_by.duty_name if duty.moved_by else "",
        moves_to=text_of(duty.moves_to, _language()).name if duty.moves_to else "",
    )


def _line_load(line: Line, load: Load, opening: Opening, *, now: datetime) -> LineLoad:
    since = load.waiting_since
    return LineLoad(
        slug=line.slug,
        name=text_of(line, _language()).name,
        is_open=opening.is_open,
        opening_text=opening.told,
        waiting=load.waiting,
        longest_wait_minutes=max(0, int((now - since).total_seconds() // 60)) if since else None,
        on_duty=load.on_duty,
    )


def _talks_of(duty: DutySession, *, now: datetime) -> list[TalkView]:
    talks = (
        Conversation.objects.filter(open=True, contact__duty=duty, contact__state=Contact.State.TALKING)
        .select_related("contact__line")
        .prefetch_related("contact__line__texts")
        .order_by("contact__claimed_at", "contact_id")
    )
    return [talk_view(talk, now=now) for talk in talks]


def _language() -> str:
    return get_language() or "fi"
