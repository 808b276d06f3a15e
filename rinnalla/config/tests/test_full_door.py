"""When more requests wait than the service can answer soon: a page says where else help is, and quick exit works."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.test import Client
from django.utils.csp import build_policy
from pytest_django import Settings

from rinnalla.config import asgi

EXITS = ["/exit/", "/sv/exit/", "/en/exit/"]


class Answer:
    def __init__(self, messages: list[dict[str, Any]]) -> None:
        start, *rest = messages
        self.status: int = start["status"]
        self.headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        self.text = b"".join(message.get("body", b"") for message in rest).decode()


class Door:
    """The pages of one process, asked without a network."""

    def __init__(self) -> None:
        self.pages = asgi.Pages()

    def fill(self, count: int) -> None:
        self.pages._waiting = count

    def ask(
        self, method: str, path: str, *, query: bytes = b"", body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        sent: list[dict[str, Any]] = []
        named = {"host": "localhost", "content-length": str(len(body))} | (headers or {})
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query,
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "server": ("localhost", 80),
            "client": ("127.0.0.1", 1),
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        asyncio.run(self.pages(scope, receive, send))
        return Answer(sent)


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.mark.parametrize(("path", "exit_address"), [("/", "/exit/"), ("/sv/", "/sv/exit/"), ("/en/chat/", "/en/exit/")])
def test_the_page_of_a_full_service_has_a_way_out_that_the_browser_may_run(
    door: Door, settings: Settings, path: str, exit_address: str
) -> None:
    door.fill(asgi.MOST_WAITING)
    answer = door.ask("GET", path)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert f'<form class="exit" method="post" action="{exit_address}"' in answer.text
    assert "dist/public.js" in answer.text
    assert answer.headers["content-security-policy"] == build_policy(settings.SECURE_CSP)
    assert "script-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", EXITS)
def test_quick_exit_leads_away_from_a_full_service_as_from_any_other(door: Door, db: None, path: str) -> None:
    door.fill(asgi.MOST_WAITING)
    answer = door.ask("POST", path, headers={"cookie": "visit=abc", "origin": "http://localhost"})
    usual = Client().post(path)
    assert (answer.status, usual.status_code) == (303, 303)
    assert answer.headers["location"] == usual.headers["Location"] == "/calendar/"
    assert answer.headers["clear-site-data"] == usual.headers["Clear-Site-Data"]
    assert answer.headers["set-cookie"] == usual.cookies["visit"].OutputString()
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://other.example"},
        {"sec-fetch-site": "cross-site"},
        {"host": "other.example", "origin": "http://other.example"},
    ],
)
def test_another_site_cannot_end_a_visit_at_a_full_service(door: Door, headers: dict[str, str]) -> None:
    door.fill(asgi.MOST_WAITING)
    answer = door.ask("POST", "/exit/", headers=headers)
    assert answer.status == 503
    assert "set-cookie" not in answer.headers


def test_only_the_form_of_quick_exit_is_answered_by_a_full_service(door: Door) -> None:
    door.fill(asgi.MOST_WAITING)
    assert door.ask("GET", "/exit/").status == 503
    assert door.ask("POST", "/exit/more/").status == 503
    assert door.ask("POST", "/chat/say/").status == 503


@pytest.mark.parametrize("path", ["/static/nothing.js", "/calendar/", "/sv/calendar/"])
def test_what_quick_exit_needs_has_room_in_a_full_service_but_not_without_end(door: Door, path: str) -> None:
    door.fill(asgi.MOST_WAITING + asgi.ROOM_TO_LEAVE - 1)
    assert door.ask("GET", path).status in (200, 404)
    door.fill(asgi.MOST_WAITING + asgi.ROOM_TO_LEAVE)
    assert door.ask("GET", path).status == 503


def test_quick_exit_from_the_page_of_a_full_service_leads_where_the_centre_wants(settings: Settings) -> None:
    settings.EXIT_URL = "https://www.example.org/weather"
    door = Door()
    door.fill(asgi.MOST_WAITING)
    assert 'data-exit="https://www.example.org/weather"' in door.ask("GET", "/").text


@pytest.mark.parametrize("prefix", ["", "/sv", "/en"])
def test_a_request_that_is_refused_unread_gets_a_page_with_a_way_out(
    door: Door, monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    answers = [door.ask("GET", f"{prefix}/", query="q=ä".encode("latin-1"))]
    answers.append(door.ask("POST", f"{prefix}/chat/say/", body=b"x" * (asgi.MOST_BODY + 1)))
    monkeypatch.setattr(asgi, "READ_WITHIN", 0.0)
    answers.append(door.ask("POST", f"{prefix}/chat/say/"))
    assert [answer.status for answer in answers] == [400, 413, 408]
    for answer in answers:
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert f'<html lang="{prefix.strip("/") or "fi"}"' in answer.text
        assert f'action="{prefix}/exit/"' in answer.text
        assert "script-src 'self'" in answer.headers["content-security-policy"]
