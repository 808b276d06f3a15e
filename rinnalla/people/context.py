"""What every staff page knows: who is here, where they can go, and in which languages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils import translation

from rinnalla.core.surfaces import is_staff_page
from rinnalla.people import navigation, second_factor
from rinnalla.people.access import roles_of
from rinnalla.people.middleware import WAY_BACK


def staff(request: HttpRequest) -> dict[str, Any]:
    """``me`` and ``nav`` of the signed-in person; before sign-in ``languages`` of the same page.

    Nothing on other pages: help-seekers' pages must not touch the session (no cookie, no query).
    """
    if request.resolver_match is None or not is_staff_page(request) or not hasattr(request, "user"):
        return {}
    person = request.user
    if not person.is_authenticated:
        return {"me": None, "nav": [], "languages": _languages(request)}
    ready = second_factor.opened_with_second_factor(request, person)
    roles = roles_of(person)
    return {
        "me": person,
        "nav": navigation.menu(request, roles) if ready else [],
        "notices": navigation.notices(roles) if ready else [],
        "languages": [],  # theirs is on their own page
        "way_back": request.session.get(WAY_BACK) or resolve_url(settings.LOGIN_REDIRECT_URL),
    }


def _languages(request: HttpRequest) -> list[dict[str, object]]:
    current = translation.get_language()
    choices = []
    for code, name in settings.LANGUAGES:
        query = request.GET.copy()
        query["language"] = code
        url = f"{request.path}?{query.urlencode()}"
        choices.append({"code": code, "name": name, "url": url, "current": code == current})
    return choices
