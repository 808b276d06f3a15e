"""A line that is always open, its people, and the steps that tests of the queue take again and again."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from rinnalla.helpline import actions
from rinnalla.helpline.models import Contact, Line, OpeningHours
from rinnalla.helpline.queries import duty_of
from rinnalla.people.models import Centre, Membership, Person, Role

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def line(db: None) -> Line:
    """Always open; two conversations at a time."""
    centre = Centre.objects.create(name="SOS-kriisikeskus", kind=Centre.Kind.SOS, town="Helsinki")
    made = Line.objects.create(slug="sekasin", channel="chat", centre=centre, parallel_limit=2, opens_with_people=False)
    OpeningHours.objects.bulk_create(
        OpeningHours(line=made, weekday=day, opens=time(0), closes=time(0)) for day in range(7)
    )
    return made


@pytest.fixture
def now(db: None) -> datetime:
    return timezone.now()


@pytest.fixture
def aino(line: Line) -> Person:
    return volunteer(line, "Aino")


@pytest.fixture
def eetu(line: Line) -> Person:
    return volunteer(line, "Eetu")


def volunteer(line: Line, name: str) -> Person:
    person = Person.objects.create_user(f"{name.lower()}@example.org", name=name, duty_name=name)
    Membership.objects.create(person=person, centre=line.centre, role=Role.VOLUNTEER)
    return person


def join(line: Line, *, now: datetime) -> Contact:
    return actions.join_queue(line=line, language="fi", now=now)[0]


def take_next(person: Person, *, now: datetime) -> Contact:
    duty = duty_of(person.pk)
    assert duty is not None
    return actions.take_next(duty=duty, actor=person, now=now)


def state_of(contact: Contact) -> str:
    return Contact.objects.get(pk=contact.pk).state
