"""The pages a person goes through before a line is open, asked for with forms as a browser without scripts would."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any


class NotFound(Exception):
    """The page does not hold what is looked for."""


@dataclass
class Browser:
    """One person's cookies, and the service they go to."""

    base: str
    cookies: CookieJar = field(default_factory=CookieJar)
    _token: str = ""  # of the staff pages' forms

    def get(self, path: str) -> str:
        return self._open(urllib.request.Request(f"{self.base}{path}"))[0]  # noqa: S310

    def post(self, path: str, **values: str) -> tuple[str, str]:
        """The page after the form, and its path."""
        body = urllib.parse.urlencode({**values, "csrfmiddlewaretoken": self._token}).encode()
        return self._open(urllib.request.Request(f"{self.base}{path}", body, {"Origin": self.base}))  # noqa: S310

    def cookie(self, name: str) -> str:
        return f"{name}={next(cookie.value for cookie in self.cookies if cookie.name == name)}"

    def transcript(self, path: str) -> list[dict[str, Any]]:
        """What a conversation's page is rendered with."""
        block = re.search(r'<script id="transcript" type="application/json">(.*?)</script>', self.get(path), re.DOTALL)
        if block is None:
            raise NotFound(path)
        transcript: list[dict[str, Any]] = json.loads(block[1])
        return transcript

    def _open(self, request: urllib.request.Request) -> tuple[str, str]:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        with opener.open(request, timeout=20) as answer:
            text = answer.read().decode()
            if token := re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text):
                self._token = token[1]
            return text, urllib.parse.urlsplit(answer.url).path


def join(base: str, line: str) -> Browser:
    """A help-seeker who waits on ``line``."""
    browser = Browser(base)
    browser.post(f"/line/{line}/join/")
    return browser


def on_duty(base: str, name: str, line: str) -> Browser:
    """One of the demo's cast, signed in and on duty on ``line``."""
    browser = Browser(base)
    cast = browser.get("/demo/")
    part = re.search(rf'<h2><bdi>{name}[^<]*</bdi></h2>.*?name="person" value="(\d+)"', cast, re.DOTALL)
    if part is None:
        raise NotFound(name)
    browser.post("/demo/sign-in/", person=part[1])
    browser.post("/staff/duty/take/", line=line)
    return browser


def take_next(browser: Browser) -> str:
    """The path of the conversation with the next person of the queue."""
    browser.get("/staff/duty/")
    _, path = browser.post("/staff/duty/next/")
    if "/conversations/" not in path:
        raise NotFound(f"no conversation at {path}")
    return path
