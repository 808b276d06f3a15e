"""A practice line that is always open, a trainee on duty on it, and a trainer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import DutySession, Line, LineText, OpeningHours
from rinnalla.people.models import Centre, Person, Role
from rinnalla.people.tests.cast import person
from rinnalla.practice import actions
from rinnalla.practice.models import Visit


@dataclass
class Room:
    line: Line
    aino: Person  # the trainee
    lauri: Person  # shift lead: a trainer
    duty: DutySession
    now: datetime

    def pass_time(self, seconds: float = 1, *, beats: int = 1) -> None:
        """Let time go by in beats, with everybody's pages open."""
        for _ in range(beats):
            self.now += timedelta(seconds=seconds)
            helpline.renew_leases(person_ids=[self.aino.pk], now=self.now)
            actions.go_on(self.now)

    def call(self, persona: str = "lumi") -> Visit:
        return actions.call_in(line=self.line, persona=persona, actor=self.aino, now=self.now)


@pytest.fixture
def room(db: None) -> Room:
    centre = Centre.objects.create(name="SOS-kriisikeskus", kind=Centre.Kind.SOS, town="Helsinki")
    line = Line.objects.create(slug="harjoitus", channel="chat", centre=centre, practice=True, parallel_limit=2)
    LineText.objects.create(line=line, language="fi", name="Harjoitus", summary="s", about="a", rules="b")
    OpeningHours.objects.bulk_create(
        OpeningHours(line=line, weekday=day, opens=time(0), closes=time(0)) for day in range(7)
    )
    aino, lauri = person("Aino", (centre, Role.VOLUNTEER)), person("Lauri", (centre, Role.SHIFT_LEAD))
    now = timezone.now()
    return Room(line, aino, lauri, helpline.take_duty(line=line, actor=aino, now=now), now)
