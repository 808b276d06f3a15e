"""Who may do what to whom. Pure: no database."""

from __future__ import annotations

import pytest

from rinnalla.people import rules
from rinnalla.people.access import Roles
from rinnalla.people.models import Role
from rinnalla.people.rules import Refusal

HERE, THERE = 1, 2


def who(person_id: int, *roles: tuple[int, Role], active: bool = True) -> Roles:
    return Roles(person_id, active, frozenset(roles))


AINO = who(1, (HERE, Role.ADMIN))
KERTTU = who(2, (HERE, Role.COORDINATOR))
LAURI = who(3, (HERE, Role.SHIFT_LEAD))
VEIKKO = who(4, (HERE, Role.VOLUNTEER))
TUULA = who(5, (THERE, Role.ADMIN))
SAARA = who(6, (HERE, Role.VOLUNTEER), (THERE, Role.VOLUNTEER))
AINO_WHO_LEFT = who(1, (HERE, Role.ADMIN), active=False)


@pytest.mark.parametrize(
    ("actor", "role", "refusal"),
    [
        (AINO, Role.ADMIN, None),
        (AINO, Role.VOLUNTEER, None),
        (KERTTU, Role.VOLUNTEER, None),
        (KERTTU, Role.SHIFT_LEAD, None),
        (KERTTU, Role.COORDINATOR, Refusal.ROLE_ABOVE),
        (KERTTU, Role.ADMIN, Refusal.ROLE_ABOVE),
        (LAURI, Role.VOLUNTEER, Refusal.NOT_YOURS),
        (VEIKKO, Role.VOLUNTEER, Refusal.NOT_YOURS),
        (TUULA, Role.VOLUNTEER, Refusal.NOT_YOURS),
        (AINO_WHO_LEFT, Role.VOLUNTEER, Refusal.NOT_YOURS),
    ],
)
def test_who_may_invite_to_which_role(actor: Roles, role: Role, refusal: Refusal | None) -> None:
    assert rules.invite_refusal(actor=actor, centre_id=HERE, role=role) == refusal


@pytest.mark.parametrize(
    ("actor", "person", "role", "refusal"),
    [
        (KERTTU, VEIKKO, Role.SHIFT_LEAD, None),
        (KERTTU, VEIKKO, Role.VOLUNTEER, Refusal.HAS_ROLE),
        (KERTTU, VEIKKO, Role.ADMIN, Refusal.ROLE_ABOVE),
        (KERTTU, KERTTU, Role.VOLUNTEER, Refusal.SELF),
        (AINO, AINO, Role.COORDINATOR, Refusal.SELF),
        (AINO, who(9, active=False), Role.VOLUNTEER, Refusal.CLOSED),
        (TUULA, VEIKKO, Role.SHIFT_LEAD, Refusal.NOT_YOURS),
        (VEIKKO, LAURI, Role.VOLUNTEER, Refusal.NOT_YOURS),
    ],
)
def test_who_may_give_a_role_to_whom(actor: Roles, person: Roles, role: Role, refusal: Refusal | None) -> None:
    assert rules.give_refusal(actor=actor, person=person, centre_id=HERE, role=role) == refusal


@pytest.mark.parametrize(
    ("actor", "person", "role", "other_admins", "refusal"),
    [
        (KERTTU, VEIKKO, Role.VOLUNTEER, 1, None),
        (KERTTU, AINO, Role.ADMIN, 1, Refusal.ROLE_ABOVE),
        (KERTTU, VEIKKO, Role.SHIFT_LEAD, 1, Refusal.NO_ROLE),
        (who(7, (HERE, Role.ADMIN)), AINO, Role.ADMIN, 1, None),
        (who(7, (HERE, Role.ADMIN)), AINO, Role.ADMIN, 0, Refusal.LAST_ADMIN),
        (AINO, AINO, Role.ADMIN, 3, Refusal.SELF),
        (TUULA, SAARA, Role.VOLUNTEER, 1, Refusal.NOT_YOURS),
    ],
)
def test_who_may_take_a_role_from_whom(
    actor: Roles, person: Roles, role: Role, other_admins: int, refusal: Refusal | None
) -> None:
    answer = rules.take_refusal(actor=actor, person=person, centre_id=HERE, role=role, other_admins=other_admins)
    assert answer == refusal


@pytest.mark.parametrize(
    ("actor", "person", "fewest", "refusal"),
    [
        (KERTTU, VEIKKO, 0, None),
        (KERTTU, LAURI, 0, None),
        (KERTTU, AINO, 1, Refusal.ROLE_ABOVE),
        (KERTTU, SAARA, 0, Refusal.OTHER_CENTRE),
        (AINO, SAARA, 0, Refusal.OTHER_CENTRE),
        (who(8, (HERE, Role.ADMIN), (THERE, Role.COORDINATOR)), SAARA, 0, None),
        (AINO, AINO, 1, Refusal.SELF),
        (who(7, (HERE, Role.ADMIN)), AINO, 0, Refusal.LAST_ADMIN),
        (who(7, (HERE, Role.ADMIN)), AINO, 1, None),
        (LAURI, VEIKKO, 0, Refusal.NOT_YOURS),
        (AINO, who(9, (HERE, Role.VOLUNTEER), active=False), 0, Refusal.CLOSED),
    ],
)
def test_who_may_close_whose_account(actor: Roles, person: Roles, fewest: int, refusal: Refusal | None) -> None:
    assert rules.deactivate_refusal(actor=actor, person=person, fewest_other_admins=fewest) == refusal


@pytest.mark.parametrize(
    ("actor", "person", "refusal"),
    [
        (KERTTU, VEIKKO, None),
        (KERTTU, SAARA, None),
        (TUULA, SAARA, None),
        (KERTTU, AINO, Refusal.ROLE_ABOVE),
        (KERTTU, KERTTU, Refusal.SELF),
        (AINO, AINO, Refusal.SELF),
        (AINO, KERTTU, None),
        (LAURI, VEIKKO, Refusal.NOT_YOURS),
        (KERTTU, who(10, (HERE, Role.VOLUNTEER), (THERE, Role.ADMIN)), Refusal.OTHER_CENTRE),
        (AINO, who(10, (HERE, Role.VOLUNTEER), (THERE, Role.COORDINATOR)), Refusal.OTHER_CENTRE),
    ],
)
def test_who_may_reset_whose_sign_in(actor: Roles, person: Roles, refusal: Refusal | None) -> None:
    assert rules.sign_in_refusal(actor=actor, person=person) == refusal
