"""Writing contact records, and erasing their notes in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q

from rinnalla.audit import actions as audit
from rinnalla.helpline.actions.steps import State, announce_duty, locked, move_duty
from rinnalla.helpline.models import Contact, ContactRecord, Line, RecordReason, RecordReferral
from rinnalla.helpline.records import (
    RecordRefusal,
    Told,
    contacts_to_record,
    note_in,
    note_place,
    only_what_the_type_holds,
    record_refusal,
    told_in,
)
from rinnalla.helpline.rules import Refused
from rinnalla.people.models import Person
from rinnalla.sealing.actions import erase_keys, make_key, scrub
from rinnalla.sealing.models import RecordKey


@transaction.atomic
def save_record(*, contact: Contact, told: Told, actor: Person, now: datetime) -> ContactRecord:
    """Write the record of ``contact``, or correct it while the duty goes on. Raises Refused.

    Whoever wraps up is ready afterwards. The log of a correction holds the old and new of the codes that changed.
    """
    told = only_what_the_type_holds(told)
    if reason := record_refusal(told):
        raise Refused(reason)
    if contact.duty is None:
        raise Refused(RecordRefusal.NOT_YOURS)
    duty = locked(contact.duty)
    contact = contacts_to_record(actor).filter(pk=contact.pk, duty=duty).select_related("line").first() or contact
    if duty.person_id != actor.pk or duty.state == State.ENDED or contact.duty_id != duty.pk:
        raise Refused(RecordRefusal.NOT_YOURS)
    old = ContactRecord.objects.select_for_update().filter(pk=contact.pk).first()
    before = told_in(old) if old is not None else None
    record = _written(contact, told, old, actor=actor, now=now)
    if duty.state == State.WRAP_UP and not duty.open_contacts:
        move_duty(duty, State.READY, now=now)
    announce_duty(duty)
    audit.record(
        code="helpline.recorded" if before is None else "helpline.record_corrected",
        actor=f"person:{actor.pk}",
        subject=f"contact:{contact.pk}",
        now=now,
        centre=str(contact.line.centre_id),
        details=_changes(before, told) if before is not None else None,
    )
    return record


@transaction.atomic
def put_record_off(*, contact: Contact, actor: Person, now: datetime) -> None:
    """The record can wait: whoever wraps up is ready. It stays in the list of the duty page."""
    if contact.duty is None:
        return
    duty = locked(contact.duty)
    if duty.person_id == actor.pk and duty.state == State.WRAP_UP and not duty.open_contacts:
        move_duty(duty, State.READY, now=now)
        announce_duty(duty)


@transaction.atomic
def read_note(*, record: ContactRecord, actor: Person, now: datetime) -> str:
    """The note of a record, for its author to correct. That it was opened is in the log."""
    note = note_in(record)
    if note:
        audit.record(
            code="helpline.note_opened",
            actor=f"person:{actor.pk}",
            subject=f"contact:{record.pk}",
            now=now,
            centre=str(record.contact.line.centre_id),
        )
    return note


def _written(contact: Contact, told: Told, old: ContactRecord | None, *, actor: Person, now: datetime) -> ContactRecord:
    record = old or ContactRecord(contact=contact, filled_at=now)
    record.type, record.concerns, record.age_group = told.type, told.concerns, told.age_group
    record.sex, record.work, record.told_before = told.sex, told.work, told.told_before
    record.suicidality, record.acuteness = told.suicidality, told.acuteness
    record.filled_by, record.corrected_at = actor, now if old is not None else None
    if record.note_key is not None:
        transaction.on_commit(partial(erase_keys, [record.note_key]))
    record.note = record.note_key = record.note_at = None
    if told.note:
        key = make_key(now=now)
        record.note = key.seal(told.note, note_place(contact.pk, actor.pk))
        record.note_key, record.note_at = key.id, now
    record.save(force_insert=old is None)
    record.reasons.all().delete()
    record.referrals.all().delete()
    RecordReason.objects.bulk_create(RecordReason(record=record, reason=code) for code in sorted(set(told.reasons)))
    RecordReferral.objects.bulk_create(RecordReferral(record=record, to=code) for code in sorted(set(told.referred)))
    return record


def _changes(before: Told, told: Told) -> dict[str, object]:
    old, new = before.codes(), told.codes()
    return {name: [old[name], new[name]] for name in old if old[name] != new[name]}


def erase_notes(*, now: datetime) -> int:
    """Erase the notes past their line's ``note_days``: first the keys, then the bytes. How many.

    A crash in between leaves bytes that nobody can open; the next run removes them.
    """
    due = Q(pk=None)
    for line_id, days in Line.objects.values_list("pk", "note_days"):
        due |= Q(contact__line_id=line_id, note_at__lte=now - timedelta(days=days))
    found = dict(ContactRecord.objects.filter(due, note_at__isnull=False).values_list("pk", "note_key"))
    if not found:
        return 0
    erase_keys(key for key in found.values() if key is not None)
    with transaction.atomic():
        count = ContactRecord.objects.filter(pk__in=found).update(note=None, note_key=None, note_at=None)
        audit.record(
            code="helpline.notes_erased", actor="system", subject="retention:notes", now=now, details={"notes": count}
        )
    scrub(RecordKey)
    scrub(ContactRecord)
    return count
