"""Ending for improper treatment: how long it holds, who may approve, what is erased and when."""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta

import pytest
from django.db import connections

from rinnalla.audit.models import Entry
from rinnalla.helpline import actions
from rinnalla.helpline.actions.blocks import key_of_today
from rinnalla.helpline.block_rules import BlockRefusal, block_until
from rinnalla.helpline.blocked import block_of_network, block_of_token, waiting_from
from rinnalla.helpline.hours import LineState
from rinnalla.helpline.models import Block, Contact, Line, NetworkKey, OpeningHours, Origin
from rinnalla.helpline.rules import Refused
from rinnalla.helpline.tests.conftest import MINUTE, take_next, volunteer
from rinnalla.people.models import Person
from rinnalla.sealing.models import RecordKey

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
HOME = "198.51.100.77"
WEEK, DAY, EVENING = Block.Grade.WEEK, Block.Grade.DAY, Block.Grade.EVENING
ABUSE = Block.Reason.ABUSE


@pytest.fixture
def talking(line: Line, aino: Person, now: datetime) -> tuple[Contact, str]:
    _, token = actions.join_queue(line=line, language="fi", now=now, network=HOME)
    actions.take_duty(line=line, actor=aino, now=now)
    return take_next(aino, now=now), token


def blocked(contact: Contact, by: Person, grade: Block.Grade = DAY, *, now: datetime) -> Block:
    return actions.block_contact(contact=contact, actor=by, grade=grade, reason=ABUSE, now=now)


def at_hour(hour: int) -> datetime:
    return datetime.fromisoformat(f"2026-11-24T{hour:02}:00:00+02:00")


@pytest.mark.parametrize(
    ("grade", "closes", "until"),
    [
        (EVENING, 20, at_hour(20)),
        (EVENING, 23, at_hour(23)),
        (EVENING, None, at_hour(18) + timedelta(hours=6)),
        (DAY, 20, at_hour(18) + timedelta(days=1)),
        (WEEK, 20, at_hour(18) + timedelta(days=1)),
    ],
)
def test_a_block_lasts_as_its_grade_says(grade: Block.Grade, closes: int | None, until: datetime) -> None:
    opening = LineState(is_open=True, closes_at=at_hour(closes) if closes else None, opens_at=None)

    assert block_until(grade, opening=opening, now=at_hour(18)) == until


def test_the_rest_of_the_evening_on_a_closed_line_is_six_hours() -> None:
    assert block_until(EVENING, opening=LineState(False, None, at_hour(20)), now=at_hour(18)) == at_hour(
        18
    ) + timedelta(hours=6)


def test_blocking_ends_the_conversation_and_frees_the_answerer(
    talking: tuple[Contact, str], aino: Person, now: datetime
) -> None:
    contact, token = talking
    made = blocked(contact, aino, now=now)

    contact.refresh_from_db()
    assert (contact.state, contact.ended_by) == ("ended", "blocked")
    assert contact.duty is not None
    assert (contact.duty.state, contact.duty.open_contacts) == ("wrap_up", 0)
    assert block_of_token(token, centre_id=made.centre_id, now=now) == made
    assert block_of_network(HOME, centre_id=made.centre_id, now=now) == made
    assert block_of_network("198.51.100.78", centre_id=made.centre_id, now=now) is None
    assert block_of_token(token, centre_id=made.centre_id, now=now + timedelta(days=1)) is None
    entry = Entry.objects.get(code="helpline.blocked")
    assert entry.details == {"grade": "day", "reason": "abuse"}


def test_someone_who_abuses_and_leaves_can_still_be_blocked_but_once(
    talking: tuple[Contact, str], aino: Person, now: datetime
) -> None:
    contact, _ = talking
    actions.leave(contact=contact, now=now)
    blocked(contact, aino, now=now + MINUTE)
    with pytest.raises(Refused) as refused:
        blocked(contact, aino, now=now + MINUTE)

    assert refused.value.reason == BlockRefusal.BLOCKED
    contact.refresh_from_db()
    assert contact.ended_by == "blocked"


def test_nobody_blocks_a_person_who_talks_with_another(
    talking: tuple[Contact, str], eetu: Person, now: datetime
) -> None:
    contact, _ = talking
    with pytest.raises(Refused) as refused:
        blocked(contact, eetu, now=now)

    assert refused.value.reason == BlockRefusal.NOT_YOURS
    assert Contact.objects.get(pk=contact.pk).state == "talking"


def test_a_long_block_holds_a_day_until_somebody_else_approves_it(
    talking: tuple[Contact, str], line: Line, aino: Person, now: datetime
) -> None:
    contact, _ = talking
    made = blocked(contact, aino, WEEK, now=now)
    assert made.until == now + timedelta(days=1)
    with pytest.raises(Refused) as refused:
        actions.approve_block(block=made, actor=aino, now=now)
    assert refused.value.reason == BlockRefusal.OWN

    approved = actions.approve_block(block=made, actor=volunteer(line, "Lauri"), now=now + MINUTE)

    assert approved.until == now + timedelta(days=7)
    with pytest.raises(Refused) as again:
        actions.approve_block(block=made, actor=volunteer(line, "Kerttu"), now=now + MINUTE)
    assert again.value.reason == BlockRefusal.APPROVED


def test_a_lifted_block_knows_nobody_any_more(talking: tuple[Contact, str], aino: Person, now: datetime) -> None:
    contact, token = talking
    made = blocked(contact, aino, now=now)
    actions.lift_block(block=made, actor=aino, now=now + MINUTE)

    made.refresh_from_db()
    assert (made.token_hash, made.digest, made.key) == (None, None, None)
    assert block_of_token(token, centre_id=made.centre_id, now=now + MINUTE) is None
    assert block_of_network(HOME, centre_id=made.centre_id, now=now + MINUTE) is None


def test_places_held_from_one_network_are_counted(line: Line, now: datetime) -> None:
    contacts = [actions.join_queue(line=line, language="fi", now=now, network=HOME)[0] for _ in range(3)]
    actions.join_queue(line=line, language="fi", now=now, network="203.0.113.9")
    actions.leave(contact=contacts[0], now=now)

    assert waiting_from(HOME) == 2
    assert waiting_from("") == 0


def test_the_clock_erases_passed_blocks_and_the_keys_that_nothing_needs(
    talking: tuple[Contact, str], aino: Person, now: datetime
) -> None:
    contact, _ = talking
    key, _ = key_of_today(now=now)
    blocked(contact, aino, now=now)

    assert actions.erase_blocks(now=now + timedelta(hours=2)) == 0
    assert Origin.objects.count() == 0
    assert Block.objects.count() == 1
    assert RecordKey.objects.filter(pk=key.key_id).exists()

    assert actions.erase_blocks(now=now + timedelta(days=2)) == 1
    assert Block.objects.count() == 0
    assert NetworkKey.objects.count() == 0
    assert not RecordKey.objects.filter(pk=key.key_id).exists()


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_two_presses_at_once_make_one_block(line: Line, aino: Person, now: datetime) -> None:
    actions.join_queue(line=line, language="fi", now=now, network=HOME)
    actions.take_duty(line=line, actor=aino, now=now)
    contact = take_next(aino, now=now)
    together, outcomes = threading.Barrier(4), list[str]()

    def press() -> None:
        together.wait(5)
        try:
            blocked(Contact.objects.get(pk=contact.pk), aino, now=now)
            outcomes.append("blocked")
        except Refused as refused:
            outcomes.append({BlockRefusal.BLOCKED: "already"}.get(refused.reason, "?"))  # type: ignore[call-overload]
        finally:
            connections.close_all()

    presses = [threading.Thread(target=press) for _ in range(4)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join(30)

    assert sorted(outcomes) == ["already", "already", "already", "blocked"]
    assert Block.objects.count() == 1


def test_an_evening_block_ends_with_the_opening(line: Line, aino: Person, now: datetime) -> None:
    OpeningHours.objects.all().delete()
    morning = datetime.fromisoformat("2026-11-24T18:00:00+02:00")
    OpeningHours.objects.create(line=line, weekday=1, opens=time(17), closes=time(20))
    actions.join_queue(line=line, language="fi", now=morning)
    actions.take_duty(line=line, actor=aino, now=morning)
    made = blocked(take_next(aino, now=morning), aino, EVENING, now=morning)

    assert made.until == morning + timedelta(hours=2)
    assert made.digest is None
