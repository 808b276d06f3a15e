"""A volunteer's browser, without scripts, for the tests of pages."""

from __future__ import annotations

import re
import uuid

from django.test import Client

from rinnalla.people import second_factor
from rinnalla.people.models import Person
from rinnalla.people.tests.cast import SECRET, sign_in


def desk_of(person: Person) -> Client:
    """Signed in with a second factor."""
    second_factor.add_totp(person, SECRET)
    return sign_in(Client(), person)


def on_duty(person: Person, *, line: str = "sekasin") -> Client:
    client = desk_of(person)
    assert client.post("/staff/duty/take/", {"line": line}).status_code == 302
    return client


def conversation_id(location: str) -> uuid.UUID:
    found = re.fullmatch(r"/staff/conversations/([0-9a-f-]{36})/", location)
    assert found is not None, location
    return uuid.UUID(found[1])
