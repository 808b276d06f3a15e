"""Silent following: a lead reads a conversation that somebody else answers. The help-seeker hears nothing of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.urls import reverse

from rinnalla.audit import actions as audit
from rinnalla.chat.models import Conversation, Following
from rinnalla.chat.team_access import get_conversation_beside
from rinnalla.core.live import announce
from rinnalla.people.models import Person


def ways(contact_ids: Sequence[int]) -> Mapping[int, str]:
    """Where each of these contacts is followed, while its conversation goes on. One query."""
    found = Conversation.objects.filter(contact__in=contact_ids, open=True, answerer__isnull=False)
    return {contact: reverse("follow_conversation", args=[pk]) for contact, pk in found.values_list("contact_id", "pk")}


@transaction.atomic
def follow(*, conversation: Conversation, reason: Following.Reason, actor: Person, now: datetime) -> Following:
    """Let ``actor`` read along from now on. Again with the following still open changes nothing.

    The caller has looked ``conversation`` up through team_access.get_conversation_beside.
    """
    Conversation.objects.select_for_update().get(pk=conversation.pk)
    before = Following.objects.filter(conversation=conversation, person=actor, until=None).first()
    if before is not None:
        return before
    made = Following.objects.create(conversation=conversation, person=actor, reason=reason, since=now)
    _tell(conversation, actor)
    _record("chat.followed", conversation, actor, now, reason=reason.value)
    return made


@transaction.atomic
def stop_following(*, conversation: Conversation, actor: Person, now: datetime) -> None:
    """Nothing more is shown to ``actor``, on any of their pages."""
    if not Following.objects.filter(conversation=conversation, person=actor, until=None).update(until=now):
        return
    _tell(conversation, actor)
    _record("chat.following_ended", conversation, actor, now)


@transaction.atomic
def open_followed(*, conversation: Conversation, actor: Person, now: datetime) -> bool:
    """Whether ``actor`` follows and may be shown the messages; that they are shown is written down first."""
    if not Following.objects.filter(conversation=conversation, person=actor, until=None).exists():
        return False
    _record("chat.follow_opened", conversation, actor, now)
    return True


def may_follow(person_id: int, conversation_id: uuid.UUID) -> bool:
    """Whether the person follows now and still leads there. For the sockets."""
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None:
        return False
    try:
        found = get_conversation_beside(person, conversation_id)
    except Http404:
        return False
    return Following.objects.filter(conversation=found, person=person, until=None).exists()


def followers_of(conversation: Conversation) -> list[str]:
    """The names of those who follow now."""
    names = Following.objects.filter(conversation=conversation, until=None).order_by("since", "pk")
    return list(names.values_list("person__duty_name", flat=True))


def _tell(conversation: Conversation, actor: Person) -> None:
    announce(f"conversation:{conversation.pk}", {"t": "aside"})
    announce(f"person:{actor.pk}", {"t": "following"})


def _record(code: str, conversation: Conversation, actor: Person, now: datetime, **details: str) -> None:
    audit.record(
        code=code,
        actor=f"person:{actor.pk}",
        subject=f"conversation:{conversation.pk}",
        now=now,
        details=details,
        centre=str(conversation.contact.line.centre_id),
    )
