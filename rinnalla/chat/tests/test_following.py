"""Silent following: a reason first, everything to the lead, nothing from them, and not a byte to the help-seeker."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from rinnalla.audit.models import Entry
from rinnalla.chat.actions import say
from rinnalla.chat.following import follow, stop_following
from rinnalla.chat.models import Following, Message
from rinnalla.chat.tests.conftest import Frames, Live, Talking, begin, volunteer
from rinnalla.chat.tests.desk import desk_of
from rinnalla.core.live import publish
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Line
from rinnalla.people.models import Centre, Membership, Person, Role
from rinnalla.people.tests.cast import signed_in

WORDS = "Minulla on paha olo."
WITHIN = 1.0  # seconds


@pytest.fixture
def tuomas(sekasin: Line) -> Person:
    person = volunteer(sekasin, "Tuomas")
    Membership.objects.filter(person=person).update(role=Role.SHIFT_LEAD)
    return person


def followed(live: Live, talking: Talking, lead: Person) -> Frames:
    conversation = talking.contact.conversation
    follow(conversation=conversation, reason=Following.Reason.ASKED, actor=lead, now=timezone.now())
    side = live.connect(f"/live/following/{conversation.pk}/", signed_in(lead))
    side.until("said")
    return side


def test_nothing_is_shown_before_a_reason_is_written_down(sekasin: Line, aino: Person, tuomas: Person) -> None:
    contact, _, _ = begin(sekasin, aino)
    conversation = contact.conversation
    say(
        conversation=conversation,
        client_id=uuid.uuid4(),
        text=WORDS,
        author=Message.Author.SEEKER,
        actor=None,
        now=timezone.now(),
    )
    lead, path = desk_of(tuomas), f"/staff/follow/{conversation.pk}/"
    assert WORDS not in lead.get(path).content.decode()
    refused = lead.post(path, {"reason": "curious"})
    assert (refused.status_code, WORDS in refused.content.decode()) == (422, False)
    assert not Entry.objects.filter(code="chat.followed").exists()
    assert lead.post(path, {"reason": "asked"})["Location"] == path
    assert Entry.objects.get(code="chat.followed").details == {"reason": "asked"}
    assert WORDS in lead.get(path).content.decode()
    told = desk_of(aino).get(f"/staff/conversations/{conversation.pk}/", headers={"Accept-Language": "en"})
    assert "Tuomas seuraa tätä keskustelua." in told.content.decode()
    lead.post(f"{path}stop/")
    assert WORDS not in lead.get(path).content.decode()
    helpline.end_contact(contact=contact, actor=aino, now=timezone.now())
    assert lead.get(path).status_code == 404


def test_only_a_lead_of_the_centre_follows(sekasin: Line, aino: Person, eetu: Person) -> None:
    contact, _, _ = begin(sekasin, aino)
    turku = Centre.objects.create(name="Turun kriisikeskus", kind=Centre.Kind.LOCAL, town="Turku")
    stranger = Person.objects.create_user("tuula@example.org", name="Tuula Esimerkki", duty_name="Tuula")
    Membership.objects.create(person=stranger, centre=turku, role=Role.SHIFT_LEAD)
    path = f"/staff/follow/{contact.conversation.pk}/"
    for person in (aino, eetu, stranger):
        client = desk_of(person)
        assert (client.get(path).status_code, client.post(path, {"reason": "asked"}).status_code) == (404, 404)
    assert not Following.objects.exists()


def test_the_lead_hears_both_sides_says_nothing_and_the_help_seeker_gets_no_frame(
    live: Live, talking: Talking, tuomas: Person
) -> None:
    for side in (talking.seeker, talking.answerer):
        side.send(t="ping")
        side.until("pong")
    lead = followed(live, talking, tuomas)
    assert talking.answerer.until("aside", timeout=WITHIN) == {"t": "aside"}
    lead.send(t="say", id=str(uuid.uuid4()), text="En saa puhua.")
    assert lead.until("refused", timeout=WITHIN)["reason"] == "not_yours"
    lead.send(t="typing")
    lead.socket.close()
    talking.seeker.send(t="ping")
    assert talking.seeker.socket.recv(timeout=WITHIN) in ('{"t":"pong"}', b'{"t":"pong"}')
    assert not Message.objects.filter(person=tuomas).exists()
    again = live.connect(f"/live/following/{talking.contact.conversation.pk}/", signed_in(tuomas))
    again.until("said")
    for side, by in ((talking.seeker, "seeker"), (talking.answerer, "answerer")):
        side.send(t="typing")
        assert again.until("typing", timeout=WITHIN)["by"] == by
        side.send(t="say", id=str(uuid.uuid4()), text=WORDS)
        assert [(one["by"], one["text"]) for one in again.until("said", timeout=WITHIN)["m"]] == [(by, WORDS)]


@pytest.mark.parametrize("how", ["over", "role", "stopped"])
def test_following_ends_within_a_second(how: str, live: Live, talking: Talking, tuomas: Person) -> None:
    lead = followed(live, talking, tuomas)
    if how == "over":
        helpline.end_contact(contact=talking.contact, actor=talking.person, now=timezone.now())
    elif how == "role":
        Membership.objects.filter(person=tuomas).update(role=Role.VOLUNTEER)
        publish(f"person:{tuomas.pk}", {"t": "revoked"})
    else:
        stop_following(conversation=talking.contact.conversation, actor=tuomas, now=timezone.now())
    assert lead.close_code(timeout=WITHIN) == 4410
    again = live.connect(f"/live/following/{talking.contact.conversation.pk}/", signed_in(tuomas))
    assert again.close_code() == 4410


def test_without_a_reason_given_the_socket_stays_shut(live: Live, talking: Talking, tuomas: Person) -> None:
    lead = live.connect(f"/live/following/{talking.contact.conversation.pk}/", signed_in(tuomas))
    assert lead.close_code() == 4410
