"""Handing a conversation over to somebody else on duty, with a word of context. It moves when it is accepted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from rinnalla.audit import actions as audit
from rinnalla.core.live import announce
from rinnalla.helpline.actions.steps import (
    State,
    announce_contact,
    announce_duty,
    has_role,
    lapse_offers,
    move_duty,
    rest_if_due,
)
from rinnalla.helpline.channels import channel_of
from rinnalla.helpline.handover import note_place, receive_refusal
from rinnalla.helpline.models import Contact, DutySession, HandOver
from rinnalla.helpline.rules import HandOverRefusal, Refused
from rinnalla.people.models import Person
from rinnalla.sealing.actions import erase_keys, make_key, scrub
from rinnalla.sealing.models import RecordKey

MOST_CHARACTERS = 2000


@transaction.atomic
def offer_hand_over(*, contact: Contact, to: DutySession, note: str, actor: Person, now: datetime) -> HandOver:
    """Offer one's conversation to ``to``. An earlier offer of it is withdrawn. Raises Refused."""
    duties = _locked(contact.duty_id, to.pk)
    current = Contact.objects.select_for_update(of=("self",)).select_related("line").get(pk=contact.pk)
    giver, receiver = duties.get(current.duty_id or 0), duties.get(to.pk)
    if current.state != Contact.State.TALKING or giver is None or giver.person_id != actor.pk:
        raise Refused(HandOverRefusal.NOT_YOURS)
    if receiver is None:
        raise Refused(HandOverRefusal.AWAY)
    if reason := _refusal(receiver, giver=giver, contact=current, now=now):
        raise Refused(reason)
    lapse_offers(contact=current, now=now, state=HandOver.State.WITHDRAWN)
    made = HandOver.objects.create(contact=current, from_duty=giver, to_duty=receiver, offered_at=now)
    if words := note.strip()[:MOST_CHARACTERS]:
        key = make_key(now=now)
        made.key_id, made.note = key.id, key.seal(words, note_place(made.pk))
        made.save(update_fields=["key_id", "note"])
    _announce(made)
    _record("helpline.hand_over_offered", made, actor=actor, now=now)
    return made


@transaction.atomic
def accept_hand_over(*, offer: HandOver, actor: Person, now: datetime) -> Contact:
    """The conversation is with ``actor`` from now on, in one move. Raises Refused."""
    duties = _locked(offer.from_duty_id, offer.to_duty_id)
    giver, receiver = duties[offer.from_duty_id], duties[offer.to_duty_id]
    contact = Contact.objects.select_for_update(of=("self",)).select_related("line").get(pk=offer.contact_id)
    if receiver.person_id != actor.pk or not HandOver.objects.filter(pk=offer.pk, state="offered").exists():
        raise Refused(HandOverRefusal.SETTLED)
    if contact.state != Contact.State.TALKING or contact.duty_id != giver.pk:
        raise Refused(HandOverRefusal.SETTLED)
    if reason := _refusal(receiver, giver=giver, contact=contact, now=now):
        raise Refused(reason)
    HandOver.objects.filter(pk=offer.pk).update(state=HandOver.State.ACCEPTED, settled_at=now)
    Contact.objects.filter(pk=contact.pk).update(duty=receiver)
    contact.duty = receiver
    giver.open_contacts = max(0, giver.open_contacts - 1)
    move_duty(giver, State.TALKING if giver.open_contacts else State.WRAP_UP, now=now)
    if not giver.open_contacts:
        rest_if_due(giver, giver.line, now=now)
    receiver.open_contacts += 1
    move_duty(receiver, State.TALKING, now=now)
    channel_of(contact).handed_over(contact, before=giver.person, now=now)
    announce_contact(contact)
    announce_duty(giver)
    announce_duty(receiver)
    _record("helpline.handed_over", offer, actor=actor, now=now)
    return contact


@transaction.atomic
def decline_hand_over(*, offer: HandOver, actor: Person, now: datetime) -> None:
    """No, without a reason. Nothing changes when the offer is settled already."""
    if offer.to_duty.person_id == actor.pk:
        _settle(offer, HandOver.State.DECLINED, actor=actor, now=now)


@transaction.atomic
def withdraw_hand_over(*, offer: HandOver, actor: Person, now: datetime) -> None:
    if offer.from_duty.person_id == actor.pk:
        _settle(offer, HandOver.State.WITHDRAWN, actor=actor, now=now)


def erase_hand_over_notes(*, contact_ids: Collection[int]) -> int:
    """Erase the notes of these contacts for good, key first; how many. Called when their content is erased."""
    notes = HandOver.objects.filter(contact_id__in=contact_ids, key_id__isnull=False)
    keys = [key for key in notes.values_list("key_id", flat=True) if key is not None]
    if keys:
        erase_keys(keys)
        notes.update(key_id=None, note=b"")
        scrub(RecordKey)
        scrub(HandOver)
    return len(keys)


def _locked(*duty_ids: int | None) -> dict[int, DutySession]:
    """Both duties, locked in the order of their ids: two hand-overs the other way round do not wait in a circle."""
    found = DutySession.objects.select_for_update(of=("self",)).select_related("line", "person")
    return {duty.pk: duty for duty in found.filter(pk__in=[pk for pk in duty_ids if pk]).order_by("pk")}


def _refusal(receiver: DutySession, *, giver: DutySession, contact: Contact, now: datetime) -> HandOverRefusal | None:
    if not has_role(receiver.person, contact.line):
        return HandOverRefusal.AWAY
    return receive_refusal(receiver, giver=giver, contact=contact, now=now)


def _settle(offer: HandOver, state: HandOver.State, *, actor: Person, now: datetime) -> None:
    if HandOver.objects.filter(pk=offer.pk, state=HandOver.State.OFFERED).update(state=state, settled_at=now):
        _announce(offer)
        _record(f"helpline.hand_over_{state.value}", offer, actor=actor, now=now)


def _announce(offer: HandOver) -> None:
    for person_id in (offer.from_duty.person_id, offer.to_duty.person_id):
        announce(f"person:{person_id}", {"t": "hand_over"})


def _record(code: str, offer: HandOver, *, actor: Person, now: datetime) -> None:
    audit.record(
        code=code,
        actor=f"person:{actor.pk}",
        subject=f"contact:{offer.contact_id}",
        now=now,
        centre=str(offer.from_duty.line.centre_id),
        details={"hand_over": offer.pk, "to": offer.to_duty.person_id},
    )
