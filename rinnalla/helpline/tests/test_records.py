"""Contact records: what is written, by whom, until when, and that the note is sealed and erased in time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from rinnalla.audit.models import Entry
from rinnalla.helpline import actions
from rinnalla.helpline.models import Contact, ContactRecord, DutySession, Line
from rinnalla.helpline.queries import duty_of
from rinnalla.helpline.records import RecordRefusal, Told, note_in, record_refusal, to_record, told_in
from rinnalla.helpline.rules import Refused
from rinnalla.helpline.tests.conftest import MINUTE, join, take_next
from rinnalla.people.models import Person
from rinnalla.sealing.actions import sweep as sweep_keys
from rinnalla.sealing.models import RecordKey
from rinnalla.sealing.seal import CannotOpen, ring

TOLD = Told(
    type="conversation",
    concerns="self",
    reasons=("anxiety", "loneliness"),
    age_group="15-17",
    sex="other",
    work="school",
    suicidality="thoughts",
    acuteness="days",
    referred=("health", "school"),
    told_before=True,
    note="Oli helpottunut lopussa.",
)
pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def ended(line: Line, aino: Person, now: datetime) -> Contact:
    """Aino's conversation, ended; she wraps up."""
    actions.take_duty(line=line, actor=aino, now=now)
    join(line, now=now)
    contact = take_next(aino, now=now)
    actions.end_contact(contact=contact, actor=aino, now=now)
    return Contact.objects.get(pk=contact.pk)


def state_of_duty() -> str:
    return DutySession.objects.get().state


def test_saving_the_record_makes_one_ready_and_keeps_every_code(ended: Contact, aino: Person, now: datetime) -> None:
    assert state_of_duty() == "wrap_up"
    record = actions.save_record(contact=ended, told=TOLD, actor=aino, now=now)
    record = ContactRecord.objects.get(pk=record.pk)
    assert state_of_duty() == "ready"
    assert {**told_in(record).codes()} == TOLD.codes()
    assert (record.filled_by, record.filled_at, record.corrected_at) == (aino, now, None)
    assert note_in(record) == TOLD.note


def test_the_note_is_sealed_in_its_own_place_with_its_own_key(ended: Contact, aino: Person, now: datetime) -> None:
    record = actions.save_record(contact=ended, told=TOLD, actor=aino, now=now)
    assert record.note is not None
    assert TOLD.note.encode() not in bytes(record.note)
    assert record.note_key is not None
    with pytest.raises(CannotOpen):
        ring().get(record.note_key).open(record.note, f"helpline.ContactRecord.note|{record.pk}|{aino.pk + 1}")


def test_the_log_holds_nothing_of_the_note_and_only_the_codes_that_changed(
    ended: Contact, aino: Person, now: datetime
) -> None:
    actions.save_record(contact=ended, told=TOLD, actor=aino, now=now)
    told = Told(type="conversation", concerns="other", reasons=("anxiety",), told_before=True, note="Toinen.")
    record = actions.save_record(contact=ended, told=told, actor=aino, now=now + MINUTE)
    first, second = Entry.objects.filter(code__startswith="helpline.record").order_by("seq")
    assert (first.code, first.details) == ("helpline.recorded", {})
    assert second.code == "helpline.record_corrected"
    assert second.details == {
        "concerns": ["self", "other"],
        "reasons": ["anxiety,loneliness", "anxiety"],
        "age_group": ["15-17", ""],
        "sex": ["other", ""],
        "work": ["school", ""],
        "suicidality": ["thoughts", ""],
        "acuteness": ["days", ""],
        "referred": ["health,school", ""],
    }
    assert record.corrected_at == now + MINUTE


@pytest.mark.parametrize("kind", [kind for kind in ContactRecord.Type.values if kind != "conversation"])
def test_a_type_that_needs_no_form_is_a_type_alone(ended: Contact, aino: Person, now: datetime, kind: str) -> None:
    told = Told(type=kind, concerns="self", reasons=("anxiety",), suicidality="acute", note="Jotain")
    record = actions.save_record(contact=ended, told=told, actor=aino, now=now)
    assert told_in(record) == Told(type=kind)
    assert record.note is None


def test_the_database_refuses_codes_beside_a_type_that_needs_no_form(
    ended: Contact, aino: Person, now: datetime
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactRecord.objects.create(contact=ended, type="prank", sex="male", filled_by=aino, filled_at=now)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (Told(type="conversation"), RecordRefusal.NO_REASON),
        (Told(type="conversation", reasons=("anxiety", "news", "body", "other")), RecordRefusal.REASONS),
        (Told(type="conversation", reasons=("news",), note="a" * 301), RecordRefusal.LONG),
        (Told(type="conversation", reasons=("news",), note="soita 040 1234567"), RecordRefusal.IDENTIFYING),
        (Told(type="conversation", reasons=("news",), note="kuu@example.org"), RecordRefusal.IDENTIFYING),
        (Told(type="conversation", reasons=("news",), note="131052-308T"), RecordRefusal.IDENTIFYING),
        (Told(type="conversation", reasons=("news",), note="Kuura Kuusinen kertoi"), None),
        (Told(type="conversation", reasons=("news", "body", "other"), note="a" * 300), None),
        (Told(type="silent"), None),
    ],
)
def test_a_record_is_refused_with_a_reason(told: Told, reason: RecordRefusal | None) -> None:
    assert record_refusal(told) == reason


def test_only_the_answerer_records_and_only_until_the_duty_ends(
    ended: Contact, line: Line, aino: Person, eetu: Person, now: datetime
) -> None:
    actions.take_duty(line=line, actor=eetu, now=now)
    with pytest.raises(Refused) as refused:
        actions.save_record(contact=ended, told=TOLD, actor=eetu, now=now)
    assert refused.value.reason == RecordRefusal.NOT_YOURS
    duty = duty_of(aino.pk)
    assert duty is not None
    assert list(to_record(duty)) == [ended]
    actions.save_record(contact=ended, told=TOLD, actor=aino, now=now)
    assert list(to_record(duty)) == []
    actions.end_duty(duty=duty, actor=aino, now=now)
    with pytest.raises(Refused) as refused:
        actions.save_record(contact=ended, told=Told(type="test"), actor=aino, now=now)
    assert refused.value.reason == RecordRefusal.NOT_YOURS
    assert ContactRecord.objects.get().type == "conversation"


def test_someone_who_waits_has_no_record(line: Line, aino: Person, now: datetime) -> None:
    contact = join(line, now=now)
    with pytest.raises(Refused):
        actions.save_record(contact=contact, told=TOLD, actor=aino, now=now)


def test_a_record_during_the_conversation_leaves_the_conversation_alone(
    line: Line, aino: Person, now: datetime
) -> None:
    actions.take_duty(line=line, actor=aino, now=now)
    join(line, now=now)
    contact = take_next(aino, now=now)
    actions.save_record(contact=contact, told=TOLD, actor=aino, now=now)
    assert state_of_duty() == "talking"
    actions.end_contact(contact=contact, actor=aino, now=now)
    duty = duty_of(aino.pk)
    assert duty is not None
    assert (state_of_duty(), list(to_record(duty))) == ("wrap_up", [])


def test_putting_the_record_off_makes_one_ready_and_leaves_it_in_the_list(
    ended: Contact, aino: Person, eetu: Person, now: datetime
) -> None:
    actions.put_record_off(contact=ended, actor=eetu, now=now)
    assert state_of_duty() == "wrap_up"
    actions.put_record_off(contact=ended, actor=aino, now=now)
    assert state_of_duty() == "ready"
    assert list(to_record(DutySession.objects.get())) == [ended]


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_a_corrected_note_leaves_no_key_of_the_old_one(ended: Contact, aino: Person, now: datetime) -> None:
    old = actions.save_record(contact=ended, told=TOLD, actor=aino, now=now).note_key
    new = actions.save_record(contact=ended, told=TOLD, actor=aino, now=now).note_key
    assert old != new
    assert set(RecordKey.objects.filter(pk__in=[old, new]).values_list("pk", flat=True)) == {new}


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_notes_are_erased_after_the_days_of_their_line_and_the_codes_stay(
    ended: Contact, aino: Person, now: datetime
) -> None:
    Line.objects.update(note_days=30)
    record = actions.save_record(contact=ended, told=TOLD, actor=aino, now=now)
    due = now + timedelta(days=30)
    assert actions.erase_notes(now=due - MINUTE) == 0
    assert actions.erase_notes(now=due) == 1
    assert actions.erase_notes(now=due) == 0
    kept = ContactRecord.objects.get()
    assert (kept.note, kept.note_key, note_in(kept)) == (None, None, "")
    assert told_in(kept).codes() == TOLD.codes()
    assert not RecordKey.objects.filter(pk__in=[record.note_key]).exists()
    assert Entry.objects.filter(code="helpline.notes_erased", details={"notes": 1}).count() == 1


def test_the_sweep_of_stray_keys_keeps_those_of_notes(ended: Contact, aino: Person, now: datetime) -> None:
    record = actions.save_record(contact=ended, told=TOLD, actor=aino, now=now)
    sweep_keys(now=now + timedelta(days=3))
    assert RecordKey.objects.filter(pk__in=[record.note_key]).exists()


def test_opening_a_note_is_in_the_log(ended: Contact, aino: Person, now: datetime) -> None:
    record = actions.save_record(contact=ended, told=TOLD, actor=aino, now=now)
    assert actions.read_note(record=record, actor=aino, now=now) == TOLD.note
    assert Entry.objects.filter(code="helpline.note_opened", subject=f"contact:{ended.pk}").count() == 1
