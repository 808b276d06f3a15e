"""The main menu of the staff pages. Each app adds its own entries from its ``AppConfig.ready()``."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from rinnalla.people.access import Roles
from rinnalla.people.models import Role


@dataclass(frozen=True)
class NavItem:
    """An entry for people with one of ``roles`` in some centre.."""

    place: int
    label: str | Promise
    url_name: str
    icon: str
    roles: frozenset[Role]


@dataclass(frozen=True)
class Notice:
    """A live part that every staff page of people with one of ``roles`` shows above its content."""

    url_name: str
    roles: frozenset[Role]


_items: dict[str, NavItem] = {}
_notices: dict[str, Notice] = {}


def add(item: NavItem) -> None:
    """Add the entry; adding it again changes nothing."""
    _items[item.url_name] = item


def menu(request: HttpRequest, roles: Roles) -> list[dict[str, str | bool | Promise]]:
    """The entries for someone with ``roles``, in order of their place."""
    entries: list[dict[str, str | bool | Promise]] = []
    for item in sorted(_items.values(), key=lambda item: item.place):
        if roles.anywhere(*item.roles):
            url = reverse(item.url_name)
            current = request.path == url or (url != reverse("staff_home") and request.path.startswith(url))
            entries.append({"label": item.label, "url": url, "icon": item.icon, "current": current})
    return entries


def add_notice(notice: Notice) -> None:
    """Add the part; adding it again changes nothing."""
    _notices[notice.url_name] = notice


def notices(roles: Roles) -> list[str]:
    """The addresses of the live parts for someone with ``roles``."""
    return [reverse(notice.url_name) for notice in _notices.values() if roles.anywhere(*notice.roles)]
