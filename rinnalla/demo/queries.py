"""Reads of the demo that span models."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, Q
from django.utils import translation
from django.utils.translation import gettext as _

from rinnalla.demo.cast import parts_in_order
from rinnalla.helpline.models import DutySession
from rinnalla.helpline.queries import text_of
from rinnalla.people.models import Membership, Person, Role


@dataclass(frozen=True)
class CastMember:
    """One of the cast on the sign-in page. ``text``: what they are doing, or can do, in one sentence."""

    id: int
    name: str
    role_label: str
    centre: str
    text: str


def cast_members() -> list[CastMember]:
    """The cast in its own order, with what each is doing now. Four queries."""
    memberships = Membership.objects.select_related("centre").order_by("pk")
    people = Person.objects.filter(is_active=True).prefetch_related(Prefetch("memberships", queryset=memberships))
    on_duty = {
        duty.person_id: duty
        for duty in DutySession.objects.filter(~Q(state=DutySession.State.ENDED))
        .select_related("line")
        .prefetch_related("line__texts")
    }
    return [_member(person, on_duty.get(person.pk)) for person in parts_in_order(list(people)) if _roles(person)]


def _member(person: Person, duty: DutySession | None) -> CastMember:
    first = _roles(person)[0]
    return CastMember(
        id=person.pk,
        name=person.name,
        role_label=first.get_role_display(),
        centre=first.centre.name,
        text=_doing(first, duty),
    )


def _doing(role: Membership, duty: DutySession | None) -> str:
    if duty is not None:
        line = text_of(duty.line, translation.get_language() or "fi").name
        if duty.open_contacts:
            return _("Is talking with someone on the line {line}.").format(line=line)
        return _("Is on duty on the line {line}.").format(line=line)
    match Role(role.role):
        case Role.ADMIN:
            return _("Looks after the centre's people and roles.")
        case Role.COORDINATOR:
            return _("Invites volunteers and looks after them.")
        case Role.SHIFT_LEAD:
            return _("A crisis worker who stands behind the volunteers.")
    return _("Is free to take duty.")


def _roles(person: Person) -> list[Membership]:
    return list(person.memberships.all())
