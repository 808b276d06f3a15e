"""The journal of a conversation: numbering, sealing and reading its messages.

A message gets its number inside the transaction that stores it, from the conversation's own row, which is locked until
the commit. Numbers are therefore unique and without gaps, also when several processes write (architecture.md § 4).
"""

from __future__ import annotations

import json
import unicodedata
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from django.db import models
from django.utils.translation import gettext_lazy as _

from rinnalla.chat.models import Conversation, Message
from rinnalla.chat.rows import Head, Row, lock, store
from rinnalla.sealing.seal import Key, KeyErased, ring

MOST_CHARACTERS: Final = 4000


class SayRefusal(models.TextChoices):
    """Why a message is not taken into a conversation."""

    EMPTY = "empty", _("The message is empty.")
    TOO_LONG = "too_long", _("The message is too long. At most 4,000 characters fit in one message.")
    ENDED = "ended", _("The conversation has ended. The message was not sent.")
    NOT_YOURS = "not_yours", _("This conversation is not yours.")
    ID_TAKEN = "id_taken", _("Another message was already sent with this identifier. Send it as a new message.")


class Saying(msgspec.Struct, frozen=True):
    """One message on its way into the journal. ``origin`` is handed back untouched: whoever must hear of it."""

    conversation_id: uuid.UUID
    client_id: uuid.UUID
    author: str
    text: str
    at: datetime
    person_id: int | None = None
    kind: str = Message.Kind.TEXT
    origin: Any = None


class Stored(msgspec.Struct, frozen=True):
    seq: int
    at: datetime
    fresh: bool  # False when the same message had been stored before


class Said(msgspec.Struct, frozen=True):
    """One message, opened for reading."""

    seq: int
    id: uuid.UUID
    by: str
    kind: str
    text: str
    at: datetime
    name: str | None = None
    role: str | None = None

    def as_frame(self) -> dict[str, Any]:
        """The message as the live frames and the page's data carry it."""
        return {
            "seq": self.seq,
            "id": str(self.id),
            "by": self.by,
            "kind": self.kind,
            "text": self.text,
            "at": stamp(self.at),
            "name": self.name,
            "role": self.role,
        }


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clean(text: str) -> str:
    """What is kept of a typed text: whole characters, lines and tabs; no other control characters.

    Lone surrogates, which no database stores, become U+FFFD. Direction marks stay: the page isolates each message.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii() or not text.isprintable():
        text = "".join(
            "\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc"
        )
    return text.strip()


def text_refusal(text: str) -> SayRefusal | None:
    """Why the cleaned ``text`` cannot be a message; None if it can."""
    if not text:
        return SayRefusal.EMPTY
    if len(text) > MOST_CHARACTERS:
        return SayRefusal.TOO_LONG
    return None


def place(conversation_id: uuid.UUID, client_id: uuid.UUID, author: str) -> str:
    """Where a message's body belongs: sealed there, it opens nowhere else (promise S6)."""
    return f"chat.Message.body|{conversation_id}|{client_id}|{author}"


def write(sayings: Sequence[Saying]) -> list[Stored | SayRefusal]:
    """Store messages, in order, inside the caller's transaction: the journal's ``write``.

    A message that is stored already (same id, author and text) is answered with its old number. Locks the
    conversations in id order, so that two processes cannot wait for each other.
    """
    conversations, repeated = lock(
        {saying.conversation_id for saying in sayings}, [saying.client_id for saying in sayings]
    )
    keys = ring().find(row.key_id for row in conversations.values() if row.key_id is not None)
    known = _stored_before(sayings, keys, conversations) if repeated else {}
    begun = {pk: head.last_seq for pk, head in conversations.items()}
    outcomes: list[Stored | SayRefusal] = []
    rows: list[Row] = []
    for saying in sayings:
        conversation = conversations.get(saying.conversation_id)
        before = known.get((saying.conversation_id, saying.client_id))
        if before is not None:
            same = before[0] == (saying.author, saying.person_id, saying.kind, saying.text)
            outcomes.append(Stored(before[1], before[2], fresh=False) if same else SayRefusal.ID_TAKEN)
        elif conversation is None or conversation.key_id not in keys:
            outcomes.append(SayRefusal.ENDED)
        elif reason := _write_refusal(conversation, saying):
            outcomes.append(reason)
        else:
            conversation.last_seq += 1
            body = keys[conversation.key_id].seal(saying.text, place(conversation.id, saying.client_id, saying.author))
            rows.append(
                Row(
                    conversation.id,
                    conversation.last_seq,
                    saying.client_id,
                    saying.author,
                    saying.kind,
                    saying.person_id,
                    saying.at,
                    body,
                )
            )
            known[saying.conversation_id, saying.client_id] = (
                (saying.author, saying.person_id, saying.kind, saying.text),
                conversation.last_seq,
                saying.at,
            )
            outcomes.append(Stored(conversation.last_seq, saying.at, fresh=True))
    if rows:
        store(rows, [head for pk, head in conversations.items() if head.last_seq > begun[pk]])
    return outcomes


def _write_refusal(conversation: Head, saying: Saying) -> SayRefusal | None:
    if saying.author == Message.Author.SERVICE:
        return None
    if not conversation.open:
        return SayRefusal.ENDED
    if saying.author == Message.Author.ANSWERER and conversation.answerer_id != saying.person_id:
        return SayRefusal.NOT_YOURS
    return None


_Before = tuple[tuple[str, int | None, str, str], int, datetime]


def _stored_before(
    sayings: Sequence[Saying], keys: dict[uuid.UUID, Key], conversations: dict[uuid.UUID, Head]
) -> dict[tuple[uuid.UUID, uuid.UUID], _Before]:
    """Messages with these ids that are stored already: (author, person, kind, text), number and time of each."""
    before: dict[tuple[uuid.UUID, uuid.UUID], _Before] = {}
    found = Message.objects.filter(
        client_id__in=[saying.client_id for saying in sayings], conversation_id__in=list(conversations)
    )
    for message in found:
        key_id = conversations[message.conversation_id].key_id
        if key_id in keys:
            text = open_body(message, keys[key_id])
            about = (message.author, message.person_id, message.kind, text)
            before[message.conversation_id, message.client_id] = (about, message.seq, message.at)
    return before


def open_body(message: Message, key: Key) -> str:
    return key.open(message.body, place(message.conversation_id, message.client_id, message.author))


def read(conversation_id: uuid.UUID, key_id: uuid.UUID | None) -> list[Said]:
    """All messages of a conversation, in order, opened. Empty when the content was erased."""
    if key_id is None:
        return []
    try:
        key = ring().get(key_id)
    except KeyErased:  # erased a moment ago; the rows follow
        return []
    return [opened(message, key) for message in Message.objects.filter(conversation_id=conversation_id)]


def read_many(wanted: Sequence[tuple[uuid.UUID, int]]) -> list[list[Said]]:
    """For each conversation, its messages above a number, as :func:`read`. Two queries, and one for each number."""
    key_ids = dict(Conversation.objects.filter(pk__in={pk for pk, _ in wanted}).values_list("pk", "key_id"))
    keys = ring().find(key_id for key_id in key_ids.values() if key_id is not None)
    above: dict[int, set[uuid.UUID]] = {}
    for pk, after in wanted:
        if key_ids.get(pk) in keys:  # else erased; when that was a moment ago, the rows follow
            above.setdefault(after, set()).add(pk)
    found: dict[tuple[uuid.UUID, int], list[Said]] = {}
    for after, pks in above.items():
        for message in Message.objects.filter(conversation_id__in=pks, seq__gt=after):
            key_id = key_ids[message.conversation_id]
            assert key_id is not None
            found.setdefault((message.conversation_id, after), []).append(opened(message, keys[key_id]))
    return [found.get(one, []) for one in wanted]


def opened(message: Message, key: Key) -> Said:
    return said(message.seq, message.client_id, message.author, message.kind, open_body(message, key), message.at)


def said(seq: int, client_id: uuid.UUID, author: str, kind: str, text: str, at: datetime) -> Said:
    """A message for reading. The text of an event is data: who joined, in which role."""
    if kind == Message.Kind.TEXT:
        return Said(seq, client_id, author, kind, text, at)
    about = json.loads(text) if text else {}
    return Said(seq, client_id, author, kind, "", at, name=about.get("name"), role=about.get("role"))


def event(
    conversation_id: uuid.UUID, kind: Message.Kind, *, at: datetime, about: dict[str, str] | None = None
) -> Saying:
    """A line of the service's own in the journal, such as "the answerer joined"."""
    text = json.dumps(about, ensure_ascii=False) if about else ""
    return Saying(conversation_id, uuid.uuid4(), Message.Author.SERVICE, text, at, kind=kind)
