"""What those on duty do for each other: calls for the shift lead."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

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


class HandOver(models.Model):
    """An offer to take a conversation from the one who answers. Until it is accepted, the person stays where they are.

    The note is sealed with a key of its own and erased with the content of the contact.
    """

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")
        LAPSED = "lapsed", _("lapsed")

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="hand_overs")
    from_duty = models.ForeignKey(DutySession, on_delete=models.PROTECT, related_name="hand_overs_given")
    to_duty = models.ForeignKey(DutySession, on_delete=models.PROTECT, related_name="hand_overs_offered")
    state = models.CharField(max_length=10, choices=State, default=State.OFFERED)
    offered_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    key_id = models.UUIDField(null=True, editable=False)
    note = models.BinaryField(default=bytes)

    class Meta:
        ordering = ("offered_at", "id")
        constraints = [
            models.UniqueConstraint(fields=["contact"], condition=Q(state="offered"), name="hand_over_offered_once"),
            models.CheckConstraint(
                condition=Q(state="offered", settled_at=None) | (~Q(state="offered") & Q(settled_at__isnull=False)),
                name="hand_over_settled_has_time",
            ),
            models.CheckConstraint(condition=~Q(from_duty=models.F("to_duty")), name="hand_over_to_another"),
        ]
        indexes = [models.Index(fields=["to_duty"], condition=Q(state="offered"), name="hand_over_offered")]

    def __str__(self) -> str:
        return f"hand-over {self.pk}"
