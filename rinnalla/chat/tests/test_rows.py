"""What the journal writes by hand is what the models would write."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from rinnalla.chat.models import Conversation, Message
from rinnalla.chat.rows import Head, Row, lock, store
from rinnalla.chat.tests.conftest import begin
from rinnalla.helpline.models import Line
from rinnalla.people.models import Person


@pytest.fixture
def conversation(sekasin: Line, aino: Person) -> Conversation:
    contact, _, _ = begin(sekasin, aino)
    return contact.conversation


def row(conversation: Conversation, seq: int, at: datetime, **other: Any) -> Row:
    about: dict[str, Any] = {"author": "seeker", "kind": "text", "person_id": None, "body": b"\x00\xff'%s\\"} | other
    return Row(conversation_id=conversation.pk, seq=seq, client_id=uuid.uuid4(), at=at, **about)


def head_of(conversation: Conversation) -> Head:
    heads, _ = lock([conversation.pk], [])
    return heads[conversation.pk]


def as_in_the_table(seq: int) -> list[Any]:
    """The columns of a message as they lie there, with their types where the database has them per value."""
    columns = ["conversation_id", "author", "kind", "person_id", "body", "at"]
    types = [f"typeof({column})" for column in (*columns, "client_id")] if connection.vendor == "sqlite" else []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns + types)} FROM chat_message WHERE seq = %s", [seq])  # noqa: S608
        [found] = cursor.fetchall()
    return list(found)


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 24, 20, 15, 3, 120_456, tzinfo=UTC),
        datetime(2026, 11, 24, 20, 15, 3, tzinfo=UTC),  # Django leaves a fraction of nothing out
        datetime(2026, 6, 24, 1, 15, 3, 1, tzinfo=ZoneInfo("Europe/Helsinki")),
    ],
)
@pytest.mark.parametrize("by_answerer", [False, True])
def test_a_message_lies_in_the_table_as_the_model_would_put_it(
    conversation: Conversation, aino: Person, at: datetime, by_answerer: bool
) -> None:
    about: dict[str, Any] = {"author": "answerer", "person_id": aino.pk} if by_answerer else {}
    made = row(conversation, 2, at, **about)
    with transaction.atomic():
        store([made], [head_of(conversation)])
    Message.objects.create(
        conversation=conversation,
        seq=3,
        client_id=uuid.uuid4(),
        author=made.author,
        kind=made.kind,
        person_id=made.person_id,
        body=made.body,
        at=at,
    )

    assert as_in_the_table(2) == as_in_the_table(3)
    assert Message.objects.get(conversation=conversation, client_id=made.client_id).at == at


def test_bodies_of_many_messages_are_kept_apart(conversation: Conversation) -> None:
    bodies = [b"one", b"", b"\x00" * 5000, "ä€".encode()]
    with transaction.atomic():
        rows = [row(conversation, seq, timezone.now(), body=body) for seq, body in enumerate(bodies, start=2)]
        store(rows, [head_of(conversation)])

    assert [bytes(found.body) for found in Message.objects.filter(seq__gte=2)] == bodies


def test_the_number_of_the_newest_is_stored_for_each_conversation(sekasin: Line, aino: Person, eetu: Person) -> None:
    talks = [begin(sekasin, person)[0].conversation for person in (aino, eetu)]
    with transaction.atomic():
        heads, _ = lock([talk.pk for talk in talks], [])
        for number, talk in enumerate(talks, start=2):
            heads[talk.pk].last_seq = number
        store([row(talks[0], 2, timezone.now())], heads.values())

    assert [Conversation.objects.get(pk=talk.pk).last_seq for talk in talks] == [2, 3]


def test_a_head_says_who_may_write(conversation: Conversation, aino: Person) -> None:
    with transaction.atomic():
        open_head = head_of(conversation)
    Conversation.objects.update(open=False, answerer=None, key_id=None)
    with transaction.atomic():
        closed_head = head_of(conversation)

    assert open_head == Head(conversation.pk, 1, True, aino.pk, conversation.key_id)
    assert closed_head == Head(conversation.pk, 1, False, None, None)


def test_a_message_that_is_stored_is_known_and_others_are_not(conversation: Conversation) -> None:
    made = row(conversation, 2, timezone.now())
    with transaction.atomic():
        store([made], [head_of(conversation)])
        _, known = lock([conversation.pk], [uuid.uuid4(), made.client_id])
        _, other = lock([conversation.pk], [uuid.uuid4()])

    assert (known, other) == (True, False)


def test_the_database_refuses_a_number_that_is_taken_and_stores_nothing(conversation: Conversation) -> None:
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        store([row(conversation, 2, now), row(conversation, 2, now)], [head_of(conversation)])

    assert not Message.objects.filter(seq=2).exists()
