"""Contact records: what may be written, and what is left to write. Nothing is written here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.identifying import NEVER_KEPT, find
from rinnalla.helpline.models import Contact, ContactRecord, DutySession
from rinnalla.people.models import Person
from rinnalla.sealing.seal import KeyErased, ring

REASONS_AT_MOST: Final = 3
NOTE_AT_MOST: Final = 300


class RecordRefusal(models.TextChoices):
    """Why a record is not saved."""

    NOT_YOURS = "not_yours", _("This contact is not yours to record any more.")
    REASONS = "reasons", _("Choose three reasons at most: the weightiest.")
    NO_REASON = "no_reason", _("Choose what it was about; there is also “Something else”.")
    LONG = "long", _("The note is too long.")
    IDENTIFYING = "identifying", _("A note never holds an identity code, an e-mail address or a phone number.")


@dataclass(frozen=True, slots=True)
class Told:
    """What the answerer says of a contact. Empty: it did not come up."""

    type: str
    concerns: str = ""
    reasons: tuple[str, ...] = ()
    age_group: str = ""
    sex: str = ""
    work: str = ""
    suicidality: str = ""
    acuteness: str = ""
    referred: tuple[str, ...] = ()
    told_before: bool = False
    note: str = ""

    def codes(self) -> dict[str, str | bool]:
        """Everything but the note, as the audit log may hold it."""
        told = asdict(self)
        del told["note"]
        return {name: ",".join(sorted(value)) if isinstance(value, tuple) else value for name, value in told.items()}


def record_refusal(told: Told) -> RecordRefusal | None:
    """Why ``told`` cannot be a record; None if it can."""
    if told.type == ContactRecord.Type.CONVERSATION and not told.reasons:
        return RecordRefusal.NO_REASON
    if len(set(told.reasons)) > REASONS_AT_MOST:
        return RecordRefusal.REASONS
    if len(told.note) > NOTE_AT_MOST:
        return RecordRefusal.LONG
    if any(finding.kind in NEVER_KEPT for finding in find(told.note)):
        return RecordRefusal.IDENTIFYING
    return None


def only_what_the_type_holds(told: Told) -> Told:
    """A type that needs no form is a type alone."""
    if told.type == ContactRecord.Type.CONVERSATION:
        return told
    return Told(type=told.type)


def told_in(record: ContactRecord) -> Told:
    """What a saved record holds, without its note. Two queries."""
    return Told(
        type=record.type,
        concerns=record.concerns,
        reasons=tuple(record.reasons.order_by("reason").values_list("reason", flat=True)),
        age_group=record.age_group,
        sex=record.sex,
        work=record.work,
        suicidality=record.suicidality,
        acuteness=record.acuteness,
        referred=tuple(record.referrals.order_by("to").values_list("to", flat=True)),
        told_before=record.told_before,
    )


def note_place(contact_id: int, person_id: int) -> str:
    """Where a note belongs: sealed there, it opens nowhere else (promise S6)."""
    return f"helpline.ContactRecord.note|{contact_id}|{person_id}"


def note_in(record: ContactRecord) -> str:
    """The note of a saved record; empty when there is none or it has been erased."""
    if record.note is None or record.note_key is None:
        return ""
    try:
        return ring().get(record.note_key).open(record.note, note_place(record.pk, record.filled_by_id))
    except KeyErased:
        return ""


def minutes_talked(contact: Contact, *, now: datetime) -> int | None:
    """How long the conversation took, or has taken by now; None when nobody has taken the person."""
    if contact.claimed_at is None:
        return None
    return max(0, round(((contact.ended_at or now) - contact.claimed_at).total_seconds() / 60))


def to_record(duty: DutySession) -> QuerySet[Contact]:
    """The contacts of ``duty`` that have ended and have no record of its person yet, the latest first."""
    return (
        Contact.objects.filter(duty=duty, state=Contact.State.ENDED)
        .exclude(record__filled_by=duty.person_id)
        .order_by("-ended_at")
    )


def contacts_to_record(person: Person) -> QuerySet[Contact]:
    """The contacts whose record ``person`` may write: those of a duty that goes on."""
    return Contact.objects.filter(
        duty__person=person,
        duty__line__centre__in=person.memberships.values("centre"),
        state__in=(Contact.State.TALKING, Contact.State.ENDED),
    ).exclude(duty__state=DutySession.State.ENDED)
