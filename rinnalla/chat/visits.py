"""The visit of a help-seeker: one cookie that holds a token, no session, and forms that only our own pages may send."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from rinnalla.chat.models import Conversation
from rinnalla.chat.rules import still_shown
from rinnalla.helpline.actions import token_hash
from rinnalla.helpline.models import Contact

COOKIE: Final = "visit"
SEE_OTHER: Final = 303


def token_of(request: HttpRequest) -> str:
    return request.COOKIES.get(COOKIE, "")


def visit_of(request: HttpRequest) -> Conversation | None:
    """The conversation, with its contact, line and answerer, that the browser's cookie opens; None without one.

    None also when it ended so long ago that it is not shown any more (rules.SHOWN_AFTER_END), or was erased. One query,
    or none without the cookie.
    """
    token = request.COOKIES.get(COOKIE, "")
    if not token:
        return None
    visits = Conversation.objects.select_related("contact__line", "answerer")
    shown = still_shown(now=timezone.now(), contact="contact__")
    return visits.filter(shown, contact__token_hash=token_hash(token)).exclude(key_id=None).first()


def is_going_on(visit: Conversation | None) -> bool:
    return visit is not None and visit.contact.state != Contact.State.ENDED


def remember(response: HttpResponse, token: str) -> None:
    """Let the browser keep the token until it is closed; no script can read it."""
    response.set_cookie(COOKIE, token, path="/", secure=settings.HTTPS, httponly=True, samesite="Lax")


def forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, path="/", samesite="Lax")


def away() -> HttpResponse:
    """The answer of quick exit: it leads to the neutral page and leaves nothing on the device (promise S16)."""
    answer = HttpResponseRedirect(settings.EXIT_URL, status=SEE_OTHER)
    forget(answer)
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer


def from_our_own_page[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Refuse a form that another site sent. Instead of Django's token, which would need a cookie for everybody.

    Browsers say where a form comes from: with ``Sec-Fetch-Site``, the older ones with ``Origin``. Those that say
    neither send no cookie along from another site (SameSite=Lax).
    """

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "POST" and is_foreign(request):
            raise PermissionDenied("the form came from another site")
        return view(request, *args, **kwargs)

    return guarded


def is_foreign(request: HttpRequest) -> bool:
    """Whether the request came from a page of another site."""
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.get_host()}":
        return True
    return request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
