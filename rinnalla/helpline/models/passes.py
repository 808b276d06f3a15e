"""Leaving the next person to another, without explaining."""

from __future__ import annotations

from django.db import models

from rinnalla.helpline.models.contacts import Contact
from rinnalla.helpline.models.duty import DutySession


class Pass(models.Model):
    """Someone on duty has left a waiting person to the others. The reason is nobody's business and is not kept."""

    duty = models.ForeignKey(DutySession, on_delete=models.CASCADE, related_name="passes")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="passes")
    # Lapses after rules.PASS_HOLDS: nobody is forgotten because everybody has left them to another.
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["duty", "contact"], name="pass_once")]

    def __str__(self) -> str:
        return f"contact {self.contact_id} left to another than duty {self.duty_id}"
