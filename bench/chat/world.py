"""A centre in which N conversations go on: made in a process of its own, as settings belong to one database.

    python -m bench.chat.world make N      migrates, makes N conversations, prints how to enter each
    python -m bench.chat.world stored      prints the text messages of each conversation: [[seq, client id], …]

The rows are those that the actions leave (a test compares them), made in bulk: 4,500 conversations in seconds.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import uuid
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Final

from bench.world import make_line, make_volunteers

if TYPE_CHECKING:
    from rinnalla.helpline.models import DutySession

PARALLEL: Final = 6  # conversations of one volunteer, the most a line allows
# Leases last until the pages are there: nobody may count as lost while thousands of others connect.
UNTIL_CONNECTED: Final = timedelta(minutes=5)


def begin(duty: DutySession, count: int, *, now: datetime) -> list[tuple[uuid.UUID, str]]:
    """``count`` conversations of ``duty``: the id and the help-seeker's token of each."""
    from rinnalla.chat.models import Conversation, Message
    from rinnalla.chat.rules import shown_role
    from rinnalla.chat.transcript import event, write
    from rinnalla.helpline.actions import token_hash
    from rinnalla.helpline.models import Contact, DutySession
    from rinnalla.people.models import Role
    from rinnalla.sealing.models import RecordKey
    from rinnalla.sealing.seal import Key, ring

    keys, tokens = ring(), [secrets.token_urlsafe(32) for _ in range(count)]
    raw = {uuid.uuid4(): os.urandom(32) for _ in range(count)}
    RecordKey.objects.bulk_create(
        RecordKey(id=key_id, wrapped=keys.master.wrap(key_id, key), master=keys.master.name, created_at=now)
        for key_id, key in raw.items()
    )
    for key_id, key in raw.items():
        keys.remember(Key(key_id, key))
    contacts = Contact.objects.bulk_create(
        Contact(
            line=duty.line,
            token_hash=token_hash(token),
            state=Contact.State.TALKING,
            queued_at=now,
            rank_at=now,
            seen_at=now,
            duty=duty,
            claimed_at=now,
        )
        for token in tokens
    )
    conversations = Conversation.objects.bulk_create(
        Conversation(contact=contact, key_id=key_id, answerer=duty.person)
        for contact, key_id in zip(contacts, raw, strict=True)
    )
    about = {"name": duty.person.duty_name, "role": shown_role([Role.VOLUNTEER])}
    write([event(made.pk, Message.Kind.JOINED, at=now, about=about) for made in conversations])
    duty.state, duty.open_contacts = DutySession.State.TALKING, count
    duty.save(update_fields=["state", "open_contacts"])
    return [(made.pk, token) for made, token in zip(conversations, tokens, strict=True)]


def make(count: int) -> list[dict[str, str]]:
    """``count`` conversations and how both sides enter them."""
    from django.db import transaction
    from django.utils import timezone

    from rinnalla.core import setup
    from rinnalla.helpline.models import DutySession
    from rinnalla.people.tests.cast import signed_in

    setup.migrate(verbosity=0)
    entrances = []
    now = timezone.now()
    with transaction.atomic(), transaction.atomic(using="keys"):
        line = make_line(parallel_limit=PARALLEL)
        shares = [len(share) for share in batched(range(count), PARALLEL)]
        for person, share in zip(make_volunteers(line, len(shares)), shares, strict=True):
            duty = DutySession.objects.create(
                line=line, person=person, started_at=now, lease_until=now + UNTIL_CONNECTED
            )
            staff = signed_in(person)
            entrances += [
                {"conversation": str(pk), "visit": f"visit={token}", "staff": staff}
                for pk, token in begin(duty, share, now=now)
            ]
    return entrances


def stored() -> dict[str, list[tuple[int, str]]]:
    """The text messages that the database holds, by conversation, opened one by one so that unreadable ones show."""
    from rinnalla.chat.models import Conversation
    from rinnalla.chat.transcript import read

    return {
        str(pk): [(said.seq, str(said.id)) for said in read(pk, key_id) if said.kind == "text"]
        for pk, key_id in Conversation.objects.values_list("pk", "key_id")
    }


def main(arguments: list[str]) -> int:
    import django

    django.setup()
    match arguments:
        case ["make", count]:
            json.dump(make(int(count)), sys.stdout)
        case ["stored"]:
            json.dump(stored(), sys.stdout)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
