"""Where a demo may run: its passwords are printed and its people are one press away, so never in production.

`serve` runs the checks below before it starts, as every command of Django does with those that need no database.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError
from django.urls import NoReverseMatch, reverse

from rinnalla.audit.models import Entry

# The audit code that marks a database as a demo world. The log is append-only: the mark cannot be lost by accident.
POPULATED: Final = "demo.populated"


def one_click_allowed() -> bool:
    """Whether one may sign in as one of the cast with one press."""
    return settings.ENV in ("demo", "test")


def populated_as() -> Entry | None:
    """The entry that says which demo world this database holds; None for a database that is no demo."""
    return Entry.objects.filter(code=POPULATED).order_by("seq").first()


@register(Tags.urls)
def check_addresses(_apps: Any = None, **_: Any) -> list[CheckMessage]:
    """The addresses of the one-click sign-in exist only in demo and test."""
    if not settings.PRODUCTION:
        return []
    try:
        reverse("demo_people")
    except NoReverseMatch:
        return []
    return [
        Error(
            "RINNALLA_ENV is production, and the demo's sign-in has an address: anybody could sign in.",
            hint="Include rinnalla.demo.urls as it is; it is empty in production.",
            id="demo.E001",
        )
    ]


@register(Tags.database)
def check_database(_apps: Any = None, databases: Any = None, **_: Any) -> list[CheckMessage]:
    """A demo world is not served in production: everybody knows its passwords."""
    if not settings.PRODUCTION or (databases is not None and "default" not in databases):
        return []
    try:
        populated = populated_as()
    except DatabaseError:  # no tables yet: nothing to refuse
        return []
    if populated is None:
        return []
    return [
        Error(
            "RINNALLA_ENV is production, but this database was populated as a demo: everybody knows its passwords.",
            hint="Give DATABASE_URL and KEYS_DATABASE_URL of new databases, or set RINNALLA_ENV=demo.",
            id="demo.E002",
        )
    ]
