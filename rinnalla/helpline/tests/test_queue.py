"""The queue and the duty: who waits where, who is given to whom, and what happens when somebody vanishes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from rinnalla.audit.models import Entry
from rinnalla.helpline import actions
from rinnalla.helpline.models import Contact, DutySession, Line, OpeningHours
from rinnalla.helpline.queries import duty_of, places
from rinnalla.helpline.rules import (
    AWAY_AFTER,
    LEASE,
    DutyRefusal,
    EndDutyRefusal,
    JoinRefusal,
    NextRefusal,
    Refused,
)
from rinnalla.helpline.tests.conftest import MINUTE, SECOND, join, state_of, take_next, volunteer
from rinnalla.people.models import Centre, Membership, Person, Role


def duty_state(duty: DutySession) -> str:
    return DutySession.objects.get(pk=duty.pk).state


# Waiting ------------------------------------------------------------------------------------------------------------
def test_nobody_can_join_a_closed_line(line: Line, now: datetime) -> None:
    line.opening_hours.all().delete()
    with pytest.raises(Refused) as refused:
        join(line, now=now)
    assert refused.value.reason is JoinRefusal.CLOSED
    assert Contact.objects.count() == 0


def test_of_the_token_only_its_hash_is_stored(line: Line, now: datetime) -> None:
    contact, token = actions.join_queue(line=line, language="sv", now=now)
    stored = Contact.objects.get(pk=contact.pk)
    assert bytes(stored.token_hash or b"") == actions.token_hash(token)
    assert token.encode() not in bytes(stored.token_hash or b"")
    assert stored.language == "sv"


def test_people_are_taken_in_the_order_they_joined(line: Line, aino: Person, now: datetime) -> None:
    first, second = join(line, now=now - MINUTE), join(line, now=now)
    assert places(line.pk) == {first.pk: 1, second.pk: 2}
    actions.take_duty(line=line, actor=aino, now=now)
    assert take_next(aino, now=now).pk == first.pk
    assert places(line.pk) == {second.pk: 1}
    assert take_next(aino, now=now).pk == second.pk


def test_someone_who_leaves_the_queue_makes_room(line: Line, now: datetime) -> None:
    first, second = join(line, now=now - MINUTE), join(line, now=now)
    actions.leave(contact=first, now=now)
    actions.leave(contact=first, now=now)
    assert (state_of(first), first.ended_by) == ("ended", "seeker")
    assert places(line.pk) == {second.pk: 1}


def test_someone_whose_page_is_gone_leaves_the_queue_and_comes_back_to_the_old_place(
    line: Line, aino: Person, now: datetime
) -> None:
    first, second = join(line, now=now), join(line, now=now + SECOND)
    later = now + AWAY_AFTER + 2 * SECOND
    actions.keep_present(contact_ids=[second.pk], now=later)
    actions.sweep(now=later)
    assert (state_of(first), places(line.pk)) == ("away", {second.pk: 1})

    actions.keep_present(contact_ids=[first.pk], now=later + MINUTE)
    assert (state_of(first), places(line.pk)) == ("waiting", {first.pk: 1, second.pk: 2})


def test_someone_who_is_away_is_not_given_to_a_volunteer(line: Line, aino: Person, now: datetime) -> None:
    contact = join(line, now=now)
    later = now + AWAY_AFTER + SECOND
    actions.sweep(now=later)
    actions.take_duty(line=line, actor=aino, now=later)
    with pytest.raises(Refused) as refused:
        take_next(aino, now=later)
    assert refused.value.reason is NextRefusal.NOBODY
    assert state_of(contact) == "away"


def test_a_place_is_not_kept_for_ever(line: Line, now: datetime) -> None:
    gone, late = join(line, now=now), join(line, now=now)
    actions.sweep(now=now + AWAY_AFTER + SECOND)
    too_late = now + timedelta(minutes=line.place_hold_minutes) + SECOND
    newcomer = join(line, now=too_late - SECOND)
    actions.keep_present(contact_ids=[late.pk], now=too_late)
    actions.sweep(now=too_late)
    gone.refresh_from_db()
    assert (gone.state, gone.ended_by) == ("ended", "lost")
    assert places(line.pk) == {newcomer.pk: 1, late.pk: 2}


def test_presence_of_someone_who_has_left_brings_nobody_back(line: Line, now: datetime) -> None:
    contact = join(line, now=now)
    actions.leave(contact=contact, now=now)
    actions.keep_present(contact_ids=[contact.pk], now=now + MINUTE)
    assert state_of(contact) == "ended"


# Duty ---------------------------------------------------------------------------------------------------------------
def test_duty_is_refused_without_a_role_at_the_centre(line: Line, now: datetime) -> None:
    turku = Centre.objects.create(name="Turku", kind=Centre.Kind.LOCAL, town="Turku")
    timo = Person.objects.create_user("timo@example.org", name="Timo", duty_name="Timo")
    Membership.objects.create(person=timo, centre=turku, role=Role.VOLUNTEER)
    with pytest.raises(Refused) as refused:
        actions.take_duty(line=line, actor=timo, now=now)
    assert refused.value.reason is DutyRefusal.NO_ROLE


def test_one_person_has_one_duty_at_a_time(line: Line, aino: Person, now: datetime) -> None:
    actions.take_duty(line=line, actor=aino, now=now)
    with pytest.raises(Refused) as refused:
        actions.take_duty(line=line, actor=aino, now=now)
    assert refused.value.reason is DutyRefusal.ON_DUTY
    assert DutySession.objects.count() == 1


def test_the_next_is_refused_beyond_the_lines_limit(line: Line, aino: Person, now: datetime) -> None:
    for _ in range(3):
        join(line, now=now)
    actions.take_duty(line=line, actor=aino, now=now)
    take_next(aino, now=now)
    take_next(aino, now=now)
    with pytest.raises(Refused) as refused:
        take_next(aino, now=now)
    assert refused.value.reason is NextRefusal.LIMIT
    assert len(places(line.pk)) == 1


def test_the_next_is_refused_on_a_break(line: Line, aino: Person, now: datetime) -> None:
    join(line, now=now)
    duty = actions.take_duty(line=line, actor=aino, now=now)
    actions.set_duty_state(duty=duty, state="paused", now=now)
    with pytest.raises(Refused) as refused:
        take_next(aino, now=now)
    assert refused.value.reason is NextRefusal.PAUSED
    actions.set_duty_state(duty=duty, state="ready", now=now)
    take_next(aino, now=now)


def test_the_next_is_refused_on_a_duty_that_is_over_or_anothers(
    line: Line, aino: Person, eetu: Person, now: datetime
) -> None:
    contact = join(line, now=now)
    duty = actions.take_duty(line=line, actor=aino, now=now)
    for actor, at in ((eetu, now), (aino, now + LEASE + SECOND)):
        with pytest.raises(Refused) as refused:
            actions.take_next(duty=duty, actor=actor, now=at)
        assert refused.value.reason is NextRefusal.NOT_ON_DUTY
    actions.end_duty(duty=duty, actor=aino, now=now)
    with pytest.raises(Refused):
        actions.take_next(duty=duty, actor=aino, now=now)
    assert state_of(contact) == "waiting"


@pytest.mark.parametrize("state", ["talking", "wrap_up", "ended", "ready; drop table", ""])
def test_a_volunteer_can_only_say_ready_or_on_a_break(line: Line, aino: Person, now: datetime, state: str) -> None:
    duty = actions.take_duty(line=line, actor=aino, now=now)
    with pytest.raises(actions.IllegalMove):
        actions.set_duty_state(duty=duty, state=state, now=now)
    assert duty_state(duty) == "ready"


def test_a_break_waits_until_the_conversations_have_ended(line: Line, aino: Person, now: datetime) -> None:
    contact = join(line, now=now)
    duty = actions.take_duty(line=line, actor=aino, now=now)
    take_next(aino, now=now)
    with pytest.raises(actions.IllegalMove):
        actions.set_duty_state(duty=duty, state="paused", now=now)
    contact.refresh_from_db()
    actions.end_contact(contact=contact, actor=aino, now=now)
    assert actions.set_duty_state(duty=duty, state="paused", now=now).state == "paused"


def test_after_the_last_conversation_the_volunteer_wraps_up(line: Line, aino: Person, now: datetime) -> None:
    join(line, now=now)
    join(line, now=now)
    duty = actions.take_duty(line=line, actor=aino, now=now)
    first, second = take_next(aino, now=now), take_next(aino, now=now)
    actions.end_contact(contact=first, actor=aino, now=now)
    assert duty_state(duty) == "talking"
    actions.leave(contact=second, now=now)
    assert duty_state(duty) == "wrap_up"
    actions.end_contact(contact=first, actor=aino, now=now)  # pressed twice
    assert DutySession.objects.get(pk=duty.pk).open_contacts == 0
    ended = [(contact.state, contact.ended_by) for contact in Contact.objects.order_by("pk")]
    assert ended == [("ended", "answerer"), ("ended", "seeker")]


def test_a_duty_does_not_end_with_a_conversation_open(line: Line, aino: Person, now: datetime) -> None:
    join(line, now=now)
    duty = actions.take_duty(line=line, actor=aino, now=now)
    contact = take_next(aino, now=now)
    with pytest.raises(Refused) as refused:
        actions.end_duty(duty=duty, actor=aino, now=now)
    assert refused.value.reason is EndDutyRefusal.TALKING
    actions.end_contact(contact=contact, actor=aino, now=now)
    assert actions.end_duty(duty=duty, actor=aino, now=now).state == "ended"
    assert duty_of(aino.pk) is None


# A volunteer who vanishes -------------------------------------------------------------------------------------------
def test_those_who_lose_their_volunteer_are_first_in_the_queue_in_their_old_order(
    line: Line, aino: Person, eetu: Person, now: datetime
) -> None:
    first, second = join(line, now=now), join(line, now=now + SECOND)
    duty = actions.take_duty(line=line, actor=aino, now=now + SECOND)
    take_next(aino, now=now + SECOND)
    take_next(aino, now=now + SECOND)
    third = join(line, now=now + 2 * SECOND)

    gone = now + LEASE + 2 * SECOND
    actions.keep_present(contact_ids=[first.pk, second.pk, third.pk], now=gone)
    actions.sweep(now=gone)
    assert places(line.pk) == {first.pk: 1, second.pk: 2, third.pk: 3}
    assert duty_state(duty) == "ended"

    actions.take_duty(line=line, actor=eetu, now=gone)
    assert take_next(eetu, now=gone).pk == first.pk
    found = Contact.objects.get(pk=first.pk)
    assert (found.state, found.returned_at) == ("talking", None)


def test_a_renewed_lease_keeps_the_conversation(line: Line, aino: Person, now: datetime) -> None:
    join(line, now=now)
    duty = actions.take_duty(line=line, actor=aino, now=now)
    contact = take_next(aino, now=now)
    later = now + LEASE
    actions.renew_leases(person_ids=[aino.pk], now=later)
    actions.sweep(now=later + LEASE)
    assert (state_of(contact), duty_state(duty)) == ("talking", "talking")
    assert actions.give_back(duty=duty, now=later) == 0


def test_a_volunteer_who_was_lost_cannot_end_the_wait_of_those_who_went_back(
    line: Line, aino: Person, eetu: Person, now: datetime
) -> None:
    join(line, now=now)
    actions.take_duty(line=line, actor=aino, now=now)
    contact = take_next(aino, now=now)
    later = now + LEASE + SECOND
    actions.keep_present(contact_ids=[contact.pk], now=later)
    actions.sweep(now=later)
    actions.end_contact(contact=contact, actor=aino, now=later)  # pressed a moment before
    assert state_of(contact) == "waiting"
    actions.take_duty(line=line, actor=eetu, now=later)
    assert take_next(eetu, now=later).pk == contact.pk
    actions.end_contact(contact=contact, actor=aino, now=later)
    assert state_of(contact) == "talking"


def test_a_volunteer_who_was_lost_may_take_duty_again(line: Line, aino: Person, now: datetime) -> None:
    actions.take_duty(line=line, actor=aino, now=now)
    later = now + LEASE + SECOND
    actions.sweep(now=later)
    actions.take_duty(line=line, actor=aino, now=later)
    assert DutySession.objects.exclude(state="ended").count() == 1


# What remains -------------------------------------------------------------------------------------------------------
def test_each_step_of_a_duty_is_in_the_audit_log(line: Line, aino: Person, now: datetime) -> None:
    join(line, now=now)
    duty = actions.take_duty(line=line, actor=aino, now=now)
    contact = take_next(aino, now=now)
    actions.end_contact(contact=contact, actor=aino, now=now)
    actions.end_duty(duty=duty, actor=aino, now=now)
    entries = list(Entry.objects.order_by("seq").values_list("code", "actor", "subject", "centre"))
    me, centre = f"person:{aino.pk}", str(line.centre_id)
    assert entries == [
        ("helpline.duty_taken", me, f"duty:{duty.pk}", centre),
        ("helpline.claimed", me, f"contact:{contact.pk}", centre),
        ("helpline.ended", me, f"contact:{contact.pk}", centre),
        ("helpline.duty_ended", me, f"duty:{duty.pk}", centre),
    ]


@pytest.mark.django_db(transaction=True)
def test_many_volunteers_at_once_never_get_the_same_person() -> None:
    now = timezone.now()
    centre = Centre.objects.create(name="SOS-kriisikeskus", kind=Centre.Kind.SOS, town="Helsinki")
    line = Line.objects.create(
        slug="solmussa", channel="chat", centre=centre, parallel_limit=6, opens_with_people=False
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(line=line, weekday=day, opens=time(0), closes=time(0)) for day in range(7)
    )
    people = [volunteer(line, f"Auttaja{number}") for number in range(6)]
    waiting = [join(line, now=now + number * SECOND).pk for number in range(20)]
    for person in people:
        actions.take_duty(line=line, actor=person, now=now)

    def take_all(person: Person) -> list[int]:
        taken = []
        try:
            while True:
                taken.append(take_next(person, now=now).pk)
        except Refused:
            return taken
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(people)) as pool:
        taken = [pk for mine in pool.map(take_all, people) for pk in mine]
    assert sorted(taken) == waiting
    talks = dict(Contact.objects.values_list("pk", "duty__open_contacts"))
    assert all(talks[pk] for pk in waiting)
