"""Headers every answer carries."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

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
