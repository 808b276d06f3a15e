"""The centre of an evening, made and read in processes of their own, by the evening's clock.

    python -m bench.overload.world make FILE         migrates, makes the line and the people, prints who may enter
    python -m bench.overload.world wait N            lets N more people wait, prints the cookie of each
    python -m bench.overload.world contacts          prints what became of every contact

FILE holds a Setting as JSON.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.overload.clock import clock_of_environment, hasten
from bench.world import LINE, make_line, make_volunteers

if TYPE_CHECKING:
    from rinnalla.helpline.models import Line

# A place is kept for as long as anybody in the evening might be away: by the wall that is seconds.
PLACE_KEPT: Final = 30_000  # minutes


@dataclass(frozen=True, slots=True)
class Setting:
    """What the centre is like. ``opens`` and ``closes``: local times, None for a line that is always open."""

    volunteers: int
    order: str
    session_minutes: int
    wrap_up_minutes: int
    parallel_limit: int
    level_minutes: int
    queue_cap: int | None = None
    opens: str | None = None
    closes: str | None = None


def make(setting: Setting) -> dict[str, Any]:
    from django.db import transaction

    from rinnalla.core import setup
    from rinnalla.helpline.models import OpeningHours
    from rinnalla.people import second_factor
    from rinnalla.people.models import Membership, Person, Role
    from rinnalla.people.tests.cast import SECRET, signed_in

    setup.migrate(verbosity=0)
    with transaction.atomic():
        line = make_line(parallel_limit=setting.parallel_limit)
        line.order, line.place_hold_minutes = setting.order, PLACE_KEPT
        line.session_minutes, line.wrap_up_minutes = setting.session_minutes, setting.wrap_up_minutes
        line.level_minutes, line.queue_cap = setting.level_minutes, setting.queue_cap
        line.save()
        if setting.opens and setting.closes:
            line.opening_hours.all().delete()
            opens, closes = time.fromisoformat(setting.opens), time.fromisoformat(setting.closes)
            OpeningHours.objects.bulk_create(
                OpeningHours(line=line, weekday=day, opens=opens, closes=closes) for day in range(7)
            )
        lead = Person(email="lead@example.org", name="Vuoro Vastaava", duty_name="Lauri")
        lead.set_unusable_password()
        lead.save()
        Membership.objects.create(person=lead, centre=line.centre, role=Role.SHIFT_LEAD)
        volunteers = make_volunteers(line, setting.volunteers)
        for person in (lead, *volunteers):
            second_factor.add_totp(person, SECRET)
        return {
            "volunteers": [signed_in(person) for person in volunteers],
            "lead": signed_in(lead),
        }


def wait(count: int) -> list[dict[str, Any]]:
    """``count`` people join the end of the queue: the rows that the join leaves, made in bulk."""
    from django.db import transaction
    from django.utils import timezone

    from rinnalla.helpline.models import Line

    with transaction.atomic(), transaction.atomic(using="keys"):
        return _wait(Line.objects.get(slug=LINE), count, now=timezone.now())


def _wait(line: Line, count: int, *, now: datetime) -> list[dict[str, Any]]:
    from rinnalla.chat.models import Conversation
    from rinnalla.helpline.actions import token_hash
    from rinnalla.helpline.models import Contact
    from rinnalla.sealing.models import RecordKey
    from rinnalla.sealing.seal import ring

    tokens, keys = [secrets.token_urlsafe(32) for _ in range(count)], ring()
    raw = {uuid.uuid4(): os.urandom(32) for _ in range(count)}
    RecordKey.objects.bulk_create(
        RecordKey(id=key_id, wrapped=keys.master.wrap(key_id, key), master=keys.master.name, created_at=now)
        for key_id, key in raw.items()
    )
    contacts = Contact.objects.bulk_create(
        Contact(
            line=line,
            token_hash=token_hash(token),
            queued_at=now + timedelta(milliseconds=index),
            rank_at=now + timedelta(milliseconds=index),
            # Nobody is away before everybody has connected.
            seen_at=now + timedelta(minutes=2),
        )
        for index, token in enumerate(tokens)
    )
    Conversation.objects.bulk_create(
        Conversation(contact=contact, key_id=key_id) for contact, key_id in zip(contacts, raw, strict=True)
    )
    return [{"cookie": f"visit={token}"} for token in tokens]


def contacts() -> list[dict[str, Any]]:
    """Every contact with the moments at which somebody took it or was lost, and the messages that can be read."""
    from rinnalla.chat.models import Conversation
    from rinnalla.chat.transcript import read

    found = []
    for talk in Conversation.objects.select_related("contact").order_by("contact_id"):
        contact = talk.contact
        said = list(read(talk.pk, talk.key_id)) if talk.key_id is not None else []
        found.append(
            {
                "id": str(talk.pk),
                "visit": bytes(contact.token_hash or b"").hex(),
                "state": contact.state,
                "ended_by": contact.ended_by,
                "level": contact.level,
                "joined": contact.queued_at.timestamp(),
                "rank": contact.rank_at.timestamp(),
                "ended": contact.ended_at.timestamp() if contact.ended_at else None,
                "taken": [one.at.timestamp() for one in said if one.kind == "joined"],
                "given_back": [one.at.timestamp() for one in said if one.kind == "lost"],
                "low": contact.stated_low,
                "high": contact.stated_high,
                "said": [(one.seq, str(one.id)) for one in said if one.kind == "text"],
            }
        )
    return found


def main(arguments: list[str]) -> int:
    import django

    hasten(clock_of_environment())
    django.setup()
    match arguments:
        case ["make", file]:
            json.dump(make(Setting(**json.loads(Path(file).read_text()))), sys.stdout)
        case ["wait", count]:
            json.dump(wait(int(count)), sys.stdout)
        case ["contacts"]:
            json.dump(contacts(), sys.stdout)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


def as_json(setting: Setting) -> str:
    return json.dumps(asdict(setting))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
