"""Who is let in: by the table, by the people, by the shift lead and by the cap, and what the page then says."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from rinnalla.helpline import actions
from rinnalla.helpline.models import Line
from rinnalla.helpline.opening import opening_of
from rinnalla.helpline.rules import JoinRefusal, Refused
from rinnalla.helpline.tests.conftest import MINUTE, join
from rinnalla.people.models import Person


def set_up(line: Line, **rules: object) -> Line:
    Line.objects.filter(pk=line.pk).update(**rules)
    line.refresh_from_db()
    return line


def shut(line: Line, now: datetime) -> str | None:
    return opening_of(Line.objects.get(pk=line.pk), now=now).shut


def test_nobody_on_duty_means_closed_within_hours_and_somebody_means_open(
    line: Line, aino: Person, now: datetime
) -> None:
    set_up(line, opens_with_people=True)
    assert shut(line, now) is JoinRefusal.NOBODY
    with pytest.raises(Refused) as refused:
        join(line, now=now)
    assert refused.value.reason is JoinRefusal.NOBODY
    actions.take_duty(line=line, actor=aino, now=now)
    assert shut(line, now) is None
    assert join(line, now=now).pk


def test_somebody_whose_lease_has_lapsed_is_not_on_duty(line: Line, aino: Person, now: datetime) -> None:
    set_up(line, opens_with_people=True)
    actions.take_duty(line=line, actor=aino, now=now)
    assert shut(line, now + MINUTE) is JoinRefusal.NOBODY


def test_people_on_duty_do_not_open_a_line_that_its_table_has_closed(line: Line, aino: Person, now: datetime) -> None:
    line.opening_hours.all().delete()
    actions.take_duty(line=line, actor=aino, now=now)
    assert shut(line, now) is JoinRefusal.CLOSED


def test_a_lead_opens_a_line_outside_its_table_until_the_moment_given(line: Line, now: datetime) -> None:
    line.opening_hours.all().delete()
    set_up(line, lead_state=Line.LeadState.OPEN, lead_until=now + 30 * MINUTE)
    assert shut(line, now) is None
    assert shut(line, now + 30 * MINUTE) is JoinRefusal.CLOSED


@pytest.mark.parametrize(
    ("state", "reason"),
    [(Line.LeadState.PAUSED, JoinRefusal.PAUSED), (Line.LeadState.CLOSED, JoinRefusal.LEAD_CLOSED)],
)
def test_what_a_lead_has_shut_opens_by_itself(line: Line, now: datetime, state: str, reason: str) -> None:
    set_up(line, lead_state=state, lead_until=now + 30 * MINUTE)
    assert shut(line, now) == reason
    assert shut(line, now + 30 * MINUTE) is None


def test_a_full_queue_lets_nobody_in_until_somebody_leaves(line: Line, now: datetime) -> None:
    set_up(line, queue_cap=2)
    first = join(line, now=now)
    join(line, now=now)
    with pytest.raises(Refused) as refused:
        join(line, now=now)
    assert refused.value.reason is JoinRefusal.FULL
    actions.leave(contact=first, now=now)
    assert join(line, now=now).pk


def test_the_leads_cap_comes_before_the_lines_own_while_it_holds(line: Line, now: datetime) -> None:
    set_up(line, queue_cap=5, lead_cap=1, lead_until=now + 30 * MINUTE)
    join(line, now=now)
    assert shut(line, now) is JoinRefusal.FULL
    assert shut(line, now + 30 * MINUTE) is None


def test_the_clock_forgets_what_a_lead_set_when_it_is_over_and_not_before(line: Line, now: datetime) -> None:
    set_up(line, lead_state=Line.LeadState.PAUSED, lead_cap=3, lead_until=now + 30 * MINUTE)
    actions.sweep(now=now)
    line.refresh_from_db()
    assert line.lead_state == Line.LeadState.PAUSED
    actions.sweep(now=now + 31 * MINUTE)
    line.refresh_from_db()
    assert (line.lead_state, line.lead_until, line.lead_cap) == ("", None, None)


def test_a_word_of_the_lead_without_an_end_is_over_when_the_opening_is(line: Line, now: datetime) -> None:
    set_up(line, lead_state=Line.LeadState.CLOSED, lead_until=None)
    actions.sweep(now=now)
    line.refresh_from_db()
    assert line.lead_state == Line.LeadState.CLOSED
    line.opening_hours.all().delete()
    actions.sweep(now=now)
    line.refresh_from_db()
    assert line.lead_state == ""


def test_those_who_wait_on_a_line_that_its_lead_closed_go_home_a_while_later_if_nobody_is_on_duty(
    line: Line, now: datetime
) -> None:
    contact = join(line, now=now)
    set_up(line, lead_state=Line.LeadState.CLOSED, lead_until=now + timedelta(hours=2))
    later = now + 20 * MINUTE
    actions.keep_present(contact_ids=[contact.pk], now=later)
    actions.sweep(now=later)
    contact.refresh_from_db()
    assert (contact.state, contact.ended_by) == ("ended", "closed")
