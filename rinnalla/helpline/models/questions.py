"""The questions before the chat. Only the level they give is kept of an answer, never the answer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.models.lines import Line
from rinnalla.helpline.texts import check_texts


class Question(models.Model):
    """One question of a line, asked while a person waits. Nobody has to answer it."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="questions")
    texts = models.JSONField(_("question"))
    place = models.PositiveSmallIntegerField(_("place in the order"), default=0)
    active = models.BooleanField(_("asked now"), default=True)

    class Meta:
        ordering = ("place", "id")
        constraints = [models.CheckConstraint(condition=Q(texts__has_key="fi"), name="question_in_finnish")]

    def clean(self) -> None:
        check_texts(self.texts)

    def __str__(self) -> str:
        return f"question {self.pk}"


class Choice(models.Model):
    """One answer to choose. ``weight``: how many points it adds; the points of all give the level (rules.level_of)."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choices")
    texts = models.JSONField(_("answer"))
    weight = models.PositiveSmallIntegerField(_("points"), default=0)
    place = models.PositiveSmallIntegerField(_("place in the order"), default=0)

    class Meta:
        ordering = ("place", "id")
        constraints = [
            models.CheckConstraint(condition=Q(texts__has_key="fi"), name="choice_in_finnish"),
            models.CheckConstraint(condition=Q(weight__lte=10), name="choice_weight_0_to_10"),
        ]

    def clean(self) -> None:
        check_texts(self.texts)

    def __str__(self) -> str:
        return f"choice {self.pk}"
