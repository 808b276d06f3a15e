"""The only way a page gets a person, a centre or an invitation. What is absent and what is forbidden look alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from rinnalla.people.models import Centre, Invitation, Membership, Person, Role

# Who looks after the people of a centre.
CARETAKERS = (Role.COORDINATOR, Role.ADMIN)


@dataclass(frozen=True)
class Roles:
    """The roles one person holds, as (centre id, role). Of a closed account none can be used: ``has`` says no."""

    person_id: int
    active: bool
    held: frozenset[tuple[int, Role]] = field(default_factory=frozenset)

    def has(self, centre_id: int, *roles: Role) -> bool:
        """Whether the person may act in the centre as one of ``roles`` (as any, when none is given)."""
        return self.active and any(c == centre_id and (not roles or r in roles) for c, r in self.held)

    def anywhere(self, *roles: Role) -> bool:
        return bool(self.centres(*roles))

    def centres(self, *roles: Role) -> frozenset[int]:
        """The centres in which the person may act as one of ``roles`` (as any, when none is given)."""
        return frozenset(c for c, r in self.held if self.active and (not roles or r in roles))

    def all_centres(self) -> frozenset[int]:
        """The centres in which a role is held, also by a closed account."""
        return frozenset(c for c, _ in self.held)

    def admin_of(self) -> frozenset[int]:
        """The centres in which the role of administrator is held, also by a closed account."""
        return frozenset(c for c, r in self.held if r == Role.ADMIN)


def roles_of(person: Person) -> Roles:
    """The roles of ``person`` now (one query)."""
    held = person.memberships.order_by().values_list("centre_id", "role")
    return Roles(person.pk, person.is_active, frozenset((centre, Role(role)) for centre, role in held))


def has_role(person: Person, centre: Centre, *roles: Role) -> bool:
    """Whether ``person`` may act in ``centre`` as one of ``roles`` (as any, when none is given). One query."""
    return roles_of(person).has(centre.pk, *roles)


def centres_of(user: Person) -> QuerySet[Centre]:
    """The centres whose people ``user`` looks after; 404 when there are none."""
    ids = roles_of(user).centres(*CARETAKERS)
    if not ids:
        raise Http404
    return Centre.objects.filter(pk__in=ids)


def people_for(user: Person) -> QuerySet[Person]:
    """The people ``user`` looks after: with a role in their centres, or who once came by their invitation."""
    return people_of(centres_of(user))


def people_of(centres: Iterable[Centre]) -> QuerySet[Person]:
    """The people with a role in one of ``centres``, or who once came by an invitation to one."""
    member = Membership.objects.filter(person=OuterRef("pk"), centre__in=centres)
    invited = Invitation.objects.filter(accepted_by=OuterRef("pk"), centre__in=centres)
    return Person.objects.filter(Q(Exists(member)) | Q(Exists(invited)))


def get_person_for(user: Person, person_id: int) -> Person:
    """The person, when ``user`` looks after them; 404 otherwise."""
    person = people_for(user).filter(pk=person_id).first()
    if person is None:
        raise Http404
    return person


def get_membership_for(user: Person, person_id: int, membership_id: int) -> Membership:
    """A role of the person in a centre of ``user``; 404 otherwise."""
    membership = (
        Membership.objects.filter(pk=membership_id, person_id=person_id, centre__in=centres_of(user))
        .select_related("person", "centre")
        .first()
    )
    if membership is None:
        raise Http404
    return membership


def invitations_for(user: Person) -> QuerySet[Invitation]:
    return Invitation.objects.filter(centre__in=centres_of(user)).select_related("centre", "invited_by", "accepted_by")


def get_invitation_for(user: Person, invitation_id: int) -> Invitation:
    """The invitation, when it is to a centre of ``user``; 404 otherwise."""
    invitation = invitations_for(user).filter(pk=invitation_id).first()
    if invitation is None:
        raise Http404
    return invitation
