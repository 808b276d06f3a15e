"""What the pages show of those on duty helping each other, read into frozen views."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from rinnalla.chat.following import followers_of
from rinnalla.chat.models import Conversation
from rinnalla.chat.timeframe import time_of
from rinnalla.chat.whispers import Whispered, whispers_of
from rinnalla.helpline.access import calls_for
from rinnalla.helpline.handover import note_of, offers_by, offers_to, others_on_duty, receive_refusal
from rinnalla.helpline.models import Contact, LeadCall
from rinnalla.helpline.queries import text_of
from rinnalla.helpline.rules import PHONE_AFTER
from rinnalla.people.models import Person


@dataclass(frozen=True, slots=True)
class MyCall:
    """A volunteer's open call for the lead. ``phone`` only when nobody has answered for too long."""

    called_at: datetime
    answered_by: str
    answered_at: datetime | None
    overdue: bool
    phone: str


@dataclass(frozen=True, slots=True)
class CallView:
    """An open call as a lead sees it. ``url`` leads to the conversation's side page, while it goes on."""

    id: int
    who: str
    line_name: str
    called_at: datetime
    answered_by: str
    mine: bool
    url: str


def my_call(person: Person, *, now: datetime) -> MyCall | None:
    """The call that is open; the end of a duty closes it. One query."""
    open_calls = LeadCall.objects.filter(duty__person=person, closed_at=None)
    call = open_calls.select_related("answered_by", "duty__line").first()
    if call is None:
        return None
    overdue = call.answered_by is None and now - call.called_at >= PHONE_AFTER
    return MyCall(
        called_at=call.called_at,
        answered_by=call.answered_by.duty_name if call.answered_by else "",
        answered_at=call.answered_at,
        overdue=overdue,
        phone=call.duty.line.lead_phone if overdue else "",
    )


def calls_shown_to(person: Person) -> list[CallView]:
    """The open calls from the lines ``person`` leads, oldest first. Three queries however many there are."""
    calls = list(calls_for(person))
    contacts = [call.contact_id for call in calls if call.contact_id]
    going_on = dict(
        Conversation.objects.filter(contact__in=contacts, open=True, answerer__isnull=False).values_list(
            "contact_id", "pk"
        )
    )
    return [
        CallView(
            id=call.pk,
            who=call.duty.person.duty_name,
            line_name=text_of(call.duty.line, get_language() or "fi").name,
            called_at=call.called_at,
            answered_by=call.answered_by.duty_name if call.answered_by else "",
            mine=call.answered_by_id == person.pk,
            url=reverse("talk_beside", args=[going_on[call.contact_id]]) if call.contact_id in going_on else "",
        )
        for call in calls
    ]


@dataclass(frozen=True, slots=True)
class Thread:
    """The whispers beside a conversation, and the next form's own id."""

    conversation_id: uuid.UUID
    whispers: list[Whispered]
    open: bool
    own: bool  # whether the reader is the one who answers
    next_id: uuid.UUID
    followers: list[str]  # the leads who read along now


def thread_of(conversation: Conversation, reader: Person) -> Thread:
    """Nothing of the thread is shown after the end of the conversation, as nothing of the conversation is."""
    said = whispers_of(conversation) if conversation.open else []
    own, followers = conversation.answerer_id == reader.pk, followers_of(conversation) if conversation.open else []
    return Thread(conversation.pk, said, conversation.open, own, uuid.uuid4(), followers)


@dataclass(frozen=True, slots=True)
class BesideView:
    """A conversation as a lead sees it from beside, without its content."""

    id: uuid.UUID
    line_name: str
    who: str
    since: datetime
    session_minutes: int


def beside_view(conversation: Conversation) -> BesideView:
    contact = conversation.contact
    return BesideView(
        id=conversation.pk,
        line_name=text_of(contact.line, get_language() or "fi").name,
        who=conversation.answerer.duty_name if conversation.answerer else "",
        since=contact.claimed_at or contact.queued_at,
        session_minutes=time_of(conversation).minutes,
    )


def team_context(conversation: Conversation, reader: Person) -> dict[str, Any]:
    """What chat/side/team.html needs."""
    return {"thread": thread_of(conversation, reader)}


@dataclass(frozen=True, slots=True)
class OfferView:
    """A conversation offered to the reader, with the note of whoever gives it."""

    id: int
    who: str
    line_name: str
    note: str


def offers_shown_to(person: Person) -> list[OfferView]:
    return [
        OfferView(
            offer.pk,
            offer.from_duty.person.duty_name,
            text_of(offer.contact.line, get_language() or "fi").name,
            note_of(offer),
        )
        for offer in offers_to(person)
    ]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody on duty; ``why_not`` when they cannot take a conversation now."""

    duty_id: int
    name: str
    line_name: str
    state: str
    why_not: str


def receivers_of(contact: Contact, *, now: datetime) -> list[Receiver]:
    assert contact.duty is not None
    found = []
    for duty in others_on_duty(contact, now=now):
        reason = receive_refusal(duty, giver=contact.duty, contact=contact, now=now)
        line_name = text_of(duty.line, get_language() or "fi").name
        state = duty.get_state_display()
        found.append(Receiver(duty.pk, duty.person.duty_name, line_name, state, str(reason.label) if reason else ""))
    return found


def call_context(person: Person, conversation: Conversation | None, *, on_duty: bool, now: datetime) -> dict[str, Any]:
    """What chat/_call.html needs; ``conversation`` is the one whose page it is on."""
    return {
        "on_duty": on_duty,
        "call": my_call(person, now=now) if on_duty else None,
        "call_from": conversation.pk if conversation else "",
        "offers": offers_shown_to(person) if on_duty else [],
        "offered": offers_by(person).first() if on_duty else None,
    }
