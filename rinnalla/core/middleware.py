"""Headers every answer carries, and the page of an answer that Django leaves empty."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render

Answer = Callable[[HttpRequest], HttpResponseBase]


def privacy_headers(get_response: Answer) -> Answer:
    """No page is stored by a browser or a proxy, and no page may ask for a device.

    A shared phone must not show the visit again from its cache or with the back button (promise S16).
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), browsing-topics=()"
        return response

    return middleware


def page_when_not_allowed(get_response: Answer) -> Answer:
    """A page asked for in a way it is not made for (405) says so in words, as the other errors do."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            response.content = render(request, "405.html").content
        return response

    return middleware
