"""Never alone, on the pages: the call for the shift lead and the whispers, and who may open what."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from rinnalla.audit.models import Entry
from rinnalla.chat.actions import erase
from rinnalla.chat.models import Whisper
from rinnalla.chat.tests.conftest import begin, volunteer
from rinnalla.chat.tests.desk import desk_of
from rinnalla.chat.whispers import whispers_of
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, DutySession, LeadCall, Line
from rinnalla.people.models import Centre, Membership, Person, Role
from rinnalla.sealing.seal import CannotOpen

WORDS = "Tämä on minulle raskas keskustelu."


@pytest.fixture
def tuomas(sekasin: Line) -> Person:
    person = volunteer(sekasin, "Tuomas")
    Membership.objects.filter(person=person).update(role=Role.SHIFT_LEAD)
    return person


@pytest.fixture
def stranger(db: None) -> Person:
    """A shift lead of another centre."""
    turku = Centre.objects.create(name="Turun kriisikeskus", kind=Centre.Kind.LOCAL, town="Turku")
    person = Person.objects.create_user("tuula@example.org", name="Tuula Esimerkki", duty_name="Tuula")
    Membership.objects.create(person=person, centre=turku, role=Role.SHIFT_LEAD)
    return person


@pytest.fixture
def talk(sekasin: Line, aino: Person) -> tuple[Contact, DutySession]:
    contact, duty, _ = begin(sekasin, aino)
    return contact, duty


def text(client: Client, path: str) -> str:
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 200, path
    return answer.content.decode()


def whisper(client: Client, contact: Contact, words: str = WORDS, *, form: uuid.UUID | None = None) -> int:
    path = f"/staff/conversations/{contact.conversation.pk}/whisper/"
    return client.post(path, {"id": str(form or uuid.uuid4()), "text": words}).status_code


def test_a_call_from_a_conversation_is_seen_answered_and_told_back(
    talk: tuple[Contact, DutySession], aino: Person, tuomas: Person
) -> None:
    contact, _ = talk
    conversation, caller, lead = contact.conversation.pk, desk_of(aino), desk_of(tuomas)
    assert caller.post("/staff/duty/call/", {"conversation": str(conversation)}).status_code == 302
    call = LeadCall.objects.get()
    assert call.contact == contact
    assert 'data-call="' in text(lead, "/staff/calls/")
    answered = lead.post(f"/staff/calls/{call.pk}/answer/")
    assert answered["Location"] == f"/staff/beside/{conversation}/"
    assert "Tuomas" in text(caller, f"/staff/duty/call/now/?conversation={conversation}")
    assert lead.post(f"/staff/calls/{call.pk}/end/").status_code == 302
    assert "data-call=" not in text(lead, "/staff/calls/")


def test_a_call_that_nobody_answers_within_a_minute_says_whom_to_phone(
    talk: tuple[Contact, DutySession], aino: Person
) -> None:
    contact, duty = talk
    Line.objects.update(lead_phone="09 555 0100")
    client = desk_of(aino)
    client.post("/staff/duty/call/", {"conversation": ""})
    assert "09 555 0100" not in text(client, "/staff/duty/")
    LeadCall.objects.update(called_at=timezone.now() - timedelta(seconds=61))
    for page in ("/staff/duty/", f"/staff/conversations/{contact.conversation.pk}/", "/staff/duty/call/now/"):
        assert "09 555 0100" in text(client, page)
    client.post("/staff/duty/call/close/")
    assert "09 555 0100" not in text(client, "/staff/duty/")
    assert duty.lead_calls.get().closed_at is not None


def test_every_staff_page_of_a_lead_has_the_note_and_no_page_of_a_volunteer(
    talk: tuple[Contact, DutySession], aino: Person, tuomas: Person
) -> None:
    assert 'hx-get="/staff/calls/"' in text(desk_of(tuomas), "/staff/profile/")
    assert 'hx-get="/staff/calls/"' not in text(desk_of(aino), "/staff/profile/")


def test_whispers_go_both_ways_are_sealed_and_stored_once(
    talk: tuple[Contact, DutySession], aino: Person, tuomas: Person
) -> None:
    contact, _ = talk
    form, answerer, lead = uuid.uuid4(), desk_of(aino), desk_of(tuomas)
    assert [whisper(answerer, contact, form=form) for _ in range(2)] == [302, 302]
    assert whisper(lead, contact, "Kysy, onko joku lähellä.") == 302
    said = whispers_of(contact.conversation)
    assert [(one.seq, one.name, one.text) for one in said] == [
        (1, "Aino", WORDS),
        (2, "Tuomas", "Kysy, onko joku lähellä."),
    ]
    assert all(WORDS.encode() not in bytes(one.body) for one in Whisper.objects.all())
    for client, page in (
        (answerer, f"/staff/conversations/{contact.conversation.pk}/"),
        (lead, f"/staff/beside/{contact.conversation.pk}/"),
        (lead, f"/staff/conversations/{contact.conversation.pk}/whispers/"),
    ):
        assert WORDS in text(client, page)
    assert Entry.objects.filter(code="chat.whispers_opened").exists()
    assert not [entry for entry in Entry.objects.all() if WORDS in str(entry.details)]


def test_a_whisper_opens_in_its_own_place_only(talk: tuple[Contact, DutySession], aino: Person, tuomas: Person) -> None:
    contact, _ = talk
    whisper(desk_of(aino), contact)
    Whisper.objects.update(person=tuomas)
    with pytest.raises(CannotOpen):
        whispers_of(contact.conversation)


def test_the_help_seekers_page_shows_neither_call_nor_whisper(sekasin: Line, aino: Person) -> None:
    contact, _, token = begin(sekasin, aino)
    seeker, answerer = Client(), desk_of(aino)
    seeker.cookies["visit"] = token

    def page() -> str:
        shown = seeker.get("/chat/").content.decode()
        found = contact.conversation.pk
        return shown.split('name="id"')[0].replace(str(found), "")

    before = page()
    answerer.post("/staff/duty/call/", {"conversation": str(contact.conversation.pk)})
    whisper(answerer, contact)
    assert page() == before


def test_nobody_else_stands_beside_and_nobody_after_the_end(
    talk: tuple[Contact, DutySession], sekasin: Line, aino: Person, eetu: Person, tuomas: Person, stranger: Person
) -> None:
    contact, duty = talk
    pk = contact.conversation.pk
    answerer, lead = desk_of(aino), desk_of(tuomas)
    whisper(answerer, contact)
    call = helpline.call_lead(duty=duty, contact=contact, actor=aino, now=timezone.now())
    for client in (desk_of(eetu), desk_of(stranger)):
        assert client.get(f"/staff/beside/{pk}/").status_code == 404
        assert client.get(f"/staff/conversations/{pk}/whispers/").status_code == 404
        assert client.get(f"/staff/duty/call/now/?conversation={pk}").status_code == 404
        assert whisper(client, contact) == 404
        assert client.post(f"/staff/calls/{call.pk}/answer/").status_code == 404
        assert client.post(f"/staff/calls/{call.pk}/end/").status_code == 404
        assert "data-call=" not in text(client, "/staff/calls/")
    assert answerer.get(f"/staff/beside/{pk}/").status_code == 404
    helpline.end_contact(contact=contact, actor=aino, now=timezone.now())
    assert lead.get(f"/staff/beside/{pk}/").status_code == 404
    assert WORDS not in text(answerer, f"/staff/conversations/{pk}/")
    assert whisper(answerer, contact) == 302
    assert Whisper.objects.count() == 1


def test_whispers_are_erased_with_the_conversation(talk: tuple[Contact, DutySession], aino: Person) -> None:
    contact, _ = talk
    whisper(desk_of(aino), contact)
    erase(conversation_ids=[contact.conversation.pk], now=timezone.now())
    assert not Whisper.objects.exists()


def test_an_offer_shows_with_its_note_and_is_taken_over(
    talk: tuple[Contact, DutySession], sekasin: Line, aino: Person, eetu: Person, tuomas: Person
) -> None:
    contact, _ = talk
    pk = contact.conversation.pk
    giver, receiver, other = desk_of(aino), desk_of(eetu), desk_of(tuomas)
    duty = helpline.take_duty(line=sekasin, actor=eetu, now=timezone.now())
    assert "Eetu" in text(giver, f"/staff/conversations/{pk}/hand-over/")
    assert giver.get(f"/staff/conversations/{pk}/hand-over/").status_code == 200
    assert receiver.get(f"/staff/conversations/{pk}/hand-over/").status_code == 404
    whisper(giver, contact)
    giver.post(f"/staff/conversations/{pk}/offer/", {"to": str(duty.pk), "note": "Hän odottaa rauhassa."})
    offer = contact.hand_overs.get()
    assert "Hän odottaa rauhassa." in text(receiver, "/staff/duty/")
    assert "Hän odottaa rauhassa." not in text(other, "/staff/duty/")
    assert other.post(f"/staff/hand-over/{offer.pk}/accept/").status_code == 404
    assert other.post(f"/staff/hand-over/{offer.pk}/decline/").status_code == 404
    assert receiver.post(f"/staff/hand-over/{offer.pk}/withdraw/").status_code == 404
    taken = receiver.post(f"/staff/hand-over/{offer.pk}/accept/")
    assert taken["Location"] == f"/staff/conversations/{pk}/"
    assert WORDS in text(receiver, f"/staff/conversations/{pk}/")
    assert giver.get(f"/staff/conversations/{pk}/").status_code == 404


def test_ending_a_duty_with_conversations_open_leads_to_the_page_that_lists_them(
    talk: tuple[Contact, DutySession], aino: Person, eetu: Person
) -> None:
    contact, duty = talk
    client = desk_of(aino)
    assert client.post("/staff/duty/end/")["Location"] == "/staff/duty/leave/"
    page = text(client, "/staff/duty/leave/")
    assert f"/staff/conversations/{contact.conversation.pk}/hand-over/" in page
    duty.refresh_from_db()
    assert duty.state == "talking"
    assert desk_of(eetu).get("/staff/duty/leave/")["Location"] == "/staff/duty/"
