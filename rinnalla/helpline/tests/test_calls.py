"""Calls for the shift lead: who hears them, who comes, and when they are over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connections
from django.http import Http404
from django.utils import timezone

from rinnalla.audit.models import Entry
from rinnalla.helpline import actions
from rinnalla.helpline.access import calls_for, get_call_for
from rinnalla.helpline.models import Contact, DutySession, LeadCall, Line
from rinnalla.helpline.rules import LEASE, CallRefusal, NextRefusal, Refused
from rinnalla.helpline.tests.conftest import MINUTE, join, take_next, volunteer
from rinnalla.people.models import Centre, Membership, Person, Role


def lead(line: Line, name: str) -> Person:
    person = volunteer(line, name)
    Membership.objects.filter(person=person).update(role=Role.SHIFT_LEAD)
    return person


@pytest.fixture
def duty(line: Line, aino: Person, now: datetime) -> DutySession:
    return actions.take_duty(line=line, actor=aino, now=now)


def call(duty: DutySession, *, now: datetime, contact: Contact | None = None) -> LeadCall:
    return actions.call_lead(duty=duty, contact=contact, actor=duty.person, now=now)


def test_a_call_reaches_the_leads_of_the_centre_and_nobody_else(line: Line, duty: DutySession, now: datetime) -> None:
    tuomas, eetu = lead(line, "Tuomas"), volunteer(line, "Eetu")
    elsewhere = Person.objects.create_user("tuula@example.org", name="Tuula", duty_name="Tuula")
    turku = Centre.objects.create(name="Turun kriisikeskus", kind=Centre.Kind.LOCAL, town="Turku")
    Membership.objects.create(person=elsewhere, centre=turku, role=Role.SHIFT_LEAD)
    made = call(duty, now=now)
    assert list(calls_for(tuomas)) == [made]
    assert list(calls_for(eetu)) == list(calls_for(elsewhere)) == []
    assert get_call_for(tuomas, made.pk) == made
    for stranger in (eetu, elsewhere):
        with pytest.raises(Http404):
            get_call_for(stranger, made.pk)


def test_a_lead_on_duty_does_not_see_their_own_call(line: Line, now: datetime) -> None:
    tuomas = lead(line, "Tuomas")
    call(actions.take_duty(line=line, actor=tuomas, now=now), now=now)
    assert list(calls_for(tuomas)) == []


def test_calling_twice_is_one_call_which_may_then_name_the_conversation(
    line: Line, duty: DutySession, aino: Person, now: datetime
) -> None:
    first = call(duty, now=now)
    join(line, now=now)
    contact = take_next(aino, now=now)
    second = call(duty, now=now + MINUTE, contact=contact)
    assert (second.pk, second.called_at, second.contact_id) == (first.pk, now, contact.pk)
    assert Entry.objects.filter(code="helpline.lead_called").count() == 1


def test_only_who_is_on_duty_calls(duty: DutySession, eetu: Person, aino: Person, now: datetime) -> None:
    with pytest.raises(Refused) as refused:
        actions.call_lead(duty=duty, contact=None, actor=eetu, now=now)
    assert refused.value.reason is NextRefusal.NOT_ON_DUTY
    actions.end_duty(duty=duty, actor=aino, now=now)
    with pytest.raises(Refused):
        call(duty, now=now)
    assert not LeadCall.objects.exists()


def test_the_first_lead_who_answers_is_the_one_who_comes(line: Line, duty: DutySession, now: datetime) -> None:
    tuomas, kaisa = lead(line, "Tuomas"), lead(line, "Kaisa")
    made = call(duty, now=now)
    actions.answer_call(call=made, actor=tuomas, now=now + MINUTE)
    actions.answer_call(call=made, actor=tuomas, now=now + 2 * MINUTE)
    with pytest.raises(Refused) as refused:
        actions.answer_call(call=LeadCall.objects.get(), actor=kaisa, now=now + MINUTE)
    assert refused.value.reason is CallRefusal.ANSWERED
    stored = LeadCall.objects.get()
    assert (stored.answered_by, stored.answered_at) == (tuomas, now + MINUTE)
    assert Entry.objects.filter(code="helpline.call_answered").count() == 1


def test_a_call_that_is_over_is_not_answered(line: Line, duty: DutySession, aino: Person, now: datetime) -> None:
    made = call(duty, now=now)
    actions.close_call(call=made, actor=aino, now=now)
    with pytest.raises(Refused) as refused:
        actions.answer_call(call=made, actor=lead(line, "Tuomas"), now=now)
    assert refused.value.reason is CallRefusal.CLOSED
    assert call(duty, now=now + MINUTE).pk != made.pk


def test_a_call_is_over_when_the_duty_is(line: Line, duty: DutySession, aino: Person, now: datetime) -> None:
    call(duty, now=now)
    actions.give_back(duty=duty, now=now + LEASE + MINUTE)
    assert LeadCall.objects.get().closed_at == now + LEASE + MINUTE


@pytest.mark.django_db(transaction=True)
def test_of_leads_who_answer_at_once_one_comes(line: Line) -> None:
    now = timezone.now()
    duty = actions.take_duty(line=line, actor=volunteer(line, "Aino"), now=now)
    leads = [lead(line, name) for name in ("Tuomas", "Kaisa", "Niko", "Liisa")]
    made = call(duty, now=now)

    def answer(who: Person) -> bool:
        try:
            actions.answer_call(call=LeadCall.objects.select_related("duty__line").get(pk=made.pk), actor=who, now=now)
        except Refused:
            return False
        else:
            return True
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(leads)) as pool:
        came = list(pool.map(answer, leads))
    assert came.count(True) == 1
    assert LeadCall.objects.get().answered_by == leads[came.index(True)]
