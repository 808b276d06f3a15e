"""What the live sockets read from the database: who visits, who answers, how long the queue is. Runs in threads."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from rinnalla.chat.models import Conversation
from rinnalla.chat.rules import shown_role, still_shown
from rinnalla.chat.timeframe import TimeFrame
from rinnalla.helpline.models import Contact, DutySession, Line
from rinnalla.helpline.wait_queries import Queue, queues
from rinnalla.helpline.waits import NOBODY
from rinnalla.people.models import Membership, Person

# A page that says nothing is heard of every 20 s (frontend/socket.ts), and that is kept within four rounds of the
# gateway (gateway.SHARES; 10 s): younger than this, nobody is gone.
PRESENT = timedelta(seconds=35)


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
    time: TimeFrame | None = None  # while somebody talks with them


_ABOUT = (
    "contact_id", "contact__line_id", "contact__state", "pk", "last_seq", "open", "key_id", "answerer_id",
    "answerer__duty_name", "contact__line__centre_id", "contact__seen_at", "contact__duty__state",
    "contact__duty__lease_until", "contact__claimed_at", "contact__line__session_minutes", "more_minutes",
    "contact__line__warn_minutes",
)  # fmt: skip


def _talks(**which: Any) -> list[Talk]:
    rows = list(Conversation.objects.filter(**which).values_list(*_ABOUT))
    now = timezone.now()
    roles: dict[tuple[int, int], list[str]] = {}
    held = Membership.objects.filter(person_id__in={row[7] for row in rows if row[7] is not None})
    for person_id, centre_id, role in held.values_list("person_id", "centre_id", "role"):
        roles.setdefault((person_id, centre_id), []).append(role)
    talks = []
    for row in rows:
        contact, line, state, pk, newest, is_open, key, answerer, name, centre, seen_at, duty, lease_until = row[:13]
        since, minutes, more, warn = row[13:]
        theirs = roles.get((answerer, centre), []) if answerer is not None else []
        talks.append(
            Talk(
                contact_id=contact,
                line_id=line,
                state=state,
                conversation_id=pk,
                newest=newest,
                open=is_open,
                erased=key is None,
                answerer_id=answerer,
                answerer={"name": name, "role": shown_role(theirs)} if answerer is not None else None,
                may_answer=answerer
                if is_open and theirs and duty is not None and duty != DutySession.State.ENDED
                else None,
                seeker_there=seen_at >= now - PRESENT,
                answerer_there=lease_until is not None and lease_until >= now,
                time=TimeFrame(since, minutes + more, warn) if since and state == Contact.State.TALKING else None,
            )
        )
    return talks


def talks_by_token(hashes: Sequence[bytes]) -> list[Talk | None]:
    """The talk of each token hash; None where no contact has it, or none that may still be shown."""
    found = Contact.objects.filter(still_shown(now=timezone.now()), token_hash__in=set(hashes))
    contacts = {bytes(token or b""): pk for pk, token in found.values_list("pk", "token_hash")}
    by_contact = {talk.contact_id: talk for talk in _talks(contact_id__in=contacts.values())}
    return [by_contact.get(contacts.get(wanted, 0)) for wanted in hashes]


def talks_by_id(ids: Sequence[uuid.UUID]) -> list[Talk | None]:
    by_id = {talk.conversation_id: talk for talk in _talks(pk__in=set(ids))}
    return [by_id.get(wanted) for wanted in ids]


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands in the queue, as frames and pages tell it. ``low`` and ``high``: seconds, or None."""

    place: int
    of: int
    low: int | None
    high: int | None
    hope: bool


def queues_on_lines(line_ids: Sequence[int]) -> list[Queue]:
    """The queue of each line with its waits. Read and computed once for each line, however many ask."""
    found = queues(line_ids, now=timezone.now())
    return [found.get(line_id, Queue({}, NOBODY)) for line_id in line_ids]


def standing_in(queue: Queue, contact_id: int) -> Standing | None:
    place = queue.places.get(contact_id)
    if place is None:
        return None
    wait = queue.forecast.of(place)
    return Standing(place, len(queue.places), wait.low, wait.high, wait.hope)


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


def line_ids() -> list[int]:
    return list(Line.objects.values_list("pk", flat=True))
