"""Keeps the people of a demo world there: the waiting wait on, volunteers stay, and whoever is taken answers.

Works only on the contacts and duty sessions that the world was populated with (the audit entry names them), through the
same actions that their pages would use. Someone who opens the chat themselves is never touched, and a volunteer is kept
on duty only as long as nobody but the world's own people talks with them.
"""

from __future__ import annotations

import logging
import random
import threading
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from django.db import Error as DatabaseError
from django.db import connections
from django.db.models import Q
from django.utils import timezone

from rinnalla.audit.models import Entry
from rinnalla.chat import actions as chat
from rinnalla.chat.models import Conversation, Message
from rinnalla.demo.stories import story_of
from rinnalla.demo.worlds import CONVERSATIONS
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, DutySession
from rinnalla.helpline.rules import RENEW

log = logging.getLogger(__name__)

TICK: Final = 1.0  # seconds
PRESENT_EVERY: Final = 15.0  # well within helpline.rules.AWAY_AFTER
FIRST_LINE: Final = (2, 5)  # seconds from being taken to the first line
NEXT_LINE: Final = (5, 11)  # seconds from the answerer's newest message to the next line


@dataclass(frozen=True)
class Populated:
    """What the world brought with it."""

    contacts: frozenset[int]
    duties: frozenset[int]

    @classmethod
    def of(cls, entry: Entry) -> Populated:
        return cls(frozenset(entry.details["contacts"]), frozenset(entry.details["duties"]))


def stay(populated: Populated, *, now: datetime) -> None:
    """Renew the presence of the world's help-seekers."""
    open_contacts = Contact.objects.filter(~Q(state=Contact.State.ENDED), pk__in=populated.contacts)
    if here := list(open_contacts.values_list("pk", flat=True)):
        helpline.keep_present(contact_ids=here, now=now)


def hold_duties(populated: Populated, *, now: datetime) -> None:
    """Renew the leases of the world's volunteers, except of those who talk with somebody real."""
    with_others = Contact.objects.filter(state=Contact.State.TALKING).exclude(pk__in=populated.contacts)
    duties = DutySession.objects.filter(~Q(state=DutySession.State.ENDED), pk__in=populated.duties)
    if people := list(duties.exclude(contacts__in=with_others).values_list("person_id", flat=True)):
        helpline.renew_leases(person_ids=people, now=now)


def answer(populated: Populated, *, now: datetime) -> int:
    """Let those whose turn it is say the next line of their story; how many did.

    The first line comes a moment after being taken, each further one after an answer. Each line has the same id at
    every try, so that a restart says nothing twice.
    """
    talks = Conversation.objects.filter(
        open=True, contact__state=Contact.State.TALKING, contact__in=populated.contacts
    ).select_related("contact__line")
    spoke = 0
    for talk in talks:
        newest = Message.objects.filter(conversation=talk).order_by("-seq").first()
        said = _lines_said(talk)
        story = story_of(talk.contact_id, language=talk.contact.language, slug=talk.contact.line.slug)
        if newest is None or said >= len(story) or newest.author == Message.Author.SEEKER:
            continue
        if newest.author == Message.Author.SERVICE and said:
            continue  # taken again after the answerer was lost: wait to be spoken to
        pause = random.Random(f"{talk.pk} {said}").uniform(*(NEXT_LINE if said else FIRST_LINE))
        if now < newest.at + timedelta(seconds=pause):
            continue
        client_id = uuid.uuid5(CONVERSATIONS, f"{talk.pk} {Message.Author.SEEKER} {said}")
        try:
            chat.say(
                conversation=talk, client_id=client_id, text=story[said], author=Message.Author.SEEKER, actor=None,
                now=now,
            )  # fmt: skip
        except chat.SayRefused as refused:  # ended in this very moment
            log.info("a visitor could not speak: %s", refused.reason)
        else:
            spoke += 1
    return spoke


def _lines_said(talk: Conversation) -> int:
    said = Message.objects.filter(conversation=talk, author=Message.Author.SEEKER, kind=Message.Kind.TEXT)
    return said.count()


class Visitors:
    """A thread that does the above until :meth:`stop`, or until the process ends."""

    def __init__(self, populated: Populated) -> None:
        self._populated = populated
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo-visitors", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float = 5) -> None:
        self._stopped.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        renewed = {"stay": -PRESENT_EVERY, "hold": -PRESENT_EVERY}
        begun = monotonic()
        try:
            while not self._stopped.wait(TICK):
                self._tick(renewed, monotonic() - begun)
        finally:
            connections.close_all()

    def _tick(self, renewed: dict[str, float], clock: float) -> None:
        now = timezone.now()
        try:
            if clock - renewed["stay"] >= PRESENT_EVERY:
                stay(self._populated, now=now)
                renewed["stay"] = clock
            if clock - renewed["hold"] >= RENEW.total_seconds():
                hold_duties(self._populated, now=now)
                renewed["hold"] = clock
            answer(self._populated, now=now)
        except DatabaseError as problem:  # away or busy: everything here is tried again at the next tick
            log.warning("the demo's visitors wait for the database: %s", type(problem).__name__)
            connections.close_all()
