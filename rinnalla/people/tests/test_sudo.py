"""Dangerous pages ask again who is there; what was typed comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from rinnalla.people import actions
from rinnalla.people.models import Invitation, Person, Role
from rinnalla.people.tests.cast import PASSWORD, Cast, letters_go_out, now, sign_in, totp_code

INVITED = {"email": "liisa+koe@example.org", "role": "admin", "language": "sv"}

DANGEROUS = ["give_role", "take_role", "deactivate", "reactivate", "reset_second_factor", "invite"]
# These take the forms of a list, which is no danger to look at.
DANGEROUS_FORMS = ["resend_invitation", "withdraw_invitation"]


def address(cast: Cast, name: str) -> str:
    """Where ``name`` is done to Veikko, or to an invitation of his centre to be an administrator."""
    arguments = {"take_role": [cast.veikko.pk, cast.veikko.memberships.get().pk], "invite": []}
    return reverse(name, args=arguments.get(name, [cast.veikko.pk]))


def waiting_invitation(cast: Cast) -> Invitation:
    return actions.invite(
        email="liisa@example.org", centre=cast.sos, role=Role.ADMIN, language="fi", actor=cast.aino, now=now()
    )


@pytest.mark.parametrize("name", DANGEROUS)
def test_a_dangerous_page_asks_who_is_there_before_and_after_it_is_shown(cast: Cast, client: Client, name: str) -> None:
    sign_in(client, cast.kerttu)
    url = address(cast, name)
    for answer in (client.get(url), client.post(url, INVITED)):
        assert answer["Location"].startswith("/accounts/reauthenticate/?next=")
    assert Person.objects.get(pk=cast.veikko.pk).is_active
    assert cast.veikko.memberships.count() == 1
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("name", DANGEROUS_FORMS)
def test_a_dangerous_form_asks_who_is_there_and_leads_back_to_its_page(cast: Cast, client: Client, name: str) -> None:
    sent = waiting_invitation(cast)
    letters_go_out()
    sent.refresh_from_db()
    sign_in(client, cast.aino)
    url = reverse(name, args=[sent.pk])
    asking = client.post(url)["Location"]
    assert asking.startswith("/accounts/reauthenticate/?next=")
    back = client.post(asking, {"password": PASSWORD})["Location"]
    assert client.get(back)["Location"] == "/staff/people/invitations/"
    after = Invitation.objects.get()
    assert (after.token_hash, after.withdrawn_at, after.expires_at) == (sent.token_hash, None, sent.expires_at)
    assert client.post(url)["Location"] == "/staff/people/invitations/"
    after.refresh_from_db()
    assert (after.token_hash, after.withdrawn_at) != (sent.token_hash, None)


def test_an_invitation_sent_too_late_comes_back_as_it_was_and_is_not_sent(cast: Cast, client: Client) -> None:
    sign_in(client, cast.aino)
    asking = client.post("/staff/people/invite/", {**INVITED, "csrfmiddlewaretoken": "x" * 64})["Location"]
    back = client.post(asking, {"password": PASSWORD})["Location"]
    page = client.get(back).content.decode()
    assert 'value="liisa+koe@example.org"' in page
    assert '<option value="admin" selected>' in page
    assert '<option value="sv" selected>' in page
    assert not Invitation.objects.exists()
    made = client.post("/staff/people/invite/", {**INVITED, "centre": str(cast.sos.pk)})
    assert made["Location"] == "/staff/people/invitations/"
    assert Invitation.objects.get().role == "admin"


def test_the_password_opens_it_for_five_minutes(cast: Cast, client: Client) -> None:
    sign_in(client, cast.kerttu)
    url = reverse("deactivate", args=[cast.veikko.pk])
    asking = client.get(url)["Location"]
    assert client.get(asking).status_code == 200
    assert client.post(asking, {"password": "väärä salasana tässä"}).status_code == 200
    assert client.get(url).status_code == 302
    assert client.post(asking, {"password": PASSWORD})["Location"] == url
    assert client.get(url).status_code == 200
    with time_machine.travel(now() + timedelta(minutes=5, seconds=1)):
        assert client.get(url).status_code == 302


def test_a_code_opens_it_too(cast: Cast, client: Client) -> None:
    sign_in(client, cast.kerttu)
    url = reverse("deactivate", args=[cast.veikko.pk])
    answer = client.post(f"/accounts/2fa/reauthenticate/?next={url}", {"code": totp_code()})
    assert answer["Location"] == url
    assert client.get(url).status_code == 200


def test_a_form_sent_too_late_comes_back_as_it_was_and_does_nothing_by_itself(cast: Cast, client: Client) -> None:
    sign_in(client, cast.kerttu)
    url = reverse("give_role", args=[cast.veikko.pk])
    asking = client.post(url, {"place": f"{cast.sos.pk}:shift_lead", "csrfmiddlewaretoken": "x" * 64})["Location"]
    back = client.post(asking, {"password": PASSWORD})["Location"]
    assert back == f"{url}?place={cast.sos.pk}%3Ashift_lead"
    page = client.get(back)
    assert f'<option value="{cast.sos.pk}:shift_lead" selected>' in page.content.decode()
    assert cast.veikko.memberships.count() == 1


def test_a_very_long_form_comes_back_empty_rather_than_not_at_all(cast: Cast, client: Client) -> None:
    sign_in(client, cast.kerttu)
    url = reverse("give_role", args=[cast.veikko.pk])
    asking = client.post(url, {"place": "x" * 5000})["Location"]
    assert client.post(asking, {"password": PASSWORD})["Location"] == url
