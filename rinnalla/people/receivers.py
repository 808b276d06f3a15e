"""What django-allauth tells: sign-ins and second factors go into the audit log."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import user_logged_in
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from rinnalla.audit.actions import record
from rinnalla.people import second_factor
from rinnalla.people.models import Person


def note(code: str, person: Person, **details: object) -> None:
    """Write that ``person`` did ``code`` to their own account."""
    who = f"person:{person.pk}"
    with transaction.atomic():
        record(code=code, actor=who, subject=who, now=timezone.now(), details=details)


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: Person, **_: Any) -> None:
    with_what = [str(r.get("type") or r["method"]) for r in get_authentication_records(request, user)]
    note("people.signed_in", user, **{"with": list(dict.fromkeys(with_what))})


@receiver(mfa.authenticator_added)
def factor_added(request: HttpRequest, user: Person, authenticator: Authenticator, **_: Any) -> None:
    note("people.factor_added", user, kind=str(authenticator.type))
    if authenticator.type in second_factor.FACTORS:
        second_factor.count_as_second_factor(request, user, authenticator.type)


@receiver(mfa.authenticator_removed)
def factor_removed(user: Person, authenticator: Authenticator, **_: Any) -> None:
    note("people.factor_removed", user, kind=str(authenticator.type))


@receiver(mfa.authenticator_reset)
def codes_renewed(user: Person, **_: Any) -> None:
    note("people.recovery_codes_renewed", user)


@receiver(mfa.authentication_failed)
def factor_failed(user: Person, authenticator: Authenticator, **_: Any) -> None:
    # The password was right and the second factor was not: the mark of a stolen password.
    note("people.second_factor_failed", user, kind=str(authenticator.type))
