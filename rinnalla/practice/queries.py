"""What the pages of practice show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import get_language

from rinnalla.chat.transcript import Said, read
from rinnalla.helpline.access import LEADS
from rinnalla.helpline.models import Line
from rinnalla.helpline.queries import duty_of, text_of
from rinnalla.people.access import roles_of
from rinnalla.people.models import Person
from rinnalla.practice.access import practice_lines, visits_for
from rinnalla.practice.actions import place_of
from rinnalla.practice.models import Visit
from rinnalla.practice.moves import move_name
from rinnalla.practice.rules import mark_refusal
from rinnalla.practice.script import personas
from rinnalla.sealing.seal import CannotOpen, KeyErased, ring

SHOWN = 50  # visits on the list


@dataclass(frozen=True, slots=True)
class VisitorCard:
    slug: str
    name: str
    language: str
    audience: str
    level: int


@dataclass(frozen=True, slots=True)
class LineToPractise:
    slug: str
    name: str
    on_duty: bool


@dataclass(frozen=True, slots=True)
class VisitRow:
    url: str
    persona: str
    trainee: str
    called_at: datetime
    going_on: bool
    erased: bool
    mark: str
    mark_label: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Remark:
    by: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LineSaid:
    """One message of the practice, with what was heard in it and what a trainer says of it."""

    said: Said
    heard: list[str]
    remarks: list[Remark]


@dataclass(frozen=True, slots=True)
class Aim:
    text: str
    met: bool


@dataclass(frozen=True, slots=True)
class VisitView:
    id: int
    persona: str
    about: str
    trainee: str
    called_at: datetime
    going_on: bool
    erased: bool
    mark: str
    mark_label: str
    marked_by: str
    marked_at: datetime | None
    lines: list[LineSaid]
    whole: list[Remark]
    aims: list[Aim]
    may_train: bool
    why_not: str


def visitors() -> list[VisitorCard]:
    """All personas, in the reader's language first."""
    language = get_language() or "fi"
    cards = [VisitorCard(slug, one.name, one.language, one.audience, one.level) for slug, one in personas().items()]
    return sorted(cards, key=lambda card: (card.language != language, card.language != "fi", card.name))


def lines_to_practise(person: Person) -> list[LineToPractise]:
    duty = duty_of(person.pk)
    return [
        LineToPractise(line.slug, name_of(line), duty is not None and duty.line_id == line.pk)
        for line in practice_lines(person)
    ]


def name_of(line: Line) -> str:
    return text_of(line, get_language() or "fi").name


def visit_rows(person: Person) -> list[VisitRow]:
    """The newest visits that ``person`` may see (three queries)."""
    return [
        VisitRow(
            url=reverse("practice_visit", args=[visit.pk]),
            persona=personas()[visit.persona].name if visit.persona in personas() else visit.persona,
            trainee=visit.trainee.name if visit.trainee else "",
            called_at=visit.called_at,
            going_on=visit.conversation.open,
            erased=visit.conversation.key_id is None,
            mark=visit.mark,
            mark_label=visit.get_mark_display(),
            mine=visit.trainee_id == person.pk,
        )
        for visit in visits_for(person)[:SHOWN]
    ]


def visit_view(visit: Visit, person: Person) -> VisitView:
    """One practice. While it goes on nothing of it is shown here: the desk shows it."""
    talk, script = visit.conversation, personas().get(visit.persona)
    remarks = _remarks(visit)
    said = [] if talk.open else read(talk.pk, talk.key_id)
    heard = {move for moves in visit.heard.values() for move in moves}
    trains = roles_of(person).has(talk.contact.line.centre_id, *LEADS)
    refusal = mark_refusal(visit, trainer_id=person.pk) if trains else None
    return VisitView(
        id=visit.pk,
        persona=script.name if script else visit.persona,
        about=script.about if script else "",
        trainee=visit.trainee.name if visit.trainee else "",
        called_at=visit.called_at,
        going_on=talk.open,
        erased=talk.key_id is None,
        mark=visit.mark,
        mark_label=visit.get_mark_display(),
        marked_by=visit.marked_by.name if visit.marked_by else "",
        marked_at=visit.marked_at,
        lines=[
            LineSaid(one, [move_name(move) for move in visit.heard.get(str(one.seq), [])], remarks.get(one.seq, []))
            for one in said
        ],
        whole=remarks.get(0, []),
        aims=[Aim(text, move in heard) for move, text in script.aims.items()] if script else [],
        may_train=trains and refusal is None,
        why_not=str(refusal.label) if refusal else "",
    )


def _remarks(visit: Visit) -> dict[int, list[Remark]]:
    key_id = visit.conversation.key_id
    if key_id is None or visit.conversation.open:
        return {}
    found: dict[int, list[Remark]] = {}
    try:
        key = ring().get(key_id)
        for one in visit.comments.select_related("by"):
            found.setdefault(one.seq, []).append(
                Remark(one.by.name, key.open(one.body, place_of(one.pk, visit)), one.at)
            )
    except (KeyErased, CannotOpen):
        return {}
    return found
