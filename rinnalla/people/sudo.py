"""Sudo mode: dangerous pages ask again who is there, at most five minutes before."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import urlencode

from rinnalla.people.http import StaffRequest

# Of what was typed, as much comes back as fits into an address.
_LONGEST = 1500


def sudo_required[**P](
    view: Callable[Concatenate[StaffRequest, P], HttpResponseBase],
) -> Callable[Concatenate[StaffRequest, P], HttpResponseBase]:
    """Ask for the password or the second factor unless it was given within ACCOUNT_REAUTHENTICATION_TIMEOUT.

    The page must answer GET too: a form sent too late comes back, filled in as it was, for a second press of the
    button. Nothing is done behind the confirmation itself. Views fill their form from ``request.GET``.
    """

    @wraps(view)
    def asking(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if did_recently_reauthenticate(request):
            return view(request, *args, **kwargs)
        method = get_adapter().get_reauthentication_methods(request.user)[0]
        return redirect(f"{method['url']}?{urlencode({'next': _same_page(request)})}")

    return asking


def _same_page(request: StaffRequest) -> str:
    typed = request.GET.copy()
    if request.method == "POST":
        typed.update(request.POST)
        typed.pop("csrfmiddlewaretoken", None)
    query = typed.urlencode()
    return f"{request.path}?{query}" if query and len(query) <= _LONGEST else request.path
