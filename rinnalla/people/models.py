"""Who works at a centre: accounts, centres, roles and invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

# Each language in its own name, so that everybody finds theirs.
LANGUAGES = [("fi", "suomi"), ("sv", "svenska"), ("en", "English")]


class Centre(models.Model):
    """A crisis centre or a partner organisation. Roles are held in one centre at a time."""

    class Kind(models.TextChoices):
        SOS = "sos", _("SOS crisis centre")
        LOCAL = "local", _("Local crisis centre")
        PARTNER = "partner", _("Partner organisation")

    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    town = models.CharField(_("town"), max_length=80)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Someone with an account: a volunteer or an employee. Help-seekers never have one."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    duty_name = models.CharField(
        _("name on duty"),
        max_length=40,
        help_text=_("The name help-seekers see. A first name or another name; never the whole name."),
    )
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="fi")
    is_active = models.BooleanField(_("may sign in"), default=True)
    # Part of the session's signature: raising it signs the person out everywhere at once.
    sign_in_epoch = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        ordering = ("name", "id")
        constraints = [models.UniqueConstraint(Lower("email"), name="person_email_once")]

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        return f"{super()._get_session_auth_hash(secret)}.{self.sign_in_epoch}"  # type: ignore[misc]


class Role(models.TextChoices):
    VOLUNTEER = "volunteer", _("volunteer")
    SHIFT_LEAD = "shift_lead", _("shift lead")
    COORDINATOR = "coordinator", _("coordinator")
    ADMIN = "admin", _("administrator")


class Membership(models.Model):
    """One role of one person in one centre."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role)
    since = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("centre", "role", "id")
        constraints = [models.UniqueConstraint(fields=["person", "centre", "role"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()}, {self.centre}"


class Invitation(models.Model):
    """A letter that lets one address open an account with one role. The link is kept only as a hash."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        EXPIRED = "expired", _("expired")
        WITHDRAWN = "withdrawn", _("withdrawn")

    email = models.EmailField(_("e-mail"))
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="invitations", verbose_name=_("centre"))
    role = models.CharField(_("role"), max_length=12, choices=Role)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="fi")
    # SHA-256 of the token in the link. None until the letter is written: the token exists only in the letter.
    token_hash = models.BinaryField(max_length=32, null=True, unique=True, editable=False)
    # None: the operator at the server's console.
    invited_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="accepted_invitations"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                F("centre"),
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_open_once",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None), name="invitation_accepted_or_withdrawn"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="invitation_expires_later"),
        ]

    def __str__(self) -> str:
        return pgettext("invitation", "{email} to {centre}").format(email=self.email, centre=self.centre)

    def state_at(self, now: datetime) -> State:
        if self.accepted_at:
            return self.State.ACCEPTED
        if self.withdrawn_at:
            return self.State.WITHDRAWN
        return self.State.EXPIRED if self.expires_at <= now else self.State.OPEN
