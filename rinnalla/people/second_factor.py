"""The second factor: who has one, which session was opened with it, and how its secrets are kept.

Promise "phisher": a password alone opens nothing. A session counts only when a second factor opened it (a code, a
passkey, a recovery code), or when its first factor was proven in that same session.
"""

from __future__ import annotations

import base64
import os

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from rinnalla.people.models import Person

# Recovery codes come only with one of these, and are no factor of their own.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
_NONCE = 12
_PLACE = b"people.second_factor"


def factors() -> QuerySet[Authenticator]:
    """For ``Exists`` in a query of people: the second factors of the outer person."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    return found


def has_second_factor(person: Person) -> bool:
    return bool(Authenticator.objects.filter(user_id=person.pk, type__in=FACTORS).exists())


def factor_names(person: Person) -> list[str]:
    """The kinds of second factor the person has, in the reader's language."""
    words = {Authenticator.Type.TOTP: _("authenticator app"), Authenticator.Type.WEBAUTHN: _("passkey")}
    kinds = set(Authenticator.objects.filter(user_id=person.pk, type__in=FACTORS).values_list("type", flat=True))
    return [word for kind, word in words.items() if kind in kinds]


def opened_with_second_factor(request: HttpRequest, person: Person) -> bool:
    """Whether the session of ``request`` was opened with a second factor of ``person``. No query."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, person))


def count_as_second_factor(request: HttpRequest, person: Person, kind: str) -> None:
    """Note in the session that ``person`` has just proven a second factor of ``kind``."""
    record_authentication(request, person, "mfa", type=kind, reauthenticated=True)


def add_totp(person: Person, secret: str) -> None:
    """Give ``person`` the code generator with this base32 ``secret``, replacing an older one (for demo worlds)."""
    Authenticator.objects.filter(user_id=person.pk, type=Authenticator.Type.TOTP).delete()
    TOTP.activate(person, secret)


def seal_secret(text: str) -> str:
    """The secret of a factor as it is stored: a stolen database makes no codes without the master key."""
    nonce = os.urandom(_NONCE)
    return base64.b64encode(nonce + _cipher().encrypt(nonce, text.encode(), _PLACE)).decode()


def open_secret(sealed: str) -> str:
    """The secret sealed by :func:`seal_secret`. Raises ValueError when the master key is another one."""
    raw = base64.b64decode(sealed)
    try:
        return _cipher().decrypt(raw[:_NONCE], raw[_NONCE:], _PLACE).decode()
    except InvalidTag:
        raise ValueError("a second factor was sealed with another master key") from None


def _cipher() -> AESGCM:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"rinnalla people second factor")
    return AESGCM(derive.derive(base64.b64decode(settings.MASTER_KEY)))
