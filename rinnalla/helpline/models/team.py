"""What those on duty do for each other: calls for the shift lead."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from rinnalla.helpline.models.contacts import Contact
from rinnalla.helpline.models.duty import DutySession
from rinnalla.people.models import Person


class LeadCall(models.Model):
    """Somebody on duty asks for the shift lead, of one contact or in general. The help-seeker hears nothing of it."""

    duty = models.ForeignKey(DutySession, on_delete=models.PROTECT, related_name="lead_calls")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="lead_calls")
    called_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="calls_answered"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("called_at", "id")
        constraints = [
            models.UniqueConstraint(fields=["duty"], condition=Q(closed_at=None), name="lead_call_open_once"),
            models.CheckConstraint(
                condition=Q(answered_by=None, answered_at=None)
                | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="lead_call_answered_by_and_at",
            ),
        ]
        indexes = [models.Index(fields=["called_at"], condition=Q(closed_at=None), name="lead_call_open")]

    def __str__(self) -> str:
        return f"call {self.pk}"
