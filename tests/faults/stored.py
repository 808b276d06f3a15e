"""`python -m tests.faults.stored ID…`: what the databases hold of these conversations, unsealed, as one JSON object."""

from __future__ import annotations

import json
import sys
import uuid

import django


def main(ids: list[str]) -> None:
    django.setup()
    from rinnalla.chat.models import Conversation
    from rinnalla.chat.transcript import read

    found = {}
    for conversation in Conversation.objects.filter(pk__in=[uuid.UUID(pk) for pk in ids]):
        messages = [said.as_frame() for said in read(conversation.pk, conversation.key_id)]
        found[str(conversation.pk)] = {"last_seq": conversation.last_seq, "messages": messages}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
