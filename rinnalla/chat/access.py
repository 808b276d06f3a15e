"""The only way a page gets a line or a conversation. What is absent and what is forbidden look alike."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404

from rinnalla.audit import actions as audit
from rinnalla.chat.models import Conversation
from rinnalla.helpline.models import DutySession, Line
from rinnalla.people.models import Membership, Person


def public_lines() -> QuerySet[Line]:
    """The lines help-seekers may turn to, with what their cards show (four queries)."""
    return _chat_lines().filter(practice=False)


def _chat_lines() -> QuerySet[Line]:
    return Line.objects.filter(channel=Line.Channel.CHAT).prefetch_related("texts", "opening_hours", "exception_days")


def get_public_line(slug: str) -> Line:
    line = public_lines().filter(slug=slug).first()
    if line is None:
        raise Http404
    return line


def lines_for(person: Person) -> QuerySet[Line]:
    """The lines of the centres in which ``person`` has a role."""
    return _chat_lines().filter(_is_member(person, "centre_id"))


def get_line_for(person: Person, slug: str) -> Line:
    line = lines_for(person).filter(slug=slug).first()
    if line is None:
        raise Http404
    return line


def get_conversation_for(person: Person, conversation_id: uuid.UUID) -> Conversation:
    """A conversation of ``person``'s present duty, open or ended; 404 otherwise.

    The duty ends, the role is taken away, or the help-seeker goes back to the queue: then it is nobody's any more.
    """
    found = (
        Conversation.objects.select_related("contact__line", "contact__duty")
        .filter(pk=conversation_id)
        .filter(answerer=person)
        .filter(contact__duty__person=person)
        .exclude(contact__duty__state=DutySession.State.ENDED)
        .filter(_is_member(person, "contact__line__centre_id"))
        .first()
    )
    if found is None:
        raise Http404
    return found


@transaction.atomic
def open_conversation_for(person: Person, conversation_id: uuid.UUID, *, now: datetime) -> Conversation:
    """The conversation for reading; 404 as above. Opening one that goes on is written into the audit log.

    What was said in a conversation that has ended is for nobody to read: see ``queries.messages_for_answerer``.
    """
    conversation = get_conversation_for(person, conversation_id)
    if conversation.open:
        audit.record(
            code="chat.opened",
            actor=f"person:{person.pk}",
            subject=f"conversation:{conversation.pk}",
            now=now,
            centre=str(conversation.contact.line.centre_id),
        )
    return conversation


def _is_member(person: Person, centre: str) -> Exists:
    return Exists(Membership.objects.filter(person=person, centre_id=OuterRef(centre)))
