"""The life of an invitation, from the coordinator's page to the new volunteer's first sign-in."""

from __future__ import annotations

import io
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from pytest_django import Settings

from rinnalla.audit.models import Entry
from rinnalla.people import actions, second_factor, tasks
from rinnalla.people.letters import token_hash
from rinnalla.people.models import Invitation, Membership, Person, Role
from rinnalla.people.rules import Refusal, Refused
from rinnalla.people.tests.cast import PASSWORD, SECRET, Cast, assemble, letters_go_out, now, sign_in

LIISA = {
    "name": "Liisa Laine",
    "duty_name": "Liisa",
    "language": "fi",
    "password": "kolme kirjavaa kivaa",
    "password_again": "kolme kirjavaa kivaa",
}


def invited(cast: Cast, email: str = "liisa@example.org", role: Role = Role.VOLUNTEER, language: str = "fi") -> str:
    """Kerttu invites; the answer is the address in the letter."""
    actions.invite(email=email, centre=cast.sos, role=role, language=language, actor=cast.kerttu, now=now())
    return newest_link()


def newest_link() -> str:
    letters_go_out()
    found = re.search(r"http://localhost:8000(/invitation/\S+)", str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[1]


def test_an_invited_person_opens_an_account_and_is_led_to_the_second_step(cast: Cast, client: Client) -> None:
    link = invited(cast)
    assert client.get(link).status_code == 200

    answer = client.post(link, LIISA)

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
    liisa = Person.objects.get(email="liisa@example.org")
    assert (liisa.name, liisa.duty_name, liisa.language) == ("Liisa Laine", "Liisa", "fi")
    assert liisa.check_password(LIISA["password"])
    assert [(m.centre, m.role) for m in liisa.memberships.all()] == [(cast.sos, "volunteer")]
    # Signed in, but no further than setting up.
    assert client.get("/staff/profile/")["Location"] == "/accounts/2fa/"
    # The password was written a moment ago: the first set-up does not ask for it again.
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


def test_the_letter_speaks_the_invited_persons_language_and_names_the_centre(cast: Cast) -> None:
    invited(cast, language="en")
    letter = mail.outbox[-1]
    assert letter.subject == "Invitation to SOS-kriisikeskus"
    assert "Kerttu Testinen invites you to SOS-kriisikeskus as: volunteer." in letter.body
    assert letter.to == ["liisa@example.org"]
    assert letter.content_subtype == "plain"
    assert not getattr(letter, "alternatives", [])


def test_the_link_is_kept_only_as_a_hash(cast: Cast) -> None:
    token = invited(cast).split("/")[2]
    made = Invitation.objects.get()
    assert bytes(made.token_hash or b"") == token_hash(token)
    columns = " ".join(str(value) for value in Invitation.objects.values().get().values())
    assert token not in columns
    assert token not in str(list(Entry.objects.values()))


def test_a_letter_goes_out_once(cast: Cast) -> None:
    made = actions.invite(
        email="liisa@example.org", centre=cast.sos, role=Role.VOLUNTEER, language="fi", actor=cast.kerttu, now=now()
    )
    letters_go_out()
    tasks.send_invitation.call(made.pk)
    assert len(mail.outbox) == 1


def test_inviting_the_same_address_again_replaces_the_older_invitation(cast: Cast, client: Client) -> None:
    older = invited(cast)
    newer = invited(cast, email="Liisa@Example.org", role=Role.SHIFT_LEAD)
    assert [i.role for i in Invitation.objects.filter(withdrawn_at=None)] == ["shift_lead"]

    assert client.get(older).status_code == 410
    client.post(newer, LIISA)
    assert Membership.objects.get(person__email="liisa@example.org").role == "shift_lead"


def test_the_database_too_allows_one_open_invitation_of_an_address_to_a_centre(cast: Cast) -> None:
    invited(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            email="LIISA@example.org",
            centre=cast.sos,
            role="volunteer",
            created_at=now(),
            expires_at=now() + timedelta(days=1),
        )


def test_an_expired_link_says_until_when_it_worked_and_can_be_sent_again(cast: Cast, client: Client) -> None:
    link = invited(cast)
    with time_machine.travel(now() + timedelta(days=7, minutes=1)):
        assert client.get(link).status_code == 410
        answer = client.post(link, LIISA)
        assert answer.status_code == 410
        assert not Person.objects.filter(email="liisa@example.org").exists()

        actions.resend(invitation=Invitation.objects.get(), actor=cast.kerttu, now=now())
        again = newest_link()
        assert client.get(link).status_code == 404
        assert client.get(again).status_code == 200


def test_a_withdrawn_link_opens_nothing(cast: Cast, client: Client) -> None:
    link = invited(cast)
    actions.withdraw_invitation(invitation=Invitation.objects.get(), actor=cast.kerttu, now=now())
    assert client.get(link).status_code == 410
    assert client.post(link, LIISA).status_code == 410
    assert not Person.objects.filter(email="liisa@example.org").exists()


def test_a_link_that_never_was_says_what_to_do(cast: Cast, client: Client) -> None:
    for token in ("x", "A" * 43, "ä", "'--", "%00"):
        answer = client.get(f"/invitation/{token}/")
        assert answer.status_code == 404
        assert "coordinator" in client.get(f"/invitation/{token}/?language=en").content.decode()


def test_the_form_sent_twice_loses_nothing(cast: Cast, client: Client) -> None:
    link = invited(cast)
    client.post(link, LIISA)
    again = Client().post(link, LIISA)
    assert again.status_code == 410
    assert "/accounts/login/" in again.content.decode()
    assert Person.objects.filter(email="liisa@example.org").count() == 1
    # The one who accepted it and opens the letter again is simply at home.
    liisa = Person.objects.get(email="liisa@example.org")
    second_factor.add_totp(liisa, SECRET)
    sign_in(client, liisa)
    assert client.get(link)["Location"] == "/staff/"


def test_someone_with_an_account_signs_in_and_gets_the_role_added(cast: Cast, client: Client) -> None:
    link = invited(cast, email=cast.timo.email)
    page = client.get(f"{link}?language=en").content.decode()
    assert "Sign in to accept" in page
    assert f"/accounts/login/?next={link.replace('/', '%2F')}" in page
    # A stranger with the letter cannot take the account over by writing a new password.
    assert client.post(link, LIISA).status_code == 200
    cast.timo.refresh_from_db()
    assert cast.timo.check_password(PASSWORD)

    sign_in(client, cast.timo)
    assert client.get(link).status_code == 200
    assert client.post(link)["Location"] == "/staff/"
    assert client.post(link)["Location"] == "/staff/"
    held = cast.timo.memberships.values_list("centre__name", "role").order_by("centre__name")
    assert list(held) == [("SOS-kriisikeskus", "volunteer"), ("Turun kriisikeskus", "volunteer")]


def test_another_signed_in_person_cannot_take_the_invitation(cast: Cast, client: Client) -> None:
    link = invited(cast)
    sign_in(client, cast.timo)
    page = client.get(link)
    assert page.status_code == 200
    assert 'action="/accounts/logout/"' in page.content.decode()
    client.post(link)
    assert not cast.timo.memberships.filter(centre=cast.sos).exists()
    with pytest.raises(Refused) as refused:
        actions.accept_invitation_as(invitation=Invitation.objects.get(), actor=cast.timo, now=now())
    assert refused.value.reason == Refusal.NOT_THE_INVITED


def test_an_invitation_ends_when_its_sender_may_no_longer_invite(cast: Cast, client: Client) -> None:
    link = invited(cast)
    membership = cast.kerttu.memberships.get()
    actions.take_role(membership=membership, actor=cast.aino, now=now())
    assert client.get(link).status_code == 410
    assert client.post(link, LIISA).status_code == 410

    actions.resend(invitation=Invitation.objects.get(), actor=cast.aino, now=now())
    assert client.get(newest_link()).status_code == 200


def test_a_closed_account_does_not_get_in_by_a_new_invitation(cast: Cast) -> None:
    link = invited(cast, email=cast.timo.email)
    Person.objects.filter(pk=cast.timo.pk).update(is_active=False)
    cast.timo.refresh_from_db()
    with pytest.raises(Refused) as refused:
        actions.accept_invitation_as(invitation=Invitation.objects.get(), actor=cast.timo, now=now())
    assert refused.value.reason == Refusal.CLOSED
    assert link


def test_someone_who_has_the_role_is_not_invited_to_it(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        invited(cast, email=cast.veikko.email)
    assert refused.value.reason == Refusal.HAS_ROLE


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"password": "lyhyt", "password_again": "lyhyt"}, "password"),
        ({"password": "liisa@example.org", "password_again": "liisa@example.org"}, "password"),
        ({"password_again": "toinen salasana tässä"}, "password_again"),
        ({"duty_name": "Liisa Laine"}, "duty_name"),
        ({"duty_name": "\u202eaasiiL"}, "duty_name"),
        ({"name": "Liisa\0"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"language": "ru"}, "language"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_stays_written(
    cast: Cast, client: Client, changed: dict[str, str], field: str
) -> None:
    link = invited(cast)
    answer = client.post(link, {**LIISA, **changed})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Person.objects.filter(email="liisa@example.org").exists()
    if field != "name":
        assert 'value="Liisa Laine"' in answer.content.decode()


def test_a_letters_head_cannot_be_lengthened_by_a_name(cast: Cast) -> None:
    cast.sos.name = "SOS\r\nBcc: kaikki@example.org"
    cast.sos.save()
    invited(cast)
    letter = mail.outbox[-1]
    assert "\n" not in letter.subject
    assert letter.recipients() == ["liisa@example.org"]
    assert "Bcc" not in letter.message()


def test_every_step_is_in_the_audit_log(cast: Cast, client: Client) -> None:
    link = invited(cast)
    client.post(link, LIISA)
    liisa = Person.objects.get(email="liisa@example.org")
    entries = [
        (e.code, e.actor, e.subject) for e in Entry.objects.filter(code__startswith="people.invit").order_by("pk")
    ]
    made = Invitation.objects.get()
    assert entries == [
        ("people.invited", f"person:{cast.kerttu.pk}", f"invitation:{made.pk}"),
        ("people.invitation_accepted", f"person:{liisa.pk}", f"person:{liisa.pk}"),
    ]


def test_the_first_administrator_is_invited_from_the_console(cast: Cast, client: Client) -> None:
    said = io.StringIO()
    call_command("invite", "Outi@example.org", centre="Oulun kriisikeskus", town="Oulu", language="sv", stdout=said)
    client.post(newest_link(), {**LIISA, "name": "Outi", "duty_name": "Outi"})
    assert Membership.objects.get(centre__name="Oulun kriisikeskus").role == "admin"
    assert "Outi@example.org" in said.getvalue()
    assert Entry.objects.filter(code="people.invited", actor="console").count() == 1


@pytest.mark.parametrize("email", ["ei osoite", "", "a@b.fi\nBcc: c@d.fi"])
def test_the_console_refuses_what_is_no_address(db: None, email: str) -> None:
    with pytest.raises(CommandError):
        call_command("invite", email, centre="Oulu")
    assert not Invitation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_browsers_that_accept_in_the_same_moment_make_one_account() -> None:
    cast = assemble()
    made = actions.invite(
        email="liisa@example.org", centre=cast.sos, role=Role.VOLUNTEER, language="fi", actor=cast.kerttu, now=now()
    )
    together = threading.Barrier(4)

    def accept() -> str:
        try:
            together.wait()
            actions.accept_invitation(
                invitation=made, name="Liisa", duty_name="Liisa", language="fi", password="kolme kirjavaa", now=now()
            )
        except Refused as refused:
            return refused.reason.value
        finally:
            connection.close()
        return "accepted"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(future.result() for future in [pool.submit(accept) for _ in range(4)])
    assert answers == ["accepted", *["invitation_used"] * 3]
    assert Person.objects.filter(email="liisa@example.org").count() == 1


def test_a_letter_that_the_mail_server_did_not_take_is_tried_again(cast: Cast, settings: Settings) -> None:
    made = actions.invite(
        email="liisa@example.org", centre=cast.sos, role=Role.VOLUNTEER, language="fi", actor=cast.kerttu, now=now()
    )
    with closed_port() as port:
        backend = "django.core.mail.backends.smtp.EmailBackend"
        options = {"host": "127.0.0.1", "port": port, "timeout": 2}
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
        with pytest.raises(ConnectionRefusedError):
            tasks.send_invitation.call(made.pk)
    made.refresh_from_db()
    assert made.sent_at is None
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    assert newest_link()
    made.refresh_from_db()
    assert made.sent_at is not None


@contextmanager
def closed_port() -> Iterator[int]:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]
