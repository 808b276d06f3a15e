"""Who is at the other end of a socket: lookups for many, of which one must not spoil the others'."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from django.utils import timezone

from rinnalla.chat.gateway import SHARES
from rinnalla.chat.rules import SHOWN_AFTER_END
from rinnalla.chat.tests.conftest import begin
from rinnalla.chat.transcript import Saying, read_many, write
from rinnalla.chat.visiting import people_of_sessions, queues_on_lines, talks_by_id, talks_by_token
from rinnalla.helpline.actions import leave, token_hash
from rinnalla.helpline.models import Contact, Line
from rinnalla.helpline.rules import RENEW
from rinnalla.people.models import Person
from rinnalla.people.tests.cast import signed_in


def key_of(person: Person) -> str:
    return signed_in(person).removeprefix(f"{settings.SESSION_COOKIE_NAME}=")


def test_each_session_leads_to_its_person(aino: Person, eetu: Person) -> None:
    keys = [key_of(eetu), key_of(aino), key_of(eetu)]

    assert people_of_sessions(keys) == [eetu.pk, aino.pk, eetu.pk]


@pytest.mark.parametrize("key", ["", "\x00", "é" * 32, "'; --", "x" * 32, "x" * 5000])
def test_a_cookie_that_is_no_session_is_nobody_and_harms_no_other(aino: Person, key: str) -> None:
    assert people_of_sessions([key, key_of(aino)]) == [None, aino.pk]


def test_a_session_without_a_second_factor_is_nobody(aino: Person) -> None:
    request = RequestFactory().get("/")
    request.session = SessionStore()
    login(request, aino, backend="allauth.account.auth_backends.AuthenticationBackend")
    request.session.save()

    assert people_of_sessions([str(request.session.session_key)]) == [None]


def test_a_session_ends_with_its_time_its_password_and_its_person(aino: Person, eetu: Person) -> None:
    expired, changed, gone = key_of(aino), key_of(eetu), key_of(aino)
    session = SessionStore(expired)
    session.set_expiry(-1)
    session.save()
    eetu.set_password("another long password")
    eetu.save()

    assert people_of_sessions([expired, changed, gone]) == [None, None, aino.pk]

    Person.objects.filter(pk=aino.pk).update(is_active=False)

    assert people_of_sessions([gone]) == [None]


def test_each_token_leads_to_its_talk(sekasin: Line, aino: Person, eetu: Person) -> None:
    first, _, token = begin(sekasin, aino)
    second, _, other = begin(sekasin, eetu)

    found = talks_by_token([token_hash(other), token_hash("no such token"), token_hash(token)])

    assert [talk and talk.contact_id for talk in found] == [second.pk, None, first.pk]
    assert [talk and talk.answerer for talk in found] == [
        {"name": "Eetu", "role": "volunteer"},
        None,
        {"name": "Aino", "role": "volunteer"},
    ]


def test_a_token_leads_nowhere_an_hour_after_the_end(sekasin: Line, aino: Person, eetu: Person) -> None:
    long_ago, _, token = begin(sekasin, aino)
    just_now, _, other = begin(sekasin, eetu)
    for contact, more in ((long_ago, timedelta(minutes=1)), (just_now, -timedelta(minutes=1))):
        leave(contact=contact, now=timezone.now() - SHOWN_AFTER_END - more)

    found = talks_by_token([token_hash(token), token_hash(other)])

    assert [talk and talk.contact_id for talk in found] == [None, just_now.pk]


def test_each_line_has_its_own_queue(sekasin: Line) -> None:
    solmussa = Line.objects.create(slug="solmussa", channel="chat", centre=sekasin.centre)
    now = timezone.now()
    first, second, alone = (
        Contact.objects.create(
            line=line, queued_at=now + timedelta(seconds=later), rank_at=now + timedelta(seconds=later), seen_at=now
        )
        for later, line in enumerate((sekasin, sekasin, solmussa))
    )

    assert [queue.places for queue in queues_on_lines([sekasin.pk, solmussa.pk, sekasin.pk, 0])] == [
        {first.pk: 1, second.pk: 2},
        {alone.pk: 1},
        {first.pk: 1, second.pk: 2},
        {},
    ]


def test_each_conversation_is_read_above_its_own_number(sekasin: Line, aino: Person, eetu: Person) -> None:
    talks = [begin(sekasin, person)[0].conversation for person in (aino, eetu)]
    now = timezone.now()
    for talk in talks:
        write([Saying(talk.pk, uuid.uuid4(), "seeker", text, now) for text in ("one", "two")])

    wanted = [(talks[0].pk, 1), (talks[1].pk, 2), (talks[1].pk, 0), (uuid.uuid4(), 0), (talks[0].pk, 3)]

    assert [[(said.seq, said.text) for said in found] for found in read_many(wanted)] == [
        [(2, "one"), (3, "two")],
        [(3, "two")],
        [(1, ""), (2, "one"), (3, "two")],
        [],
        [],
    ]


def test_a_talk_that_was_erased_reads_as_nothing(sekasin: Line, aino: Person) -> None:
    contact, _, _ = begin(sekasin, aino)
    conversation = contact.conversation
    type(conversation).objects.update(key_id=None, open=False)

    [talk] = talks_by_id([conversation.pk])

    assert talk is not None
    assert talk.erased
    assert read_many([(conversation.pk, 0)]) == [[]]


def test_a_help_seeker_whose_page_only_pings_is_still_there(sekasin: Line, aino: Person) -> None:
    contact, _, _ = begin(sekasin, aino)
    last_ping = timezone.now() - timedelta(seconds=20) - RENEW / 2 * SHARES  # each at its latest
    Contact.objects.filter(pk=contact.pk).update(seen_at=last_ping)

    [found] = talks_by_id([contact.conversation.pk])

    assert found is not None
    assert found.seeker_there
