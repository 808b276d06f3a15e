"""Reads about people that span models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from rinnalla.people import rules
from rinnalla.people.access import CARETAKERS, Roles, people_of, roles_of
from rinnalla.people.models import Centre, Invitation, Membership, Person, Role
from rinnalla.people.rules import Refusal
from rinnalla.people.second_factor import factor_names, factors
from rinnalla.people.timeline import Happening, timeline


def acceptance_refusal(*, invitation: Invitation, now: datetime) -> Refusal | None:
    """Why the invitation cannot be accepted; None if it can.

    It stands only as long as its sender might send it: someone who lost a role brings nobody in with old letters.
    """
    if refusal := rules.accept_refusal(invitation=invitation, now=now):
        return refusal
    sender = invitation.invited_by
    if sender and rules.invite_refusal(
        actor=roles_of(sender), centre_id=invitation.centre_id, role=Role(invitation.role)
    ):
        return Refusal.INVITATION_WITHDRAWN
    return None


def other_admins(*, person: Person, centre_id: int) -> int:
    """How many people beside ``person`` may act as administrator of the centre."""
    admins = Membership.objects.filter(centre=centre_id, role=Role.ADMIN, person__is_active=True)
    return admins.exclude(person=person).count()


def fewest_other_admins(*, person: Person, roles: Roles) -> int:
    """The smallest number of other administrators among the centres ``person`` administers; 0 when there are none."""
    return min((other_admins(person=person, centre_id=centre_id) for centre_id in roles.admin_of()), default=0)


@dataclass(frozen=True)
class PeopleFilter:
    """What the address of the list asks for. Empty strings ask for nothing."""

    role: str = ""
    state: str = ""
    search: str = ""


@dataclass(frozen=True)
class PeopleCounts:
    """Open accounts by role; then open accounts without a second factor, and closed accounts."""

    everybody: int
    roles: dict[str, int]
    no_factor: int
    closed: int


def people_counts(centres: Sequence[Centre]) -> PeopleCounts:
    """Two queries."""
    totals: dict[str, Any] = people_of(centres).aggregate(
        everybody=Count("pk", filter=Q(is_active=True)),
        closed=Count("pk", filter=Q(is_active=False)),
        no_factor=Count("pk", filter=Q(~Exists(factors()), is_active=True)),
    )
    held = Membership.objects.filter(centre__in=centres, person__is_active=True).order_by().values("role")
    roles = {row["role"]: row["n"] for row in held.annotate(n=Count("person", distinct=True))}
    return PeopleCounts(roles={role.value: roles.get(role.value, 0) for role in Role}, **totals)


def people_list(centres: Sequence[Centre], wanted: PeopleFilter) -> QuerySet[Person]:
    """The people asked for, by name, each with ``roles_here`` (the roles in ``centres``) and ``has_factor``."""
    here = Membership.objects.filter(centre__in=centres).select_related("centre").order_by("centre__name", "role")
    people = people_of(centres).annotate(has_factor=Exists(factors()))
    people = people.prefetch_related(Prefetch("memberships", queryset=here, to_attr="roles_here"))
    match wanted.state:
        case "closed":
            people = people.filter(is_active=False)
        case "no_factor":
            people = people.filter(is_active=True, has_factor=False)
        case _:
            people = people.filter(is_active=True)
    if wanted.role:
        people = people.filter(
            Exists(Membership.objects.filter(person=OuterRef("pk"), centre__in=centres, role=wanted.role))
        )
    for word in wanted.search.split():
        people = people.filter(_has_word(word))
    return people.order_by(Lower("name"), "pk")


def _has_word(word: str) -> Q:
    # SQLite folds the case of ASCII letters only, and Finnish names begin with Ä and Å too.
    found = Q()
    for spelling in {word, word.lower(), word.capitalize()}:
        found |= Q(name__icontains=spelling) | Q(duty_name__icontains=spelling) | Q(email__icontains=spelling)
    return found


@dataclass(frozen=True)
class Tab:
    """A filter of the list with its count; ``query`` is its address."""

    label: str
    count: int
    query: str
    current: bool


def people_tabs(counts: PeopleCounts, wanted: PeopleFilter) -> list[Tab]:
    def tab(label: object, count: int, role: str = "", state: str = "") -> Tab:
        query = {"role": role, "state": state, "search": wanted.search}
        current = (role, state) == (wanted.role, wanted.state)
        return Tab(str(label), count, urlencode({key: value for key, value in query.items() if value}), current)

    return [
        tab(_("Everybody"), counts.everybody),
        *(tab(capfirst(role.label), counts.roles[role.value], role=role.value) for role in Role),
        tab(_("Without a second step"), counts.no_factor, state="no_factor"),
        tab(_("Closed accounts"), counts.closed, state="closed"),
    ]


def roles_to_give(person: Person, *, viewer: Person) -> list[tuple[Centre, Role]]:
    """The roles that ``viewer`` may give to ``person``, by centre."""
    mine, theirs = roles_of(viewer), roles_of(person)
    centres = Centre.objects.filter(pk__in=mine.centres(*CARETAKERS))
    return [
        (centre, role)
        for centre in centres
        for role in Role
        if rules.give_refusal(actor=mine, person=theirs, centre_id=centre.pk, role=role) is None
    ]


@dataclass(frozen=True)
class RoleRow:
    membership: Membership
    may_take: bool


@dataclass(frozen=True)
class PersonPage:
    """One person as ``viewer`` sees them. A refusal says why something cannot be done; None: it can."""

    person: Person
    roles: list[RoleRow]
    elsewhere: bool
    may_give: bool
    close_refusal: Refusal | None
    open_refusal: Refusal | None
    sign_in_refusal: Refusal | None
    factors: list[str]
    invitations: list[Invitation]
    timeline: list[Happening]


def person_page(person: Person, *, viewer: Person) -> PersonPage:
    mine, theirs = roles_of(viewer), roles_of(person)
    own = mine.centres(*CARETAKERS)
    here = person.memberships.filter(centre__in=own).select_related("centre").order_by("centre__name", "role")
    admins = {centre_id: other_admins(person=person, centre_id=centre_id) for centre_id in theirs.admin_of()}
    rows = []
    for membership in here:
        refusal = rules.take_refusal(
            actor=mine,
            person=theirs,
            centre_id=membership.centre_id,
            role=Role(membership.role),
            other_admins=admins.get(membership.centre_id, 0),
        )
        rows.append(RoleRow(membership, refusal is None))
    return PersonPage(
        person=person,
        roles=rows,
        elsewhere=bool(theirs.all_centres() - own),
        may_give=bool(roles_to_give(person, viewer=viewer)),
        close_refusal=rules.deactivate_refusal(
            actor=mine, person=theirs, fewest_other_admins=min(admins.values(), default=0)
        ),
        open_refusal=rules.reactivate_refusal(actor=mine, person=theirs),
        sign_in_refusal=rules.sign_in_refusal(actor=mine, person=theirs),
        factors=factor_names(person),
        invitations=list(person.accepted_invitations.filter(centre__in=own).select_related("centre", "invited_by")),
        timeline=timeline(person, centre_ids=own),
    )


def invitations_in(sent: QuerySet[Invitation], state: str) -> QuerySet[Invitation]:
    """Those in one state of the list: accepted, withdrawn, or (anything else) still waiting, expired ones included."""
    match state:
        case "accepted":
            return sent.filter(accepted_at__isnull=False)
        case "withdrawn":
            return sent.filter(withdrawn_at__isnull=False)
    return sent.filter(accepted_at=None, withdrawn_at=None)


def invitation_counts(sent: QuerySet[Invitation]) -> dict[str, int]:
    """How many are waiting, accepted and withdrawn. One query."""
    return sent.order_by().aggregate(
        waiting=Count("pk", filter=Q(accepted_at=None, withdrawn_at=None)),
        accepted=Count("pk", filter=Q(accepted_at__isnull=False)),
        withdrawn=Count("pk", filter=Q(withdrawn_at__isnull=False)),
    )


@dataclass(frozen=True)
class InvitationRow:
    invitation: Invitation
    state: Invitation.State
    may_change: bool


def invitation_rows(sent: Iterable[Invitation], *, viewer: Roles, now: datetime) -> list[InvitationRow]:
    return [
        InvitationRow(
            invitation,
            state := invitation.state_at(now),
            state in (Invitation.State.OPEN, Invitation.State.EXPIRED)
            and Role(invitation.role) in rules.manageable_roles(viewer, invitation.centre_id),
        )
        for invitation in sent
    ]
