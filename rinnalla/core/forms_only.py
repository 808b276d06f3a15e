"""Addresses that only take forms. Somebody may still come to one by its address: from the history, after a sign-in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Protocol

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST


class Decorator(Protocol):
    def __call__[R: HttpRequest, **P](
        self, view: Callable[Concatenate[R, P], HttpResponseBase], /
    ) -> Callable[Concatenate[R, P], HttpResponseBase]: ...


def takes_forms_of(page: str, *keep: str) -> Decorator:
    """Whoever opens the address is led to ``page``, which has the form; nothing is done.

    ``keep`` names those parts of the address that the page has in its own. Other methods than GET, HEAD and POST are
    answered with 405.
    """

    def decorate[R: HttpRequest, **P](
        view: Callable[Concatenate[R, P], HttpResponseBase], /
    ) -> Callable[Concatenate[R, P], HttpResponseBase]:
        take = require_POST(view)

        @wraps(view)
        def guarded(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method in ("GET", "HEAD"):
                return redirect(reverse(page, kwargs={name: kwargs[name] for name in keep}))
            return take(request, *args, **kwargs)

        return guarded

    return decorate
