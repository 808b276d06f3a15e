"""Letters by e-mail. Plain text only, so that whatever a name contains stays text.

Each is sent from a task, in the reader's language, and at most once as far as a mail server lets us know.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from rinnalla.people.models import Invitation, Person
from rinnalla.people.names import one_line
from rinnalla.people.queries import acceptance_refusal


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def send_invitation(*, invitation_id: int, now: datetime) -> None:
    """Write the invitation's letter with a new link, which ends an earlier link of the same invitation.

    Does nothing when it was sent or can no longer be accepted. The link exists only in the letter: when the mail server
    fails after taking the letter, the next try sends a second one, and the newest letter's link works.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        invitation = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("centre", "invited_by")
            .filter(pk=invitation_id)
            .first()
        )
        if invitation is None or invitation.sent_at or acceptance_refusal(invitation=invitation, now=now):
            return
        invitation.token_hash = token_hash(token)
        invitation.save(update_fields=["token_hash"])
    _send(
        "invitation",
        to=invitation.email,
        language=invitation.language,
        invitation=invitation,
        url=_address("invitation", token),
    )
    # Not when it was sent anew meanwhile: that letter has another link and is still to go.
    Invitation.objects.filter(pk=invitation.pk, token_hash=invitation.token_hash).update(sent_at=now)


def send_second_factor_reset(*, person_id: int) -> None:
    """Tell the person that a colleague removed their second factor, and what to do if it is a surprise."""
    person = Person.objects.get(pk=person_id)
    _send(
        "second_factor_reset", to=person.email, language=person.language, person=person, url=_address("account_login")
    )


def send_password_reset(*, person_id: int) -> None:
    """Send the link with which the person writes a new password. Signing in still takes the second factor."""
    person = Person.objects.get(pk=person_id)
    if not person.is_active:
        return
    key, uid = default_token_generator.make_token(person), user_pk_to_url_str(person)
    url = _address("account_reset_password_from_key", uid, key)
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    _send("password_reset", to=person.email, language=person.language, person=person, url=url, minutes=minutes)


def _address(name: str, *args: str) -> str:
    """Absolute, from the settings: a request's Host header must never end up in a letter."""
    return settings.STAFF_URL + reverse(name, args=args)


def _send(name: str, *, to: str, language: str, **context: Any) -> None:
    """Send ``people/letters/<name>.txt``: its first line is the subject, the rest the letter."""
    with translation.override(language):
        subject, _, body = render_to_string(f"people/letters/{name}.txt", context).strip().partition("\n")
    EmailMessage(subject=one_line(subject), body=body.strip() + "\n", to=[to]).send()
