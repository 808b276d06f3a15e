"""Every page about people × everybody: what may be opened (promise S7). A page missing here fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest
from allauth.mfa.models import Authenticator
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from rinnalla.audit.models import Entry
from rinnalla.people import account_urls, actions, urls
from rinnalla.people.models import Invitation, Role
from rinnalla.people.tests.cast import Cast, now, sign_in

# Nobody is signed in; the others are of the page's centre, except tuula, who is administrator of another.
WHO: Final = ("nobody", "veikko", "lauri", "kerttu", "aino", "tuula")

SIGN_IN, ABSENT, PAGE, DONE, LED = "sign in", "404", "page", "done", "led to the page with the form"
CARETAKERS: Final = (SIGN_IN, ABSENT, ABSENT, PAGE, PAGE, PAGE)  # a list shows each their own centre
OF_THE_CENTRE: Final = (SIGN_IN, ABSENT, ABSENT, PAGE, PAGE, ABSENT)
CHANGES: Final = (SIGN_IN, ABSENT, ABSENT, DONE, DONE, ABSENT)
ONESELF: Final = (SIGN_IN, PAGE, PAGE, PAGE, PAGE, PAGE)
FORMS_ONLY: Final = (SIGN_IN, *[LED] * 5)

# What GET and POST answer to each of WHO. The person asked about is Liisa, a volunteer of the SOS centre.
PEOPLE: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "people": (CARETAKERS, CARETAKERS),
    "invite": (CARETAKERS, (SIGN_IN, ABSENT, ABSENT, DONE, DONE, PAGE)),
    "invitations": (CARETAKERS, CARETAKERS),
    "resend_invitation": (FORMS_ONLY, CHANGES),
    "withdraw_invitation": (FORMS_ONLY, CHANGES),
    "person": (OF_THE_CENTRE, OF_THE_CENTRE),
    "give_role": (OF_THE_CENTRE, CHANGES),
    "take_role": (OF_THE_CENTRE, CHANGES),
    "deactivate": (OF_THE_CENTRE, CHANGES),
    "reactivate": (OF_THE_CENTRE, CHANGES),
    "sign_out_person": (FORMS_ONLY, CHANGES),
    "reset_second_factor": (OF_THE_CENTRE, CHANGES),
    "profile": (ONESELF, ONESELF),
    "sign_out_everywhere": (FORMS_ONLY, (SIGN_IN, *[DONE] * 5)),
}
# The pages of signing in. For everybody; the rest ask for a sign-in.
FOR_EVERYBODY: Final = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
}
AFTER_SIGN_IN: Final = {
    "account_reauthenticate",
    "account_change_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
}


def names_in(patterns: Sequence[URLPattern | URLResolver]) -> set[str]:
    names: set[str] = set()
    for pattern in patterns:
        names |= names_in(pattern.url_patterns) if isinstance(pattern, URLResolver) else {str(pattern.name)}
    return names


def outcome(answer: HttpResponseBase, elsewhere: str = DONE) -> str:
    """``elsewhere``: what it means to be led to another page."""
    match answer.status_code:
        case 404:
            return ABSENT
        case 302 if answer["Location"].startswith("/accounts/login/?next="):
            return SIGN_IN
        case 302:
            return elsewhere
        case 200 | 422:
            return PAGE
    return f"{answer.status_code}"


def test_the_table_names_every_page() -> None:
    assert names_in(urls.urlpatterns) == set(PEOPLE)
    assert names_in(account_urls.urlpatterns) == FOR_EVERYBODY | AFTER_SIGN_IN
    assert "invitation" in names_in(get_resolver().url_patterns)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", list(PEOPLE))
def test_who_opens_which_page_about_people(cast: Cast, name: str, who: str) -> None:
    asked = actions.invite(
        email="liisa@example.org", centre=cast.sos, role=Role.VOLUNTEER, language="fi", actor=cast.aino, now=now()
    )
    liisa = actions.accept_invitation(
        invitation=asked, name="Liisa L", duty_name="Liisa", language="fi", password="kolme kirjavaa", now=now()
    )
    waiting = actions.invite(
        email="oona@example.org", centre=cast.sos, role=Role.VOLUNTEER, language="fi", actor=cast.aino, now=now()
    )
    if name == "reactivate":
        actions.deactivate(person=liisa, actor=cast.aino, now=now())
    args = {
        "resend_invitation": [waiting.pk],
        "withdraw_invitation": [waiting.pk],
        "take_role": [liisa.pk, liisa.memberships.get().pk],
    }.get(name, [liisa.pk] if name not in ("people", "invite", "invitations", "profile", "sign_out_everywhere") else [])
    typed = {
        "invite": {"email": "uusi@example.org", "centre": cast.sos.pk, "role": "volunteer", "language": "fi"},
        "give_role": {"place": f"{cast.sos.pk}:shift_lead"},
    }.get(name, {})
    client = Client()
    if who != "nobody":
        sign_in(client, getattr(cast, who), sudo=True)
    url = reverse(name, args=args)
    on_get, on_post = (expected[WHO.index(who)] for expected in PEOPLE[name])

    before = Entry.objects.count()
    assert outcome(client.get(url), LED) == on_get
    assert Entry.objects.count() == before, "whoever only looks changes nothing"
    assert outcome(client.post(url, typed)) == on_post
    if who == "tuula" and name == "invite":
        assert not Invitation.objects.filter(email="uusi@example.org").exists()


@pytest.mark.parametrize("name", sorted(AFTER_SIGN_IN))
def test_the_pages_of_the_own_account_ask_for_a_sign_in(db: None, client: Client, name: str) -> None:
    url = reverse(name, args=[1] if name in ("mfa_remove_webauthn", "mfa_edit_webauthn") else [])
    assert outcome(client.get(url)) == SIGN_IN
    assert outcome(client.post(url)) == SIGN_IN


def test_nobody_changes_another_persons_passkey(cast: Cast, client: Client) -> None:
    theirs = Authenticator.objects.create(user=cast.aino, type="webauthn", data={"name": "avain", "credential": {}})
    sign_in(client, cast.kerttu, sudo=True)
    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        url = reverse(name, args=[theirs.pk])
        assert client.get(url).status_code == 404
        assert client.post(url, {"name": "x"}).status_code == 404
    assert Authenticator.objects.filter(pk=theirs.pk).exists()


def test_walking_through_the_ids_finds_only_the_own_centre(cast: Cast, client: Client) -> None:
    sign_in(client, cast.tuula)
    opened = [pk for pk in range(1, cast.timo.pk + 50) if client.get(f"/staff/people/{pk}/").status_code == 200]
    assert opened == sorted([cast.tuula.pk, cast.timo.pk, cast.saara.pk])


def test_a_role_of_another_centre_is_not_taken_through_a_person_of_the_own(cast: Cast, client: Client) -> None:
    sign_in(client, cast.kerttu, sudo=True)
    theirs = cast.saara.memberships.get(centre=cast.turku)
    for person in (cast.saara, cast.veikko):
        url = reverse("take_role", args=[person.pk, theirs.pk])
        assert client.post(url).status_code == 404
    assert cast.saara.memberships.count() == 2


def test_a_power_that_was_just_taken_away_is_gone_on_the_next_page(cast: Cast, client: Client) -> None:
    sign_in(client, cast.kerttu, sudo=True)
    assert client.get("/staff/people/").status_code == 200
    actions.take_role(membership=cast.kerttu.memberships.get(), actor=cast.aino, now=now())
    assert client.get("/staff/people/").status_code == 404
    assert client.post(reverse("deactivate", args=[cast.veikko.pk])).status_code == 404
