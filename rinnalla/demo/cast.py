"""The people of the demo worlds: all made up, and so is the partner organisation.

Some have names that are awkward on purpose: very long, written from right to left, with markup, quotes or a picture.
Wherever a name is shown it must stay text and must not break the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rinnalla.people import actions
from rinnalla.people.models import Centre, Invitation, Person, Role
from rinnalla.people.second_factor import add_totp

# Known to everybody, and printed when a demo starts: a world with these never runs in production (demo/rules.py).
PASSWORD: Final = "lyhty-ikkunassa"
TOTP_SECRET: Final = "RINNALLADEMORINNALLADEMORINNALLA"

# Key, name, kind, town.
CENTRES: Final = (
    ("sos", "Helsingin SOS-kriisikeskus", Centre.Kind.SOS, "Helsinki"),
    ("kuopio", "Kuopion kriisikeskus", Centre.Kind.LOCAL, "Kuopio"),
    ("oulu", "Oulun kriisikeskus", Centre.Kind.LOCAL, "Oulu"),
    ("partner", "Saarnipuun tuki ry", Centre.Kind.PARTNER, "Tampere"),
)


@dataclass(frozen=True)
class Part:
    """One of the cast. ``roles``: pairs of a centre's key and a role, the first of them by invitation."""

    key: str
    name: str
    duty_name: str
    roles: tuple[tuple[str, Role], ...]
    language: str = "fi"

    @property
    def email(self) -> str:
        return f"{self.key}@example.org"


# Within a centre, whoever brings the others in comes first: its administrator, then its coordinator.
PARTS: Final = (
    Part("marja", "Marja-Leena Tuulenkoski", "Marja", (("sos", Role.ADMIN),)),
    Part("kerttu", "Kerttu Lumivaara", "Kerttu", (("sos", Role.COORDINATOR),)),
    Part("tuomas", "Tuomas Hiljanen", "Tuomas", (("sos", Role.SHIFT_LEAD),)),
    Part("aino", "Aino Kaislavuo", "Aino", (("sos", Role.VOLUNTEER),)),
    Part("eetu", "Eetu Utusaari", "Eetu", (("sos", Role.VOLUNTEER),)),
    Part("linnea", "Linnea Dimstrand", "Linnea", (("sos", Role.VOLUNTEER),), "sv"),
    Part("iida", "Iida Kuulasmeri", "Iida", (("sos", Role.VOLUNTEER),), "en"),
    Part(
        "orvokki",
        "Yrjänä-Orvokki Ääretönvirta-Öljylampi-Ylämäentakalainen-Kesäyönhämäränmäki",
        "Yrjänä-Orvokki Ääretönvirta-Öljylampi–YÄ",
        (("sos", Role.VOLUNTEER),),
    ),
    Part("siiri", 'Siiri "Sisu" O\'Kivi <b>&amp; Koi</b>', 'Siiri <b>"Sisu"</b> O\'Kivi', (("sos", Role.VOLUNTEER),)),
    Part("noora", "Noora نورا Aallokas", "نورا", (("sos", Role.VOLUNTEER),)),
    Part("helmi", "Helmi 🌙 Kuusihuhta", "Helmi 🌙", (("sos", Role.VOLUNTEER),)),
    Part("paivi", "Päivi Puijonranta", "Päivi", (("kuopio", Role.ADMIN),)),
    Part("onni", "Onni Koivuharju", "Onni", (("kuopio", Role.VOLUNTEER), ("sos", Role.VOLUNTEER))),
    Part("hannele", "Hannele Merisumu", "Hannele", (("oulu", Role.ADMIN),)),
    Part("ulla", "Ulla Saarnikallio", "Ulla", (("partner", Role.ADMIN),)),
    Part("sampo", "Sampo Niittylehto", "Sampo", (("partner", Role.VOLUNTEER), ("sos", Role.VOLUNTEER))),
)


@dataclass(frozen=True)
class Cast:
    """What the cast became: centres and people by their keys."""

    centres: dict[str, Centre]
    people: dict[str, Person]


def assemble(*, now: datetime) -> Cast:
    """Open the centres some months before ``now`` and let everybody in: invited, accepted, with a second factor."""
    begun = now - timedelta(days=200)
    centres = {
        key: actions.open_centre(name=name, kind=kind, town=town, actor=None, now=begun)
        for key, name, kind, town in CENTRES
    }
    people: dict[str, Person] = {}
    for number, part in enumerate(PARTS, start=1):
        people[part.key] = _let_in(part, centres, people, now=begun + timedelta(days=number))
    # Two invitations that nobody has answered yet, so that the coordinator's list is not empty.
    for key, language in (("reeta", "fi"), ("gustav", "sv")):
        actions.invite(
            email=f"{key}@example.org", centre=centres["sos"], role=Role.VOLUNTEER, language=language,
            actor=people["kerttu"], now=now - timedelta(days=1),
        )  # fmt: skip
    return Cast(centres, people)


def _let_in(part: Part, centres: dict[str, Centre], people: dict[str, Person], *, now: datetime) -> Person:
    (first, role), *others = part.roles
    invitation = actions.invite(
        email=part.email, centre=centres[first], role=role, language=part.language,
        actor=_host(first, role, people), now=now,
    )  # fmt: skip
    person = _accept(invitation, part, now=now + timedelta(hours=5))
    for key, role in others:
        actions.give_role(
            person=person, centre=centres[key], role=role, actor=_host(key, role, people), now=now + timedelta(hours=9)
        )
    return person


def _accept(invitation: Invitation, part: Part, *, now: datetime) -> Person:
    person = actions.accept_invitation(
        invitation=invitation, name=part.name, duty_name=part.duty_name, language=part.language,
        password=PASSWORD, now=now,
    )  # fmt: skip
    add_totp(person, TOTP_SECRET)
    return person


def _host(centre: str, role: Role, people: dict[str, Person]) -> Person | None:
    """Who in the centre lets the next person in: the coordinator those of theirs, else the administrator.

    None, the operator at the console, only for a centre's first administrator.
    """
    brought_by = [Role.COORDINATOR, Role.ADMIN] if role in (Role.VOLUNTEER, Role.SHIFT_LEAD) else [Role.ADMIN]
    for wanted in brought_by:
        if found := [people[part.key] for part in PARTS if (centre, wanted) in part.roles and part.key in people]:
            return found[0]
    return None


def parts_in_order(people: Sequence[Person]) -> list[Person]:
    """``people`` in the order of the cast, without those who are not of it."""
    by_email = {person.email: person for person in people}
    return [by_email[part.email] for part in PARTS if part.email in by_email]
