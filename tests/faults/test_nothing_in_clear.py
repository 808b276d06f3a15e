"""Promises S4 and S5: whoever takes the disk reads nothing of what was said, and of nobody's address or browser.

Marked texts go in the way people give them: by forms, by sockets, by requests that fail. Then everything that a centre
leaves on disk is searched: both databases' files and their rows, the log of writes, logs, letters and temporary files.
"""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import os
import re
import secrets
import socket
import uuid
import zlib
from pathlib import Path
from urllib.parse import urlencode

import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from rinnalla.demo.cast import PASSWORD, TOTP_SECRET
from tests.faults.clear_text import (
    dump_of_postgresql,
    dump_of_sqlite,
    folder_of_postgresql,
    forms_of,
    found_below,
    found_in,
)
from tests.journeys.service import Service, populated_service
from tests.processes import Serving

DATABASES = {"DATABASE_URL": "rinnalla.sqlite3", "KEYS_DATABASE_URL": "keys.sqlite3"}
ADDRESS = "198.51.100.77"  # as a proxy in front of the service tells it
AGENT = f"Selain/{secrets.token_hex(12)}"
MUST_BE_FOUND = "Kaislavuo"  # a volunteer's family name is in the database, for coordinators: the positive control


def mark(what: str) -> str:
    return f"{what}-{secrets.token_hex(12)}"


class Visitor:
    """A browser without scripts: it keeps cookies and sends forms, with a marked name and address."""

    def __init__(self, process: Serving) -> None:
        self.process = process
        self.cookies: dict[str, str] = {}

    def headers(self) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"User-Agent": AGENT, "X-Forwarded-For": ADDRESS, "Cookie": cookie, "Origin": self.process.url}

    def ask(self, path: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
        """Status and page; a form goes with the token of the page that was asked for last."""
        connection = http.client.HTTPConnection("localhost", self.process.port, timeout=20)
        sent = self.headers() | {name.replace("_", "-"): value for name, value in headers.items()}
        if form is None:
            connection.request("GET", path, headers=sent)
        else:
            sent |= {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", path, urlencode(form), sent)
        answer = connection.getresponse()
        page = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return answer.status, answer.headers.get("Location") or page

    def live(self, path: str, text: str) -> None:
        """Say one thing over a socket, and wait until it is stored."""
        given = {name: value for name, value in self.headers().items() if name != "Origin"}
        agent = given.pop("User-Agent")
        url = self.process.url.replace("http", "ws") + path
        with connect(url, additional_headers=given, origin=Origin(self.process.url), user_agent_header=agent) as opened:
            opened.send(json.dumps({"t": "say", "id": str(uuid.uuid4()), "text": text}))
            while json.loads(opened.recv(timeout=10))["t"] != "stored":
                pass
            opened.send(f'{{"t": "{text}"')  # not understood: the socket closes, and nobody writes down why


def token_in(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found, page[:500]
    return found[1]


def talk(service: Service) -> set[str]:
    """A conversation by forms and by sockets, and requests that fail; every text that nobody may find afterwards."""
    seeker, desk = Visitor(service.seeker), Visitor(service.staff)
    texts = {name: mark(name) for name in ("form", "live", "answer", "answerlive", "refused", "wrong", "guess", "path")}

    _, page = desk.ask("/demo/")
    person = re.search(r'Kaislavuo.*?name="person" value="(\d+)"', page, re.DOTALL)
    assert person
    assert desk.ask("/demo/sign-in/", {"csrfmiddlewaretoken": token_in(page), "person": person[1]})[0] == 302
    _, page = desk.ask("/staff/duty/")
    assert desk.ask("/staff/duty/take/", {"csrfmiddlewaretoken": token_in(page), "line": "solmussa"})[0] == 302

    assert seeker.ask("/line/solmussa/join/", {})[0] == 302
    assert seeker.ask("/chat/")[0] == 200
    _, page = desk.ask("/staff/duty/")
    form = {"csrfmiddlewaretoken": token_in(page)}
    status, path = desk.ask("/staff/duty/next/", form)
    assert status == 302
    assert seeker.ask("/chat/say/", {"id": str(uuid.uuid4()), "text": texts["form"]})[0] == 302
    seeker.live("/live/visit/", texts["live"])
    assert desk.ask(f"{path}say/", {**form, "id": str(uuid.uuid4()), "text": texts["answer"]})[0] == 302
    desk.live(path.replace("/staff/conversations/", "/live/conversation/"), texts["answerlive"])

    # What fails is written down in many programs: too long, without the form's token, from elsewhere, half a request.
    assert seeker.ask("/chat/say/", {"id": "x", "text": texts["refused"] * 200})[0] == 422
    assert desk.ask(f"{path}say/", {"text": texts["wrong"]})[0] == 403
    assert seeker.ask("/chat/say/", {"text": texts["wrong"]}, Sec_Fetch_Site="cross-site")[0] == 403
    assert seeker.ask(f"/{texts['path']}/?{texts['path']}")[0] == 404
    assert seeker.ask("/", None, Host=f"{texts['path']}.example")[0] == 400
    stranger = Visitor(service.staff)
    _, page = stranger.ask("/accounts/login/")
    login = {"csrfmiddlewaretoken": token_in(page), "login": "aino@example.org", "password": texts["guess"]}
    for _ in range(3):
        assert stranger.ask("/accounts/login/", login)[0] == 200
    with socket.create_connection(("localhost", service.seeker.port), timeout=10) as raw:
        raw.sendall(f"GET /{texts['path']} HTTP/9.9\r\nUser-Agent: {AGENT}\r\nX: {texts['path']}\r\n\r\n".encode())
        raw.recv(1000)
    return {*texts.values(), seeker.cookies["visit"]}


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:  # type: ignore[misc]
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setenv("RINNALLA_TRUSTED_PROXIES", "1")
    with populated_service(tmp_path) as service:
        yield service


def test_the_search_finds_every_form_it_knows() -> None:
    text = mark("koe")
    around = b"x" * 7 + text.encode() + b"yz"
    for written in (
        around,
        text.encode("utf-16-le"),
        text.encode().hex().encode(),
        *(base64.b64encode(around[skip:]) for skip in range(3)),
        b"..." + gzip.compress(around),
        b"..." + zlib.compress(around),
    ):
        assert found_in(b"before " + written + b" after", [text]) == {text}
    assert found_in(b"something else", [text]) == set()
    assert all(len(form) > 10 for form in forms_of(text))


def test_nothing_that_was_said_and_nobodys_address_is_in_clear_on_disk(centre: Service, tmp_path: Path) -> None:
    texts = talk(centre) | {ADDRESS, AGENT, PASSWORD, TOTP_SECRET}
    centre.kill()  # with all that is in logs of writes, and nothing tidied up

    rows = b""
    for variable, file in DATABASES.items():
        if url := centre.environment.get(variable, ""):
            rows += dump_of_postgresql(url)
        else:
            rows += dump_of_sqlite(tmp_path / file)
    assert found_in(rows, [*texts, MUST_BE_FOUND]) == {MUST_BE_FOUND}

    folders = {tmp_path}
    if os.environ["RINNALLA_TEST_ON"] == "postgresql":
        folders.add(folder_of_postgresql(centre.environment["DATABASE_URL"]))
    seen = set().union(*(found_below(folder, [*texts, MUST_BE_FOUND]) for folder in folders))
    assert {text for text, _ in seen} == {MUST_BE_FOUND}, seen
