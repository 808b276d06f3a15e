"""Who may stand beside a conversation. What is absent and what is forbidden look alike."""

from __future__ import annotations

import uuid

from django.http import Http404

from rinnalla.chat.access import get_conversation_for
from rinnalla.chat.models import Conversation
from rinnalla.helpline.access import LEADS
from rinnalla.people.access import roles_of
from rinnalla.people.models import Person


def get_conversation_beside(person: Person, conversation_id: uuid.UUID) -> Conversation:
    """A conversation that goes on, on a line that ``person`` leads, with somebody else answering."""
    found = (
        Conversation.objects.select_related("contact__line", "contact__duty", "answerer")
        .filter(pk=conversation_id, open=True, answerer__isnull=False)
        .filter(contact__line__centre__in=roles_of(person).centres(*LEADS))
        .exclude(answerer=person)
        .first()
    )
    if found is None:
        raise Http404
    return found


def get_conversation_of_team(person: Person, conversation_id: uuid.UUID) -> Conversation:
    """A conversation that is ``person``'s own, or one that they may stand beside."""
    try:
        return get_conversation_for(person, conversation_id)
    except Http404:
        return get_conversation_beside(person, conversation_id)
