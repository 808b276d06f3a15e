"""The second factor that every signed-in page asks for, and the language of the staff pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirectBase
from django.shortcuts import redirect, resolve_url
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode

from rinnalla.core.surfaces import is_staff_page
from rinnalla.people import second_factor

Answer = Callable[[HttpRequest], HttpResponseBase]

# In the session: where someone was going who had to set up a second factor first.
WAY_BACK: Final = "way_back"
# Where someone without a second factor may go: to set one up, and out.
_TO_SET_UP: Final = frozenset({"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate"})
# Where someone may go who has a factor but whose session was opened without it: to show it, and out. Not to set up
# another one: a password alone would then do.
_TO_SHOW_IT: Final = frozenset({"mfa_reauthenticate", "mfa_reauthenticate_webauthn"})


def require_second_factor(get_response: Answer) -> Answer:
    """Nobody gets past setting up a second factor, or past a session that was opened without one.

    Pages for everybody (help-seekers' pages, the sign-in) are left alone and their session stays untouched.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        fragment = request.headers.get("HX-Request") == "true"
        if fragment and isinstance(response, HttpResponseRedirectBase) and response.url.startswith("/accounts/"):
            # A part of a page must not be swapped for the sign-in page: let the whole page go there.
            return HttpResponse(headers={"HX-Redirect": response.url})
        return response

    def process_view(request: HttpRequest, view: Callable[..., Any], *_: Any) -> HttpResponseBase | None:
        for_everybody = not getattr(view, "login_required", True)
        if for_everybody and not is_staff_page(request):
            return None
        person = request.user
        name = request.resolver_match.url_name if request.resolver_match else None
        if not person.is_authenticated or name == "account_logout":
            return None
        if not second_factor.has_second_factor(person):
            if name in _TO_SET_UP:
                return None
            request.session[WAY_BACK] = _way_back(request)
            return redirect("mfa_index")
        if second_factor.opened_with_second_factor(request, person) or name in _TO_SHOW_IT:
            return None
        return redirect(f"{resolve_url('mfa_reauthenticate')}?{urlencode({'next': _way_back(request)})}")

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def speak_the_persons_language(get_response: Answer) -> Answer:
    """Staff pages speak the person's language; before sign-in the one chosen on the page, or the browser's.

    Public pages keep the language of their address, which LocaleMiddleware has set already.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not is_staff_page(request):
            return get_response(request)
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            chosen = None
        else:
            chosen = _chosen(request)
            translation.activate(chosen or translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language()
        response = get_response(request)
        response.headers["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        if chosen:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                chosen,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    return middleware


def _chosen(request: HttpRequest) -> str | None:
    """The language in the address (``?language=sv``)."""
    code = request.GET.get("language", "")
    return code if code in dict(settings.LANGUAGES) else None


def _way_back(request: HttpRequest) -> str:
    return request.get_full_path() if request.method == "GET" else resolve_url(settings.LOGIN_REDIRECT_URL)
