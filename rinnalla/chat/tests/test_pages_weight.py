"""The pages of fair weight and of the contact record, as a browser without scripts sees them, and their parts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from rinnalla.audit.models import Entry
from rinnalla.chat.models import Conversation
from rinnalla.chat.tests.conftest import volunteer
from rinnalla.chat.tests.desk import desk_of, on_duty
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, ContactRecord, DutySession, Line, Pass
from rinnalla.helpline.queries import duty_of
from rinnalla.people.models import Person

PART = {"HX-Request": "true"}
FORM = {"concerns": "self", "reasons": ["anxiety", "loneliness"]}


def join(line: Line, *, level: int = 0) -> Contact:
    contact = helpline.join_queue(line=line, language="fi", now=timezone.now())[0]
    Contact.objects.filter(pk=contact.pk).update(level=level)
    return contact


def talk(client: Client, line: Line) -> Contact:
    """The next person, and that there is a conversation with them."""
    contact = join(line)
    client.post("/staff/duty/next/")
    return Contact.objects.get(pk=contact.pk, state=Contact.State.TALKING)


def ended(client: Client, line: Line) -> Contact:
    contact = talk(client, line)
    client.post(f"/staff/conversations/{Conversation.objects.get(contact=contact).pk}/end/")
    return Contact.objects.get(pk=contact.pk, state=Contact.State.ENDED)


def record_of(contact: Contact) -> str:
    return f"/staff/contacts/{contact.pk}/record/"


@pytest.fixture
def client(aino: Person) -> Client:
    Person.objects.update(language="en")
    return on_duty(aino)


# The record ---------------------------------------------------------------------------------------------------------
def test_wrapping_up_leads_to_the_record_and_saving_it_makes_one_ready(sekasin: Line, client: Client) -> None:
    contact = ended(client, sekasin)
    talk_page = client.get(f"/staff/conversations/{Conversation.objects.get(contact=contact).pk}/")
    assert f'href="{record_of(contact)}"' in talk_page.content.decode()
    assert [found.url for found in client.get("/staff/duty/").context["weight"].to_record] == [record_of(contact)]
    answer = client.post(record_of(contact), {**FORM, "suicidality": "none", "note": "Kevyempi olo lopussa."})
    assert answer.headers["Location"] == "/staff/duty/"
    page = client.get("/staff/duty/")
    assert (page.context["duty"].state, page.context["weight"].to_record) == ("ready", [])
    assert [str(note) for note in page.context["messages"]] == ["The record is saved."]
    record = ContactRecord.objects.get()
    assert sorted(record.reasons.values_list("reason", flat=True)) == ["anxiety", "loneliness"]
    assert (record.suicidality, record.age_group) == ("none", "")


@pytest.mark.parametrize("kind", [kind for kind in ContactRecord.Type.values if kind != "conversation"])
def test_a_contact_that_was_no_conversation_is_saved_with_one_press(sekasin: Line, client: Client, kind: str) -> None:
    contact = ended(client, sekasin)
    assert f'name="type" value="{kind}"' in client.get(record_of(contact)).content.decode()
    assert client.post(record_of(contact), {"type": kind}).status_code == 302
    assert ContactRecord.objects.get().type == kind


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({**FORM, "reasons": []}, "Choose what it was about"),
        ({**FORM, "reasons": ["anxiety", "loneliness", "news", "body"]}, "Choose three reasons at most"),
        ({**FORM, "note": "soita 040 1234567"}, "looks like a phone number"),
        ({**FORM, "note": "Kuura Kuusinen kertoi"}, "looks like a name"),
        ({"type": "conversation"}, "Contact record"),
        ({"type": "nonsense"}, "Contact record"),
        ({**FORM, "sex": "nonsense", "reasons": ["nonsense"]}, "Contact record"),
    ],
)
def test_what_cannot_be_saved_is_pointed_out_and_what_was_typed_is_kept(
    sekasin: Line, client: Client, fields: dict[str, str | list[str]], says: str
) -> None:
    contact = ended(client, sekasin)
    answer = client.post(record_of(contact), fields)
    text = answer.content.decode()
    assert (answer.status_code, says in text) == (422, True)
    assert str(fields.get("note", "")) in text
    if "anxiety" in fields.get("reasons", ()):
        assert re.search(r'value="anxiety"[^>]*checked', text)
    assert ContactRecord.objects.count() == 0


def test_a_name_may_be_confirmed_but_not_a_phone_number(sekasin: Line, client: Client) -> None:
    contact = ended(client, sekasin)
    refused = client.post(record_of(contact), {**FORM, "note": "040 1234567", "confirmed": "on"})
    assert (refused.status_code, 'name="confirmed"' in refused.content.decode()) == (422, False)
    pointed = client.post(record_of(contact), {**FORM, "note": "Kuura Kuusinen kertoi"})
    assert 'name="confirmed"' in pointed.content.decode()
    assert (
        client.post(record_of(contact), {**FORM, "note": "Kuura Kuusinen kertoi", "confirmed": "on"}).status_code == 302
    )


def test_the_note_is_shown_again_only_for_correcting_and_the_log_says_so(sekasin: Line, client: Client) -> None:
    contact = ended(client, sekasin)
    client.post(record_of(contact), {**FORM, "note": "Kevyempi olo lopussa."})
    assert "Kevyempi" not in client.get(record_of(contact)).content.decode()
    assert Entry.objects.filter(code="helpline.note_opened").count() == 0
    assert "Kevyempi" in client.get(record_of(contact) + "?again").content.decode()
    assert Entry.objects.filter(code="helpline.note_opened").count() == 1
    client.post(record_of(contact), {**FORM, "reasons": ["news"], "note": ""})
    assert Entry.objects.get(code="helpline.record_corrected").details == {"reasons": ["anxiety,loneliness", "news"]}


def test_later_makes_one_ready_and_keeps_the_contact_in_the_list(sekasin: Line, client: Client) -> None:
    contact = ended(client, sekasin)
    assert client.post(record_of(contact), {"later": "yes"}).headers["Location"] == "/staff/duty/"
    page = client.get("/staff/duty/")
    assert page.context["duty"].state == "ready"
    assert record_of(contact) in page.content.decode()


def test_the_record_stands_beside_the_conversation_and_its_part_comes_alone_for_scripts(
    sekasin: Line, client: Client
) -> None:
    contact = talk(client, sekasin)
    page = client.get(f"/staff/conversations/{Conversation.objects.get(contact=contact).pk}/")
    assert f'hx-post="{record_of(contact)}"' in page.content.decode()
    part = client.post(record_of(contact), FORM, headers=PART)
    text = part.content.decode()
    assert (part.status_code, text.strip().startswith("<section"), "The record is saved." in text) == (200, True, True)
    assert DutySession.objects.get().state == "talking"


@pytest.mark.parametrize("what", ["another's", "waiting", "after the duty", "unknown"])
def test_a_contact_that_is_not_ones_own_is_not_there(sekasin: Line, aino: Person, client: Client, what: str) -> None:
    contact = talk(client, sekasin) if what == "another's" else ended(client, sekasin)
    other = client
    address, heavy = record_of(contact), f"/staff/contacts/{contact.pk}/heavy/"
    if what == "another's":
        other = on_duty(volunteer(sekasin, "Oona"))
    elif what == "waiting":
        waiting = join(sekasin)
        address, heavy = record_of(waiting), f"/staff/contacts/{waiting.pk}/heavy/"
    elif what == "after the duty":
        mine = duty_of(aino.pk)
        assert mine is not None
        helpline.end_duty(duty=mine, actor=aino, now=timezone.now())
    else:
        address, heavy = "/staff/contacts/999999/record/", "/staff/contacts/999999/heavy/"
    assert other.get(address).status_code == 404
    assert other.post(address, {"type": "test"}).status_code == 404
    assert other.post(heavy, {"heavy": "yes"}).status_code == 404
    assert (ContactRecord.objects.count(), Contact.objects.filter(heavy=True).count()) == (0, 0)


def test_nobody_reaches_a_record_without_signing_in(sekasin: Line, client: Client) -> None:
    contact = ended(client, sekasin)
    assert Client().get(record_of(contact)).headers["Location"].startswith("/accounts/login/")


# Weight -------------------------------------------------------------------------------------------------------------
def test_a_contact_is_marked_heavy_with_one_press_and_back(sekasin: Line, client: Client) -> None:
    contact = talk(client, sekasin)
    address = f"/staff/contacts/{contact.pk}/heavy/"
    assert client.post(address, {"heavy": "yes"}).headers["Location"] == record_of(contact)
    assert Contact.objects.get().heavy
    part = client.post(address, {"heavy": "no"}, headers=PART).content.decode()
    assert ('aria-pressed="false"' in part, Contact.objects.get().heavy) == (True, False)
    assert client.get(address).headers["Location"] == record_of(contact)


def test_the_next_one_is_left_to_another_without_a_reason(sekasin: Line, client: Client) -> None:
    assert "/staff/duty/pass/" not in client.get("/staff/duty/").content.decode()
    first, second = join(sekasin), join(sekasin)
    assert "/staff/duty/pass/" in client.get("/staff/duty/").content.decode()
    assert client.post("/staff/duty/pass/").headers["Location"] == "/staff/duty/"
    assert Pass.objects.get().contact == first
    client.post("/staff/duty/pass/")
    page = client.get("/staff/duty/")
    assert page.context["can_take_next"] is False
    assert page.context["why_not"].startswith("You have left those who wait to others.")
    assert Contact.objects.filter(state="waiting").count() == 2
    assert second.pk in Pass.objects.values_list("contact", flat=True)


def test_the_page_asks_before_it_gives_a_heavy_one_to_somebody_who_cools_down(sekasin: Line, client: Client) -> None:
    contact = ended(client, sekasin)
    client.post(f"/staff/contacts/{contact.pk}/heavy/", {"heavy": "yes"})
    heavy = join(sekasin, level=3)
    page = client.get("/staff/duty/")
    assert (page.context["can_take_next"], page.context["weight"].asks_heavy) == (True, True)
    assert 'name="also_heavy"' in page.content.decode()
    assert "You may leave them to another" in page.content.decode()
    assert client.post("/staff/duty/next/").headers["Location"] == "/staff/duty/"
    assert Contact.objects.get(pk=heavy.pk).state == "waiting"
    assert "/conversations/" in client.post("/staff/duty/next/", {"also_heavy": "yes"}).headers["Location"]
    assert Contact.objects.get(pk=heavy.pk).state == "talking"


def test_a_break_that_is_due_is_said_kindly_with_its_time(sekasin: Line, client: Client) -> None:
    join(sekasin)
    until = timezone.now() + timedelta(minutes=10)
    DutySession.objects.update(pause_until=until)
    page = client.get("/staff/duty/")
    assert page.context["can_take_next"] is False
    assert "Rest until" in page.context["why_not"]
    assert client.post("/staff/duty/next/").headers["Location"] == "/staff/duty/"
    assert Contact.objects.get().state == "waiting"


def until() -> str:
    at = DutySession.objects.get().until
    assert at is not None
    return at.isoformat()


# Staying ------------------------------------------------------------------------------------------------------------
def test_until_when_one_stays_is_asked_with_the_duty_and_changed_on_the_page(sekasin: Line, aino: Person) -> None:
    client = desk_of(aino)
    stays = client.get("/staff/duty/").context["weight"].stays
    [usual] = [stay for stay in stays if stay.chosen]
    client.post("/staff/duty/take/", {"line": "sekasin", "until": usual.value})
    assert until() == usual.value
    client.post("/staff/duty/until/", {"until": stays[0].value})
    assert until() == stays[0].value
    for nonsense in ("", "tomorrow", "2026-11-24T20:00", "1999-01-01T00:00:00+00:00", "9" * 200):
        assert client.post("/staff/duty/until/", {"until": nonsense}).status_code == 302
    assert until() == stays[0].value
