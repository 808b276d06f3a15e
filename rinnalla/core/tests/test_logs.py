"""Promise S5: a log tells no path of a page and no address of anybody."""

from __future__ import annotations

import io
import logging

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils.log import log_response

from rinnalla.core.logs import WithoutPaths


def test_a_fault_is_logged_without_the_path_of_its_page() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(WithoutPaths())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        request: HttpRequest = RequestFactory().get("/invitation/sala-avain/", REMOTE_ADDR="192.0.2.77")
        log_response(
            "%s: %s", "Internal Server Error", request.path, response=HttpResponse(status=500), request=request
        )
    finally:
        logger.removeHandler(handler)

    assert out.getvalue() == "Internal Server Error: page unknown\n"
