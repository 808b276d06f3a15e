"""What every channel of a crisis line shares: lines and their hours, duty, the queue, contacts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rinnalla.people.models import Centre, Person


class Line(models.Model):
    """One service people turn to, such as Sekasin. A second line of a channel is a row, never code."""

    class Channel(models.TextChoices):
        CHAT = "chat", _("chat")

    class Holidays(models.TextChoices):
        AS_WEEKDAY = "weekday", _("open as on that weekday")
        AS_SUNDAY = "sunday", _("open as on a Sunday")
        CLOSED = "closed", _("closed")

    slug = models.SlugField(_("address"), max_length=40, unique=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="lines")
    youngest = models.PositiveSmallIntegerField(_("youngest age"), null=True, blank=True)
    oldest = models.PositiveSmallIntegerField(_("oldest age"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Helsinki")
    holidays = models.CharField(_("on Finnish holidays"), max_length=10, choices=Holidays, default=Holidays.AS_WEEKDAY)
    session_minutes = models.PositiveSmallIntegerField(_("length of a conversation, minutes"), default=45)
    parallel_limit = models.PositiveSmallIntegerField(_("conversations at a time for one volunteer"), default=1)
    retention_hours = models.PositiveSmallIntegerField(_("content is kept after the end, hours"), default=48)
    place_hold_minutes = models.PositiveSmallIntegerField(_("a place is kept for someone away, minutes"), default=30)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("slug",)
        constraints = [
            models.CheckConstraint(condition=Q(session_minutes__gte=5), name="line_session_at_least_5_min"),
            models.CheckConstraint(
                condition=Q(parallel_limit__gte=1, parallel_limit__lte=6), name="line_parallel_1_to_6"
            ),
            models.CheckConstraint(
                condition=Q(youngest=None) | Q(oldest=None) | Q(youngest__lte=F("oldest")), name="line_ages_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class LineText(models.Model):
    """What a line says of itself in one language. Plain text; an empty line divides paragraphs."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=2, choices=[("fi", "suomi"), ("sv", "svenska"), ("en", "English")])
    name = models.CharField(_("name"), max_length=60)
    summary = models.CharField(_("in one sentence"), max_length=200)
    about = models.TextField(_("what this is"))
    who_answers = models.TextField(_("who answers"))
    rules = models.TextField(_("rules"))
    confidentiality = models.TextField(_("confidentiality"))
    other_help = models.TextField(_("other help"), blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "language"], name="line_text_once")]

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """One opening on one weekday, in the line's local time. ``closes`` not after ``opens`` means the next day."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"))  # 0 = Monday
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        ordering = ("weekday", "opens")
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="opening_weekday"),
            models.UniqueConstraint(fields=["line", "weekday", "opens"], name="opening_once"),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.weekday} {self.opens:%H:%M}–{self.closes:%H:%M}"


class ExceptionDay(models.Model):
    """One date on which the weekly table does not hold: other hours, or closed when both times are empty."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="exception_days")
    date = models.DateField(_("date"))
    opens = models.TimeField(_("opens"), null=True, blank=True)
    closes = models.TimeField(_("closes"), null=True, blank=True)

    class Meta:
        ordering = ("date", "opens")
        constraints = [
            models.CheckConstraint(
                condition=Q(opens=None, closes=None) | Q(opens__isnull=False, closes__isnull=False),
                name="exception_day_both_times",
            ),
            models.UniqueConstraint(fields=["line", "date", "opens"], name="exception_opening_once"),
            models.UniqueConstraint(fields=["line", "date"], condition=Q(opens=None), name="exception_closed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.date}"


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
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # Until when the volunteer counts as present. Past it, those they talk with go back to the front of the queue.
    lease_until = models.DateTimeField()
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

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="contacts")
    # SHA-256 of the token in the help-seeker's cookie. Emptied at retention: nothing then links a device to a contact.
    token_hash = models.BinaryField(max_length=32, null=True, unique=True, editable=False)
    language = models.CharField(max_length=2, default="fi")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    queued_at = models.DateTimeField()
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
        ]
        indexes = [
            models.Index(fields=["line", "queued_at", "id"], condition=Q(state="waiting"), name="contact_queue"),
            # No index holds `seen_at`: it changes every few seconds, and PostgreSQL renews a row in its place, without
            # touching any index, only when no index has the column.
            models.Index(fields=["state"], condition=Q(state__in=["waiting", "away"]), name="contact_in_queue"),
            models.Index(fields=["duty"], condition=Q(state="talking"), name="contact_talking"),
            models.Index(fields=["ended_at"], condition=Q(token_hash__isnull=False), name="contact_retention"),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"
