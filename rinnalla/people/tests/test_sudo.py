"""Dangerous pages ask again who is there; what was typed comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from rinnalla.people.models import Person
from rinnalla.people.tests.cast import PASSWORD, Cast, now, sign_in, totp_code

DANGEROUS = ["give_role", "deactivate", "reactivate", "reset_second_factor"]


@pytest.mark.parametrize("name", DANGEROUS)
def test_a_dangerous_page_asks_who_is_there_before_and_after_it_is_shown(cast: Cast, client: Client, name: str) -> None:
    sign_in(client, cast.kerttu)
    url = reverse(name, args=[cast.veikko.pk])
    for answer in (client.get(url), client.post(url)):
        assert answer["Location"].startswith("/accounts/reauthenticate/?next=")
    assert Person.objects.get(pk=cast.veikko.pk).is_active


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
