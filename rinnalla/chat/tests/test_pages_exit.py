"""Quick exit is on every page that a help-seeker may see, in the page's language; the page where it leads has none."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from rinnalla.chat.public_urls import urlpatterns
from rinnalla.helpline.models import Line

Answer = Any  # the test client has a kind of its own
PREFIXES = {"fi": "", "sv": "/sv", "en": "/en"}
NAMES = [pattern.name for pattern in urlpatterns if pattern.name != "calendar"]


def leads_away(answer: Answer, prefix: str) -> None:
    text = answer.content.decode()
    assert re.findall(r'<form class="exit" method="post" action="([^"]*)" data-exit="([^"]*)"', text) == [
        (f"{prefix}/exit/", f"{prefix}/calendar/")
    ]
    assert re.findall(r'<script src="([^"]*/public\.js)" defer>', text) == ["/static/dist/public.js"]


def address(name: str, language: str) -> str:
    with override(language):
        return reverse(name, args=["sekasin"] if name in ("line", "join") else [])


@pytest.mark.parametrize("language", PREFIXES)
@pytest.mark.parametrize("name", NAMES)
def test_every_address_of_the_help_seekers_shows_a_page_with_quick_exit(
    sekasin: Line, client: Client, name: str, language: str
) -> None:
    answer = client.get(address(name, language))
    if answer.status_code == 302:  # it takes forms, and shows the page with the form
        answer = client.get(answer.headers["Location"])
    if name == "quick_exit":
        assert "form" not in answer.content.decode()  # nothing there tells of the service
    else:
        assert answer.status_code == 200
        leads_away(answer, PREFIXES[language])


def not_found(client: Client, prefix: str) -> Answer:
    return client.get(f"{prefix}/there-is-no-such-page/")


def not_a_line(client: Client, prefix: str) -> Answer:
    return client.get(f"{prefix}/line/tuntematon/")


def not_allowed(client: Client, prefix: str) -> Answer:
    return client.post(f"{prefix}/help/")


def foreign(client: Client, prefix: str) -> Answer:
    return client.post(f"{prefix}/chat/leave/", headers={"Sec-Fetch-Site": "cross-site"})


def closed_line(client: Client, prefix: str) -> Answer:
    Line.objects.get().opening_hours.all().delete()
    return client.post(f"{prefix}/line/sekasin/join/")


def waiting(client: Client, prefix: str) -> Answer:
    client.post(f"{prefix}/line/sekasin/join/")
    return client.get(f"{prefix}/chat/")


def refused_message(client: Client, prefix: str) -> Answer:
    client.post(f"{prefix}/line/sekasin/join/")
    return client.post(f"{prefix}/chat/say/", {"id": "x", "text": "x" * 20_000})


def left(client: Client, prefix: str) -> Answer:
    client.post(f"{prefix}/line/sekasin/join/")
    client.post(f"{prefix}/chat/leave/")
    return client.get(f"{prefix}/chat/")


def fault_of_ours(client: Client, prefix: str) -> Answer:
    from django.db import OperationalError, connection

    def away(*_: object) -> None:
        raise OperationalError("server closed the connection")

    client.raise_request_exception = False
    with connection.execute_wrapper(away):
        return client.get(f"{prefix}/")


@pytest.mark.parametrize("language", PREFIXES)
@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (not_found, 404),
        (not_a_line, 404),
        (not_allowed, 405),
        (foreign, 403),
        (closed_line, 200),
        (waiting, 200),
        (refused_message, 422),
        (left, 200),
        (fault_of_ours, 503),
    ],
)
def test_so_does_a_page_that_has_no_address_of_its_own(
    sekasin: Line, client: Client, ask: Callable[[Client, str], Answer], status: int, language: str
) -> None:
    answer = ask(client, PREFIXES[language])
    assert answer.status_code == status
    leads_away(answer, PREFIXES[language])
