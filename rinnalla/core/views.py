"""Answers to requests that fit no page."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from rinnalla.core.surfaces import is_staff_page


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  # Django passes it
    """A form came without its proof: most often a page that was open for long. ``reason`` is Django's, in English.

    Only staff forms carry that proof; help-seekers' forms are known by the origin of their request.
    """
    return render(request, "form_expired.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """The answer to a fault of ours. When it is the database that does not answer, a page that says where else help is.

    Renders without a request: nothing here may need the database or the session.
    """
    context = {"on_staff_page": is_staff_page(request)}
    if isinstance(sys.exception(), (OperationalError, InterfaceError)):
        return HttpResponse(render_to_string("503.html", context), status=503, headers={"Retry-After": "5"})
    return HttpResponse(render_to_string("500.html", context), status=500)
