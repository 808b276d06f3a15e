"""The bench's conversations are those that people begin."""

from __future__ import annotations

from typing import Any

import pytest
from django.forms.models import model_to_dict
from django.utils import timezone

from bench.chat import world
from bench.world import make_line, make_volunteers
from rinnalla.chat.models import Conversation
from rinnalla.chat.transcript import read
from rinnalla.chat.visiting import people_of_sessions, talks_by_token
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import DutySession, Line
from rinnalla.people.models import Person
from rinnalla.people.tests.cast import signed_in
from rinnalla.sealing.models import RecordKey


@pytest.fixture
def line(db: None) -> Line:
    return make_line(parallel_limit=world.PARALLEL)


@pytest.fixture
def aino(line: Line) -> Person:
    return make_volunteers(line, 1)[0]


def everything_of(conversation: Conversation) -> dict[str, Any]:
    """All that the database says of a conversation, without what is different in each."""
    contact = model_to_dict(conversation.contact) | {"token_bytes": len(conversation.contact.token_hash or b"")}
    assert conversation.key_id is not None
    key = RecordKey.objects.get(pk=conversation.key_id)
    [joined] = read(conversation.pk, conversation.key_id)
    return {
        "contact": {name: value for name, value in contact.items() if name not in {"id", "duty"}},
        "duty": contact["duty"] is not None,
        "conversation": (conversation.last_seq, conversation.open, conversation.answerer_id, conversation.erased_at),
        "key": (len(key.wrapped), key.master, key.created_at),
        "joined": (joined.seq, joined.by, joined.kind, joined.name, joined.role, joined.at),
    }


def test_conversations_made_in_bulk_equal_those_that_actions_begin(line: Line, aino: Person) -> None:
    now = timezone.now()
    helpline.join_queue(line=line, language="fi", now=now)
    duty = helpline.take_duty(line=line, actor=aino, now=now)
    by_actions = helpline.take_next(duty=duty, actor=aino, now=now).conversation
    duty_after = model_to_dict(DutySession.objects.get(pk=duty.pk))

    duty.refresh_from_db()
    [(pk, _)] = world.begin(duty, 1, now=now)

    assert everything_of(Conversation.objects.get(pk=pk)) == everything_of(Conversation.objects.get(pk=by_actions.pk))
    assert model_to_dict(DutySession.objects.get(pk=duty.pk)) == duty_after


def test_both_sides_can_enter(line: Line, aino: Person) -> None:
    now = timezone.now()
    duty = helpline.take_duty(line=line, actor=aino, now=now)
    [(pk, token)] = world.begin(duty, 1, now=now)

    [talk] = talks_by_token([helpline.token_hash(token)])
    [person] = people_of_sessions([signed_in(aino).partition("=")[2]])

    assert talk is not None
    assert (talk.conversation_id, talk.answerer_id, person) == (pk, aino.pk, aino.pk)
