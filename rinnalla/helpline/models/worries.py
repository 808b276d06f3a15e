"""Worries: what a volunteer brings to a professional, who decides whether it is reported. Each step has a clock.

Acute danger: the emergency number. A child: Lastensuojelulaki 25 §. A grave crime that can still be prevented:
Rikoslaki 15:10. The words are sealed, and all of it is erased when it has been kept long enough (WORRY_DAYS).
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.models.contacts import Contact
from rinnalla.people.models import Centre, Person


class Worry(models.Model):
    """One worry about the person of one contact, or about somebody the person told of."""

    class Kind(models.TextChoices):
        DANGER = "danger", _("acute danger to life")
        CHILD = "child", _("worry about a child")
        CRIME = "crime", _("a grave crime that can be prevented")

    class State(models.TextChoices):
        RAISED = "raised", _("raised")
        TAKEN = "taken", _("taken")
        ASKED = "asked", _("more was asked")
        ANSWERED = "answered", _("more was told")
        TO_REPORT = "to_report", _("to be reported")
        REPORTED = "reported", _("reported")
        NO_REPORT = "no_report", _("no report")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="worries")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="worries")
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.RAISED)
    # Opens the words of all steps.
    key_id = models.UUIDField(editable=False)
    raised_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    taken_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    # The conversation is not erased before this moment, because it is needed for the report.
    hold_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-raised_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(state="raised", taken_by=None) | (~Q(state="raised") & Q(taken_by__isnull=False)),
                name="worry_past_raising_is_with_somebody",
            )
        ]
        indexes = [
            models.Index(fields=["centre", "-raised_at"], name="worry_of_centre"),
            models.Index(fields=["changed_at"], name="worry_retention"),
        ]

    def __str__(self) -> str:
        return f"worry {self.pk}"


class WorryStep(models.Model):
    """One thing that was done about a worry. Only ever added; erased with the worry."""

    class To(models.TextChoices):
        EMERGENCY = "112", _("the emergency number 112")
        POLICE = "police", _("the police")
        WELLBEING = "wellbeing", _("the wellbeing services county")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    worry = models.ForeignKey(Worry, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=10, choices=Worry.State)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    to = models.CharField(max_length=10, choices=To, blank=True)
    words = models.BinaryField(null=True)

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.worry_id} {self.state}"
