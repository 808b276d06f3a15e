"""Fair weight in the queue: heavy contacts, leaving to another, breaks, staying."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rinnalla.audit.models import Entry
from rinnalla.helpline import actions
from rinnalla.helpline.board_queries import board_of
from rinnalla.helpline.models import Contact, DutySession, Line, Pass
from rinnalla.helpline.offers import heavy_loads, offer_refusal, passed_by_all
from rinnalla.helpline.queries import duty_of
from rinnalla.helpline.rules import NextRefusal, Refused, StayRefusal
from rinnalla.helpline.tests.conftest import MINUTE, SECOND, join, take_next, volunteer
from rinnalla.helpline.weight import PASS_HOLDS, SPARES_AT_MOST, HeavyLoad
from rinnalla.people.models import Membership, Person, Role


def join_at(line: Line, level: int, *, now: datetime) -> Contact:
    contact = join(line, now=now)
    Contact.objects.filter(pk=contact.pk).update(level=level)
    return contact


def on_duty(line: Line, person: Person, *, now: datetime) -> DutySession:
    return actions.take_duty(line=line, actor=person, now=now)


def has_had_a_heavy_one(line: Line, person: Person, *, now: datetime) -> None:
    """Ended a moment before ``now``."""
    contact = join(line, now=now - 2 * SECOND)
    taken = take_next(person, now=now - 2 * SECOND)
    assert taken.pk == contact.pk
    actions.mark_heavy(contact=taken, heavy=True, actor=person, now=now - SECOND)
    actions.end_contact(contact=taken, actor=person, now=now - SECOND)


def renew(*people: Person, now: datetime) -> None:
    DutySession.objects.filter(person__in=people).update(lease_until=now + MINUTE)


def refusal(person: Person, *, now: datetime) -> str:
    with pytest.raises(Refused) as refused:
        take_next(person, now=now)
    return str(refused.value.reason)


# Heavy --------------------------------------------------------------------------------------------------------------
def test_only_the_answerer_marks_a_contact_heavy_and_the_log_tells_it(
    line: Line, aino: Person, eetu: Person, now: datetime
) -> None:
    on_duty(line, aino, now=now)
    join(line, now=now)
    contact = take_next(aino, now=now)
    assert not actions.mark_heavy(contact=contact, heavy=True, actor=eetu, now=now)
    assert actions.mark_heavy(contact=contact, heavy=True, actor=aino, now=now)
    assert not actions.mark_heavy(contact=contact, heavy=True, actor=aino, now=now)
    assert Contact.objects.get(pk=contact.pk).heavy
    assert actions.mark_heavy(contact=contact, heavy=False, actor=aino, now=now)
    assert not Contact.objects.get(pk=contact.pk).heavy
    codes = Entry.objects.filter(subject=f"contact:{contact.pk}").order_by("seq").values_list("code", flat=True)
    assert list(codes) == ["helpline.claimed", "helpline.marked_heavy", "helpline.marked_not_heavy"]


def test_what_somebody_carries_is_counted_this_evening_and_in_thirty_days(
    line: Line, aino: Person, eetu: Person, now: datetime
) -> None:
    on_duty(line, aino, now=now)
    for ago in (0, 9, 24 * 29, 24 * 31):
        join(line, now=now)
        contact = take_next(aino, now=now)
        actions.mark_heavy(contact=contact, heavy=True, actor=aino, now=now)
        actions.end_contact(contact=contact, actor=aino, now=now)
        Contact.objects.filter(pk=contact.pk).update(claimed_at=now - timedelta(hours=ago))
    loads = heavy_loads([aino.pk, eetu.pk], now=now)
    assert loads == {aino.pk: HeavyLoad(1, 3, now), eetu.pk: HeavyLoad()}


def test_the_one_who_cools_down_gets_the_next_light_one_and_the_other_the_heavy_one(
    line: Line, aino: Person, eetu: Person, now: datetime
) -> None:
    on_duty(line, aino, now=now)
    has_had_a_heavy_one(line, aino, now=now)
    on_duty(line, eetu, now=now)
    heavy, light = join_at(line, 3, now=now), join_at(line, 0, now=now + SECOND)
    assert take_next(aino, now=now + SECOND).pk == light.pk
    assert refusal(aino, now=now + SECOND) == NextRefusal.SPARED
    assert take_next(eetu, now=now + SECOND).pk == heavy.pk


def test_nobody_else_there_means_being_asked_and_never_being_skipped(line: Line, aino: Person, now: datetime) -> None:
    on_duty(line, aino, now=now)
    has_had_a_heavy_one(line, aino, now=now)
    heavy = join_at(line, 3, now=now)
    join_at(line, 0, now=now + SECOND)
    assert refusal(aino, now=now + SECOND) == NextRefusal.MAY_BE_HEAVY
    duty = duty_of(aino.pk)
    assert duty is not None
    taken = actions.take_next(duty=duty, actor=aino, now=now + SECOND, also_heavy=True)
    assert taken.pk == heavy.pk


@pytest.mark.parametrize("how", ["paused", "lease", "pause_due", "heavy", "passed"])
def test_another_who_could_not_take_the_heavy_one_does_not_count(
    line: Line, aino: Person, eetu: Person, now: datetime, how: str
) -> None:
    on_duty(line, aino, now=now)
    has_had_a_heavy_one(line, aino, now=now)
    other = on_duty(line, eetu, now=now)
    if how == "heavy":
        has_had_a_heavy_one(line, eetu, now=now)
    heavy = join_at(line, 3, now=now)
    if how == "paused":
        actions.set_duty_state(duty=other, state="paused", now=now)
    elif how == "lease":
        DutySession.objects.filter(pk=other.pk).update(lease_until=now - SECOND)
    elif how == "pause_due":
        DutySession.objects.filter(pk=other.pk).update(pause_until=now + MINUTE)
    elif how == "passed":
        Pass.objects.create(duty=other, contact=heavy, at=now)
    assert refusal(aino, now=now + SECOND) == NextRefusal.MAY_BE_HEAVY


def test_whoever_has_waited_long_is_offered_although_others_could(
    line: Line, aino: Person, eetu: Person, now: datetime
) -> None:
    on_duty(line, aino, now=now)
    has_had_a_heavy_one(line, aino, now=now)
    on_duty(line, eetu, now=now)
    join_at(line, 3, now=now)
    just_before, then = now + SPARES_AT_MOST - SECOND, now + SPARES_AT_MOST
    renew(aino, eetu, now=then)
    assert refusal(aino, now=just_before) == NextRefusal.SPARED
    assert refusal(aino, now=then) == NextRefusal.MAY_BE_HEAVY


def test_the_common_claim_costs_one_query_more_than_without_fair_weight(
    line: Line, aino: Person, now: datetime
) -> None:
    duty = on_duty(line, aino, now=now)
    counts = []
    for heavy_level in (0, 3):
        Line.objects.update(heavy_level=heavy_level)
        join(line, now=now)
        with CaptureQueriesContext(connection) as queries:  # how many in all differs between databases
            contact = actions.take_next(duty=duty, actor=aino, now=now)
        counts.append(len(queries))
        actions.end_contact(contact=contact, actor=aino, now=now)
    assert counts[1] - counts[0] == 1


# Leaving to another -------------------------------------------------------------------------------------------------
def test_whoever_is_left_to_another_keeps_the_place_and_comes_to_the_other(
    line: Line, aino: Person, eetu: Person, now: datetime
) -> None:
    mine = on_duty(line, aino, now=now)
    on_duty(line, eetu, now=now)
    first, second = join(line, now=now), join(line, now=now + SECOND)
    before = Contact.objects.filter(pk=first.pk).values().get()
    actions.pass_next(duty=mine, actor=aino, now=now + SECOND)
    assert Contact.objects.filter(pk=first.pk).values().get() == before
    assert take_next(aino, now=now + SECOND).pk == second.pk
    assert take_next(eetu, now=now + SECOND).pk == first.pk


def test_a_pass_lapses_so_that_nobody_is_forgotten(line: Line, aino: Person, now: datetime) -> None:
    mine = on_duty(line, aino, now=now)
    contact = join(line, now=now)
    actions.pass_next(duty=mine, actor=aino, now=now)
    assert refusal(aino, now=now + SECOND) == NextRefusal.PASSED
    assert list(passed_by_all(line.pk, now=now + SECOND)) == [contact]
    then = now + PASS_HOLDS
    renew(aino, now=then)
    assert list(passed_by_all(line.pk, now=then)) == []
    assert take_next(aino, now=then).pk == contact.pk


def test_the_hint_to_the_lead_needs_a_pass_of_everybody_who_answers(
    line: Line, aino: Person, eetu: Person, now: datetime
) -> None:
    contact = join(line, now=now)
    assert list(passed_by_all(line.pk, now=now)) == []
    mine, other = on_duty(line, aino, now=now), on_duty(line, eetu, now=now)
    actions.pass_next(duty=mine, actor=aino, now=now)
    assert list(passed_by_all(line.pk, now=now)) == []
    actions.set_duty_state(duty=other, state="paused", now=now)
    assert list(passed_by_all(line.pk, now=now)) == [contact]
    actions.set_duty_state(duty=other, state="ready", now=now)
    actions.pass_next(duty=other, actor=eetu, now=now)
    assert list(passed_by_all(line.pk, now=now)) == [contact]


def test_nobody_passes_for_another_or_when_nobody_waits(line: Line, aino: Person, eetu: Person, now: datetime) -> None:
    mine = on_duty(line, aino, now=now)
    for actor, reason in ((eetu, NextRefusal.NOT_ON_DUTY), (aino, NextRefusal.NOBODY)):
        with pytest.raises(Refused) as refused:
            actions.pass_next(duty=mine, actor=actor, now=now)
        assert refused.value.reason == reason
    join(line, now=now)
    actions.set_duty_state(duty=mine, state="paused", now=now)
    with pytest.raises(Refused) as refused:
        actions.pass_next(duty=mine, actor=aino, now=now)
    assert refused.value.reason == NextRefusal.PAUSED
    assert Pass.objects.count() == 0


# Breaks -------------------------------------------------------------------------------------------------------------
def talk_for(line: Line, person: Person, minutes: int, *, now: datetime) -> datetime:
    join(line, now=now)
    contact = take_next(person, now=now)
    then = now + minutes * MINUTE
    renew(person, now=then)
    actions.end_contact(contact=contact, actor=person, now=then)
    return then


def test_a_break_is_due_when_one_has_talked_as_long_as_the_line_lets(line: Line, aino: Person, now: datetime) -> None:
    on_duty(line, aino, now=now)
    then = talk_for(line, aino, 60, now=now)
    assert DutySession.objects.get().pause_until is None
    then = talk_for(line, aino, 60, now=then)
    assert DutySession.objects.get().pause_until == then + 10 * MINUTE
    join(line, now=then)
    assert refusal(aino, now=then + 9 * MINUTE) == NextRefusal.NOT_ON_DUTY
    renew(aino, now=then + 10 * MINUTE)
    assert refusal(aino, now=then + 9 * MINUTE) == NextRefusal.PAUSE_DUE
    assert take_next(aino, now=then + 10 * MINUTE).state == Contact.State.TALKING
    # Counted anew from the end of the break.
    talk_for(line, aino, 60, now=then + 10 * MINUTE)
    assert DutySession.objects.get().pause_until == then + 10 * MINUTE


def test_a_break_of_ones_own_counts_if_it_is_long_enough(line: Line, aino: Person, now: datetime) -> None:
    on_duty(line, aino, now=now)
    for rest, due in ((10, False), (9, True)):
        duty = DutySession.objects.get()
        DutySession.objects.update(rested_at=None, started_at=now, pause_until=None)
        then = talk_for(line, aino, 100, now=now)
        actions.set_duty_state(duty=duty, state="paused", now=then)
        back = then + rest * MINUTE
        actions.set_duty_state(duty=duty, state="ready", now=back)
        renew(aino, now=back)
        now = talk_for(line, aino, 30, now=back)
        assert (DutySession.objects.get().pause_until is not None) == due, rest


def test_only_the_lead_of_the_line_lifts_a_break(line: Line, aino: Person, eetu: Person, now: datetime) -> None:
    on_duty(line, aino, now=now)
    then = talk_for(line, aino, 120, now=now)
    duty = DutySession.objects.get()
    assert not actions.lift_pause(duty=duty, actor=eetu, now=then)
    assert not actions.lift_pause(duty=duty, actor=aino, now=then)
    lead = volunteer(line, "Liisa")
    Membership.objects.create(person=lead, centre=line.centre, role=Role.SHIFT_LEAD)
    assert actions.lift_pause(duty=duty, actor=lead, now=then)
    assert not actions.lift_pause(duty=duty, actor=lead, now=then)
    join(line, now=then)
    assert take_next(aino, now=then).state == Contact.State.TALKING
    assert Entry.objects.filter(code="helpline.pause_lifted", actor=f"person:{lead.pk}").count() == 1


# Staying ------------------------------------------------------------------------------------------------------------
def test_until_when_one_stays_is_told_with_the_duty_and_changed_later(
    line: Line, aino: Person, eetu: Person, now: datetime
) -> None:
    duty = actions.take_duty(line=line, actor=aino, now=now, until=now + 90 * MINUTE)
    assert DutySession.objects.get().until == now + 90 * MINUTE
    actions.set_until(duty=duty, until=now + 30 * MINUTE, actor=aino, now=now)
    assert DutySession.objects.get().until == now + 30 * MINUTE
    for actor, until, reason in (
        (eetu, now + 60 * MINUTE, NextRefusal.NOT_ON_DUTY),
        (aino, now - MINUTE, StayRefusal.NOT_THEN),
        (aino, now + timedelta(days=2), StayRefusal.NOT_THEN),
    ):
        with pytest.raises(Refused) as refused:
            actions.set_until(duty=duty, until=until, actor=actor, now=now)
        assert refused.value.reason == reason
    with pytest.raises(Refused):
        actions.take_duty(line=line, actor=eetu, now=now, until=now - MINUTE)
    assert DutySession.objects.get().until == now + 30 * MINUTE


def test_the_offer_on_the_page_is_what_the_press_gives(line: Line, aino: Person, now: datetime) -> None:
    duty = on_duty(line, aino, now=now)
    assert offer_refusal(duty, now=now) == NextRefusal.NOBODY
    join(line, now=now)
    assert offer_refusal(duty, now=now) is None
    actions.pass_next(duty=duty, actor=aino, now=now)
    assert offer_refusal(duty, now=now) == NextRefusal.PASSED


def test_the_board_says_when_everybody_has_left_somebody_to_another(line: Line, aino: Person, now: datetime) -> None:
    mine = on_duty(line, aino, now=now)
    join(line, now=now)
    assert [shown.left_by_all for shown in board_of(Line.objects.all(), now=now)] == [0]
    actions.pass_next(duty=mine, actor=aino, now=now)
    assert [shown.left_by_all for shown in board_of(Line.objects.all(), now=now)] == [1]
