"""How django-allauth behaves here: closed sign-up, plain words, letters by tasks, secrets sealed."""

from __future__ import annotations

import io
from typing import Any, ClassVar

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core.internal.ratelimit import truncate_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rinnalla.people import actions, second_factor, tasks
from rinnalla.people.models import Person


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is not right. Check both and try again."),
        "enter_current_password": _("The current password is not right."),
        "incorrect_password": _("The password is not right."),
        "too_many_login_attempts": _("There have been too many tries. Wait five minutes and try again."),
        "rate_limited": _("There have been too many tries. Wait five minutes and try again."),
        "invalid_password_reset": _("The link has expired or has been used. Ask for a new one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # an account begins with an invitation

    def format_email_subject(self, subject: str) -> str:
        return subject

    def get_client_ip(self, request: HttpRequest) -> str:
        """A mark of the peer for rate limits, which may be kept in a database: no address, and another one each day."""
        address = truncate_ip(super().get_client_ip(request))
        return salted_hmac(f"limit {timezone.now():%Y-%m-%d}", address, algorithm="sha256").hexdigest()

    def is_safe_url(self, url: str) -> bool:
        """Only paths of this site: no page of ours sends anybody elsewhere."""
        return bool(url_has_allowed_host_and_scheme(url, allowed_hosts=None))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def send_password_reset_mail(self, user: Person, email: str, context: dict[str, Any]) -> None:
        # By a task: the page then answers as fast for an unknown address, and the link is in no table.
        tasks.send_password_reset.enqueue(user.pk)

    def set_password(self, user: Person, password: str) -> None:
        actions.set_password(person=user, password=password, now=timezone.now())

    def logout(self, request: HttpRequest) -> None:
        person = request.user
        super().logout(request)
        if person.is_authenticated:
            actions.note_sign_out(person=person, now=timezone.now())

    def post_login(self, request: HttpRequest, user: Person, **kwargs: Any) -> HttpResponseBase:
        if not second_factor.has_second_factor(user):
            # The password was written a moment ago: setting up the first factor does not ask for it again.
            record_authentication(request, user, method="password", reauthenticated=True)
        response: HttpResponseBase = super().post_login(request, user, **kwargs)
        return response


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code or key is not right, or the code has already changed. Use the newest one."),
    }

    def encrypt(self, text: str) -> str:
        return second_factor.seal_secret(text)

    def decrypt(self, encrypted_text: str) -> str:
        return second_factor.open_secret(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        picture = io.BytesIO()
        # On white with a wide border: phones then read it from a dark page too.
        code = segno.make(url, micro=False)
        code.save(picture, kind="svg", scale=5, border=3, light="#fff", dark="#111", xmldecl=False)
        return picture.getvalue().decode()

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:  # noqa: A002 (allauth's)
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey {number}").format(number=number)

    def _get_site_name(self) -> str:
        return "Rinnalla"
