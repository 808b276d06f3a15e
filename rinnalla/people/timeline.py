"""What has happened to a person, in words, from the audit log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rinnalla.audit.models import Entry
from rinnalla.audit.queries import entries_about
from rinnalla.people.models import Person, Role

_MOST: Final = 50

_WORDS: Final[dict[str, str | Promise]] = {
    "people.invitation_accepted": gettext_lazy("Accepted an invitation"),
    "people.role_given": gettext_lazy("Got a role"),
    "people.role_taken": gettext_lazy("A role was taken away"),
    "people.deactivated": gettext_lazy("The account was closed"),
    "people.reactivated": gettext_lazy("The account was opened again"),
    "people.signed_in": gettext_lazy("Signed in"),
    "people.signed_out": gettext_lazy("Signed out"),
    "people.signed_out_everywhere": gettext_lazy("Was signed out everywhere"),
    "people.second_factor_reset": gettext_lazy("The second step of sign-in was removed"),
    "people.second_factor_failed": gettext_lazy("The password was right but the second step was not"),
    "people.factor_added": gettext_lazy("Set up a second step"),
    "people.factor_removed": gettext_lazy("Removed a second step"),
    "people.recovery_codes_renewed": gettext_lazy("Made new recovery codes"),
    "people.password_changed": gettext_lazy("Changed the password"),
    "people.profile_changed": gettext_lazy("Changed own details"),
}


@dataclass(frozen=True)
class Happening:
    """One line of the timeline. ``by`` is who did it, when that was someone else."""

    at: datetime
    text: str
    by: str


def timeline(person: Person, *, centre_ids: Collection[int]) -> list[Happening]:
    """The newest happenings of ``person`` that belong to no centre or to one of ``centre_ids``. Two queries."""
    subject = f"person:{person.pk}"
    centres = Q(centre="") | Q(centre__in=[str(centre_id) for centre_id in centre_ids])
    entries = list(entries_about(subject).filter(centres, code__in=_WORDS).order_by("-seq")[:_MOST])
    others = {entry.actor for entry in entries} - {subject}
    ids = [int(actor.removeprefix("person:")) for actor in others if actor.startswith("person:")]
    names = {f"person:{other.pk}": other.name for other in Person.objects.filter(pk__in=ids)}
    names["console"] = _("the server's operator")
    return [Happening(entry.at, _in_words(entry), names.get(entry.actor, "")) for entry in entries]


def _in_words(entry: Entry) -> str:
    text, role = str(_WORDS[entry.code]), entry.details.get("role")
    return f"{text}: {Role(role).label}" if role in Role.values else text
