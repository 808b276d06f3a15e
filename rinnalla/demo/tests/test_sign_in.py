"""Signing in as one of the cast with one press."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pytest_django import Settings

from rinnalla.audit.models import Entry
from rinnalla.demo.cast import PARTS
from rinnalla.demo.worlds import WORLDS, populate
from rinnalla.people.models import Person

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

NOW: Final = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)


@pytest.fixture
def busy(db: None) -> None:
    populate(world=WORLDS["busy"], now=NOW)


def press(client: Client, email: str) -> None:
    answer = client.post(reverse("demo_sign_in"), {"person": Person.objects.get(email=email).pk})
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("staff_home"))


def test_the_page_shows_the_whole_cast_in_order(client: Client, busy: None) -> None:
    page = client.get(reverse("demo_people"))
    assert page.status_code == 200
    assert [member.name for member in page.context["cast"]] == [part.name for part in PARTS]
    assert page.context["world"] == "busy"


def test_awkward_names_stay_text(client: Client, busy: None) -> None:
    page = client.get(reverse("demo_people")).content.decode()
    for part in PARTS:
        assert escape(part.name) in page
    assert "<b>" not in page


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_page_speaks_the_chosen_language(client: Client, busy: None, language: str) -> None:
    page = client.get(reverse("demo_people"), {"language": language}).content.decode()
    assert f'<html lang="{language}"' in page


def test_one_press_passes_the_second_factor(client: Client, busy: None) -> None:
    press(client, "kerttu@example.org")
    assert client.get(reverse("people")).status_code == 200
    entry = Entry.objects.get(code="people.signed_in")
    assert (entry.actor, entry.details) == (
        f"person:{Person.objects.get(email='kerttu@example.org').pk}",
        {"with": ["demo"]},
    )


def test_a_press_as_somebody_else_ends_the_session_before(client: Client, busy: None) -> None:
    press(client, "kerttu@example.org")
    press(client, "aino@example.org")
    assert client.get(reverse("people")).status_code == 404


@pytest.mark.parametrize("person", ["", "0", "999999", "-1", "x", "1 OR 1=1", "٣", "9" * 40])
def test_nobody_else_can_be_signed_in(client: Client, busy: None, person: str) -> None:
    assert client.post(reverse("demo_sign_in"), {"person": person}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_someone_outside_the_cast_is_no_part_of_the_demo(client: Client, busy: None) -> None:
    stranger = Person.objects.create_user("liisa@example.org", None, name="Liisa", duty_name="Liisa")
    assert client.post(reverse("demo_sign_in"), {"person": stranger.pk}).status_code == 404


def test_reading_the_page_signs_nobody_in(client: Client, busy: None) -> None:
    assert client.get(reverse("demo_sign_in")).headers["Location"] == reverse("demo_people")
    assert "_auth_user_id" not in client.session


def test_a_press_from_another_site_is_refused(busy: None) -> None:
    careful = Client(enforce_csrf_checks=True)
    person = Person.objects.get(email="aino@example.org")
    assert careful.post(reverse("demo_sign_in"), {"person": person.pk}).status_code == 403


def test_without_a_world_there_is_no_such_page(client: Client) -> None:
    assert client.get(reverse("demo_people")).status_code == 404


def test_the_views_themselves_refuse_production(client: Client, busy: None, settings: Settings) -> None:
    settings.ENV = "production"
    person = Person.objects.get(email="aino@example.org")
    assert client.get(reverse("demo_people")).status_code == 404
    assert client.post(reverse("demo_sign_in"), {"person": person.pk}).status_code == 404
