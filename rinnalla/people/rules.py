"""Who may invite, change and close whom.

A coordinator looks after the volunteers and shift leads of their own centre, an administrator after everybody of
theirs. Nobody changes their own roles or account: that always takes a second person.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from rinnalla.people.access import CARETAKERS, Roles
from rinnalla.people.models import Invitation, Role

_OF_A_COORDINATOR: Final = frozenset({Role.VOLUNTEER, Role.SHIFT_LEAD})
_OF_AN_ADMIN: Final = frozenset(Role)


class Refusal(models.TextChoices):
    """Why something about people is not done."""

    NOT_YOURS = "not_yours", _("Only a coordinator or an administrator of the centre can do this.")
    ROLE_ABOVE = "role_above", _("Only an administrator of the centre can do this.")
    SELF = "self", _("You cannot do this to your own account. Ask a colleague.")
    OTHER_CENTRE = (
        "other_centre",
        _("This person also has a role that you do not look after. Take away the roles that you look after instead."),
    )
    LAST_ADMIN = (
        "last_admin",
        _("The centre would be left without an administrator. Give the role to someone else first."),
    )
    HAS_ROLE = "has_role", _("The person has this role already.")
    NO_ROLE = "no_role", _("The person does not have this role any more.")
    CLOSED = "closed", _("The account is closed. Open it first.")
    ACTIVE = "active", _("The account is already open.")
    INVITATION_USED = "invitation_used", _("The invitation has already been accepted.")
    INVITATION_WITHDRAWN = "invitation_withdrawn", _("The invitation has been withdrawn.")
    INVITATION_EXPIRED = "invitation_expired", _("The invitation has expired.")
    HAS_ACCOUNT = "has_account", _("There is already an account with this e-mail address. Sign in to accept.")
    NOT_THE_INVITED = "not_the_invited", _("The invitation is for another e-mail address.")


class Refused(Exception):
    """An action was not done. ``reason`` can be shown to the person who tried."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def manageable_roles(actor: Roles, centre_id: int) -> frozenset[Role]:
    """The roles that ``actor`` may give and take in the centre."""
    if actor.has(centre_id, Role.ADMIN):
        return _OF_AN_ADMIN
    return _OF_A_COORDINATOR if actor.has(centre_id, Role.COORDINATOR) else frozenset()


def invite_refusal(*, actor: Roles, centre_id: int, role: Role) -> Refusal | None:
    """Why ``actor`` may not invite someone to be ``role`` in the centre; None if they may."""
    if not actor.has(centre_id, *CARETAKERS):
        return Refusal.NOT_YOURS
    return None if role in manageable_roles(actor, centre_id) else Refusal.ROLE_ABOVE


def give_refusal(*, actor: Roles, person: Roles, centre_id: int, role: Role) -> Refusal | None:
    """Why ``actor`` may not give ``person`` the role; None if they may."""
    if actor.person_id == person.person_id:
        return Refusal.SELF
    if refusal := invite_refusal(actor=actor, centre_id=centre_id, role=role):
        return refusal
    if not person.active:
        return Refusal.CLOSED
    return Refusal.HAS_ROLE if (centre_id, role) in person.held else None


def take_refusal(*, actor: Roles, person: Roles, centre_id: int, role: Role, other_admins: int) -> Refusal | None:
    """Why ``actor`` may not take the role from ``person``; None if they may.

    ``other_admins``: how many other people may act as administrator of the centre.
    """
    if actor.person_id == person.person_id:
        return Refusal.SELF
    if refusal := invite_refusal(actor=actor, centre_id=centre_id, role=role):
        return refusal
    if (centre_id, role) not in person.held:
        return Refusal.NO_ROLE
    return Refusal.LAST_ADMIN if role == Role.ADMIN and not other_admins else None


def deactivate_refusal(*, actor: Roles, person: Roles, fewest_other_admins: int) -> Refusal | None:
    """Why ``actor`` may not close the account of ``person``; None if they may.

    An account serves all centres: closing it needs the right to take every role. ``fewest_other_admins``: the smallest
    number of other administrators among the centres that ``person`` administers (any number when there are none).
    """
    if refusal := _whole_account_refusal(actor, person):
        return refusal
    if not person.active:
        return Refusal.CLOSED
    return Refusal.LAST_ADMIN if person.admin_of() and not fewest_other_admins else None


def reactivate_refusal(*, actor: Roles, person: Roles) -> Refusal | None:
    """Why ``actor`` may not open the closed account of ``person`` again; None if they may."""
    return _whole_account_refusal(actor, person) or (Refusal.ACTIVE if person.active else None)


def sign_in_refusal(*, actor: Roles, person: Roles) -> Refusal | None:
    """Why ``actor`` may not sign ``person`` out everywhere or remove their second factor; None if they may.

    In the actor's own centres every role of the person must be theirs to manage. A volunteer who also serves elsewhere
    must be able to get help from either centre; someone with more power elsewhere gets it there.
    """
    if actor.person_id == person.person_id:
        return Refusal.SELF
    own = actor.centres(*CARETAKERS)
    if not own:
        return Refusal.NOT_YOURS
    for centre_id, role in person.held:
        manageable = manageable_roles(actor, centre_id) if centre_id in own else _OF_A_COORDINATOR
        if role not in manageable:
            return Refusal.ROLE_ABOVE if centre_id in own else Refusal.OTHER_CENTRE
    return None


def accept_refusal(*, invitation: Invitation, now: datetime) -> Refusal | None:
    """Why the invitation cannot be accepted, sent or withdrawn any more; None if it can."""
    match invitation.state_at(now):
        case Invitation.State.ACCEPTED:
            return Refusal.INVITATION_USED
        case Invitation.State.WITHDRAWN:
            return Refusal.INVITATION_WITHDRAWN
        case Invitation.State.EXPIRED:
            return Refusal.INVITATION_EXPIRED
    return None


def _whole_account_refusal(actor: Roles, person: Roles) -> Refusal | None:
    if actor.person_id == person.person_id:
        return Refusal.SELF
    if not actor.anywhere(*CARETAKERS):
        return Refusal.NOT_YOURS
    for centre_id, role in person.held:
        if role not in manageable_roles(actor, centre_id):
            return Refusal.ROLE_ABOVE if actor.has(centre_id, *CARETAKERS) else Refusal.OTHER_CENTRE
    return None
