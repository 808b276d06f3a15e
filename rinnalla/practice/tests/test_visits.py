"""A visitor comes through the real queue, talks and leaves; a trainer comments and marks; nobody else sees it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rinnalla.chat import actions as chat
from rinnalla.chat.models import Conversation, Message
from rinnalla.chat.transcript import read
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, Line
from rinnalla.practice import actions
from rinnalla.practice.models import Comment, Visit
from rinnalla.practice.rules import CallRefusal, MarkRefusal, Refused
from rinnalla.practice.tests.conftest import Room
from rinnalla.sealing.seal import CannotOpen, ring


def say(room: Room, visit: Visit, text: str) -> None:
    chat.say(
        conversation=Conversation.objects.get(pk=visit.conversation_id),
        client_id=uuid.uuid4(),
        text=text,
        author=Message.Author.ANSWERER,
        actor=room.aino,
        now=room.now,
    )


def seeker_lines(visit: Visit) -> list[str]:
    talk = Conversation.objects.get(pk=visit.conversation_id)
    return [said.text for said in read(talk.pk, talk.key_id) if said.by == "seeker"]


def talked(room: Room, persona: str = "lumi") -> Visit:
    """A practice from the call to the visitor's good-bye."""
    visit = room.call(persona)
    helpline.take_next(duty=room.duty, actor=room.aino, now=room.now)
    for text in (
        "Hei, hyvä että kirjoitit. Ei ole kiire.",
        "Kuulostaa raskaalta.",
        "Onko joku, kenelle olet kertonut?",
        "Kuulen, ettei ole helppoa.",
        "Kiitos kun kirjoitit.",
        "Voit kirjoittaa uudelleen. Hyvää yötä.",
    ):
        room.pass_time(4, beats=10)
        say(room, visit, text)
    room.pass_time(4, beats=10)
    return Visit.objects.get(pk=visit.pk)


def test_a_visitor_waits_in_the_real_queue_and_speaks_when_taken(room: Room) -> None:
    visit = room.call()
    room.pass_time(30, beats=10)  # five minutes in the queue: still there, and silent
    contact = Contact.objects.get(conversation=visit.conversation_id)
    assert (contact.state, contact.level, seeker_lines(visit)) == ("waiting", 1, [])

    assert helpline.take_next(duty=room.duty, actor=room.aino, now=room.now) == contact
    room.pass_time(5, beats=3)
    assert seeker_lines(visit) == ["moi", "en tiiä oonks mä oikeessa paikassa"]
    say(room, visit, "Hei, hyvä että kirjoitit. Ei ole kiire.")
    room.pass_time(5, beats=6)
    assert seeker_lines(visit)[2:] == [
        "ok",
        "no se vaan et koulussa on ollu tosi tyhmää",
        "kaikilla on joku porukka paitsi mulla",
    ]
    visit.refresh_from_db()
    assert (visit.trainee, visit.heard) == (room.aino, {"4": ["greeting", "room"]})


def test_a_visitor_who_waits_is_not_written_anew_each_second(room: Room) -> None:
    room.call()
    with CaptureQueriesContext(connection) as asked:
        room.pass_time(1, beats=3)
    assert [query["sql"] for query in asked if query["sql"].startswith('UPDATE "practice_visit"')] == []


def test_what_is_said_twice_by_two_processes_is_stored_once(room: Room) -> None:
    visit = room.call()
    helpline.take_next(duty=room.duty, actor=room.aino, now=room.now)
    room.pass_time(5)
    stale = Visit.objects.select_related("conversation__contact__line").get(pk=visit.pk)
    room.pass_time(5)
    actions._say(stale, now=room.now)  # another process that read the visit before
    assert seeker_lines(visit) == ["moi"]


def test_a_visitor_says_good_bye_and_leaves(room: Room) -> None:
    visit = talked(room)
    assert (visit.over, visit.conversation.open) == (True, False)
    assert Contact.objects.get(conversation=visit.conversation_id).ended_by == "seeker"
    assert seeker_lines(visit)[-1] == "kiitos kun olit siinä"


def test_a_trainee_who_is_silent_is_asked_and_in_the_end_left(room: Room) -> None:
    visit = room.call()
    helpline.take_next(duty=room.duty, actor=room.aino, now=room.now)
    room.pass_time(5, beats=3)
    room.pass_time(5, beats=30)
    assert seeker_lines(visit)[-1] == "oookko siellä"
    room.pass_time(5, beats=150)
    visit.refresh_from_db()
    assert (visit.over, visit.conversation.open) == (True, False)


@pytest.mark.parametrize(
    ("persona", "change", "reason"),
    [
        ("lumi", {"practice": False}, CallRefusal.NO_PRACTICE),
        ("nobody", {}, CallRefusal.UNKNOWN),
    ],
)
def test_nobody_is_called_to_a_real_line_and_only_known_personas_come(
    room: Room, persona: str, change: dict[str, bool], reason: CallRefusal
) -> None:
    Line.objects.update(**change)
    room.line.refresh_from_db()
    with pytest.raises(Refused) as refused:
        room.call(persona)
    assert (refused.value.reason, Visit.objects.count(), Contact.objects.count()) == (reason, 0, 0)


def test_a_visitor_comes_to_somebody_on_duty_and_three_at_most(room: Room) -> None:
    with pytest.raises(Refused) as refused:
        actions.call_in(line=room.line, persona="lumi", actor=room.lauri, now=room.now)
    assert refused.value.reason == CallRefusal.NOT_ON_DUTY
    for _ in range(3):
        room.call()
    with pytest.raises(Refused) as refused:
        room.call()
    assert refused.value.reason == CallRefusal.ENOUGH


# The trainer --------------------------------------------------------------------------------------------------------
def test_a_trainer_comments_line_by_line_and_marks(room: Room) -> None:
    visit = talked(room)
    actions.comment(visit=visit, seq=4, text=" Hyvä alku. ", actor=room.lauri, now=room.now)
    made = Comment.objects.get()
    key_id = visit.conversation.key_id
    assert key_id is not None
    assert ring().get(key_id).open(made.body, actions.place_of(made.pk, visit)) == "Hyvä alku."
    with pytest.raises(CannotOpen):
        ring().get(key_id).open(made.body, actions.place_of(uuid.uuid4(), visit))

    actions.mark(visit=visit, mark="again", actor=room.lauri, now=room.now)
    actions.mark(visit=visit, mark="done", actor=room.lauri, now=room.now + timedelta(days=1))
    visit.refresh_from_db()
    assert (visit.mark, visit.marked_by) == ("done", room.lauri)


@pytest.mark.parametrize(
    ("seq", "text", "reason"),
    [(4, "  ", MarkRefusal.EMPTY), (4, "a" * 2001, MarkRefusal.TOO_LONG), (999, "a", MarkRefusal.UNKNOWN)],
)
def test_a_comment_that_says_nothing_or_too_much_is_refused(
    room: Room, seq: int, text: str, reason: MarkRefusal
) -> None:
    visit = talked(room)
    with pytest.raises(Refused) as refused:
        actions.comment(visit=visit, seq=seq, text=text, actor=room.lauri, now=room.now)
    assert (refused.value.reason, Comment.objects.count()) == (reason, 0)


def test_nobody_marks_their_own_practice_or_one_that_goes_on(room: Room) -> None:
    visit = talked(room)
    with pytest.raises(Refused) as refused:
        actions.mark(visit=visit, mark="done", actor=room.aino, now=room.now)
    assert refused.value.reason == MarkRefusal.OWN
    other = room.call()
    with pytest.raises(Refused) as refused:
        actions.mark(visit=other, mark="done", actor=room.lauri, now=room.now)
    assert refused.value.reason == MarkRefusal.GOING_ON


def test_comments_go_with_the_conversation_and_the_mark_stays(room: Room) -> None:
    visit = talked(room)
    actions.comment(visit=visit, seq=0, text="Hienosti kuunneltu.", actor=room.lauri, now=room.now)
    actions.mark(visit=visit, mark="done", actor=room.lauri, now=room.now)
    chat.erase(conversation_ids=[visit.conversation_id], now=room.now)
    assert actions.erase_comments() == 1
    visit.refresh_from_db()
    assert (visit.mark, visit.trainee, Comment.objects.count()) == ("done", room.aino, 0)
