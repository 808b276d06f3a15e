"""Private notes: the answerer's own, sealed and erased with the conversation, never seen by the help-seeker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from rinnalla.audit.models import Entry
from rinnalla.chat import actions as chat
from rinnalla.chat.models import Conversation, Note
from rinnalla.chat.notes import MOST_CHARACTERS, NoteRefusal, NoteRefused, keep_notes, notes_of
from rinnalla.chat.tests.conftest import Talking, begin
from rinnalla.chat.tests.desk import desk_of
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, Line
from rinnalla.helpline.rules import LEASE
from rinnalla.people.models import Person

SECRET = "merkintä-äiti-sairaalassa"
JSON = {"Accept": "application/json"}


def keep(contact: Contact, person: Person, text: str, version: int = 0) -> int:
    found = Conversation.objects.get(contact=contact)
    return keep_notes(conversation=found, text=text, version=version, actor=person, now=timezone.now()).version


def test_notes_are_sealed_and_open_only_for_their_conversation(sekasin: Line, aino: Person) -> None:
    contact, _, _ = begin(sekasin, aino)
    assert keep(contact, aino, SECRET) == 1
    assert keep(contact, aino, f"{SECRET}, koulu", 1) == 2
    found = Conversation.objects.get(contact=contact)
    assert (notes_of(found).text, notes_of(found).version) == (f"{SECRET}, koulu", 2)
    assert SECRET.encode() not in bytes(Note.objects.get().body)


def test_notes_changed_elsewhere_meanwhile_are_not_written_over(sekasin: Line, aino: Person) -> None:
    contact, _, _ = begin(sekasin, aino)
    keep(contact, aino, "ensimmäinen")
    with pytest.raises(NoteRefused) as refused:
        keep(contact, aino, "toinen", 0)
    assert refused.value.reason is NoteRefusal.CHANGED
    assert keep(contact, aino, "ensimmäinen", 0) == 1  # sent again, because the answer was lost
    with pytest.raises(NoteRefused) as refused:
        keep(contact, aino, "x" * (MOST_CHARACTERS + 1), 1)
    assert refused.value.reason is NoteRefusal.TOO_LONG
    assert notes_of(Conversation.objects.get(contact=contact)).text == "ensimmäinen"


def test_notes_are_erased_with_the_conversation(sekasin: Line, aino: Person) -> None:
    contact, _, _ = begin(sekasin, aino)
    keep(contact, aino, SECRET)
    helpline.end_contact(contact=contact, actor=aino, now=timezone.now())
    chat.erase_due(now=timezone.now() + timedelta(hours=49), whatever_the_share=True)
    assert Note.objects.count() == 0
    with pytest.raises(NoteRefused) as refused:
        keep(contact, aino, "vielä", 1)
    assert refused.value.reason is NoteRefusal.ERASED


def test_the_log_tells_that_notes_were_begun_and_nothing_of_them(sekasin: Line, aino: Person) -> None:
    contact, _, _ = begin(sekasin, aino)
    keep(contact, aino, SECRET)
    keep(contact, aino, "muuta", 1)
    [entry] = Entry.objects.filter(code="chat.notes_written")
    assert (entry.actor, entry.details) == (f"person:{aino.pk}", {})


def test_the_answerer_keeps_notes_without_scripts_and_with_them(sekasin: Line, aino: Person) -> None:
    contact, _, _ = begin(sekasin, aino)
    address, client = f"/staff/conversations/{contact.conversation.pk}/", desk_of(aino)
    form = {"text": "eka", "version": "0"}
    assert client.post(f"{address}notes/", form).headers["Location"] == address
    page = client.get(address)
    assert (page.context["notes"].text, page.context["notes"].version) == ("eka", 1)
    saved = client.post(f"{address}notes/", {"text": "toka", "version": "1"}, headers=JSON)
    assert (saved.status_code, saved.json()) == (200, {"version": 2})
    clash = client.post(f"{address}notes/", form | {"text": "kolmas"}, headers=JSON)
    assert (clash.status_code, clash.json()["text"], clash.json()["version"]) == (409, "toka", 2)
    page = client.post(f"{address}notes/", form | {"text": "kolmas"})
    assert (page.status_code, page.context["notes_draft"]) == (422, "toka\n\nkolmas")


def test_nobody_else_reaches_the_notes_and_they_follow_the_conversation(
    sekasin: Line, aino: Person, eetu: Person
) -> None:
    contact, duty, _ = begin(sekasin, aino)
    address = f"/staff/conversations/{contact.conversation.pk}/notes/"
    first, second = desk_of(aino), desk_of(eetu)
    first.post(address, {"text": SECRET, "version": "0"})
    for client in (second, Client()):
        assert client.post(address, {"text": "x", "version": "1"}).status_code in (404, 302)
    assert notes_of(Conversation.objects.get()).text == SECRET

    now = timezone.now() + LEASE * 2
    helpline.give_back(duty=duty, now=now)
    helpline.keep_present(contact_ids=[contact.pk], now=now)
    theirs = helpline.take_duty(line=sekasin, actor=eetu, now=now)
    helpline.take_next(duty=theirs, actor=eetu, now=now)
    assert SECRET in second.get(address.removesuffix("notes/")).content.decode()
    assert first.post(address, {"text": "x", "version": "1"}).status_code == 404
    assert first.get(address.removesuffix("notes/")).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_no_page_or_frame_of_the_help_seeker_has_the_notes(talking: Talking) -> None:
    client = desk_of(talking.person)
    address = f"/staff/conversations/{talking.contact.conversation.pk}/notes/"
    client.post(address, {"text": SECRET, "version": "0"})
    talking.seeker.send(t="ping")
    heard: list[dict[str, Any]] = []
    while not heard or heard[-1]["t"] != "pong":
        heard.append(talking.seeker.next())
    assert SECRET not in str(heard)
    seeker = Client()
    seeker.cookies["visit"] = talking.token
    for page in ("/chat/", "/"):
        answer = seeker.get(page)
        assert answer.status_code == 200
        assert SECRET not in answer.content.decode()
