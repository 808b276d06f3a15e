"""The level of those who wait and of whom one talks with, in words, at the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from rinnalla.chat.tests.conftest import begin
from rinnalla.chat.tests.desk import desk_of, on_duty
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.levels import LABELS, level_named
from rinnalla.helpline.models import Contact, Line
from rinnalla.people.models import Person


def wait(line: Line, level: int, minutes: int) -> Contact:
    contact, _ = helpline.join_queue(line=line, language="fi", now=timezone.now())
    then = timezone.now() - timedelta(minutes=minutes, seconds=5)
    rank = then - timedelta(minutes=level * 30)
    Contact.objects.filter(pk=contact.pk).update(level=level, queued_at=then, rank_at=rank)
    return contact


def test_every_level_has_a_word_and_an_icon_of_its_own() -> None:
    levels = [level_named(number) for number in range(4)]
    assert len({level.label for level in levels}) == len({level.icon for level in levels}) == len(LABELS) == 4


def test_the_duty_page_counts_those_who_wait_by_level_and_tells_who_is_next(sekasin: Line, aino: Person) -> None:
    Person.objects.update(language="en")
    client = on_duty(aino)
    for level, minutes in ((0, 20), (2, 5), (0, 3)):
        wait(sekasin, level, minutes)
    page = client.get("/staff/duty/")
    queue = page.context["queue"]
    assert [(level.number, waiting) for level, waiting in queue.levels] == [(2, 1), (0, 2)]
    assert (queue.next_level.number, queue.next_waited) == (2, 5)
    assert "Next: level 2, heavy. Has waited 5 min." in page.content.decode()


def test_an_empty_queue_has_no_level_and_nobody_next(sekasin: Line, aino: Person) -> None:
    queue = on_duty(aino).get("/staff/duty/").context["queue"]
    assert (queue.levels, queue.next_level) == ([], None)


@pytest.mark.parametrize("level", [0, 3])
def test_the_conversation_shows_its_level_in_words(sekasin: Line, aino: Person, level: int) -> None:
    Person.objects.update(language="en")
    contact, _, _ = begin(sekasin, aino)
    Contact.objects.update(level=level)
    page = desk_of(aino).get(f"/staff/conversations/{contact.conversation.pk}/").content.decode()
    head = page[page.index('class="chat-head"') : page.index('id="agreed"')]
    assert f"Level {level}: {LABELS[level]}" in head
