"""Roles and accounts change at once, and the person's sessions and sockets with them (promise S8)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection
from django.test import Client

from rinnalla.audit.models import Entry
from rinnalla.core import live
from rinnalla.people import actions
from rinnalla.people.access import has_role, roles_of
from rinnalla.people.models import Membership, Person, Role
from rinnalla.people.rules import Refusal, Refused
from rinnalla.people.tests.cast import PASSWORD, Cast, assemble, letters_go_out, now, person, sign_in


def refusal_of(action: Callable[[], object]) -> Refusal:
    with pytest.raises(Refused) as refused:
        action()
    return refused.value.reason


def newest_entry() -> tuple[str, str, str]:
    entry = Entry.objects.order_by("-pk")[0]
    return entry.code, entry.actor, entry.subject


def test_a_closed_account_is_out_with_the_next_request(cast: Cast, client: Client) -> None:
    sign_in(client, cast.veikko)
    assert client.get("/staff/profile/").status_code == 200
    actions.deactivate(person=cast.veikko, actor=cast.kerttu, now=now())
    assert client.get("/staff/profile/")["Location"].startswith("/accounts/login/")
    assert not has_role(cast.veikko, cast.sos)
    assert roles_of(cast.veikko).held  # on record, for the day it is opened again
    assert newest_entry() == ("people.deactivated", f"person:{cast.kerttu.pk}", f"person:{cast.veikko.pk}")

    actions.reactivate(person=cast.veikko, actor=cast.kerttu, now=now())
    assert has_role(cast.veikko, cast.sos, Role.VOLUNTEER)
    # The old session stays ended: it was opened before the account was closed.
    assert client.get("/staff/profile/").status_code == 302


def test_signing_out_everywhere_ends_another_clients_session_at_once(cast: Cast, client: Client) -> None:
    phone = sign_in(Client(), cast.veikko)
    sign_in(client, cast.veikko)
    assert client.post("/staff/profile/sign-out-everywhere/")["Location"] == "/accounts/login/"
    for browser in (phone, client):
        assert browser.get("/staff/profile/")["Location"].startswith("/accounts/login/")
    assert newest_entry()[0] == "people.signed_out_everywhere"


def test_a_coordinator_signs_a_volunteer_out_and_others_are_untouched(cast: Cast, client: Client) -> None:
    phone, other = sign_in(Client(), cast.veikko), sign_in(Client(), cast.lauri)
    sign_in(client, cast.kerttu)
    assert client.post(f"/staff/people/{cast.veikko.pk}/sign-out/").status_code == 302
    assert phone.get("/staff/profile/").status_code == 302
    assert other.get("/staff/profile/").status_code == 200
    assert client.get("/staff/profile/").status_code == 200


def test_a_second_factor_is_reset_by_a_second_person_who_is_named_in_the_log(cast: Cast) -> None:
    phone = sign_in(Client(), cast.veikko)
    assert (
        refusal_of(lambda: actions.reset_second_factor(person=cast.veikko, actor=cast.veikko, now=now()))
        == Refusal.SELF
    )

    actions.reset_second_factor(person=cast.veikko, actor=cast.kerttu, now=now())

    assert not Authenticator.objects.filter(user=cast.veikko).exists()
    assert phone.get("/staff/profile/").status_code == 302
    assert newest_entry() == ("people.second_factor_reset", f"person:{cast.kerttu.pk}", f"person:{cast.veikko.pk}")
    letters_go_out()
    assert [letter.to for letter in mail.outbox] == [[cast.veikko.email]]
    # The password alone then only leads to setting up a new one.
    again = Client()
    again.post("/accounts/login/", {"login": cast.veikko.email, "password": PASSWORD})
    assert again.get("/staff/profile/")["Location"] == "/accounts/2fa/"


def test_a_role_is_given_once_and_taken_away(cast: Cast) -> None:
    given = actions.give_role(person=cast.veikko, centre=cast.sos, role=Role.SHIFT_LEAD, actor=cast.kerttu, now=now())
    assert has_role(cast.veikko, cast.sos, Role.SHIFT_LEAD)
    assert (
        refusal_of(
            lambda: actions.give_role(
                person=cast.veikko, centre=cast.sos, role=Role.SHIFT_LEAD, actor=cast.kerttu, now=now()
            )
        )
        == Refusal.HAS_ROLE
    )
    actions.take_role(membership=given, actor=cast.kerttu, now=now())
    assert not has_role(cast.veikko, cast.sos, Role.SHIFT_LEAD)
    assert [e.code for e in Entry.objects.order_by("pk")] == ["people.role_given", "people.role_taken"]
    assert {e.centre for e in Entry.objects.all()} == {str(cast.sos.pk)}


def test_a_coordinator_makes_nobody_an_administrator(cast: Cast) -> None:
    assert (
        refusal_of(
            lambda: actions.give_role(
                person=cast.veikko, centre=cast.sos, role=Role.ADMIN, actor=cast.kerttu, now=now()
            )
        )
        == Refusal.ROLE_ABOVE
    )
    assert (
        refusal_of(
            lambda: actions.give_role(
                person=cast.veikko, centre=cast.turku, role=Role.VOLUNTEER, actor=cast.aino, now=now()
            )
        )
        == Refusal.NOT_YOURS
    )


def test_a_centre_keeps_an_administrator(cast: Cast) -> None:
    second = person("Arvo", (cast.sos, Role.ADMIN))
    actions.deactivate(person=second, actor=cast.aino, now=now())
    actions.reactivate(person=second, actor=cast.aino, now=now())
    actions.deactivate(person=cast.aino, actor=second, now=now())
    third = person("Oona", (cast.sos, Role.ADMIN))
    actions.take_role(membership=third.memberships.get(), actor=second, now=now())
    assert roles_of(second).has(cast.sos.pk, Role.ADMIN)
    assert Membership.objects.filter(centre=cast.sos, role=Role.ADMIN, person__is_active=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_in_the_same_moment_leave_one() -> None:
    cast = assemble()
    arvo = person("Arvo", (cast.sos, Role.ADMIN))
    together = threading.Barrier(2)

    def remove(actor: Person, other: Person) -> str:
        try:
            membership = other.memberships.select_related("person").get()
            together.wait()
            actions.take_role(membership=membership, actor=actor, now=now())
        except Refused as refused:
            return refused.reason.value
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(remove, cast.aino, arvo), pool.submit(remove, arvo, cast.aino)]
        answers = sorted(each.result() for each in tries)
    assert answers == ["done", "not_yours"]
    assert Membership.objects.filter(centre=cast.sos, role=Role.ADMIN).count() == 1


def test_a_volunteer_of_two_centres_is_closed_by_neither_alone_but_loses_the_role(cast: Cast) -> None:
    assert refusal_of(lambda: actions.deactivate(person=cast.saara, actor=cast.aino, now=now())) == Refusal.OTHER_CENTRE
    actions.take_role(membership=cast.saara.memberships.get(centre=cast.sos), actor=cast.kerttu, now=now())
    assert roles_of(cast.saara).centres() == {cast.turku.pk}


def test_own_details_are_changed_and_the_earlier_name_on_duty_is_on_record(cast: Cast) -> None:
    actions.change_profile(actor=cast.veikko, name="Veikko Testinen", duty_name="Ville", language="sv", now=now())
    cast.veikko.refresh_from_db()
    assert (cast.veikko.duty_name, cast.veikko.language) == ("Ville", "sv")
    assert Entry.objects.get().details == {"changed": ["duty_name", "language"], "duty_name": ["Veikko", "Ville"]}
    actions.change_profile(actor=cast.veikko, name="Veikko Testinen", duty_name="Ville", language="sv", now=now())
    assert Entry.objects.count() == 1


def _take_volunteer_role(cast: Cast) -> object:
    membership = Membership.objects.select_related("person").get(person=cast.veikko)
    return actions.take_role(membership=membership, actor=cast.kerttu, now=now())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "take_power",
    [
        lambda cast: actions.deactivate(person=cast.veikko, actor=cast.kerttu, now=now()),
        lambda cast: actions.sign_out_everywhere(person=cast.veikko, actor=cast.veikko, now=now()),
        lambda cast: actions.reset_second_factor(person=cast.veikko, actor=cast.kerttu, now=now()),
        lambda cast: actions.set_password(person=cast.veikko, password="uusi pitkä salasana 9", now=now()),
        lambda cast: sign_in(Client(), cast.veikko).post("/accounts/logout/"),
        _take_volunteer_role,
    ],
)
def test_open_sockets_hear_within_a_second_that_power_was_taken(
    take_power: Callable[[Cast], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_bus", None)  # a bus of this test's own event loop
    cast = assemble()

    def act() -> None:
        try:
            take_power(cast)
        finally:
            connection.close()

    async def listen() -> dict[str, Any]:
        bus = live.bus()
        await bus.start()
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        bus.subscribe(f"person:{cast.veikko.pk}", heard.put_nowait)
        try:
            await asyncio.to_thread(act)
            return await asyncio.wait_for(heard.get(), timeout=1)
        finally:
            await bus.stop()

    assert asyncio.run(listen()) == {"t": "revoked"}


def test_nothing_is_told_when_nothing_was_done(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as told:
        refusal_of(lambda: actions.deactivate(person=cast.aino, actor=cast.kerttu, now=now()))
    assert told == []
    assert Entry.objects.count() == 0
