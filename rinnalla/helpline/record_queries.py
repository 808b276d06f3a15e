"""What the pages show of contact records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext

from rinnalla.helpline.models import Contact, ContactRecord, DutySession
from rinnalla.helpline.record_forms import RecordForm
from rinnalla.helpline.records import minutes_talked, to_record


@dataclass(frozen=True, slots=True)
class RecordView:
    """One contact's record as its answerer sees it. ``saved``: what it says, in words; empty when there is none."""

    url: str
    heavy_url: str
    open: bool  # the conversation goes on
    heavy: bool
    level: int
    minutes: int | None
    since: datetime | None
    saved: str
    details: list[str]
    form: RecordForm
    types: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ToRecord:
    """A contact of this duty without a record."""

    url: str
    since: datetime | None
    minutes: int | None


def record_view(
    contact: Contact, *, now: datetime, person_id: int, form: RecordForm | None = None, again: bool = False
) -> RecordView:
    """The record of ``contact``; ``again``: show the form although there is a record. At most three queries."""
    record = ContactRecord.objects.filter(contact=contact, filled_by=person_id).first()
    return RecordView(
        url=reverse("record", args=[contact.pk]),
        heavy_url=reverse("heavy", args=[contact.pk]),
        open=contact.state == Contact.State.TALKING,
        heavy=contact.heavy,
        level=contact.level,
        minutes=minutes_talked(contact, now=now),
        since=contact.claimed_at,
        saved=str(record.get_type_display()) if record is not None and not again and form is None else "",
        details=_in_words(record) if record is not None else [],
        form=form or RecordForm(),
        types=[(kind.value, str(kind.label)) for kind in ContactRecord.Type if kind != ContactRecord.Type.CONVERSATION],
    )


def records_to_fill(duty: DutySession, *, now: datetime) -> list[ToRecord]:
    """Contacts of ``duty`` without a record, the latest first. One query."""
    return [
        ToRecord(
            url=reverse("record", args=[contact.pk]),
            since=contact.claimed_at,
            minutes=minutes_talked(contact, now=now),
        )
        for contact in to_record(duty)
    ]


def _in_words(record: ContactRecord) -> list[str]:
    """The saved codes in the reader's language, without the note and what did not come up."""
    if record.type != ContactRecord.Type.CONVERSATION:
        return []
    words = [", ".join(str(reason.get_reason_display()) for reason in record.reasons.all())]
    if record.concerns:
        words.append(str(record.get_concerns_display()))
    if record.suicidality:
        words.append(gettext("Suicidality: {words}").format(words=record.get_suicidality_display()))
    if record.acuteness:
        words.append(str(record.get_acuteness_display()))
    referred = ", ".join(str(referral.get_to_display()) for referral in record.referrals.all())
    if referred:
        words.append(gettext("Told to turn to: {words}").format(words=referred))
    return words
