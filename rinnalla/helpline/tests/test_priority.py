"""Levels and return words move a waiting person forward, within limits and once."""

from __future__ import annotations

import json
import re
import threading
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from rinnalla.audit.models import Entry
from rinnalla.helpline import actions, tasks
from rinnalla.helpline.models import Choice, Contact, Line, Question, ReturnWord
from rinnalla.helpline.priority import WordRefusal, level_of
from rinnalla.helpline.queries import queue_of
from rinnalla.helpline.return_words import FEWEST, as_known, hash_of_words, make_words, word_list
from rinnalla.helpline.tests.conftest import MINUTE, join, take_next
from rinnalla.jobs.clock import schedules
from rinnalla.people.models import Person


def order_of(line: Line) -> list[int]:
    return [contact.pk for contact in queue_of(line.pk)]


def start_of(contact: Contact) -> timedelta:
    contact.refresh_from_db()
    return contact.queued_at - contact.rank_at


def word_of(line: Line, *, now: datetime) -> str:
    """The word of somebody who waited in vain until ``now``."""
    contact = join(line, now=now - 30 * MINUTE)
    actions.leave(contact=contact, now=now)
    words = actions.give_return_word(contact=contact, now=now)
    assert words is not None
    return words


# Levels -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("points", "level"), [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (6, 2), (7, 3), (99, 3)])
def test_points_give_the_level_of_the_lines_limits(line: Line, points: int, level: int) -> None:
    assert level_of(points, line) == level


def test_a_level_moves_past_those_who_came_less_than_its_head_start_before(line: Line, now: datetime) -> None:
    long_ago, a_while, newest = (join(line, now=now - ago * MINUTE) for ago in (61, 59, 0))
    assert actions.set_level(contact=newest, points=4, now=now) is True  # level 2: 2 × 30 minutes
    assert order_of(line) == [long_ago.pk, newest.pk, a_while.pk]


def test_whoever_answers_again_keeps_the_place_and_shows_the_newest_level(line: Line, now: datetime) -> None:
    contact = join(line, now=now)
    actions.set_level(contact=contact, points=7, now=now)
    actions.set_level(contact=contact, points=0, now=now)
    assert (start_of(contact), contact.level, contact.answered) == (90 * MINUTE, 0, True)


def test_on_a_strictly_first_come_line_a_level_is_shown_and_moves_nobody(line: Line, now: datetime) -> None:
    line.order = Line.Order.FIRST_COME
    line.save()
    contact = join(line, now=now)
    actions.set_level(contact=contact, points=7, now=now)
    assert (start_of(contact), contact.level) == (timedelta(0), 3)


def test_a_level_is_not_set_any_more_once_the_person_was_taken(line: Line, aino: Person, now: datetime) -> None:
    contact = join(line, now=now)
    actions.take_duty(line=line, actor=aino, now=now)
    take_next(aino, now=now)
    assert actions.set_level(contact=contact, points=7, now=now) is False
    contact.refresh_from_db()
    assert contact.level == 0


def test_the_log_tells_the_level_and_nothing_of_the_answers(line: Line, now: datetime) -> None:
    contact = join(line, now=now)
    actions.set_level(contact=contact, points=5, now=now)
    entry = Entry.objects.get(code="helpline.level_set")
    assert (entry.actor, entry.subject, entry.details) == ("seeker", f"contact:{contact.pk}", {"level": [0, 2]})


@pytest.mark.parametrize(
    "texts", [{}, {"sv": "Hur?"}, {"fi": ""}, {"fi": 3}, {"fi": "x" * 301}, {"fi": "x", "de": "y"}, []]
)
def test_a_question_needs_its_text_in_finnish(line: Line, texts: object) -> None:
    with pytest.raises(ValidationError):
        Question(line=line, texts=texts).clean()


def test_the_database_also_refuses_a_question_without_finnish(line: Line) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.create(line=line, texts={"sv": "Hur?"})
    question = Question.objects.create(line=line, texts={"fi": "Miten?"})
    with pytest.raises(IntegrityError), transaction.atomic():
        Choice.objects.create(question=question, texts={"fi": "Näin"}, weight=11)


# Words --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_each_language_has_words_enough_that_every_keyboard_writes(language: str) -> None:
    words = word_list(language)
    assert len(set(words)) == len(words) >= FEWEST
    assert [word for word in words if not re.fullmatch("[a-z]{3,12}", word)] == []
    made = make_words(language).split()
    assert len(made) == 4
    assert set(made) <= set(words)


@pytest.mark.parametrize(
    "written", ["aalto kuu lumi meri", " AALTO  kuu\tlumi\nmeri ", "aalto-kuu, lumi. Meri", "äalto kuü lumi meri"]
)
def test_words_are_known_however_they_are_written(written: str) -> None:
    assert as_known(written) == "aalto kuu lumi meri"


def test_only_a_keyed_hash_of_the_words_is_kept(line: Line, now: datetime) -> None:
    words = word_of(line, now=now)
    kept = ReturnWord.objects.get()
    assert bytes(kept.hash) == hash_of_words(words)
    assert {field.name for field in ReturnWord._meta.fields} == {"id", "line", "hash", "expires_at", "used_at"}
    assert words not in json.dumps(list(Entry.objects.values("subject", "details")))


def test_a_return_word_moves_its_holder_forward_once(line: Line, now: datetime) -> None:
    words = word_of(line, now=now)
    before, again, friend = join(line, now=now - 20 * MINUTE), join(line, now=now), join(line, now=now)
    assert actions.use_return_word(contact=again, words=words.upper(), now=now) is None
    assert order_of(line) == [again.pk, before.pk, friend.pk]
    assert actions.use_return_word(contact=friend, words=words, now=now) == WordRefusal.UNKNOWN
    again.refresh_from_db()
    assert actions.use_return_word(contact=again, words=words, now=now) == WordRefusal.USED_ONE


def test_a_level_and_a_return_word_add_up_in_either_order(line: Line, now: datetime) -> None:
    first, second = join(line, now=now), join(line, now=now)
    words = [word_of(line, now=now) for _ in range(2)]
    actions.set_level(contact=first, points=2, now=now)
    actions.use_return_word(contact=first, words=words[0], now=now)
    actions.use_return_word(contact=second, words=words[1], now=now)
    actions.set_level(contact=second, points=2, now=now)
    assert [start_of(first), start_of(second)] == [60 * MINUTE, 60 * MINUTE]


def test_guessing_ends_after_five_tries_in_a_visit(line: Line, now: datetime) -> None:
    words, contact = word_of(line, now=now), join(line, now=now)
    tries = [actions.use_return_word(contact=contact, words=f"kuu {number}", now=now) for number in range(5)]
    assert tries == [WordRefusal.UNKNOWN] * 5
    assert actions.use_return_word(contact=contact, words=words, now=now) == WordRefusal.TRIED_ENOUGH
    assert start_of(contact) == timedelta(0)


def test_a_word_of_another_line_or_past_its_days_is_not_known(line: Line, now: datetime) -> None:
    words, contact = word_of(line, now=now), join(line, now=now)
    other = Line.objects.create(slug="solmussa", channel="chat", centre=line.centre)
    ReturnWord.objects.update(line=other)
    assert actions.use_return_word(contact=contact, words=words, now=now) == WordRefusal.UNKNOWN
    ReturnWord.objects.update(line=line, expires_at=now)
    assert actions.use_return_word(contact=contact, words=words, now=now) == WordRefusal.UNKNOWN


def test_only_a_wait_in_vain_of_the_lines_length_gives_a_word(line: Line, aino: Person, now: datetime) -> None:
    short, heard, blocked = (join(line, now=now - ago * MINUTE) for ago in (9, 40, 30))
    actions.leave(contact=short, now=now)
    actions.take_duty(line=line, actor=aino, now=now)
    actions.leave(contact=take_next(aino, now=now), now=now)
    actions.leave(contact=blocked, now=now)
    Contact.objects.filter(pk=blocked.pk).update(ended_by="blocked")
    assert [actions.give_return_word(contact=contact, now=now) for contact in (short, heard, blocked)] == [None] * 3
    assert not ReturnWord.objects.exists()


def test_one_wait_gives_one_word(line: Line, now: datetime) -> None:
    contact = join(line, now=now - 30 * MINUTE)
    assert actions.give_return_word(contact=contact, now=now) is None  # still waiting
    actions.leave(contact=contact, now=now)
    assert actions.give_return_word(contact=contact, now=now) is not None
    assert actions.give_return_word(contact=contact, now=now) is None


def test_the_clock_erases_words_that_have_expired(line: Line, now: datetime) -> None:
    word_of(line, now=now)
    assert {"helpline.erase_return_words", "helpline.erase_feedback"} <= {schedule.name for schedule in schedules()}
    for days, left in ((6, 1), (8, 0)):
        with time_machine.travel(now + timedelta(days=days)):
            tasks.erase_return_words.call()
        assert ReturnWord.objects.count() == left


@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_one_word_at_once_exactly_one_wins(line: Line) -> None:
    now = timezone.now()
    words, contacts = word_of(line, now=now), [join(line, now=now) for _ in range(6)]
    together, outcomes = threading.Barrier(len(contacts)), list[object]()

    def use(contact: Contact) -> None:
        try:
            together.wait(10)
            outcomes.append(actions.use_return_word(contact=contact, words=words, now=now))
        finally:
            connection.close()

    threads = [threading.Thread(target=use, args=(contact,)) for contact in contacts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(map(str, outcomes)) == ["None", *["unknown"] * 5]
    assert Contact.objects.filter(came_again=True).count() == 1
