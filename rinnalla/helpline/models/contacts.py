"""Contacts: each attempt to be heard. Nothing here says who the person is."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rinnalla.helpline.models.duty import DutySession
from rinnalla.helpline.models.lines import Line


class Contact(models.Model):
    """One attempt to be heard: from joining the queue to the end. Says nothing of who the person is."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        AWAY = "away", _("away, the place is kept")
        TALKING = "talking", _("in conversation")
        ENDED = "ended", _("ended")

    class EndedBy(models.TextChoices):
        SEEKER = "seeker", _("the help-seeker")
        ANSWERER = "answerer", _("the answerer")
        LOST = "lost", _("the connection was lost")
        CLOSED = "closed", _("the line closed")
        BLOCKED = "blocked", _("the answerer, for improper treatment")

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="contacts")
    # SHA-256 of the token in the help-seeker's cookie. Emptied at retention: nothing then links a device to a contact.
    token_hash = models.BinaryField(max_length=32, null=True, unique=True, editable=False)
    language = models.CharField(max_length=2, default="fi")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    queued_at = models.DateTimeField()
    # The key of the queue's order: the time of joining, less the head start that level and return word give.
    rank_at = models.DateTimeField()
    # 0 to 3, from the questions before the chat; the answers themselves are not kept.
    level = models.PositiveSmallIntegerField(default=0)
    # The questions were answered (or all skipped): the page asks no more by itself.
    answered = models.BooleanField(default=False)
    # A return word gave this contact its head start; so many words were tried.
    came_again = models.BooleanField(default=False)
    word_tries = models.PositiveSmallIntegerField(default=0)
    # A return word was given at the end of this one.
    word_given = models.BooleanField(default=False)
    # The first range of the wait that was stated to this person, in seconds; None when none could be.
    stated_low = models.PositiveIntegerField(null=True, blank=True)
    stated_high = models.PositiveIntegerField(null=True, blank=True)
    # Marked by whoever answers.
    heavy = models.BooleanField(default=False)
    # Set when an answerer was lost: those people come first, in the order of their first joining.
    returned_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField()
    duty = models.ForeignKey(DutySession, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts")
    claimed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=10, choices=EndedBy, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="talking") | Q(duty__isnull=False), name="contact_talking_has_duty"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "away"]) | Q(duty=None), name="contact_waiting_has_no_duty"
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) | (~Q(state="ended") & Q(ended_at=None)),
                name="contact_ended_has_time",
            ),
            models.CheckConstraint(condition=Q(level__lte=3), name="contact_level_0_to_3"),
            models.CheckConstraint(condition=Q(rank_at__lte=F("queued_at")), name="contact_rank_is_a_head_start"),
            models.CheckConstraint(
                condition=Q(stated_low=None, stated_high=None) | Q(stated_low__lte=F("stated_high")),
                name="contact_stated_range",
            ),
        ]
        indexes = [
            models.Index(fields=["line", "rank_at", "id"], condition=Q(state="waiting"), name="contact_queue"),
            # No index holds `seen_at`: it changes every few seconds, and PostgreSQL renews a row in its place, without
            # touching any index, only when no index has the column.
            models.Index(fields=["state"], condition=Q(state__in=["waiting", "away"]), name="contact_in_queue"),
            models.Index(fields=["duty"], condition=Q(state="talking"), name="contact_talking"),
            models.Index(fields=["line", "queued_at"], name="contact_of_line"),
            models.Index(fields=["ended_at"], condition=Q(token_hash__isnull=False), name="contact_retention"),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"
