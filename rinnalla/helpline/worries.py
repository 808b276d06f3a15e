"""What the pages show of worries, opened for those who may read them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from rinnalla.helpline.models import Contact, Worry, WorryStep
from rinnalla.helpline.worry_rules import MOVES, OPEN, words_place
from rinnalla.people.models import Person
from rinnalla.sealing.seal import KeyErased, ring


@dataclass(frozen=True, slots=True)
class StepView:
    label: str
    at: datetime
    by: str
    to: str
    words: str


@dataclass(frozen=True, slots=True)
class WorryView:
    """One worry with its timeline. ``may`` names the states that may follow."""

    id: uuid.UUID
    kind: str
    kind_label: str
    state: str
    state_label: str
    line: str
    is_open: bool
    raised_at: datetime
    taken_by: str
    taken_by_id: int | None
    hold_until: datetime | None
    may: frozenset[str]
    steps: list[StepView]


def waiting_worries(centre_ids: Collection[int]) -> int:
    """How many worries nobody has taken yet. One query."""
    return Worry.objects.filter(centre_id__in=centre_ids, state=Worry.State.RAISED).count()


def worries_of(contact: Contact, person: Person) -> list[WorryView]:
    """The worries that ``person`` raised about ``contact``, with the words of all steps."""
    found = Worry.objects.filter(contact=contact, raised_by=person).order_by("raised_at")
    return [worry_view(worry, with_words=True) for worry in found.select_related("contact__line", "taken_by")]


def worry_view(worry: Worry, *, with_words: bool) -> WorryView:
    """The worry for a page; its words only ``with_words``, which whoever asks has written into the audit log."""
    return WorryView(
        id=worry.pk,
        kind=worry.kind,
        kind_label=worry.get_kind_display(),
        state=worry.state,
        state_label=worry.get_state_display(),
        line=worry.contact.line.slug,
        is_open=worry.state in OPEN,
        raised_at=worry.raised_at,
        taken_by=worry.taken_by.name if worry.taken_by else "",
        taken_by_id=worry.taken_by_id,
        hold_until=worry.hold_until,
        may=frozenset(str(state) for state in MOVES[worry.state]),
        steps=[_step(worry, step, with_words=with_words) for step in worry.steps.select_related("by")],
    )


def _step(worry: Worry, step: WorryStep, *, with_words: bool) -> StepView:
    words = ""
    if with_words and step.words is not None:
        try:
            words = ring().get(worry.key_id).open(step.words, words_place(step.pk, step.by_id))
        except KeyErased:  # a moment ago; the rows follow
            words = ""
    return StepView(step.get_state_display(), step.at, step.by.name, step.get_to_display() if step.to else "", words)
