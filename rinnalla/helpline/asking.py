"""Reads of the questions before the chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rinnalla.helpline.models import Choice, Line, Question
from rinnalla.helpline.texts import in_language


@dataclass(frozen=True, slots=True)
class ChoiceView:
    id: int
    text: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question as a page asks it; ``field`` is the name of its form field."""

    field: str
    text: str
    choices: list[ChoiceView]


def questions_of(line: Line, language: str) -> list[QuestionView]:
    """The questions that ``line`` asks now, in order (two queries)."""
    asked = Question.objects.filter(line=line, active=True).prefetch_related("choices")
    return [
        QuestionView(
            _field(question.pk),
            in_language(question.texts, language),
            [ChoiceView(choice.pk, in_language(choice.texts, language)) for choice in question.choices.all()],
        )
        for question in asked
    ]


def points_of(line: Line, answers: Mapping[str, str]) -> int:
    """The points of the choices in a form. What is no choice of a question that the line asks counts nothing."""
    choices = Choice.objects.filter(question__line=line, question__active=True).values_list("question", "pk", "weight")
    return sum(weight for question, pk, weight in choices if answers.get(_field(question)) == str(pk))


def _field(question_id: int) -> str:
    return f"q{question_id}"
