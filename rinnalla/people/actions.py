"""Every change to people, centres, roles and invitations.

``actor`` is the person who does it, None the operator at the server's console, whom no rule binds. Each action runs in
one transaction with its audit entry. Whatever takes power away tells the person's open sockets to end, on commit.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from rinnalla.audit.actions import record
from rinnalla.core.live import announce
from rinnalla.people import rules, tasks
from rinnalla.people.access import Roles, roles_of
from rinnalla.people.models import Centre, Invitation, Membership, Person, Role
from rinnalla.people.queries import acceptance_refusal, fewest_other_admins, other_admins
from rinnalla.people.rules import Refusal, Refused


@transaction.atomic
def open_centre(*, name: str, kind: Centre.Kind, town: str, actor: Person | None, now: datetime) -> Centre:
    """Add a centre. Its first administrator is then invited from the console."""
    centre = Centre.objects.create(name=name, kind=kind, town=town)
    details = {"name": name, "kind": kind.value}
    record(code="people.centre_opened", actor=_who(actor), subject=f"centre:{centre.pk}", now=now, details=details)
    return centre


@transaction.atomic
def invite(*, email: str, centre: Centre, role: Role, language: str, actor: Person | None, now: datetime) -> Invitation:
    """Invite ``email`` to be ``role`` in the centre; an open invitation of the same address there is replaced.

    The letter leaves by a task. Raises Refused.
    """
    email = email.strip().lower()
    _lock_centres(centre.pk)
    _check_invite(actor, centre, role)
    if Membership.objects.filter(person__email=email, centre=centre, role=role).exists():
        raise Refused(Refusal.HAS_ROLE)
    for older in Invitation.objects.filter(email=email, centre=centre, accepted_at=None, withdrawn_at=None):
        older.withdrawn_at = now
        older.save(update_fields=["withdrawn_at"])
        _record("people.invitation_replaced", older, actor, now)
    invitation = Invitation.objects.create(
        email=email,
        centre=centre,
        role=role,
        language=language,
        invited_by=actor,
        created_at=now,
        expires_at=now + timedelta(days=settings.INVITATION_DAYS),
    )
    _record("people.invited", invitation, actor, now)
    tasks.send_invitation.enqueue(invitation.pk)
    return invitation


@transaction.atomic
def resend(*, invitation: Invitation, actor: Person, now: datetime) -> Invitation:
    """Send a new letter, good for the whole time again; the link of the older letter ends. Raises Refused.

    An expired invitation can be sent again, an accepted or withdrawn one cannot.
    """
    invitation = _locked(invitation)
    _check_invite(actor, invitation.centre, Role(invitation.role))
    refusal = rules.accept_refusal(invitation=invitation, now=now)
    if refusal and refusal != Refusal.INVITATION_EXPIRED:
        raise Refused(refusal)
    invitation.expires_at = now + timedelta(days=settings.INVITATION_DAYS)
    invitation.invited_by = actor
    invitation.token_hash = invitation.sent_at = None
    invitation.save(update_fields=["expires_at", "invited_by", "token_hash", "sent_at"])
    _record("people.invitation_resent", invitation, actor, now)
    tasks.send_invitation.enqueue(invitation.pk)
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, actor: Person, now: datetime) -> Invitation:
    """End the invitation: its link opens nothing any more. Withdrawing twice changes nothing. Raises Refused."""
    invitation = _locked(invitation)
    _check_invite(actor, invitation.centre, Role(invitation.role))
    if invitation.accepted_at:
        raise Refused(Refusal.INVITATION_USED)
    if not invitation.withdrawn_at:
        invitation.withdrawn_at = now
        invitation.save(update_fields=["withdrawn_at"])
        _record("people.invitation_withdrawn", invitation, actor, now)
    return invitation


def accept_invitation(
    *, invitation: Invitation, name: str, duty_name: str, language: str, password: str, now: datetime
) -> Person:
    """Open an account for the invited address, with the invitation's role. Raises Refused.

    Refused with HAS_ACCOUNT when the address has an account: it accepts by :func:`accept_invitation_as`.
    """
    try:
        with transaction.atomic():
            invitation = _acceptable(invitation, now)
            if Person.objects.filter(email=invitation.email).exists():
                raise Refused(Refusal.HAS_ACCOUNT)
            person = Person.objects.create_user(
                invitation.email, password, name=name, duty_name=duty_name, language=language, created_at=now
            )
            _use(invitation, person, now)
    except IntegrityError:  # two invitations of one address, accepted in the same moment
        raise Refused(Refusal.HAS_ACCOUNT) from None
    return person


@transaction.atomic
def accept_invitation_as(*, invitation: Invitation, actor: Person, now: datetime) -> Person:
    """Give the invitation's role to ``actor``, who has an account with the invited address. Raises Refused.

    Doing it again changes nothing.
    """
    if actor.email != invitation.email:
        raise Refused(Refusal.NOT_THE_INVITED)
    if _locked(invitation).accepted_by_id == actor.pk:
        return actor
    invitation = _acceptable(invitation, now)
    if not actor.is_active:
        raise Refused(Refusal.CLOSED)
    _use(invitation, actor, now)
    return actor


@transaction.atomic
def give_role(*, person: Person, centre: Centre, role: Role, actor: Person | None, now: datetime) -> Membership:
    """Let ``person`` act as ``role`` in the centre. Raises Refused."""
    _lock_centres(centre.pk)
    held = roles_of(person)
    if actor and (refusal := rules.give_refusal(actor=roles_of(actor), person=held, centre_id=centre.pk, role=role)):
        raise Refused(refusal)
    membership, made = Membership.objects.get_or_create(
        person=person, centre=centre, role=role, defaults={"since": now}
    )
    if made:
        _record_role("people.role_given", membership, actor, now)
    return membership


@transaction.atomic
def take_role(*, membership: Membership, actor: Person, now: datetime) -> None:
    """Take the role away; the person's open sockets end at once. Raises Refused."""
    _lock_centres(membership.centre_id)
    person = membership.person
    refusal = rules.take_refusal(
        actor=roles_of(actor),
        person=roles_of(person),
        centre_id=membership.centre_id,
        role=Role(membership.role),
        other_admins=other_admins(person=person, centre_id=membership.centre_id),
    )
    if refusal:
        raise Refused(refusal)
    _record_role("people.role_taken", membership, actor, now)
    membership.delete()
    _revoke(person)


@transaction.atomic
def deactivate(*, person: Person, actor: Person, now: datetime) -> Person:
    """Close the account: no sign-in, all sessions and sockets end at once. Roles stay on record. Raises Refused."""
    held = _locked_roles(person)
    refusal = rules.deactivate_refusal(
        actor=roles_of(actor), person=held, fewest_other_admins=fewest_other_admins(person=person, roles=held)
    )
    if refusal:
        raise Refused(refusal)
    person.is_active = False
    person.save(update_fields=["is_active"])
    _end_sessions(person)
    _record_person("people.deactivated", person, actor, now)
    return person


@transaction.atomic
def reactivate(*, person: Person, actor: Person, now: datetime) -> Person:
    """Open a closed account again, with the roles it had. Raises Refused."""
    if refusal := rules.reactivate_refusal(actor=roles_of(actor), person=_locked_roles(person)):
        raise Refused(refusal)
    person.is_active = True
    person.save(update_fields=["is_active"])
    _record_person("people.reactivated", person, actor, now)
    return person


@transaction.atomic
def sign_out_everywhere(*, person: Person, actor: Person, now: datetime) -> None:
    """End all sessions of ``person`` at once: their own, or those of someone ``actor`` looks after. Raises Refused."""
    if actor.pk != person.pk and (
        refusal := rules.sign_in_refusal(actor=roles_of(actor), person=_locked_roles(person))
    ):
        raise Refused(refusal)
    _end_sessions(person)
    _record_person("people.signed_out_everywhere", person, actor, now)


@transaction.atomic
def reset_second_factor(*, person: Person, actor: Person, now: datetime) -> None:
    """Remove the second factor of someone who lost it, end their sessions and tell them by e-mail. Raises Refused.

    Always done by a second person. With the password the person then sets up a new factor.
    """
    if refusal := rules.sign_in_refusal(actor=roles_of(actor), person=_locked_roles(person)):
        raise Refused(refusal)
    Authenticator.objects.filter(user_id=person.pk).delete()
    _end_sessions(person)
    _record_person("people.second_factor_reset", person, actor, now)
    tasks.send_second_factor_reset.enqueue(person.pk)


@transaction.atomic
def change_profile(*, actor: Person, name: str, duty_name: str, language: str, now: datetime) -> Person:
    """Change the person's own details. The audit keeps each name on duty, as help-seekers knew the person by it."""
    new = {"name": name, "duty_name": duty_name, "language": language}
    changed = sorted(key for key, value in new.items() if getattr(actor, key) != value)
    if changed:
        details: dict[str, object] = {"changed": changed}
        if "duty_name" in changed:
            details["duty_name"] = [actor.duty_name, duty_name]
        for key in changed:
            setattr(actor, key, new[key])
        actor.save(update_fields=changed)
        _record_person("people.profile_changed", actor, actor, now, details)
    return actor


@transaction.atomic
def set_password(*, person: Person, password: str, now: datetime) -> None:
    """Set the person's password (they proved who they are); their other sessions and all sockets end."""
    person.set_password(password)
    person.save(update_fields=["password"])
    _record_person("people.password_changed", person, person, now)
    _revoke(person)


@transaction.atomic
def note_sign_out(*, person: Person, now: datetime) -> None:
    """After ``person`` ended a session: its sockets end. Those of the person's other sessions may come back."""
    _record_person("people.signed_out", person, person, now)
    _revoke(person)


def _who(actor: Person | None) -> str:
    return f"person:{actor.pk}" if actor else "console"


def _record(code: str, invitation: Invitation, actor: Person | None, now: datetime) -> None:
    record(
        code=code,
        actor=_who(actor),
        subject=f"invitation:{invitation.pk}",
        now=now,
        details={"role": str(invitation.role)},
        centre=str(invitation.centre_id),
    )


def _record_role(
    code: str, membership: Membership, actor: Person | None, now: datetime, invitation: Invitation | None = None
) -> None:
    details: dict[str, object] = {"role": str(membership.role)}
    if invitation:
        details["invitation"] = invitation.pk
    subject, centre = f"person:{membership.person_id}", str(membership.centre_id)
    record(code=code, actor=_who(actor), subject=subject, now=now, details=details, centre=centre)


def _record_person(
    code: str, person: Person, actor: Person, now: datetime, details: dict[str, object] | None = None
) -> None:
    record(code=code, actor=_who(actor), subject=f"person:{person.pk}", now=now, details=details)


def _lock_centres(*centre_ids: int) -> None:
    """Lock in id order, so that two changes to the roles of a centre wait for each other and never deadlock."""
    list(Centre.objects.select_for_update().filter(pk__in=centre_ids).order_by("pk").values_list("pk"))


def _locked_roles(person: Person) -> Roles:
    """The roles of ``person`` read anew, with the person's centres locked."""
    _lock_centres(*roles_of(person).all_centres())
    person.refresh_from_db(fields=["is_active"])
    return roles_of(person)


def _check_invite(actor: Person | None, centre: Centre, role: Role) -> None:
    if actor and (refusal := rules.invite_refusal(actor=roles_of(actor), centre_id=centre.pk, role=role)):
        raise Refused(refusal)


def _locked(invitation: Invitation) -> Invitation:
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("centre", "invited_by")
    return locked.get(pk=invitation.pk)


def _acceptable(invitation: Invitation, now: datetime) -> Invitation:
    invitation = _locked(invitation)
    if refusal := acceptance_refusal(invitation=invitation, now=now):
        raise Refused(refusal)
    return invitation


def _use(invitation: Invitation, person: Person, now: datetime) -> None:
    invitation.accepted_at, invitation.accepted_by = now, person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    membership, _ = Membership.objects.get_or_create(
        person=person, centre=invitation.centre, role=invitation.role, defaults={"since": now}
    )
    _record_role("people.invitation_accepted", membership, person, now, invitation)


def _end_sessions(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(sign_in_epoch=F("sign_in_epoch") + 1)
    person.refresh_from_db(fields=["sign_in_epoch"])
    _revoke(person)


def _revoke(person: Person) -> None:
    announce(f"person:{person.pk}", {"t": "revoked"})
