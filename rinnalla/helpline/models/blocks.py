"""Blocks: who treated an answerer improperly comes back later. Nothing here says who or where the person is."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.models.contacts import Contact
from rinnalla.people.models import Centre, Person


class NetworkKey(models.Model):
    """The key of one day, under which networks are hashed. When it is erased, the hashes are noise."""

    day = models.DateField(unique=True)
    key_id = models.UUIDField(editable=False)

    def __str__(self) -> str:
        return str(self.day)


class Origin(models.Model):
    """The keyed hash of the network that a contact came from: for a block, and an hour longer."""

    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, related_name="origin")
    key = models.ForeignKey(NetworkKey, on_delete=models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=16)

    class Meta:
        indexes = [models.Index(fields=["digest"], name="origin_digest")]

    def __str__(self) -> str:
        return f"origin of contact {self.contact_id}"


class Block(models.Model):
    """One contact ended for improper treatment, and until when that person is asked to stay away from the centre."""

    class Grade(models.TextChoices):
        EVENING = "evening", _("the rest of the evening")
        DAY = "day", _("24 hours")
        WEEK = "week", _("7 days, if a shift lead agrees; until then 24 hours")

    class Reason(models.TextChoices):
        ABUSE = "abuse", _("abuse or insults")
        SEXUAL = "sexual", _("sexual use of the service")
        THREAT = "threat", _("threats")
        PRANK = "prank", _("repeated pranks")
        OTHER = "other", _("other improper treatment")

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="blocks")
    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="block")
    grade = models.CharField(max_length=10, choices=Grade)
    reason = models.CharField(max_length=10, choices=Reason)
    # What the person is known by: the visit's token (its SHA-256), and the keyed hash of the network.
    token_hash = models.BinaryField(max_length=32, null=True, editable=False)
    key = models.ForeignKey(NetworkKey, null=True, blank=True, on_delete=models.SET_NULL, related_name="blocks")
    digest = models.BinaryField(max_length=16, null=True, editable=False)
    at = models.DateTimeField()
    until = models.DateTimeField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(approved_at=None) | Q(grade="week"), name="block_only_long_is_approved"),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="block_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="block_lifted_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["token_hash"], name="block_token"),
            models.Index(fields=["digest"], name="block_digest"),
            models.Index(fields=["until"], name="block_until"),
        ]

    def __str__(self) -> str:
        return f"block of contact {self.contact_id}"
