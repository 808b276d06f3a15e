"""Never alone, on the sockets: the team hears at once, the help-seeker's socket gets nothing at all."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from rinnalla.chat.tests.conftest import Frames, Live, Talking, volunteer
from rinnalla.chat.whispers import whisper
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Line
from rinnalla.people.models import Membership, Person, Role


@pytest.fixture
def tuomas(sekasin: Line) -> Person:
    person = volunteer(sekasin, "Tuomas")
    Membership.objects.filter(person=person).update(role=Role.SHIFT_LEAD)
    return person


def nothing_but_a_pong(side: Frames) -> bool:
    """The next frame answers the ping: nothing was sent before it. Presence, told at the door, is let by."""
    side.send(t="ping")
    while (frame := side.next())["t"] == "there":
        pass
    return frame == {"t": "pong"}


def test_a_call_reaches_an_open_page_of_the_lead_and_the_answer_reaches_the_caller(
    live: Live, talking: Talking, tuomas: Person
) -> None:
    lead, caller = live.duty(tuomas), live.duty(talking.person)
    for side in (lead, caller):
        side.send(t="ping")
        side.until("pong")
    now = timezone.now()
    call = helpline.call_lead(duty=talking.duty, contact=talking.contact, actor=talking.person, now=now)
    assert lead.until("changed", timeout=1)["t"] == "changed"
    caller.until("changed", timeout=1)
    helpline.answer_call(call=call, actor=tuomas, now=now)
    assert caller.until("changed", timeout=1)["t"] == "changed"
    assert nothing_but_a_pong(talking.seeker)


def test_a_whisper_reaches_the_answerer_and_never_the_help_seeker(talking: Talking, tuomas: Person) -> None:
    whisper(
        conversation=talking.contact.conversation,
        client_id=uuid.uuid4(),
        text="Olen tässä.",
        actor=tuomas,
        now=timezone.now(),
    )
    assert talking.answerer.until("aside", timeout=1) == {"t": "aside"}
    assert nothing_but_a_pong(talking.seeker)


def test_a_hand_over_closes_the_givers_socket_and_tells_the_help_seeker_both_names(
    live: Live, talking: Talking, eetu: Person, sekasin: Line
) -> None:
    now = timezone.now()
    duty = helpline.take_duty(line=sekasin, actor=eetu, now=now)
    offer = helpline.offer_hand_over(contact=talking.contact, to=duty, note="Jatka.", actor=talking.person, now=now)
    assert nothing_but_a_pong(talking.seeker)
    helpline.accept_hand_over(offer=offer, actor=eetu, now=now)
    assert talking.answerer.close_code(timeout=1) == 4410
    told: list[tuple[str, str]] = []
    while len(told) < 2:
        told += [(one["kind"], one["name"]) for one in talking.seeker.until("said", timeout=1)["m"]]
    assert told == [("joined", "Eetu"), ("left", "Aino")]
    assert live.answer(talking.contact, talking.person).close_code() == 4410
    mine = live.answer(talking.contact, eetu)
    mine.until("said")
    mine.send(t="say", id=str(uuid.uuid4()), text="Hei, jatketaan.")
    assert mine.until("stored", timeout=2)["seq"] == 4
