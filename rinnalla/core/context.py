"""What every page knows. Help-seekers' pages must not touch the session: no cookie, no query."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from rinnalla.core.surfaces import is_staff_page


def surface(request: HttpRequest) -> dict[str, Any]:
    """``languages`` (the same page in each: code, name, url, current), ``exit_url`` (where quick exit leads), ``demo``,
    ``on_staff_page``.

    The two that need the table of addresses are worked out when a template asks. There are no ``languages`` on an
    answer to a form and on an address without a page: neither can be opened again in another language.
    """
    return {
        "languages": SimpleLazyObject(lambda: _languages(request)),
        "exit_url": SimpleLazyObject(exit_url),
        "demo": settings.ENV == "demo",
        "on_staff_page": is_staff_page(request),
    }


def exit_url() -> str:
    """Where quick exit leads, in the language of the page when it is one of our own pages."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    with translation.override(settings.LANGUAGE_CODE):  # the setting names the page by its Finnish address
        return translate_url(settings.EXIT_URL, language) if settings.EXIT_URL.startswith("/") else settings.EXIT_URL


def _languages(request: HttpRequest) -> list[dict[str, object]]:
    if request.method not in ("GET", "HEAD") or request.resolver_match is None:
        return []
    current = translation.get_language()
    return [
        {"code": code, "name": name, "url": translate_url(request.path, code), "current": code == current}
        for code, name in settings.LANGUAGES
    ]
