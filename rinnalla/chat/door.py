"""What a help-seeker's page offers before and after the conversation, read into one view."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language, pgettext

from rinnalla.chat.models import Conversation
from rinnalla.helpline.asking import QuestionView, questions_of
from rinnalla.helpline.models import Contact, Feedback
from rinnalla.helpline.priority import MOST_TRIES, QUEUED, earns_word, uses_words
from rinnalla.helpline.queries import text_of


@dataclass(frozen=True, slots=True)
class DoorView:
    """``moods`` are the five answers to how one feels, from worst to best, as (number, words)."""

    self_help: str
    questions: list[QuestionView]
    answered: bool
    by_level: bool
    asks_mood: bool
    mood_before: int | None
    asks_mood_after: bool
    asks_word: bool
    has_told: bool
    word_days: int
    takes_word: bool
    came_again: bool
    tries_left: int
    earns_word: bool
    return_days: int
    moods: list[tuple[int, str]]

    @property
    def asks(self) -> bool:
        """Whether there is anything to answer while waiting."""
        return bool(self.questions) or self.asks_mood


def door_of(visit: Conversation) -> DoorView:
    """Three queries while waiting, one after the end, none during the conversation."""
    contact, line, language = visit.contact, visit.contact.line, get_language() or "fi"
    queued, over = contact.state in QUEUED, contact.state == Contact.State.ENDED
    told = Feedback.objects.filter(contact=contact).first() if queued or over else None
    return DoorView(
        self_help=text_of(line, language).self_help if queued else "",
        questions=questions_of(line, language) if queued else [],
        answered=contact.answered,
        by_level=line.order == line.Order.SEVERITY,
        asks_mood=line.asks_mood,
        mood_before=told.mood_before if told else None,
        asks_mood_after=line.asks_mood and contact.claimed_at is not None and not (told and told.mood_after),
        asks_word=line.asks_word and not (told and told.key_id),
        has_told=told is not None and bool(told.mood_after or told.key_id),
        word_days=line.word_days,
        takes_word=queued and uses_words(line),
        came_again=contact.came_again,
        tries_left=max(0, MOST_TRIES - contact.word_tries),
        earns_word=earns_word(contact, line),
        return_days=line.return_days,
        moods=[
            (1, pgettext("mood", "very bad")),
            (2, pgettext("mood", "bad")),
            (3, pgettext("mood", "in between")),
            (4, pgettext("mood", "fairly good")),
            (5, pgettext("mood", "good")),
        ],
    )
