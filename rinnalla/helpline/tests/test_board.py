"""The shift lead's board: its figures, who may see it, and that it stays cheap."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from rinnalla.helpline import actions
from rinnalla.helpline.board_queries import LevelCount, LineOnBoard, Trend, board_of
from rinnalla.helpline.models import Contact, DutySession, Line
from rinnalla.helpline.tests.conftest import MINUTE, join, take_next, volunteer
from rinnalla.people.models import Centre, Person, Role
from rinnalla.people.tests.cast import person, sign_in

PART = {"HX-Request": "true"}


def board_at(line: Line, now: datetime) -> LineOnBoard:
    [found] = board_of(Line.objects.filter(pk=line.pk), now=now)
    return found


def of(centre: Centre, name: str, role: Role) -> Client:
    return sign_in(Client(), person(name, (centre, role)))


def wait_since(line: Line, since: datetime, *, level: int = 0) -> Contact:
    contact = join(line, now=since)
    Contact.objects.filter(pk=contact.pk).update(level=level)
    return contact


def test_the_board_counts_who_waits_and_how_long(line: Line, now: datetime) -> None:
    for minutes, level in ((1, 0), (20, 0), (40, 3), (5, 3)):
        wait_since(line, now - minutes * MINUTE, level=level)
    found = board_at(line, now)
    assert found.waiting == Trend(now=4, quarter=2, half=1)
    assert found.longest == Trend(now=40, quarter=25, half=10)
    assert (found.long_waiting, found.high_waiting) == (3, 2)
    assert found.levels == [LevelCount(3, 2), LevelCount(0, 2)]


def test_the_board_tells_what_became_of_the_others(line: Line, aino: Person, now: datetime) -> None:
    began = board_at(line, now).began
    now = began + timedelta(hours=2)
    for waited in (2, 10, 30):
        contact = wait_since(line, now - (waited + 1) * MINUTE)
        actions.leave(contact=contact, now=now - MINUTE)
    contact = wait_since(line, now - 10 * MINUTE)
    actions.take_duty(line=line, actor=aino, now=now - 9 * MINUTE)
    take_next(aino, now=now - 9 * MINUTE)
    old = wait_since(line, began - timedelta(hours=30))
    actions.leave(contact=old, now=began - timedelta(hours=29))
    found = board_at(line, now)
    assert (found.served, found.served_lately) == (1, 1)
    assert (found.abandoned, found.abandoned_lately) == (3, 3)
    assert (found.abandoned_median, found.abandoned_longest) == (10, 30)


def test_the_board_shows_people_by_state_and_their_conversations(
    line: Line, aino: Person, eetu: Person, now: datetime
) -> None:
    wait_since(line, now - 60 * MINUTE, level=3)
    start = now - 50 * MINUTE
    duty = actions.take_duty(line=line, actor=aino, now=start)
    contact = take_next(aino, now=start)
    Contact.objects.filter(pk=contact.pk).update(heavy=True)
    DutySession.objects.filter(pk=duty.pk).update(lease_until=now + MINUTE)
    break_of = actions.take_duty(line=line, actor=eetu, now=now)
    actions.set_duty_state(duty=break_of, state="paused", now=now)
    found = board_at(line, now)
    assert [(row.name, row.state, row.minutes, row.heavy) for row in found.volunteers] == [
        ("Aino", "talking", 50, 1),
        ("Eetu", "paused", 0, 0),
    ]
    assert [(state, count) for state, _, count in found.by_state] == [
        ("ready", 0),
        ("talking", 1),
        ("wrap_up", 0),
        ("paused", 1),
    ]
    [talk] = found.talks
    assert (talk.answerer, talk.minutes, talk.over_time, talk.heavy, talk.level) == ("Aino", 50, True, True, 3)
    assert (found.on_duty, found.free) == (2, 1)  # Aino may have two at a time


@pytest.mark.parametrize("role", [Role.SHIFT_LEAD, Role.COORDINATOR, Role.ADMIN])
def test_those_who_lead_see_the_board(line: Line, role: Role) -> None:
    client = of(line.centre, "Lauri", role)
    page = client.get("/staff/board/")
    assert [shown.slug for shown in page.context["lines"]] == ["sekasin"]
    assert "/staff/board/" in [item["url"] for item in page.context["nav"]]


def test_a_volunteer_finds_no_board_and_a_lead_only_their_own_centres_lines(line: Line) -> None:
    assert of(line.centre, "Veikko", Role.VOLUNTEER).get("/staff/board/").status_code == 404
    turku = Centre.objects.create(name="Turku", kind=Centre.Kind.LOCAL, town="Turku")
    page = of(turku, "Tuula", Role.ADMIN).get("/staff/board/")
    assert (page.status_code, page.context["lines"]) == (200, [])


def test_a_practice_line_is_not_on_the_board(line: Line) -> None:
    Line.objects.update(practice=True)
    assert of(line.centre, "Lauri", Role.SHIFT_LEAD).get("/staff/board/").context["lines"] == []


def test_the_wall_has_nothing_to_press_and_the_part_comes_alone(line: Line) -> None:
    client = of(line.centre, "Lauri", Role.SHIFT_LEAD)
    wall = client.get("/staff/board/?wall=1", headers=PART).content.decode()
    assert wall.strip().startswith('<div id="board"')
    assert "<button" not in wall
    assert "<a " not in wall


@pytest.mark.parametrize("people", [1, 3, 100])
def test_the_board_takes_as_many_queries_for_a_hundred_volunteers_as_for_one(
    line: Line, now: datetime, people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # session, account, second factor; roles; lines with texts, hours, exceptions; numbers, waits in vain, people,
    # conversations; menu
    client = of(line.centre, "Lauri", Role.SHIFT_LEAD)
    for number in range(people):
        join(line, now=now)
        someone = volunteer(line, f"Vapaaehtoinen{number}")
        actions.take_duty(line=line, actor=someone, now=timezone.now())
        take_next(someone, now=timezone.now())
    DutySession.objects.update(lease_until=timezone.now() + MINUTE)
    client.get("/staff/board/")
    with django_assert_num_queries(14):
        [shown] = client.get("/staff/board/").context["lines"]
    assert (len(shown.volunteers), len(shown.talks)) == (people, people)
