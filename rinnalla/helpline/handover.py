"""To whom a conversation may be handed over, and what the receiver is told."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from rinnalla.helpline.models import Contact, DutySession, HandOver
from rinnalla.helpline.rules import HandOverRefusal
from rinnalla.people.models import Membership, Person
from rinnalla.sealing.seal import KeyErased, ring

State = DutySession.State


def receive_refusal(
    receiver: DutySession, *, giver: DutySession, contact: Contact, now: datetime
) -> HandOverRefusal | None:
    """Why ``receiver`` cannot take the contact now; None if they can. Both duties with their lines."""
    if receiver.pk == giver.pk or receiver.state == State.ENDED or receiver.lease_until < now:
        return HandOverRefusal.AWAY
    if receiver.line.centre_id != contact.line.centre_id or receiver.line.channel != contact.line.channel:
        return HandOverRefusal.AWAY
    if receiver.line.practice != contact.line.practice:
        return HandOverRefusal.AWAY
    if receiver.state == State.PAUSED:
        return HandOverRefusal.PAUSED
    if receiver.open_contacts >= receiver.line.parallel_limit:
        return HandOverRefusal.FULL
    return None


def others_on_duty(contact: Contact, *, now: datetime) -> QuerySet[DutySession]:
    """Those on duty at the contact's centre who might take it, apart from who has it: one query."""
    role = Membership.objects.filter(person=OuterRef("person"), centre=contact.line.centre_id)
    return (
        DutySession.objects.filter(~Q(state=State.ENDED), Exists(role), lease_until__gte=now)
        .filter(line__centre=contact.line.centre_id, line__channel=contact.line.channel)
        .filter(line__practice=contact.line.practice)
        .exclude(contacts=contact)
        .select_related("person", "line")
        .prefetch_related("line__texts")
        .order_by("line", "person__duty_name", "pk")
    )


def offers_to(person: Person) -> QuerySet[HandOver]:
    """The open offers to ``person``."""
    open_offers = HandOver.objects.filter(state=HandOver.State.OFFERED, to_duty__person=person)
    related = open_offers.select_related("from_duty__person", "from_duty__line", "to_duty", "contact__line")
    return related.exclude(to_duty__state=State.ENDED).prefetch_related("contact__line__texts")


def offers_by(person: Person) -> QuerySet[HandOver]:
    """The open offers that ``person`` has made."""
    open_offers = HandOver.objects.filter(state=HandOver.State.OFFERED, from_duty__person=person)
    return open_offers.select_related("to_duty__person", "from_duty__line")


def note_place(hand_over_id: int) -> str:
    """Where a note belongs: sealed there, it opens nowhere else (promise S6)."""
    return f"helpline.HandOver.note|{hand_over_id}"


def note_of(offer: HandOver) -> str:
    """The note, opened; empty without one, or when it was erased."""
    if offer.key_id is None:
        return ""
    try:
        return ring().get(offer.key_id).open(offer.note, note_place(offer.pk))
    except KeyErased:
        return ""
