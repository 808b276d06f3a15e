"""Promise R4: ten thousand claims at once while volunteers vanish: one volunteer per person, nobody is forgotten."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Final

import pytest
from django.db import connection, connections
from django.utils import timezone

from rinnalla.chat.models import Conversation, Message
from rinnalla.helpline import actions
from rinnalla.helpline.models import Contact, DutySession, Line, OpeningHours
from rinnalla.helpline.rules import Refused
from rinnalla.people.models import Centre, Membership, Person, Role

ATTEMPTS: Final = 10_000
ROUNDS: Final = 8
PEOPLE: Final = 200  # who come in each round
LIMIT: Final = 3
WINDOWS: Final = 2  # of each volunteer, both pressed


class Round:
    """Volunteers with two windows each press "take next", end conversations, and one of them is lost."""

    def __init__(self, line: Line, people: list[Person], chance: random.Random) -> None:
        self.line = line
        self.now = timezone.now()
        self.chance = chance
        self.duties = [actions.take_duty(line=line, actor=person, now=self.now) for person in people]
        for number in range(PEOPLE):
            actions.join_queue(line=line, language="fi", now=self.now + timedelta(milliseconds=number))

    def window(self, duty: DutySession, attempts: int, seed: int) -> tuple[Counter[str], int]:
        """What came of each press, and the most conversations the volunteer was ever seen in."""
        chance, mine, outcomes, most = random.Random(seed), list[Contact](), Counter[str](), 0
        try:
            for _ in range(attempts):
                try:
                    mine.append(actions.take_next(duty=duty, actor=duty.person, now=self.now))
                    outcomes["taken"] += 1
                    most = max(most, Contact.objects.filter(duty=duty, state=Contact.State.TALKING).count())
                except Refused as refused:
                    outcomes[str(refused.reason)] += 1
                if mine and chance.random() < 0.4:
                    # Whoever went back to the queue meanwhile is not theirs to end any more.
                    actions.end_contact(contact=mine.pop(0), actor=duty.person, now=self.now)
            return outcomes, most
        finally:
            connections.close_all()

    def lose(self, duty: DutySession) -> int:
        """The volunteer's browser is killed: the lease lapses and the clock finds it."""
        try:
            DutySession.objects.filter(pk=duty.pk).update(lease_until=self.now - timedelta(seconds=1))
            return actions.give_back(duty=duty, now=self.now)
        finally:
            connections.close_all()


@pytest.fixture
def line(transactional_db: None) -> Line:
    centre = Centre.objects.create(name="SOS-kriisikeskus", kind=Centre.Kind.SOS, town="Helsinki")
    line = Line.objects.create(
        slug="solmussa", channel="chat", centre=centre, parallel_limit=LIMIT, opens_with_people=False
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(line=line, weekday=day, opens=time(0), closes=time(0)) for day in range(7)
    )
    return line


def volunteers(line: Line, count: int) -> list[Person]:
    people = []
    for number in range(count):
        person = Person.objects.create_user(f"auttaja{number}@example.org", name=f"Auttaja {number}", duty_name="A")
        Membership.objects.create(person=person, centre=line.centre, role=Role.VOLUNTEER)
        people.append(person)
    return people


def faults() -> list[str]:
    """What is wrong in the database: someone with two volunteers, with none, or a volunteer with too many."""
    found = []
    talking = Counter(Contact.objects.filter(state=Contact.State.TALKING).values_list("duty_id", flat=True))
    for duty in DutySession.objects.all():
        count = talking.pop(duty.pk, 0)
        if duty.open_contacts != count or count > LIMIT or (count and duty.state == DutySession.State.ENDED):
            found.append(f"duty {duty.pk} ({duty.state}) says {duty.open_contacts}, talks with {count}")
    kinds: dict[object, list[str]] = {}
    for pk, kind in Message.objects.order_by("conversation", "seq").values_list("conversation_id", "kind"):
        kinds.setdefault(pk, []).append(kind)
    for conversation in Conversation.objects.select_related("contact__duty"):
        state, story = conversation.contact.state, kinds.get(conversation.pk, [])
        if story != story_of(state, story.count("lost")) or conversation.last_seq != len(story):
            found.append(f"a person {state}: {story}")
        on_duty = conversation.contact.duty
        if state == Contact.State.TALKING and (on_duty is None or conversation.answerer_id != on_duty.person_id):
            found.append(f"a person is talking with {on_duty}, the conversation is {conversation.answerer_id}'s")
        if state == Contact.State.WAITING and conversation.answerer_id is not None:
            found.append("a person waits, and the conversation has an answerer")
    return found


def story_of(state: str, times_lost: int) -> list[str]:
    """The lines of the service in a conversation, if one volunteer at a time was in it."""
    after: dict[str, list[str]] = {"waiting": [], "talking": ["joined"], "ended": ["joined", "ended"]}
    return ["joined", "lost"] * times_lost + after[state]


def everyone_is_heard(line: Line, person: Person, now: datetime) -> None:
    duty = actions.take_duty(line=line, actor=person, now=now)
    with suppress(Refused):
        while True:
            contact = actions.take_next(duty=duty, actor=person, now=now)
            actions.end_contact(contact=contact, actor=person, now=now)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_ten_thousand_claims_at_once_give_each_person_one_volunteer_and_forget_nobody(line: Line) -> None:
    # On SQLite as many at once as the service has threads for pages; it has one writer at a time anyway.
    count = 8 if connection.vendor == "postgresql" else 4
    people = volunteers(line, count)
    chance = random.Random(4)
    outcomes: Counter[str] = Counter()
    for _ in range(ROUNDS):
        turn = Round(line, people, chance)
        each = ATTEMPTS // (ROUNDS * count * WINDOWS) + 1
        with ThreadPoolExecutor(count * WINDOWS + 1) as pool:
            presses = [pool.submit(turn.window, duty, each, chance.randrange(10**6)) for duty in turn.duties * WINDOWS]
            lost = [pool.submit(turn.lose, duty) for duty in chance.sample(turn.duties, count // 4)]
            for press in presses:
                counted, most = press.result()
                outcomes += counted
                assert most <= LIMIT
            outcomes["given back"] += sum(gone.result() for gone in lost)
        assert faults() == []
        for duty in turn.duties:
            turn.lose(duty)
    everyone_is_heard(line, people[0], timezone.now())

    assert faults() == []
    assert set(Contact.objects.values_list("state", flat=True)) == {"ended"}
    assert Contact.objects.count() == ROUNDS * PEOPLE
    assert outcomes.total() - outcomes["given back"] >= ATTEMPTS
    assert min(outcomes["taken"], outcomes["limit"], outcomes["given back"]) > 0
