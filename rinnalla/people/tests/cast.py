"""The cast of the tests about people, and how they sign in.

SOS centre: Aino is administrator, Kerttu coordinator, Lauri shift lead, Veikko and Saara volunteers. Turku: Tuula is
administrator, Timo volunteer; Saara is a volunteer there too.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from rinnalla.people import second_factor
from rinnalla.people.models import Centre, Membership, Person, Role

PASSWORD = "seitsemän harmaata hylkeenpoikaa"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
# Each must stay text wherever a name is shown.
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "{{7007*7007}} {% now %}",
    '"><script>alert(1)</script>',
    "O'Neill & Söhne",
]


@dataclass(frozen=True)
class Cast:
    sos: Centre
    turku: Centre
    aino: Person
    kerttu: Person
    lauri: Person
    veikko: Person
    saara: Person
    tuula: Person
    timo: Person


def assemble() -> Cast:
    sos = Centre.objects.create(name="SOS-kriisikeskus", kind=Centre.Kind.SOS, town="Helsinki")
    turku = Centre.objects.create(name="Turun kriisikeskus", kind=Centre.Kind.LOCAL, town="Turku")
    return Cast(
        sos,
        turku,
        aino=person("Aino", (sos, Role.ADMIN)),
        kerttu=person("Kerttu", (sos, Role.COORDINATOR)),
        lauri=person("Lauri", (sos, Role.SHIFT_LEAD)),
        veikko=person("Veikko", (sos, Role.VOLUNTEER)),
        saara=person("Saara", (sos, Role.VOLUNTEER), (turku, Role.VOLUNTEER)),
        tuula=person("Tuula", (turku, Role.ADMIN)),
        timo=person("Timo", (turku, Role.VOLUNTEER)),
    )


def person(name: str, *roles: tuple[Centre, Role], factor: bool = True, password: str = PASSWORD) -> Person:
    """Someone with an account; ``factor``: with an authenticator app whose secret is SECRET."""
    email = f"{name.lower()}@example.org"
    made = Person.objects.create_user(email, password, name=f"{name} Testinen", duty_name=name)
    for centre, role in roles:
        Membership.objects.create(person=made, centre=centre, role=role)
    if factor:
        second_factor.add_totp(made, SECRET)
    return made


def sign_in(client: Client, who: Person, *, factor: bool = True, sudo: bool = False) -> Client:
    """Open a session, without the pages: ``factor``: with the second factor, ``sudo``: confirmed a moment ago."""
    client.force_login(who)
    session = client.session
    records: list[dict[str, object]] = [{"method": "password", "at": time.time()}]
    if factor:
        records.append({"method": "mfa", "type": "totp", "at": time.time()})
    if sudo:
        records.append({"method": "password", "at": time.time(), "reauthenticated": True})
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(who.pk)
    session.save()
    return client


def signed_in(who: Person) -> str:
    """The cookie of a session that a second factor has opened."""
    cookie = sign_in(Client(), who).cookies[settings.SESSION_COOKIE_NAME]
    return f"{cookie.key}={cookie.value}"


def totp_code(secret: str = SECRET) -> str:
    """What the authenticator app shows now; everybody in the cast has the same secret."""
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def letters_go_out() -> None:
    """Do the tasks that wait, once each."""
    for waiting in DBTaskResult.objects.ready():
        waiting.task.call(*waiting.args_kwargs["args"], **waiting.args_kwargs["kwargs"])
        waiting.delete()


def now() -> datetime:
    return timezone.now()
