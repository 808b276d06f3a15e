"""Duty: who answers, on which line, and until when they count as present."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.models.lines import Line
from rinnalla.people.models import Person


class DutySession(models.Model):
    """One person on duty on one line, from taking duty to ending it. Held by a lease that the open page renews."""

    class State(models.TextChoices):
        READY = "ready", _("ready")
        TALKING = "talking", _("talking")
        WRAP_UP = "wrap_up", _("wrapping up")
        PAUSED = "paused", _("paused")
        ENDED = "ended", _("ended")

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="duty_sessions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="duty_sessions")
    state = models.CharField(max_length=10, choices=State, default=State.READY)
    # Since when in this state; None for sessions from before it was kept.
    state_since = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # Until when the person means to stay, as told when taking duty. The wait is estimated from it; nobody is sent home.
    until = models.DateTimeField(null=True, blank=True)
    # A break that the line's limit asks for: nobody is given to the person before this moment.
    pause_until = models.DateTimeField(null=True, blank=True)
    # The end of the last break that was long enough (weight.rested); the talking of a duty is counted from here.
    rested_at = models.DateTimeField(null=True, blank=True)
    # Until when the volunteer counts as present. Past it, those they talk with go back to the front of the queue.
    lease_until = models.DateTimeField()
    # Where a shift lead moves the person, once no conversation is open; who did it and when stays to be told.
    moves_to = models.ForeignKey(Line, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    moved_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    moved_at = models.DateTimeField(null=True, blank=True)
    open_contacts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=~Q(state="ended"), name="duty_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) | (~Q(state="ended") & Q(ended_at=None)),
                name="duty_ended_has_time",
            ),
        ]
        # No index on `lease_until`, as none on Contact.seen_at: see there.
        indexes = [models.Index(fields=["line"], condition=~Q(state="ended"), name="duty_on_line")]

    def __str__(self) -> str:
        return f"{self.person} on {self.line}"
