"""Signing in with two steps, and what a session without the second one can reach (promise "phisher")."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from rinnalla.audit.models import Entry
from rinnalla.people import second_factor
from rinnalla.people.models import Person
from rinnalla.people.tests.cast import PASSWORD, SECRET, Cast, assemble, letters_go_out, now, sign_in, totp_code

NEW = "uusi pitkä salasana 9"
NONSENSE = [
    "",
    "null",
    "[]",
    "{}",
    "7",
    '"x"',
    '{"response": []}',
    '{"response": {"userHandle": "AAAA"}}',
    "{" * 1000,
    json.dumps(
        {
            "id": "x",
            "rawId": "x",
            "type": "public-key",
            "response": {"clientDataJSON": "e30", "authenticatorData": "e30", "signature": "e30", "userHandle": "MQ"},
        }
    ),
]


def with_password(client: Client, who: Person, password: str = PASSWORD, **more: str) -> str:
    """Fill in the sign-in page; the answer is where it leads ("" when it stays)."""
    answer = client.post("/accounts/login/", {"login": who.email, "password": password, **more})
    return str(answer.headers.get("Location", ""))


def test_password_and_code_open_the_desk(cast: Cast, client: Client) -> None:
    assert with_password(client, cast.veikko) == "/accounts/2fa/authenticate/"
    assert client.get("/staff/profile/")["Location"].startswith("/accounts/login/")

    answer = client.post("/accounts/2fa/authenticate/", {"code": totp_code()})

    assert answer["Location"] == "/staff/"
    assert client.get("/staff/profile/").status_code == 200
    assert Entry.objects.get(code="people.signed_in").details == {"with": ["password", "totp"]}


def test_a_code_works_once(cast: Cast, client: Client) -> None:
    code = totp_code()
    with_password(client, cast.veikko)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    other = Client()
    with_password(other, cast.veikko)
    answer = other.post("/accounts/2fa/authenticate/", {"code": code})
    assert answer.status_code == 200
    assert other.get("/staff/profile/").status_code == 302


def test_a_wrong_code_stays_outside_and_is_noted(cast: Cast, client: Client) -> None:
    with_password(client, cast.veikko)
    answer = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert answer.status_code == 200
    assert client.get("/staff/profile/").status_code == 302
    assert Entry.objects.filter(code="people.second_factor_failed", subject=f"person:{cast.veikko.pk}").count() == 1


def test_guessing_passwords_and_codes_is_slowed(cast: Cast, client: Client) -> None:
    for _ in range(5):
        with_password(client, cast.veikko, "väärä salasana tässä")
    assert with_password(client, cast.veikko) == ""
    cache.clear()
    with_password(client, cast.veikko)
    for _ in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    client.post("/accounts/2fa/authenticate/", {"code": totp_code()})
    assert client.get("/staff/profile/").status_code == 302


def test_too_many_tries_are_answered_with_a_page_that_says_what_to_do(cast: Cast, client: Client) -> None:
    for number in range(30):
        client.post("/accounts/login/", {"login": f"{number}@example.org", "password": "väärä salasana tässä"})
    answer = client.post("/accounts/login/?language=en", {"login": cast.veikko.email, "password": PASSWORD})
    assert answer.status_code == 429
    assert "Wait a few minutes" in answer.content.decode()


def test_the_wrong_password_and_the_unknown_address_look_alike(cast: Cast, client: Client) -> None:
    texts = []
    for email in (cast.veikko.email, "tuntematon@example.org"):
        answer = client.post("/accounts/login/", {"login": email, "password": "väärä salasana tässä"})
        texts.append(re.sub(r'value="[^"]*"', "", answer.content.decode().replace(email, "")))
    assert re.sub(r"X-CSRFToken[^}]*", "", texts[0]) == re.sub(r"X-CSRFToken[^}]*", "", texts[1])


def test_nobody_signs_up_alone(cast: Cast, client: Client) -> None:
    typed = {"email": "uusi@example.org", "password1": PASSWORD, "password2": PASSWORD}
    assert client.get("/accounts/signup/").status_code == 200
    client.post("/accounts/signup/", typed)
    assert not Person.objects.filter(email="uusi@example.org").exists()
    assert client.get("/accounts/email/").status_code == 404


def test_without_a_second_factor_one_gets_no_further_than_setting_one_up(cast: Cast, client: Client) -> None:
    Authenticator.objects.filter(user=cast.aino).delete()
    assert with_password(client, cast.aino) == "/staff/"
    for name in ("people", "invite", "invitations", "profile", "account_change_password", "mfa_list_webauthn"):
        assert client.get(reverse(name))["Location"] == "/accounts/2fa/"
    assert client.post(reverse("sign_out_everywhere"))["Location"] == "/accounts/2fa/"
    for name in ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn"):
        assert client.get(reverse(name)).status_code == 200
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"


@pytest.mark.django_db(transaction=True)
def test_setting_up_the_app_opens_the_desk_and_gives_recovery_codes(client: Client) -> None:
    cast = assemble()
    Authenticator.objects.filter(user=cast.aino).delete()
    with_password(client, cast.aino)
    assert client.get("/staff/people/")["Location"] == "/accounts/2fa/"
    page = client.get("/accounts/2fa/totp/activate/")
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()

    secret = client.session["mfa.totp.secret"]
    answer = client.post("/accounts/2fa/totp/activate/", {"code": totp_code(secret)})

    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    codes = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert len(re.findall(r"<li><code>\d{8}</code>", codes)) == 10
    assert 'href="/staff/people/"' in codes  # goes on to where one was going
    assert client.get("/staff/people/").status_code == 200
    stored = Authenticator.objects.get(user=cast.aino, type="totp").data["secret"]
    assert secret not in stored
    assert second_factor.open_secret(stored) == secret


def test_a_recovery_code_opens_once(cast: Cast, client: Client) -> None:
    code = RecoveryCodes.activate(cast.veikko).get_unused_codes()[0]
    with_password(client, cast.veikko)
    assert client.post("/accounts/2fa/authenticate/", {"code": code})["Location"] == "/staff/"
    other = Client()
    with_password(other, cast.veikko)
    assert other.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_add_webauthn",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "account_change_password",
        "people",
        "profile",
    ],
)
def test_a_session_opened_without_the_second_factor_must_show_it_first(cast: Cast, client: Client, name: str) -> None:
    # Opened before the factor was set up in another browser, say. Adding a passkey with the password alone would
    # make the second factor worthless.
    sign_in(client, cast.aino, factor=False, sudo=True)
    answer = client.get(reverse(name))
    assert answer["Location"].startswith("/accounts/2fa/reauthenticate/?next=")
    assert client.post(answer["Location"], {"code": totp_code()}).status_code == 302
    assert client.get("/staff/people/").status_code == 200


def test_a_part_of_a_page_is_not_swapped_for_the_sign_in_page(cast: Cast, client: Client) -> None:
    answer = client.get("/staff/people/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/accounts/login/?next=/staff/people/")
    assert answer.content == b""


def test_a_forgotten_password_is_replaced_but_the_second_step_stays(cast: Cast, client: Client) -> None:
    answer = client.post("/accounts/password/reset/", {"email": cast.veikko.email})
    assert answer["Location"] == "/accounts/password/reset/done/"
    letters_go_out()
    letter = mail.outbox[-1]
    assert letter.to == [cast.veikko.email]
    found = re.search(r"http://localhost:8000(/accounts/password/reset/key/\S+)", str(letter.body))
    assert found
    form = client.get(found[1])["Location"]
    assert client.get(form).status_code == 200
    assert client.post(form, {"password1": NEW, "password2": NEW}).status_code == 302

    assert client.get("/staff/profile/").status_code == 302
    assert with_password(Client(), cast.veikko, NEW) == "/accounts/2fa/authenticate/"
    used = client.get(found[1])
    assert used.status_code == 200
    assert 'href="/accounts/password/reset/"' in used.content.decode()  # ask for a new one


def test_after_a_reset_the_person_can_still_set_up_another_factor(cast: Cast, client: Client) -> None:
    # django-allauth notes an unproven address at a reset, and would then refuse new factors.
    client.post("/accounts/password/reset/", {"email": cast.veikko.email})
    letters_go_out()
    sign_in(client, cast.veikko, sudo=True)
    assert client.get("/accounts/2fa/webauthn/add/").status_code == 200


def test_a_reset_for_an_unknown_address_sends_nothing_and_says_the_same(cast: Cast, client: Client) -> None:
    answer = client.post("/accounts/password/reset/", {"email": "tuntematon@example.org"})
    assert answer["Location"] == "/accounts/password/reset/done/"
    letters_go_out()
    assert mail.outbox == []


def test_a_letter_never_takes_its_address_from_the_request(cast: Cast) -> None:
    client = Client(headers={"X-Forwarded-Host": "paha.example"})
    client.post("/accounts/password/reset/", {"email": cast.veikko.email})
    letters_go_out()
    assert "http://localhost:8000/" in mail.outbox[-1].body
    assert "paha.example" not in mail.outbox[-1].body


def test_changing_the_password_ends_the_other_sessions(cast: Cast, client: Client) -> None:
    other = sign_in(Client(), cast.veikko)
    sign_in(client, cast.veikko)
    answer = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert answer["Location"] == "/accounts/2fa/"
    assert client.get("/staff/profile/").status_code == 200
    assert other.get("/staff/profile/")["Location"].startswith("/accounts/login/")


def test_a_closed_account_is_told_so_after_the_right_password(cast: Cast, client: Client) -> None:
    Person.objects.filter(pk=cast.veikko.pk).update(is_active=False)
    assert with_password(client, cast.veikko) == "/accounts/inactive/"
    assert client.get("/accounts/inactive/").status_code == 200
    assert client.get("/staff/profile/").status_code == 302


@pytest.mark.parametrize(
    "elsewhere", ["https://paha.example/", "//paha.example", "http://localhost:9/", "javascript:x"]
)
def test_sign_in_never_leads_to_another_site(cast: Cast, client: Client, elsewhere: str) -> None:
    with_password(client, cast.veikko, next=elsewhere)
    answer = client.post("/accounts/2fa/authenticate/", {"code": totp_code()})
    assert answer["Location"] == "/staff/"


def test_sign_in_leads_to_the_page_one_was_going_to(cast: Cast, client: Client) -> None:
    with_password(client, cast.veikko, next="/staff/profile/")
    assert client.post("/accounts/2fa/authenticate/", {"code": totp_code()})["Location"] == "/staff/profile/"


@pytest.mark.parametrize("credential", NONSENSE)
def test_a_nonsense_passkey_opens_nothing(cast: Cast, client: Client, credential: str) -> None:
    client.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    answer = client.post("/accounts/2fa/webauthn/login/", {"credential": credential})
    assert answer.headers.get("Location") == "/accounts/login/"
    assert client.get("/staff/profile/").status_code == 302
    with_password(client, cast.veikko)
    assert client.post("/accounts/2fa/authenticate/", {"credential": credential}).status_code == 200
    sign_in(client, cast.veikko, sudo=True)
    assert client.post("/accounts/2fa/webauthn/add/", {"name": "x", "credential": credential}).status_code == 200


def test_signing_out_ends_the_session(cast: Cast, client: Client) -> None:
    sign_in(client, cast.veikko)
    key = client.session.session_key
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/staff/profile/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/staff/profile/").status_code == 302
    assert not Session.objects.filter(pk=key).exists()


@pytest.mark.parametrize(
    ("language", "said"),
    [("fi", "Olet kirjautunut ulos kaikilla laitteilla."), ("sv", "Du är utloggad på alla enheter.")],
)
def test_signing_out_everywhere_says_so_on_the_sign_in_page(cast: Cast, language: str, said: str) -> None:
    Person.objects.filter(pk=cast.veikko.pk).update(language=language)
    here, there = sign_in(Client(), cast.veikko), sign_in(Client(), cast.veikko)
    key = here.session.session_key
    answer = here.post("/staff/profile/sign-out-everywhere/", follow=True)
    assert answer.redirect_chain == [("/accounts/login/", 302)]
    assert said in answer.content.decode()
    assert said not in here.get("/accounts/login/").content.decode()
    assert here.get("/staff/profile/").status_code == there.get("/staff/profile/").status_code == 302
    assert not Session.objects.filter(pk=key).exists()


def test_forms_without_their_token_are_refused(cast: Cast) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), cast.aino, sudo=True)
    forms: list[tuple[str, list[object]]] = [
        ("account_login", []),
        ("account_logout", []),
        ("account_reset_password", []),
        ("mfa_login_webauthn", []),
        ("invitation", ["x"]),
        ("invite", []),
        ("profile", []),
        ("sign_out_everywhere", []),
        ("give_role", [cast.veikko.pk]),
        ("deactivate", [cast.veikko.pk]),
    ]
    for name, args in forms:
        assert client.post(reverse(name, args=args)).status_code == 403, name


def test_the_page_speaks_the_chosen_language_then_the_persons_own(cast: Cast, client: Client) -> None:
    assert client.get("/accounts/login/")["Content-Language"] == "fi"
    assert client.get("/accounts/login/", headers={"Accept-Language": "sv"})["Content-Language"] == "sv"
    chosen = client.get("/accounts/login/?language=en")
    assert chosen["Content-Language"] == "en"
    assert client.get("/accounts/login/")["Content-Language"] == "en"
    assert client.get("/accounts/login/?language=xx")["Content-Language"] == "en"
    Person.objects.filter(pk=cast.veikko.pk).update(language="sv")
    sign_in(client, cast.veikko)
    assert client.get("/staff/profile/?language=en")["Content-Language"] == "sv"


def test_a_session_ends_with_the_browser_and_at_the_latest_after_twelve_hours(cast: Cast, client: Client) -> None:
    with_password(client, cast.veikko)
    client.post("/accounts/2fa/authenticate/", {"code": totp_code()})
    assert client.cookies["staff"]["max-age"] == ""
    with time_machine.travel(now() + timedelta(hours=12, minutes=1)):
        assert client.get("/staff/profile/").status_code == 302


def test_another_master_key_opens_no_second_factor(settings: Settings) -> None:
    sealed = second_factor.seal_secret(SECRET)
    assert second_factor.open_secret(sealed) == SECRET
    settings.MASTER_KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    with pytest.raises(ValueError, match="another master key"):
        second_factor.open_secret(sealed)
