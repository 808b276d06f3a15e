"""The pages about people."""

from __future__ import annotations

import html

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from rinnalla.people import actions
from rinnalla.people.models import Centre, Invitation, Person, Role
from rinnalla.people.tests.cast import HOSTILE, PASSWORD, Cast, letters_go_out, now, person, sign_in


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def names_on(client: Client, url: str) -> list[str]:
    return [row.duty_name for row in client.get(url).context["rows"]]


def test_the_list_shows_the_own_centre_with_counts_first(cast: Cast, client: Client) -> None:
    Person.objects.filter(pk=cast.lauri.pk).update(is_active=False)
    Authenticator.objects.filter(user=cast.veikko).delete()
    sign_in(client, cast.kerttu)
    answer = client.get("/staff/people/")
    tabs = {tab.query: tab.count for tab in answer.context["tabs"]}
    assert tabs == {
        "": 4,
        "role=volunteer": 2,
        "role=shift_lead": 0,
        "role=coordinator": 1,
        "role=admin": 1,
        "state=no_factor": 1,
        "state=closed": 1,
    }
    assert names_on(client, "/staff/people/") == ["Aino", "Kerttu", "Saara", "Veikko"]
    assert names_on(client, "/staff/people/?role=volunteer") == ["Saara", "Veikko"]
    assert names_on(client, "/staff/people/?state=closed") == ["Lauri"]
    assert names_on(client, "/staff/people/?state=no_factor") == ["Veikko"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("äij", ["Äijä"]),
        ("ÄIJÄ", ["Äijä"]),
        ("veikko testinen", ["Veikko"]),
        ("@example.org sa", ["Saara"]),
        ("timo", []),
        ("%", []),
        ("\0", ["Aino", "Kerttu", "Lauri", "Saara", "Veikko", "Äijä"]),
    ],
)
def test_the_list_is_searched_by_name_and_address(cast: Cast, client: Client, search: str, found: list[str]) -> None:
    made = person("Aija", (cast.sos, Role.VOLUNTEER))
    Person.objects.filter(pk=made.pk).update(name="Äijä Öhman", duty_name="Äijä")
    sign_in(client, cast.kerttu)
    assert [row.duty_name for row in client.get("/staff/people/", {"search": search}).context["rows"]] == found


def test_nonsense_in_the_address_of_a_list_is_ignored(cast: Cast, client: Client) -> None:
    sign_in(client, cast.kerttu)
    for query in ("role=king", "state=7", "page=-1", "page=x", "page=999999999999999999999", "search=" + "x" * 5000):
        assert client.get(f"/staff/people/?{query}").status_code == 200
        assert client.get(f"/staff/people/invitations/?{query}").status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_people_takes_eleven_queries(
    client: Client, db: None, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # session, account, second factor; roles, centres; two for the counts; pages, people, their roles here; menu
    sos = Centre.objects.create(name="SOS", kind=Centre.Kind.SOS, town="Helsinki")
    me = person("Aino", (sos, Role.ADMIN))
    for name in ("Veikko", "Lauri")[: rows - 1]:
        person(name, (sos, Role.VOLUNTEER))
    sign_in(client, me)
    with django_assert_num_queries(11):
        assert len(client.get("/staff/people/").context["rows"]) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_invitations_takes_nine_queries(
    cast: Cast, client: Client, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        actions.invite(
            email=f"u{number}@example.org",
            centre=cast.sos,
            role=Role.VOLUNTEER,
            language="fi",
            actor=cast.aino,
            now=now(),
        )
    sign_in(client, cast.kerttu)
    with django_assert_num_queries(9):
        assert len(client.get("/staff/people/invitations/").context["rows"]) == rows


def test_a_long_list_goes_on_over_pages_and_keeps_its_filter(cast: Cast, client: Client) -> None:
    for number in range(55):
        person(f"Uusi{number}", (cast.sos, Role.VOLUNTEER), factor=False)
    sign_in(client, cast.kerttu)
    page = text_of(client, "/staff/people/?role=volunteer")
    assert 'href="?role=volunteer&amp;page=2"' in page
    assert len(client.get("/staff/people/?role=volunteer&page=2").context["rows"]) == 7


def test_one_persons_page_shows_roles_and_what_has_happened(cast: Cast, client: Client) -> None:
    actions.give_role(person=cast.veikko, centre=cast.sos, role=Role.SHIFT_LEAD, actor=cast.aino, now=now())
    Person.objects.filter(pk=cast.kerttu.pk).update(language="en")
    sign_in(client, cast.kerttu)
    answer = client.get(f"/staff/people/{cast.veikko.pk}/")
    page = answer.context["page"]
    assert [row.membership.role for row in page.roles] == ["shift_lead", "volunteer"]
    assert [(h.text, h.by) for h in page.timeline] == [("Got a role: shift lead", "Aino Testinen")]
    assert page.factors == ["authenticator app"]
    assert (page.close_refusal, page.sign_in_refusal, page.elsewhere) == (None, None, False)


def test_what_a_coordinator_may_not_do_is_explained_instead_of_offered(cast: Cast, client: Client) -> None:
    Person.objects.filter(pk=cast.kerttu.pk).update(language="en")
    sign_in(client, cast.kerttu, sudo=True)
    page = text_of(client, f"/staff/people/{cast.aino.pk}/")
    assert "Only an administrator of the centre can do this." in page
    assert "/deactivate/" not in page
    assert "/take/" not in page
    # And when the address is written by hand, nothing happens and the reason is shown.
    answer = client.post(f"/staff/people/{cast.aino.pk}/deactivate/", follow=True)
    assert "Only an administrator of the centre can do this." in answer.content.decode()
    assert Person.objects.get(pk=cast.aino.pk).is_active


def test_other_centres_roles_are_not_told_only_that_there_are_some(cast: Cast, client: Client) -> None:
    Person.objects.filter(pk=cast.kerttu.pk).update(language="en")
    sign_in(client, cast.kerttu)
    page = text_of(client, f"/staff/people/{cast.saara.pk}/")
    assert "Also has a role in another centre." in page
    assert cast.turku.name not in page


def test_someone_whose_last_role_was_taken_is_still_found_by_the_centre_that_invited_them(
    cast: Cast, client: Client
) -> None:
    made = actions.invite(
        email="liisa@example.org", centre=cast.sos, role=Role.VOLUNTEER, language="fi", actor=cast.kerttu, now=now()
    )
    liisa = actions.accept_invitation(
        invitation=made, name="Liisa Laine", duty_name="Liisa", language="fi", password=PASSWORD, now=now()
    )
    actions.take_role(membership=liisa.memberships.get(), actor=cast.kerttu, now=now())
    sign_in(client, cast.kerttu, sudo=True)
    assert "Liisa" in names_on(client, "/staff/people/")
    client.post(f"/staff/people/{liisa.pk}/give-role/", {"place": f"{cast.sos.pk}:volunteer"})
    assert liisa.memberships.count() == 1


def test_inviting_by_the_page(cast: Cast, client: Client) -> None:
    sign_in(client, cast.kerttu, sudo=True)
    typed = {"email": "Liisa@Example.org", "centre": cast.sos.pk, "role": "volunteer", "language": "sv"}
    assert client.post("/staff/people/invite/", typed)["Location"] == "/staff/people/invitations/"
    made = Invitation.objects.get()
    assert (made.email, made.role, made.language, made.invited_by) == (
        "liisa@example.org",
        "volunteer",
        "sv",
        cast.kerttu,
    )
    letters_go_out()
    assert len(mail.outbox) == 1
    assert "liisa@example.org" in text_of(client, "/staff/people/invitations/")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "ei osoite"}, "email"),
        ({"email": "a@b.fi\r\nBcc: c@d.fi"}, "email"),
        ({"role": "admin"}, "role"),
        ({"role": ""}, "role"),
        ({"centre": "turku"}, "centre"),
        ({"language": "xx"}, "language"),
        ({"email": "veikko@example.org"}, "__all__"),
    ],
)
def test_an_invitation_that_cannot_be_is_explained_on_the_page(
    cast: Cast, client: Client, changed: dict[str, str], field: str
) -> None:
    sign_in(client, cast.kerttu, sudo=True)
    typed = {"email": "liisa@example.org", "centre": cast.sos.pk, "role": "volunteer", "language": "fi", **changed}
    if changed.get("centre"):
        typed["centre"] = cast.turku.pk
    answer = client.post("/staff/people/invite/", typed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Invitation.objects.exists()


def test_own_details_are_saved_and_said_in_the_new_language(cast: Cast, client: Client) -> None:
    sign_in(client, cast.veikko)
    typed = {"name": "Veikko Virta", "duty_name": "Veke", "language": "en"}
    answer = client.post("/staff/profile/", typed, follow=True)
    assert "Your details are saved." in answer.content.decode()
    assert answer["Content-Language"] == "en"
    wrong = client.post("/staff/profile/", {**typed, "duty_name": "Veikko Virta"})
    assert wrong.status_code == 422


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_text_on_every_page_and_in_letters(cast: Cast, client: Client, name: str) -> None:
    Centre.objects.filter(pk=cast.sos.pk).update(name=name)
    Person.objects.filter(pk=cast.veikko.pk).update(name=name, duty_name=name[:40])
    Person.objects.filter(pk=cast.kerttu.pk).update(name=name, duty_name=name[:40])
    cast.sos.refresh_from_db()
    cast.kerttu.refresh_from_db()
    actions.invite(
        email="liisa@example.org", centre=cast.sos, role=Role.VOLUNTEER, language="en", actor=cast.kerttu, now=now()
    )
    letters_go_out()
    letter = mail.outbox[-1]
    assert name in letter.body
    assert letter.content_subtype == "plain"
    link = str(letter.body).split("http://localhost:8000")[1].split()[0]

    sign_in(client, cast.kerttu, sudo=True)
    membership = cast.veikko.memberships.get()
    pages = [
        (client, "/staff/people/"),
        (client, f"/staff/people/{cast.veikko.pk}/"),
        (client, f"/staff/people/{cast.veikko.pk}/give-role/"),
        (client, f"/staff/people/{cast.veikko.pk}/roles/{membership.pk}/take/"),
        (client, f"/staff/people/{cast.veikko.pk}/deactivate/"),
        (client, f"/staff/people/{cast.veikko.pk}/second-factor/reset/"),
        (client, "/staff/people/invitations/"),
        (client, "/staff/people/invite/"),
        (client, "/staff/profile/"),
        (client, "/accounts/2fa/"),
        (Client(), link),
    ]
    for browser, url in pages:
        shown = text_of(browser, url)
        assert "<img src=x" not in shown, url
        assert "<script>alert" not in shown, url
        assert 'href="javascript' not in shown, url
        assert "49098049" not in shown, url
    assert html.escape(name) in text_of(client, "/staff/people/")
