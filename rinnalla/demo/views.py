"""Signing in as one of the cast with one press. Its addresses exist only in demo and test (urls.py)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from rinnalla.core.forms_only import takes_forms_of
from rinnalla.demo.queries import cast_members
from rinnalla.demo.rules import one_click_allowed, populated_as
from rinnalla.people.models import Person
from rinnalla.people.receivers import note
from rinnalla.people.second_factor import count_as_second_factor


@never_cache
@require_GET
@login_not_required
def demo_people(request: HttpRequest) -> HttpResponse:
    """The cast, each with a button."""
    populated = populated_as()
    if not one_click_allowed() or populated is None:
        raise Http404
    chosen = request.GET.get("language", "")
    language = chosen if chosen in dict(settings.LANGUAGES) else translation.get_language_from_request(request)
    with translation.override(language):
        context = {"cast": cast_members(), "world": populated.details["world"], "languages": _languages(language)}
        return render(request, "demo/sign_in.html", context)


@takes_forms_of("demo_people")
@login_not_required
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as ``person``, one of the cast, as if with password and second factor."""
    if not one_click_allowed() or populated_as() is None:
        raise Http404
    wanted = request.POST.get("person", "")
    if wanted not in {str(member.id) for member in cast_members()}:
        raise Http404
    person = Person.objects.get(pk=int(wanted))
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    count_as_second_factor(request, person, "demo")
    note("people.signed_in", person, **{"with": ["demo"]})
    return redirect(settings.LOGIN_REDIRECT_URL)


def _languages(current: str) -> list[dict[str, object]]:
    return [
        {"code": code, "name": name, "url": f"?language={code}", "current": code == current}
        for code, name in settings.LANGUAGES
    ]
