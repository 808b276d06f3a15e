"""What the live sockets read from the database: who visits, who answers, how long the queue is. Runs in threads."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from rinnalla.chat.models import Conversation
from rinnalla.chat.rules import shown_role
from rinnalla.chat.transcript import Said, read
from rinnalla.helpline.models import DutySession
from rinnalla.people.models import Membership, Person

PRESENT = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Talk:
    """A contact and its conversation, as far as a socket needs them."""

    contact_id: int
    line_id: int
    state: str
    conversation_id: uuid.UUID
    newest: int
    open: bool
    erased: bool
    answerer_id: int | None
    answerer: dict[str, str] | None
    may_answer: int | None  # the person, while the conversation is open and they are on duty with a role there
    seeker_there: bool
    answerer_there: bool


def _talks(conversations: Sequence[Conversation], now: datetime) -> list[Talk]:
    answerers = {c.answerer_id for c in conversations if c.answerer_id is not None}
    roles: dict[tuple[int, int], list[str]] = {}
    held = Membership.objects.filter(person_id__in=answerers).values_list("person_id", "centre_id", "role")
    for person_id, centre_id, role in held:
        roles.setdefault((person_id, centre_id), []).append(role)
    talks = []
    for c in conversations:
        contact, person, duty = c.contact, c.answerer, c.contact.duty
        theirs = roles.get((person.pk, contact.line.centre_id), []) if person is not None else []
        talks.append(
            Talk(
                contact_id=contact.pk,
                line_id=contact.line_id,
                state=contact.state,
                conversation_id=c.pk,
                newest=c.last_seq,
                open=c.open,
                erased=c.key_id is None,
                answerer_id=c.answerer_id,
                answerer={"name": person.duty_name, "role": shown_role(theirs)} if person is not None else None,
                may_answer=c.answerer_id
                if c.open and theirs and duty is not None and duty.state != DutySession.State.ENDED
                else None,
                seeker_there=contact.seen_at >= now - PRESENT,
                answerer_there=duty is not None and duty.lease_until >= now,
            )
        )
    return talks


def _conversations(**which: Any) -> list[Conversation]:
    wanted = Conversation.objects.select_related("contact__line", "contact__duty", "answerer")
    return list(wanted.filter(**which))


def talks_by_token(hashes: Sequence[bytes]) -> list[Talk | None]:
    """The talk of each token hash; None where no contact has it."""
    rows = _conversations(contact__token_hash__in=set(hashes))
    by_hash = {
        bytes(c.contact.token_hash or b""): talk
        for c, talk in zip(rows, _talks(rows, timezone.now()), strict=True)
    }  # fmt: skip
    return [by_hash.get(wanted) for wanted in hashes]


def talks_by_id(ids: Sequence[uuid.UUID]) -> list[Talk | None]:
    rows = _conversations(pk__in=set(ids))
    by_id = {talk.conversation_id: talk for talk in _talks(rows, timezone.now())}
    return [by_id.get(wanted) for wanted in ids]


def messages_after(wanted: Sequence[tuple[uuid.UUID, int]]) -> list[list[Said]]:
    """The messages of each conversation above a number."""
    keys = dict(Conversation.objects.filter(pk__in={pk for pk, _ in wanted}).values_list("pk", "key_id"))
    return [read(pk, keys.get(pk), after=after) for pk, after in wanted]


def people_of_sessions(session_keys: Sequence[str]) -> list[int | None]:
    """The person signed in with each staff session, if a second factor opened it; None otherwise. Two queries."""
    # Only what can be a key is asked for: one that no database takes would spoil the answer for all.
    wanted = {key for key in session_keys if key.isascii() and key.isalnum()}
    sessions = Session.objects.filter(session_key__in=wanted, expire_date__gt=timezone.now())
    opened = {session.session_key: session.get_decoded() for session in sessions}
    people = Person.objects.filter(is_active=True).in_bulk(
        [int(about[SESSION_KEY]) for about in opened.values() if SESSION_KEY in about]
    )
    return [_genuine(opened.get(key, {}), people) for key in session_keys]


def _genuine(about: dict[str, Any], people: dict[int, Person]) -> int | None:
    person = people.get(int(about.get(SESSION_KEY, 0)))
    genuine = (
        person is not None
        and constant_time_compare(about.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
        and any(method.get("method") == "mfa" for method in about.get(AUTHENTICATION_METHODS_SESSION_KEY, []))
    )
    return person.pk if genuine and person is not None else None
