"""Contact records: what a contact was about, in codes. Nothing here says who the person is."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rinnalla.helpline.models.contacts import Contact
from rinnalla.people.models import Person


class ContactRecord(models.Model):
    """What the answerer wrote of one contact, in codes for the statistics; at most one short note, sealed.

    An empty field of a conversation means that it did not come up: nobody asks help-seekers in order to fill a form.
    """

    class Type(models.TextChoices):
        CONVERSATION = "conversation", _("Conversation")
        SILENT = "silent", _("Silent")
        HANG_UP = "hang_up", _("Hung up or left at once")
        LOST = "lost", _("Connection lost")
        PRANK = "prank", _("Prank")
        ABUSIVE = "abusive", _("Improper or abusive")
        WRONG_PLACE = "wrong_place", _("Came to the wrong place")
        TEST = "test", _("Test")

    class Concerns(models.TextChoices):
        SELF = "self", _("themselves")
        OTHER = "other", _("someone else")

    class AgeGroup(models.TextChoices):
        UNDER_12 = "0-11", _("under 12")
        FROM_12 = "12-14", "12–14"
        FROM_15 = "15-17", "15–17"
        FROM_18 = "18-22", "18–22"
        FROM_23 = "23-29", "23–29"
        FROM_30 = "30-44", "30–44"
        FROM_45 = "45-64", "45–64"
        FROM_65 = "65-", _("65 or over")

    class Sex(models.TextChoices):
        FEMALE = "female", _("woman or girl")
        MALE = "male", _("man or boy")
        OTHER = "other", pgettext_lazy("sex", "other")

    class Work(models.TextChoices):
        SCHOOL = "school", _("at school or studying")
        WORK = "work", _("at work")
        UNEMPLOYED = "unemployed", _("unemployed")
        SICK = "sick", _("on sick leave or rehabilitation support")
        PENSION = "pension", _("on a pension")
        HOME = "home", _("at home with children or as a carer")
        OTHER = "other", pgettext_lazy("work", "other")

    class Suicidality(models.TextChoices):
        NONE = "none", _("none")
        THOUGHTS = "thoughts", _("thoughts")
        PLAN = "plan", _("a plan")
        ACUTE = "acute", _("acute danger")

    class Acuteness(models.TextChoices):
        CALM = "calm", _("no hurry")
        DAYS = "days", _("help needed within days")
        NOW = "now", _("help needed at once")

    contact = models.OneToOneField(Contact, primary_key=True, on_delete=models.PROTECT, related_name="record")
    type = models.CharField(_("type"), max_length=12, choices=Type)
    concerns = models.CharField(_("concerns"), max_length=8, choices=Concerns, blank=True)
    age_group = models.CharField(_("age group"), max_length=8, choices=AgeGroup, blank=True)
    sex = models.CharField(_("sex"), max_length=8, choices=Sex, blank=True)
    work = models.CharField(_("work status"), max_length=12, choices=Work, blank=True)
    suicidality = models.CharField(_("suicidality"), max_length=10, choices=Suicidality, blank=True)
    acuteness = models.CharField(_("how acute"), max_length=8, choices=Acuteness, blank=True)
    # A service that keeps no numbers cannot count those who come again: only by what they tell.
    told_before = models.BooleanField(_("told that they have been in touch before"), default=False)
    # Sealed with a key of its own, erased Line.note_days after it was written.
    note = models.BinaryField(null=True, editable=False)
    note_key = models.UUIDField(null=True, editable=False)
    note_at = models.DateTimeField(null=True, editable=False)
    filled_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contact_records")
    filled_at = models.DateTimeField()
    corrected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(note=None, note_key=None, note_at=None)
                | Q(note__isnull=False, note_key__isnull=False, note_at__isnull=False),
                name="record_note_whole",
            ),
            models.CheckConstraint(
                condition=Q(type="conversation")
                | Q(concerns="", age_group="", sex="", work="", suicidality="", acuteness="", note=None),
                name="record_without_form_is_a_type_alone",
            ),
        ]
        indexes = [models.Index(fields=["note_at"], condition=Q(note_at__isnull=False), name="record_note_due")]

    def __str__(self) -> str:
        return f"record of contact {self.pk}"


class RecordReason(models.Model):
    """One of the reasons for a contact. Source of the list: facts/services.md § 1."""

    class Reason(models.TextChoices):
        ANXIETY = "anxiety", _("Anxiety, feeling bad")
        LONELINESS = "loneliness", _("Loneliness")
        FAMILY = "family", _("Couple or family")
        RELATIONSHIPS = "relationships", _("Other relationships")
        ILLNESS = "illness", _("Mental illness")
        COPING = "coping", _("Daily coping")
        SUICIDALITY = "suicidality", _("Suicidality")
        BODY = "body", _("Physical illness")
        VIOLENCE = "violence", _("Violence")
        SUBSTANCES = "substances", _("Substance use")
        NEWS = "news", _("Telling what has happened")
        OTHER = "other", pgettext_lazy("reason", "Something else")

    record = models.ForeignKey(ContactRecord, on_delete=models.CASCADE, related_name="reasons")
    reason = models.CharField(max_length=16, choices=Reason)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "reason"], name="record_reason_once")]

    def __str__(self) -> str:
        return self.reason


class RecordReferral(models.Model):
    """Where the person was told to turn."""

    class To(models.TextChoices):
        EMERGENCY = "emergency", _("112")
        CRISIS_CENTRE = "crisis_centre", _("Crisis centre, crisis reception")
        CRISIS_LINE = "crisis_line", _("Another crisis line or chat")
        HEALTH = "health", _("Health centre, student health care")
        PSYCHIATRY = "psychiatry", _("Psychiatry, own care contact")
        SOCIAL = "social", _("Social services, child welfare")
        SCHOOL = "school", _("School or student welfare")
        VICTIMS = "victims", _("Help for victims of violence")
        SUBSTANCES = "substances", _("Substance abuse services")
        PEER = "peer", _("Peer support, organisations")
        CLOSE = "close", _("Someone close")
        ONLINE = "online", _("Self-help, online material")
        OTHER = "other", pgettext_lazy("referral", "Elsewhere")

    record = models.ForeignKey(ContactRecord, on_delete=models.CASCADE, related_name="referrals")
    to = models.CharField(max_length=16, choices=To)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "to"], name="record_referral_once")]

    def __str__(self) -> str:
        return self.to
