"""Lines: the services people turn to, their texts and their hours."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rinnalla.people.models import Centre


class Line(models.Model):
    """One service people turn to, such as Sekasin. A second line of a channel is a row, never code."""

    class Channel(models.TextChoices):
        CHAT = "chat", _("chat")

    class Holidays(models.TextChoices):
        AS_WEEKDAY = "weekday", _("open as on that weekday")
        AS_SUNDAY = "sunday", _("open as on a Sunday")
        CLOSED = "closed", _("closed")

    class Order(models.TextChoices):
        SEVERITY = "severity", _("by level, and by the time waited")
        FIRST_COME = "first_come", _("strictly by the time of joining")

    class LeadState(models.TextChoices):
        AS_PLANNED = "", _("as planned")
        OPEN = "open", _("open, whatever the table says")
        PAUSED = "paused", _("nobody new is let in")
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
    # A line whose visitors are scripted. Never shown to help-seekers, never counted with the others.
    practice = models.BooleanField(_("a line for practice"), default=False)

    # The queue. A level of the questions before the chat is worth a head start of ``level_minutes``, a return word one
    # of ``return_minutes``: whoever has waited longer by that much still comes first, so that nobody starves.
    order = models.CharField(_("order of the queue"), max_length=10, choices=Order, default=Order.SEVERITY)
    level_minutes = models.PositiveSmallIntegerField(_("head start for each level, minutes"), default=30)
    level_1_from = models.PositiveSmallIntegerField(_("level 1 begins at, points"), default=2)
    level_2_from = models.PositiveSmallIntegerField(_("level 2 begins at, points"), default=4)
    level_3_from = models.PositiveSmallIntegerField(_("level 3 begins at, points"), default=7)
    return_minutes = models.PositiveSmallIntegerField(_("head start for a return word, minutes"), default=30)
    return_after_minutes = models.PositiveSmallIntegerField(_("waiting in vain for this long gives one"), default=10)
    return_days = models.PositiveSmallIntegerField(_("a return word holds, days"), default=7)
    queue_cap = models.PositiveIntegerField(_("how many may wait at most"), null=True, blank=True)
    opens_with_people = models.BooleanField(_("open only when somebody is on duty"), default=True)

    # The conversation and what follows it.
    warn_minutes = models.PositiveSmallIntegerField(_("said before the agreed time is over, minutes"), default=10)
    wrap_up_minutes = models.PositiveSmallIntegerField(_("for wrapping up, minutes"), default=5)
    asks_mood = models.BooleanField(_("asks how one feels, before and after"), default=True)
    asks_word = models.BooleanField(_("asks for a word to the centre"), default=True)
    word_days = models.PositiveSmallIntegerField(_("a word to the centre is kept, days"), default=90)
    note_days = models.PositiveSmallIntegerField(_("a note in a contact record is kept, days"), default=30)

    # Fair weight. 0 switches a limit off.
    heavy_level = models.PositiveSmallIntegerField(_("heavy from this level on"), default=3)
    cool_down_minutes = models.PositiveSmallIntegerField(_("nothing heavy after a heavy one, minutes"), default=60)
    heavy_per_evening = models.PositiveSmallIntegerField(_("heavy ones in one duty at most"), default=2)
    heavy_per_month = models.PositiveSmallIntegerField(_("heavy ones in 30 days at most"), default=6)
    pause_after_minutes = models.PositiveSmallIntegerField(_("talking without a break at most, minutes"), default=120)
    pause_minutes = models.PositiveSmallIntegerField(_("length of that break, minutes"), default=10)

    # The board's light turns to attention, and then to help needed, when somebody has waited for this long.
    yellow_minutes = models.PositiveSmallIntegerField(_("yellow light after a wait of, minutes"), default=20)
    red_minutes = models.PositiveSmallIntegerField(_("red light after a wait of, minutes"), default=60)

    # Whom to phone when no shift lead answers a call on the page.
    lead_phone = models.CharField(_("phone number of the shift lead"), max_length=40, blank=True)

    # What the shift lead has set for now, until ``lead_until`` (None: until the end of the opening).
    lead_state = models.CharField(max_length=10, choices=LeadState, default=LeadState.AS_PLANNED)
    lead_until = models.DateTimeField(null=True, blank=True)
    lead_cap = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("slug",)
        constraints = [
            models.CheckConstraint(condition=Q(session_minutes__gte=5), name="line_session_at_least_5_min"),
            models.CheckConstraint(
                condition=Q(parallel_limit__gte=1, parallel_limit__lte=6), name="line_parallel_1_to_6"
            ),
            models.CheckConstraint(
                condition=Q(
                    level_1_from__gte=1, level_1_from__lt=F("level_2_from"), level_2_from__lt=F("level_3_from")
                ),
                name="line_levels_in_order",
            ),
            models.CheckConstraint(condition=Q(yellow_minutes__lte=F("red_minutes")), name="line_light_in_order"),
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
    self_help = models.TextField(_("self-help while waiting"), blank=True)

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
