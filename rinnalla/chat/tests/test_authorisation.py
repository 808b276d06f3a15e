"""Every page of the desk × everybody: what may be opened, and when (promise S7). A page missing here fails the build.

The people: Aino answers; Eetu is on duty on the same line and Veikko off duty; Lauri is shift lead, Kerttu coordinator
and Marja administrator of the centre; Tuula is administrator and shift lead of another. "nobody" is not signed in.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rinnalla.chat import urls as desk_urls
from rinnalla.chat.models import Conversation
from rinnalla.chat.tests.conftest import begin, volunteer
from rinnalla.helpline import actions as helpline
from rinnalla.helpline import canned_urls
from rinnalla.helpline import urls as helpline_urls
from rinnalla.helpline.actions.canned import Wording, add_canned_text
from rinnalla.helpline.models import Block, Contact, DutySession, Line, LineText, Worry
from rinnalla.people.models import Centre, Membership, Person, Role
from rinnalla.people.second_factor import add_totp
from rinnalla.people.tests.cast import SECRET, person, sign_in
from rinnalla.people.tests.test_authorisation import names_in, outcome

WHO: Final = ("nobody", "aino", "eetu", "veikko", "lauri", "kerttu", "marja", "tuula")
SIGN_IN, ABSENT, PAGE, DONE, LED, NOT_TAKEN = "sign in", "404", "page", "done", "led to the page with the form", "405"

Row = tuple[str, ...]


def staff(answer: str) -> Row:
    """For everybody who is signed in, of whatever role: the page shows each their own."""
    return (SIGN_IN, *[answer] * 7)


def only(answer: str, *names: str, others: str = ABSENT) -> Row:
    return (SIGN_IN, *(answer if name in names else others for name in WHO[1:]))


CENTRE: Final = ("aino", "eetu", "veikko", "lauri", "kerttu", "marja")
LEADS: Final = ("lauri", "kerttu", "marja")
CARETAKERS: Final = ("kerttu", "marja")


def slug(world: World) -> list[Any]:
    return [world.line.slug]


def notice(world: World) -> list[Any]:
    texts = {"fi": "Vastaamme taas kohta.", "sv": "", "en": ""}
    now = timezone.now()
    sent = helpline.send_notice(
        line=world.line, texts=texts, until=now + timedelta(hours=1), actor=world.people["lauri"], now=now
    )
    return [sent.pk]


def contact(world: World) -> list[Any]:
    return [world.contact.pk]


def worry(world: World) -> list[Any]:
    raised = helpline.raise_worry(
        contact=world.contact, kind=Worry.Kind.CHILD, words="", actor=world.people["aino"], now=timezone.now()
    )
    return [raised.pk]


def taken_worry(world: World) -> list[Any]:
    """Lauri has it."""
    [pk] = worry(world)
    found = Worry.objects.get(pk=pk)
    helpline.take_worry(worry=found, taken_from=None, actor=world.people["lauri"], now=timezone.now())
    return [pk]


def asked_worry(world: World) -> list[Any]:
    """Lauri has asked for more."""
    [pk] = taken_worry(world)
    found, lauri = Worry.objects.get(pk=pk), world.people["lauri"]
    helpline.step_worry(worry=found, state=Worry.State.ASKED, words="Missä?", actor=lauri, now=timezone.now())
    return [pk]


def offer(world: World) -> list[Any]:
    """Aino offers the conversation to Eetu."""
    to = DutySession.objects.get(person=world.people["eetu"])
    made = helpline.offer_hand_over(
        contact=world.contact, to=to, note="", actor=world.people["aino"], now=timezone.now()
    )
    return [made.pk]


def canned(world: World) -> list[Any]:
    wording = Wording(keyword="hei", text="Hei sinulle.", kind="usual", language="fi")
    made = add_canned_text(line=world.line, wording=wording, actor=world.people["kerttu"], now=timezone.now())
    return [world.line.slug, made.pk]


@dataclass(frozen=True)
class Page:
    """What GET and POST answer to each of WHO while the conversation goes on, and POST after its end.

    ``args`` and ``typed`` get the world; ``ended``: the answers to GET once the conversation has ended.
    """

    get: Row
    post: Row | None
    args: Callable[[World], list[Any]] = lambda _world: []
    typed: Callable[[World], dict[str, Any]] = lambda _world: {}
    after_end: Row | None = None


@dataclass
class World:
    line: Line
    people: dict[str, Person]
    contact: Contact
    conversation: Conversation
    duty: DutySession
    more: dict[str, Any] = field(default_factory=dict)


def talk(world: World) -> list[Any]:
    return [world.conversation.pk]


def call(world: World) -> list[Any]:
    lead_call = helpline.call_lead(
        duty=world.duty, contact=world.contact, actor=world.people["aino"], now=timezone.now()
    )
    return [lead_call.pk]


def block(world: World) -> list[Any]:
    """A block that a lead has yet to approve."""
    joined, _ = helpline.join_queue(line=world.line, language="fi", now=timezone.now())
    taken = helpline.take_next(duty=world.duty, actor=world.people["aino"], now=timezone.now())
    assert taken == joined
    grade, reason = Block.Grade.WEEK, Block.Reason.THREAT
    made = helpline.block_contact(
        contact=taken, actor=world.people["aino"], grade=grade, reason=reason, now=timezone.now()
    )
    return [made.pk]


CANNED: Final = {"keyword": "moi", "kind": "usual", "language": "fi", "text": "Moi."}
PAGES: Final[dict[str, Page]] = {
    "staff_home": Page(staff(DONE), None),
    "duty": Page(staff(PAGE), None),
    "take_duty": Page(staff(LED), only(DONE, *CENTRE), typed=lambda world: {"line": world.line.slug}),
    "end_duty": Page(staff(LED), staff(DONE)),
    "set_duty_state": Page(staff(LED), staff(DONE), typed=lambda _: {"state": "paused"}),
    "take_next": Page(staff(LED), staff(DONE)),
    "conversation": Page(only(PAGE, "aino"), None, talk, after_end=only(PAGE, "aino")),
    "conversation_say": Page(staff(LED), only(DONE, "aino"), talk, lambda _: {"text": "hei", "id": str(uuid.uuid4())}),
    "end_conversation": Page(staff(LED), only(DONE, "aino"), talk),
    "block_contact": Page(staff(LED), only(DONE, "aino"), talk, lambda _: {"grade": "day", "reason": "threat"}),
    "blocks": Page(only(PAGE, *LEADS, "tuula"), None),
    "approve_block": Page(staff(LED), only(DONE, *LEADS), block),
    "lift_block": Page(staff(LED), only(DONE, *LEADS), block),
    "call_lead": Page(staff(LED), staff(DONE)),
    "call_bar": Page(staff(PAGE), None),
    "close_call": Page(staff(LED), staff(DONE)),
    "calls": Page(staff(PAGE), None),
    "answer_call": Page(staff(LED), only(DONE, *LEADS), call),
    "end_call": Page(staff(LED), only(DONE, *LEADS), call),
    "talk_beside": Page(only(PAGE, *LEADS), None, talk),
    "whispers": Page(only(PAGE, "aino", *LEADS), None, talk),
    "whisper": Page(staff(LED), only(DONE, "aino", *LEADS), talk, lambda _: {"text": "hei"}),
    "board": Page(only(PAGE, *LEADS, "tuula"), None),
    "steer": Page(only(PAGE, *LEADS), only(DONE, *LEADS), slug, lambda _: {"state": "paused", "lasts": "15"}),
    "as_planned": Page(staff(LED), only(DONE, *LEADS), slug),
    "notice": Page(only(PAGE, *LEADS), only(DONE, *LEADS), slug, lambda _: {"text_fi": "Hetki.", "lasts": "15"}),
    "withdraw_notice": Page(staff(LED), only(DONE, *LEADS), notice),
    "move_volunteer": Page(
        only(PAGE, *LEADS), only(DONE, *LEADS), lambda world: [world.duty.pk], lambda _: {"line": "solmussa"}
    ),
    "end_pause": Page(staff(LED), only(DONE, *LEADS), lambda world: [world.duty.pk]),
    "words_to_the_centre": Page(only(PAGE, *CARETAKERS), None),
    "record": Page(only(PAGE, "aino"), only(DONE, "aino"), contact, lambda _: {"type": "silent"}),
    "heavy": Page(staff(LED), only(DONE, "aino"), contact, lambda _: {"heavy": "yes"}),
    "pass_next": Page(staff(LED), staff(DONE)),
    "set_until": Page(staff(LED), staff(DONE)),
    "write_notes": Page(staff(LED), only(DONE, "aino"), talk, lambda _: {"text": "Kuuntelen."}),
    "more_time": Page(staff(LED), only(DONE, "aino"), talk, lambda _: {"minutes": "10"}),
    "hand_over": Page(only(PAGE, "aino"), None, talk),
    "offer_hand_over": Page(staff(LED), only(DONE, "aino"), talk, lambda _: {"to": "0"}),
    "withdraw_hand_over": Page(staff(LED), only(DONE, "aino"), offer),
    "accept_hand_over": Page(staff(LED), only(DONE, "eetu"), offer),
    "decline_hand_over": Page(staff(LED), only(DONE, "eetu"), offer),
    "leave_duty": Page(only(PAGE, "aino", others=LED), None),
    "follow_conversation": Page(only(PAGE, *LEADS), only(DONE, *LEADS), talk, lambda _: {"reason": "asked"}),
    "stop_following": Page(staff(LED), only(DONE, *LEADS), talk),
    "raise_worry": Page(staff(LED), only(DONE, "aino"), talk, lambda _: {"kind": "child"}),
    "worries_aside": Page(only(PAGE, "aino"), None, talk),
    "worries": Page(only(PAGE, *LEADS, "tuula"), None),
    "safety_note": Page(staff(PAGE), None),
    "worry": Page(only(PAGE, *LEADS), None, worry),
    "take_worry": Page(staff(LED), only(DONE, *LEADS), worry),
    # Only whoever took it decides: the other leads are told so on the page.
    "step_worry": Page(
        staff(LED),
        (SIGN_IN, ABSENT, ABSENT, ABSENT, DONE, PAGE, PAGE, ABSENT),
        taken_worry,
        lambda _: {"state": "no_report", "words": "Ei."},
    ),
    "hold_conversation": Page(staff(LED), only(DONE, *LEADS), taken_worry),
    "release_conversation": Page(staff(LED), only(DONE, *LEADS), taken_worry),
    "worry_conversation": Page(only(PAGE, "lauri"), None, taken_worry),
    "own_worry": Page(only(PAGE, "aino"), None, worry),
    "answer_worry": Page(staff(LED), only(DONE, "aino"), asked_worry, lambda _: {"words": "Koulussa."}),
    "canned_lines": Page(only(PAGE, *CARETAKERS), None),
    "canned_texts": Page(only(PAGE, *CARETAKERS), None, slug),
    "add_canned_text": Page(only(PAGE, *CARETAKERS), only(DONE, *CARETAKERS), slug, lambda _: CANNED),
    "edit_canned_text": Page(only(PAGE, *CARETAKERS), only(DONE, *CARETAKERS), canned, lambda _: CANNED),
    "delete_canned_text": Page(staff(LED), only(DONE, *CARETAKERS), canned),
}


@pytest.fixture
def world(sekasin: Line, aino: Person, eetu: Person) -> World:
    centre = sekasin.centre
    turku = Centre.objects.create(name="Turun kriisikeskus", kind=Centre.Kind.LOCAL, town="Turku")
    people = {"aino": aino, "eetu": eetu, "veikko": volunteer(sekasin, "Veikko")}
    for someone in people.values():
        add_totp(someone, SECRET)
    for name, role in (("lauri", Role.SHIFT_LEAD), ("kerttu", Role.COORDINATOR), ("marja", Role.ADMIN)):
        people[name] = person(name.title(), (centre, role))
    people["tuula"] = person("Tuula", (turku, Role.ADMIN), (turku, Role.SHIFT_LEAD))
    other = Line.objects.create(slug="solmussa", channel="chat", centre=centre)
    LineText.objects.create(line=other, language="fi", name="Solmussa", summary="s", about="a", rules="b")
    contact, duty, _ = begin(sekasin, aino)
    helpline.take_duty(line=sekasin, actor=eetu, now=timezone.now())
    return World(sekasin, people, contact, Conversation.objects.get(contact=contact), duty)


def as_seen_by_each(world: World) -> dict[str, Client]:
    signed_in = {name: sign_in(Client(), someone, sudo=True) for name, someone in world.people.items()}
    return {"nobody": Client()} | signed_in


@contextmanager
def tried() -> Iterator[None]:
    """What is done inside is taken back, so that everybody finds the same world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_the_table_names_every_page_of_the_desk() -> None:
    patterns: list[Any] = [*desk_urls.urlpatterns, *helpline_urls.urlpatterns, *canned_urls.urlpatterns]
    assert names_in(patterns) == set(PAGES)


@pytest.mark.parametrize("name", list(PAGES))
def test_who_opens_which_page_of_the_desk(world: World, name: str) -> None:
    page, clients = PAGES[name], as_seen_by_each(world)
    url, typed = reverse(name, args=page.args(world)), page.typed(world)
    for who, on_get in zip(WHO, page.get, strict=True):
        with tried():
            assert (who, outcome(clients[who].get(url), DONE if on_get == DONE else LED)) == (who, on_get)
    for who, on_post in zip(WHO, page.post or [NOT_TAKEN] * len(WHO), strict=True):
        with tried():
            assert (who, outcome(clients[who].post(url, typed))) == (who, on_post if who != "nobody" else SIGN_IN)


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.args is talk])
def test_after_its_end_and_that_of_the_duty_a_conversation_is_nobodys(world: World, name: str) -> None:
    page, clients = PAGES[name], as_seen_by_each(world)
    url, typed = reverse(name, args=page.args(world)), page.typed(world)
    helpline.end_contact(contact=world.contact, actor=world.people["aino"], now=timezone.now())
    for who, expected in zip(WHO, page.after_end or (), strict=bool(page.after_end)):
        with tried():
            assert (who, outcome(clients[who].get(url), LED)) == (who, expected)
    helpline.end_duty(duty=world.duty, actor=world.people["aino"], now=timezone.now())
    for who in WHO:
        with tried():
            assert outcome(clients[who].get(url), LED) in (SIGN_IN, ABSENT, LED), who
            assert page.post is None or outcome(clients[who].post(url, typed)) in (SIGN_IN, ABSENT), who


def test_whoever_loses_the_role_loses_every_page_of_the_conversation(world: World) -> None:
    client = as_seen_by_each(world)["aino"]
    Membership.objects.filter(person=world.people["aino"]).delete()
    for name, page in PAGES.items():
        if page.args is talk:
            url = reverse(name, args=page.args(world))
            assert outcome(client.get(url), LED) in (ABSENT, LED), name
            assert page.post is None or outcome(client.post(url, page.typed(world))) == ABSENT, name
