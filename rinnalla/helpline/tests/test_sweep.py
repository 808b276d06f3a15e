"""What time does to those who wait and to those who answer, beyond the queue's own order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from rinnalla.helpline import actions
from rinnalla.helpline.actions import steps
from rinnalla.helpline.models import Contact, DutySession, Line, OpeningHours
from rinnalla.helpline.queries import places
from rinnalla.helpline.rules import CLOSED_FOR, LEASE
from rinnalla.helpline.tests.conftest import MINUTE, SECOND, join, state_of, take_next
from rinnalla.people.models import Centre, Membership, Person


def close(line: Line) -> None:
    """Closed since long before any moment of these tests."""
    line.opening_hours.all().delete()


def sent_home(contact: Contact) -> bool:
    contact.refresh_from_db()
    return (contact.state, contact.ended_by) == ("ended", "closed")


def test_those_who_wait_on_a_closed_line_without_a_volunteer_are_told(line: Line, now: datetime) -> None:
    here, away = join(line, now=now), join(line, now=now - 10 * MINUTE)
    actions.sweep(now=now)
    assert (state_of(here), state_of(away)) == ("waiting", "away")
    close(line)
    actions.sweep(now=now)
    assert (sent_home(here), sent_home(away)) == (True, True)


def test_those_who_wait_may_still_be_taken_while_someone_is_on_duty(line: Line, aino: Person, now: datetime) -> None:
    contact = join(line, now=now)
    duty = actions.take_duty(line=line, actor=aino, now=now)
    close(line)
    actions.sweep(now=now)
    assert state_of(contact) == "waiting"
    actions.end_duty(duty=duty, actor=aino, now=now)
    actions.sweep(now=now)
    assert sent_home(contact)


def test_nobody_is_told_at_once_when_the_clock_strikes(line: Line) -> None:
    line.opening_hours.update(opens=time(9), closes=time(21))
    closes = datetime(2026, 11, 24, 21, tzinfo=ZoneInfo(line.time_zone))
    contact = join(line, now=closes - MINUTE)
    for moment, told in ((closes + CLOSED_FOR - SECOND, False), (closes + CLOSED_FOR, True)):
        Contact.objects.update(seen_at=moment)
        actions.sweep(now=moment)
        assert sent_home(contact) is told


def test_someone_just_given_back_still_waits_when_the_line_has_closed(line: Line, aino: Person, now: datetime) -> None:
    join(line, now=now)
    actions.take_duty(line=line, actor=aino, now=now)
    contact = take_next(aino, now=now)
    close(line)
    lost = now + LEASE + SECOND
    Contact.objects.update(seen_at=lost)
    actions.sweep(now=lost)
    assert state_of(contact) == "waiting"
    later = lost + CLOSED_FOR + SECOND
    Contact.objects.update(seen_at=later)
    actions.sweep(now=later)
    assert sent_home(contact)


def test_a_volunteer_whose_role_is_taken_away_gives_the_person_back(line: Line, aino: Person, now: datetime) -> None:
    contact = join(line, now=now)
    duty = actions.take_duty(line=line, actor=aino, now=now)
    take_next(aino, now=now)
    Membership.objects.filter(person=aino).delete()
    later = now + LEASE + SECOND
    actions.keep_present(contact_ids=[contact.pk], now=later)
    actions.renew_leases(person_ids=[aino.pk], now=later)
    actions.sweep(now=later)
    assert DutySession.objects.get(pk=duty.pk).state == "ended"
    assert places(line.pk) == {contact.pk: 1}


def test_someone_who_came_back_at_the_last_moment_is_not_sent_away(line: Line, now: datetime) -> None:
    contact = join(line, now=now)
    late = now + timedelta(minutes=line.place_hold_minutes) + SECOND
    actions.sweep(now=late - 2 * SECOND)
    gone = Contact.objects.get(pk=contact.pk)
    assert gone.state == "away"
    actions.keep_present(contact_ids=[contact.pk], now=late)
    # What a sweep in another process does that had read the contact before it came back:
    assert not steps.end(gone, by=Contact.EndedBy.LOST, now=late, only=(Contact.State.AWAY,))
    assert state_of(contact) == "waiting"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer and no locked rows")
def test_presence_does_not_wait_for_a_contact_that_somebody_is_moving() -> None:
    now = timezone.now()
    centre = Centre.objects.create(name="SOS-kriisikeskus", kind=Centre.Kind.SOS, town="Helsinki")
    line = Line.objects.create(slug="solmussa", channel="chat", centre=centre, opens_with_people=False)
    OpeningHours.objects.bulk_create(
        OpeningHours(line=line, weekday=day, opens=time(0), closes=time(0)) for day in range(7)
    )
    held, free = join(line, now=now), join(line, now=now)

    def renew() -> None:
        try:
            actions.keep_present(contact_ids=[held.pk, free.pk], now=now + MINUTE)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Contact.objects.select_for_update().get(pk=held.pk)
        pool.submit(renew).result(timeout=5)
    assert [Contact.objects.get(pk=pk).seen_at for pk in (held.pk, free.pk)] == [now, now + MINUTE]
