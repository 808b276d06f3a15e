"""Pages are closed unless they stand in the list here; a page's name is the name of the function that makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver

# Help-seekers: no sign-in, no session.
HELP_SEEKERS = {
    "front",
    "line",
    "join",
    "visit",
    "say",
    "leave",
    "answer_questions",
    "use_return_word",
    "give_return_word",
    "give_feedback",
    "quick_exit",
    "calendar",
    "other_help",
    "privacy",
}
# Staff before they have signed in.
BEFORE_SIGN_IN = {
    "account_login",
    "account_logout",
    "account_signup",  # says that an account begins with an invitation
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "invitation",
}
# Only in demo worlds and tests; production has no such addresses.
DEMO = {"demo_people", "demo_sign_in"}

PUBLIC = HELP_SEEKERS | BEFORE_SIGN_IN | DEMO

View = Callable[..., HttpResponseBase]


def pages(urlconf: str) -> Iterator[tuple[str, View]]:
    """Name and view of every address in ``urlconf``; a page without a name is told by its address."""

    def walk(patterns: list[Any], address: str) -> Iterator[tuple[str, View]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, address + str(pattern.pattern))
            elif isinstance(pattern, URLPattern):
                yield pattern.name or f"/{address}{pattern.pattern}", pattern.callback

    yield from walk(get_resolver(urlconf).url_patterns, "")


def asks_for_sign_in(view: View) -> bool:
    # Set by Django's login_not_required; LoginRequiredMiddleware closes every other view.
    return bool(getattr(view, "login_required", True))


def test_only_the_pages_in_the_list_open_without_sign_in() -> None:
    assert {name for name, view in pages("rinnalla.config.urls") if not asks_for_sign_in(view)} == PUBLIC


def test_every_other_page_is_closed_by_default() -> None:
    assert "django.contrib.auth.middleware.LoginRequiredMiddleware" in settings.MIDDLEWARE


def test_the_help_seekers_surface_has_no_page_of_the_staff() -> None:
    names = {name for name, _ in pages("rinnalla.config.urls_public")}

    assert names - HELP_SEEKERS == set()


@pytest.mark.parametrize(
    "urlconf", ["rinnalla.config.urls", "rinnalla.config.urls_public", "rinnalla.config.urls_staff"]
)
def test_a_page_of_ours_is_named_after_its_view(urlconf: str) -> None:
    other_names = [
        (name, getattr(view, "__name__", ""))
        for name, view in pages(urlconf)
        if view.__module__.startswith("rinnalla.") and name != getattr(view, "__name__", "")
    ]

    assert other_names == []


def test_no_two_pages_share_a_name() -> None:
    names = [name for name, _ in pages("rinnalla.config.urls")]

    assert sorted(names) == sorted(set(names))
