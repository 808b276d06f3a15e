"""The demo worlds: a centre at a chosen moment, built through the same actions that people use.

A world is seeded: the same name and moment give the same people waiting for the same time. Only lines are rows written
here directly, as they have no page of their own yet (lines.py).
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction

from rinnalla.audit import actions as audit
from rinnalla.audit.models import Entry
from rinnalla.chat import actions as chat
from rinnalla.chat.models import Conversation, Message
from rinnalla.demo.cast import Cast, assemble
from rinnalla.demo.lines import PLANS, open_line
from rinnalla.demo.phrases import give_canned_texts
from rinnalla.demo.rules import POPULATED
from rinnalla.demo.stories import AWKWARD, answer_to, story_of
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, DutySession, Line
from rinnalla.people.models import Centre, Person

CONVERSATIONS: Final = uuid.UUID("6f3f1a52-6a1c-4d0e-9c0b-2f1f4c1c7d10")  # namespace of the made-up messages' ids


@dataclass(frozen=True)
class Shift:
    """Someone of the cast on duty: on which line, and in how many conversations."""

    person: str
    line: str
    talking: int = 0


@dataclass(frozen=True)
class World:
    """``waiting``: line → how many wait there. ``longest``: the longest of those waits, in minutes."""

    name: str
    shifts: tuple[Shift, ...]
    waiting: dict[str, int] = field(default_factory=dict, hash=False)
    longest: int = 0
    ended: int = 0  # conversations of the same day that are over


WORLDS: Final = {
    world.name: world
    for world in (
        World("quiet", (Shift("eetu", "solmussa"),), ended=2),
        World(
            "busy",
            (Shift("aino", "sekasin", talking=2), Shift("helmi", "solmussa", talking=1)),
            {"sekasin": 8, "solmussa": 2},
            longest=75,
            ended=4,
        ),
        World("night", (Shift("noora", "sekasin", talking=1),), {"sekasin": 22, "solmussa": 3}, longest=170, ended=3),
    )
}


class NotEmpty(Exception):
    """The database holds something already: a demo world is built only into an empty one."""


@transaction.atomic
def populate(*, world: World, now: datetime) -> Entry:
    """Build ``world`` as it is at ``now``; the entry that marks the database as a demo. Raises NotEmpty."""
    if Entry.objects.exists() or Centre.objects.exists() or Person.objects.exists() or Line.objects.exists():
        raise NotEmpty
    chance = random.Random(world.name)
    cast = assemble(now=now)
    lines = {
        plan.slug: open_line(plan, centre=cast.centres["sos"], moment=now, now=now - timedelta(days=30))
        for plan in PLANS
    }
    for line in lines.values():
        give_canned_texts(line, actor=cast.people["kerttu"], now=now)
    evening = _Evening(cast, lines, chance, now)
    evening.plan(world)
    evening.live()
    return audit.record(
        code=POPULATED, actor="console", subject="centre:demo", now=now,
        details={
            "world": world.name,
            "contacts": sorted(contact.pk for contact in evening.contacts),
            "duties": sorted(duty.pk for duty in evening.duties.values()),
        },
    )  # fmt: skip


class _Evening:
    """Collects what happens before the chosen moment and then lets it happen in the order of time."""

    def __init__(self, cast: Cast, lines: dict[str, Line], chance: random.Random, moment: datetime) -> None:
        self.cast, self.lines, self.chance, self.moment = cast, lines, chance, moment
        self.contacts: list[Contact] = []
        self.duties: dict[str, DutySession] = {}
        self._happenings: list[tuple[datetime, Callable[[datetime], object]]] = []

    def plan(self, world: World) -> None:
        longest = max(world.longest, 40)
        for number, shift in enumerate(world.shifts):
            self._at(longest + 45 - number, partial(self._take_duty, shift))
            for talk in range(shift.talking):
                # They joined before everybody who still waits, so the queue is in order.
                self._at(longest + 9 - 3 * talk, partial(self._join, shift.line))
                self._at(22 - 9 * talk, partial(self._talk, shift, talk))
        for number in range(world.ended):
            shift = world.shifts[number % len(world.shifts)]
            self._at(longest + 40 - 5 * number, partial(self._be_done, shift))
        for line, waiting in world.waiting.items():
            minutes = [longest, *sorted((self.chance.uniform(1, longest) for _ in range(waiting - 1)), reverse=True)]
            for ago in minutes[:waiting]:
                self._at(ago, partial(self._join, line))

    def live(self) -> None:
        for now, happen in sorted(self._happenings, key=lambda happening: happening[0]):
            happen(now)
        here = [contact.pk for contact in self.contacts]
        helpline.keep_present(contact_ids=here, now=self.moment)
        helpline.renew_leases(person_ids=[duty.person_id for duty in self.duties.values()], now=self.moment)

    def _at(self, minutes_ago: float, happen: Callable[[datetime], object]) -> None:
        self._happenings.append((self.moment - timedelta(minutes=minutes_ago), happen))

    def _join(self, line: str, now: datetime) -> Contact:
        language = self.chance.choices(["fi", "sv", "en"], weights=[12, 1, 1])[0]
        contact, _token = helpline.join_queue(line=self.lines[line], language=language, now=now)
        self.contacts.append(contact)
        return contact

    def _take_duty(self, shift: Shift, now: datetime) -> None:
        person, line = self.cast.people[shift.person], self.lines[shift.line]
        self.duties[shift.person] = helpline.take_duty(line=line, actor=person, now=now)

    def _talk(self, shift: Shift, talk: int, now: datetime) -> None:
        """Take the next person and talk a while. The first conversation of all holds awkward texts."""
        contact = self._take_next(shift, now)
        lines = story_of(contact.pk, language=contact.language, slug=shift.line)[: 3 + talk]
        if talk == 0 and shift.person in ("aino", "noora"):
            lines = (lines[0], *AWKWARD)
        self._converse(contact, self.cast.people[shift.person], lines, now=now)

    def _be_done(self, shift: Shift, now: datetime) -> None:
        """One conversation that began and ended before: both sides said a little, then the person left."""
        joined = self._join(shift.line, now)
        contact = self._take_next(shift, now + timedelta(seconds=5))
        assert contact.pk == joined.pk
        story = story_of(contact.pk, language=contact.language, slug=shift.line)
        self._converse(contact, self.cast.people[shift.person], (story[0], story[-1]), now=now + timedelta(seconds=10))
        helpline.leave(contact=contact, now=now + timedelta(minutes=4))
        duty = DutySession.objects.get(pk=self.duties[shift.person].pk)
        helpline.set_duty_state(duty=duty, state=DutySession.State.READY, now=now + timedelta(minutes=5))

    def _take_next(self, shift: Shift, now: datetime) -> Contact:
        person = self.cast.people[shift.person]
        helpline.renew_leases(person_ids=[person.pk], now=now)
        return helpline.take_next(duty=self.duties[shift.person], actor=person, now=now)

    def _converse(self, contact: Contact, answerer: Person, lines: tuple[str, ...], *, now: datetime) -> None:
        """``lines`` of the help-seeker, each but the last answered; about half a minute from one to the next."""
        conversation = Conversation.objects.get(contact=contact)
        for number, line in enumerate(lines):
            now += timedelta(seconds=self.chance.randint(9, 25))
            _say(conversation, line, number, author=Message.Author.SEEKER, actor=None, now=now)
            if number < len(lines) - 1:
                now += timedelta(seconds=self.chance.randint(10, 30))
                answer = answer_to(number, language=contact.language)
                _say(conversation, answer, number, author=Message.Author.ANSWERER, actor=answerer, now=now)


def _say(
    conversation: Conversation, text: str, number: int, *, author: Message.Author, actor: Person | None, now: datetime
) -> None:
    client_id = uuid.uuid5(CONVERSATIONS, f"{conversation.pk} {author} {number}")
    chat.say(conversation=conversation, client_id=client_id, text=text, author=author, actor=actor, now=now)
