"""Every write of practice. The visitors go through the same queue and the same journal as anybody."""

from __future__ import annotations

import uuid
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db import transaction

from rinnalla.audit import actions as audit
from rinnalla.chat import actions as chat
from rinnalla.chat.models import Conversation, Message
from rinnalla.chat.transcript import read
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, Line
from rinnalla.helpline.queries import duty_of
from rinnalla.people.models import Person
from rinnalla.practice.listening import heard_in
from rinnalla.practice.models import Comment, Visit
from rinnalla.practice.rules import (
    MOST_CHARACTERS,
    MarkRefusal,
    Refused,
    call_refusal,
    mark_refusal,
)
from rinnalla.practice.script import Persona, personas
from rinnalla.practice.visiting import Mood, Step, answer, begin, hear_nothing
from rinnalla.sealing.seal import ring

LINES: Final = uuid.UUID("8e1f2f0e-5f0b-4a8c-9c39-6a7f64c8f3d2")  # namespace of the ids of what visitors say
READING: Final = timedelta(seconds=2)  # before the visitor begins to answer
TYPING: Final = 0.09  # seconds for each character, as one types on a phone
LONGEST: Final = timedelta(seconds=12)
PATIENT: Final = timedelta(seconds=75)  # without a word from the trainee
GIVES_UP: Final = timedelta(minutes=10)
# What a step changes.
STANDING: Final = ("trainee_id", "mood", "to_say", "next_at", "said", "heard_seq", "heard", "over")


# Visits -------------------------------------------------------------------------------------------------------------
@transaction.atomic
def call_in(*, line: Line, persona: str, actor: Person, now: datetime) -> Visit:
    """Let a scripted visitor join the real queue of the practice line. Raises Refused, also that of the queue."""
    going_on = Visit.objects.filter(called_by=actor, over=False).count()
    script = personas().get(persona)
    if reason := call_refusal(line, duty_of(actor.pk), open_visits=going_on, known=script is not None):
        raise Refused(reason)
    assert script is not None
    contact, _token = helpline.join_queue(line=line, language=script.language, now=now)
    # The device that would hold the cookie does not exist: nobody can open this visit as a help-seeker.
    Contact.objects.filter(pk=contact.pk).update(level=script.level)
    visit = Visit.objects.create(
        conversation=Conversation.objects.get(contact=contact), persona=persona, called_by=actor, called_at=now
    )
    _record("practice.called_in", visit, actor=actor, now=now, details={"persona": persona, "line": line.slug})
    return visit


def go_on(now: datetime) -> None:
    """Let all visits that are under way take their next step. Safe in any number of processes at once.

    What a visitor says has an id made of the visit and the number of the line: said twice, it is stored once.
    """
    under_way = list(Visit.objects.filter(over=False).select_related("conversation__contact"))
    if not under_way:
        return
    here = [visit.conversation.contact_id for visit in under_way]
    helpline.keep_present(contact_ids=here, now=now)
    for visit in under_way:
        with transaction.atomic():
            locked = (
                Visit.objects.select_for_update(of=("self",))
                .select_related("conversation__contact__line", "conversation__answerer")
                .get(pk=visit.pk)
            )
            if not locked.over:
                _take_step(locked, now=now)


def _take_step(visit: Visit, *, now: datetime) -> None:
    talk, contact = visit.conversation, visit.conversation.contact
    before = deepcopy([getattr(visit, name) for name in STANDING])
    if not talk.open:
        visit.over, visit.to_say, visit.next_at = True, [], None
        _hear(visit, _unheard(visit))
    elif contact.state == Contact.State.TALKING and visit.mood is None:
        visit.trainee = talk.answerer
        _follow(visit, begin(_persona(visit)), now=now)
    elif contact.state == Contact.State.TALKING:
        _talk(visit, now=now)
    if [getattr(visit, name) for name in STANDING] != before:  # mostly a visitor waits, and nothing is written
        visit.save(update_fields=STANDING)


def _talk(visit: Visit, *, now: datetime) -> None:
    if visit.to_say and visit.next_at is not None:
        if now >= visit.next_at:
            _say(visit, now=now)
        return
    mood = msgspec.convert(visit.mood, Mood)
    newest = Message.objects.filter(conversation=visit.conversation).order_by("-seq").first()
    silent = now - newest.at if newest is not None else timedelta()
    if mood.ended or silent > GIVES_UP:
        helpline.leave(contact=visit.conversation.contact, now=now)
        visit.over = True
        return
    unheard = _unheard(visit)
    if unheard:
        if silent >= READING:
            _follow(visit, answer(_persona(visit), mood, _hear(visit, unheard)), now=now)
    elif silent >= PATIENT:
        _follow(visit, hear_nothing(_persona(visit), mood), now=now)


def _say(visit: Visit, *, now: datetime) -> None:
    line, *visit.to_say = visit.to_say
    try:
        chat.say(
            conversation=visit.conversation,
            client_id=uuid.uuid5(LINES, f"{visit.pk} {visit.said}"),
            text=line,
            author=Message.Author.SEEKER,
            actor=None,
            now=now,
        )
    except chat.SayRefused:  # ended in this very moment: the next step notices
        return
    visit.said += 1
    visit.next_at = now + _takes(visit.to_say[0]) if visit.to_say else None


def _follow(visit: Visit, step: Step, *, now: datetime) -> None:
    visit.mood = msgspec.to_builtins(step.mood)
    visit.to_say = list(step.says)
    visit.next_at = now + _takes(visit.to_say[0]) if visit.to_say else None


def _takes(line: str) -> timedelta:
    return min(timedelta(seconds=1 + TYPING * len(line)), LONGEST)


def _unheard(visit: Visit) -> list[tuple[int, str]]:
    """What the trainee has written since the script last listened: number and text."""
    said = read(visit.conversation_id, visit.conversation.key_id)
    own = (message for message in said if message.by == Message.Author.ANSWERER and message.seq > visit.heard_seq)
    return [(message.seq, message.text) for message in own]


def _hear(visit: Visit, said: list[tuple[int, str]]) -> frozenset[str]:
    """Note what is heard in each message, and in all of them together."""
    language = _persona(visit).language
    for seq, text in said:
        visit.heard[str(seq)] = sorted(heard_in(text, language))
        visit.heard_seq = max(visit.heard_seq, seq)
    return heard_in("\n".join(text for _, text in said), language)


def _persona(visit: Visit) -> Persona:
    return personas()[visit.persona]


# The trainer --------------------------------------------------------------------------------------------------------
def place_of(comment_id: uuid.UUID, visit: Visit) -> str:
    """Where a comment's body belongs (promise S6)."""
    return f"practice.Comment.body|{visit.conversation_id}|{comment_id}"


@transaction.atomic
def comment(*, visit: Visit, seq: int, text: str, actor: Person, now: datetime) -> Comment:
    """Say something of one message of the practice, or of the whole (``seq`` 0). Raises Refused."""
    text = text.strip()
    if reason := mark_refusal(visit, trainer_id=actor.pk):
        raise Refused(reason)
    if not text:
        raise Refused(MarkRefusal.EMPTY)
    if len(text) > MOST_CHARACTERS:
        raise Refused(MarkRefusal.TOO_LONG)
    if seq and not Message.objects.filter(conversation=visit.conversation_id, seq=seq).exists():
        raise Refused(MarkRefusal.UNKNOWN)
    assert visit.conversation.key_id is not None
    comment_id = uuid.uuid4()
    body = ring().get(visit.conversation.key_id).seal(text, place_of(comment_id, visit))
    made = Comment.objects.create(id=comment_id, visit=visit, seq=seq, by=actor, body=body, at=now)
    _record("practice.commented", visit, actor=actor, now=now, details={"seq": seq})
    return made


@transaction.atomic
def mark(*, visit: Visit, mark: str, actor: Person, now: datetime) -> None:
    """Say how the practice went. It can be said anew; the log keeps both. Raises Refused."""
    if reason := mark_refusal(visit, trainer_id=actor.pk):
        raise Refused(reason)
    old = Visit.objects.select_for_update().get(pk=visit.pk).mark
    Visit.objects.filter(pk=visit.pk).update(mark=Visit.Mark(mark), marked_by=actor, marked_at=now)
    _record("practice.marked", visit, actor=actor, now=now, details={"old": old, "new": mark})


@transaction.atomic
def note_reading(*, visit: Visit, actor: Person, now: datetime) -> None:
    """A trainer reads somebody's practice: the log says so."""
    _record("practice.read", visit, actor=actor, now=now, details={})


def erase_comments() -> int:
    """Delete the comments that nobody can open any more: their conversation was erased. How many."""
    erased, _ = Comment.objects.filter(visit__conversation__key_id=None).delete()
    return erased


def _record(code: str, visit: Visit, *, actor: Person, now: datetime, details: dict[str, str | int]) -> None:
    audit.record(
        code=code,
        actor=f"person:{actor.pk}",
        subject=f"practice:{visit.pk}",
        now=now,
        centre=str(visit.conversation.contact.line.centre_id),
        details=details,
    )
