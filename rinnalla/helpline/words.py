"""Reads of the words to the centre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import get_language

from rinnalla.helpline.access import lines_to_set_up
from rinnalla.helpline.actions.feedback import place_of_word
from rinnalla.helpline.models import Feedback
from rinnalla.helpline.queries import text_of
from rinnalla.people.models import Person
from rinnalla.sealing.seal import ring


@dataclass(frozen=True, slots=True)
class WordView:
    """One help-seeker's feedback. The date alone, and nothing that leads to a conversation."""

    line_name: str
    given_on: date
    mood_before: int | None
    mood_after: int | None
    word: str


def centres_of_words(reader: Person) -> list[int]:
    """The centres whose words ``reader`` may read; 404 when there are none."""
    centres = sorted(set(lines_to_set_up(reader).values_list("centre_id", flat=True)))
    if not centres:
        raise Http404
    return centres


def words_for(reader: Person) -> QuerySet[Feedback]:
    """What was told after a conversation on the reader's lines, newest day first; within a day in no order of time.

    Nothing of conversations that the reader answered: a coordinator on duty is an answerer like any other.
    """
    told = Q(mood_after__isnull=False) | Q(key_id__isnull=False)
    own = Q(contact__duty__person=reader)
    found = Feedback.objects.filter(told, contact__line__in=lines_to_set_up(reader)).exclude(own)
    return found.select_related("contact__line").prefetch_related("contact__line__texts").order_by("-given_on", "id")


def opened(rows: Sequence[Feedback]) -> list[WordView]:
    """The words of ``rows``, unsealed; empty where the key is gone."""
    keys = ring().find(row.key_id for row in rows if row.key_id is not None)
    language = get_language() or "fi"
    return [
        WordView(
            text_of(row.contact.line, language).name,
            row.given_on,
            row.mood_before,
            row.mood_after,
            keys[row.key_id].open(row.word, place_of_word(row.pk)) if row.key_id in keys and row.word else "",
        )
        for row in rows
    ]
