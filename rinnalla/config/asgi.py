"""What answers http: Django's pages in a bounded pool of threads, beside the event loop of the live parts.

Threads are few, so nothing slow may hold one: a request is read whole before a thread takes it and its answer is
buffered, and when too many wait the next ones are told so at once (promise R6). Nobody is held up who wants to leave:
quick exit is then answered here, and what it needs has room of its own (promise S16).
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, cast

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.core.wsgi import get_wsgi_application
from django.db import Error as DatabaseError
from django.db import close_old_connections, connections
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.csp import build_policy
from django.utils.translation import override

from rinnalla.core.context import exit_url

Message = dict[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

THREADS: Final = 8
MOST_WAITING: Final = 400  # pages: less than a second's work
ROOM_TO_LEAVE: Final = 200  # more of what quick exit needs: scripts and styles of a page, and where it leads
MOST_BODY: Final = 1024 * 1024  # bytes; no form here has files
READ_WITHIN: Final = 20.0  # seconds for the whole body of a request
PLAIN: Final = b"text/plain; charset=utf-8"
HTML: Final = b"text/html; charset=utf-8"
Headers = list[tuple[bytes, bytes]]


def application(*, pages: bool = True) -> Application:
    """The application of one process; without ``pages`` (a process for sockets only) it tells just its health."""
    health = Health()
    rest = Pages() if pages else not_found

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # uvicorn gives sockets to SocketProtocol; lifespan is off
            return
        await (health if scope["path"] == "/healthz" else rest)(scope, receive, send)

    return answer


class Pages:
    """Django, behind a door that lets in only whole, well-formed requests, and not too many."""

    def __init__(self) -> None:
        # No limit on what is ready to be sent: a slow reader then holds no thread. Pages and files are small.
        django = WSGIMiddleware(cast("Any", get_wsgi_application()), workers=THREADS, send_queue_size=0)
        self._django = cast("Application", django)
        self._waiting = 0
        self._full, self._misunderstood = _pages_without_django("503.html"), _pages_without_django("400.html")
        self._exits = _addresses("quick_exit")
        self._on_the_way_out = (f"/{settings.STATIC_URL.strip('/')}/", *_addresses("calendar"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # WSGI writes "-" and "_" alike: X_Forwarded_Proto must not pass for the header that only a proxy may set.
        scope["headers"] = [(name, value) for name, value in scope["headers"] if b"_" not in name]
        path = scope["path"]
        if self._waiting >= MOST_WAITING + (ROOM_TO_LEAVE if path.startswith(self._on_the_way_out) else 0):
            if path in self._exits and scope["method"] == "POST" and (headers := _away(scope)) is not None:
                await reply(send, 303, b"", PLAIN, *headers)
            else:
                await reply(send, 503, _in_language(self._full, path), HTML, (b"retry-after", b"5"))
            return
        misunderstood, closing = _in_language(self._misunderstood, path), (b"connection", b"close")
        if not scope["query_string"].isascii():
            await reply(send, 400, misunderstood, HTML)
            return
        try:
            body = await asyncio.wait_for(_whole_body(receive), READ_WITHIN)
        except TimeoutError:
            await reply(send, 408, misunderstood, HTML, closing)
            return
        except BodyTooLargeError:
            await reply(send, 413, misunderstood, HTML, closing)
            return
        if body is None:
            return  # the browser is gone

        async def receive_again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        self._waiting += 1
        try:
            await self._django(scope, receive_again, send)
        finally:
            self._waiting -= 1


class BodyTooLargeError(Exception):
    """More than ``MOST_BODY`` bytes."""


async def _whole_body(receive: Receive) -> bytes | None:
    """The body of the request; None when its sender has gone."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BODY:
            raise BodyTooLargeError
        if not message.get("more_body", False):
            return b"".join(parts)


def _pages_without_django(template: str) -> dict[str, bytes]:
    """The page of an error in each language, ready before it is needed. It says where else help is."""
    pages = {}
    for language, _ in settings.LANGUAGES:
        with override(language):
            pages[language] = render_to_string(template, {"exit_url": exit_url()}).encode()
    return pages


def _in_language(pages: dict[str, bytes], path: str) -> bytes:
    """The page in the language that the address names."""
    return pages.get(path.split("/")[1], pages[settings.LANGUAGE_CODE])


def _addresses(name: str) -> tuple[str, ...]:
    """The addresses of a help-seekers' page in each language; none where only the staff's pages are served."""
    addresses = []
    for language, _ in settings.LANGUAGES:
        with override(language), suppress(NoReverseMatch):
            addresses.append(reverse(name))
    return tuple(addresses)


def _away(scope: Scope) -> Headers | None:
    """The headers of quick exit's answer; None when the form came from another site.

    The visit is not ended: that would need a thread. It ends by itself, as one whose page is gone.
    """
    from rinnalla.chat import visits  # models: only once Django is set up

    request: HttpRequest = ASGIRequest(scope, io.BytesIO())
    try:
        if visits.is_foreign(request):
            return None
    except DisallowedHost:
        return None
    answer = visits.away()
    cookies = [(b"set-cookie", cookie.OutputString().encode()) for cookie in answer.cookies.values()]
    named = ((name.lower(), value) for name, value in answer.items())
    fixed = [(name.encode(), value.encode()) for name, value in named if name != "content-type"]
    return [*fixed, *cookies]


class Health:
    """`GET /healthz`: 200 when both databases answer, else 503. At most one look at a time, and one a second."""

    AGAIN: Final = 1.0

    def __init__(self) -> None:
        # A thread of its own: a busy pool is no illness.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="health")
        self._looking = asyncio.Lock()
        self._looked = float("-inf")
        self._well = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        async with self._looking:
            if loop.time() - self._looked >= self.AGAIN:
                self._well = await loop.run_in_executor(self._thread, _databases_answer)
                self._looked = loop.time()
        await reply(send, 200 if self._well else 503, b"ok" if self._well else b"a database does not answer")


def _databases_answer() -> bool:
    close_old_connections()
    try:
        for connection in connections.all():
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
    except DatabaseError:
        connections.close_all()
        return False
    return True


async def not_found(_scope: Scope, _receive: Receive, send: Send) -> None:
    await reply(send, 404, b"There is no page here.")


async def reply(send: Send, status: int, body: bytes, kind: bytes = PLAIN, *headers: tuple[bytes, bytes]) -> None:
    """A short answer without Django. A page has the policy of all pages: its way out is a script and a form."""
    csp = cast("dict[str, list[str]]", settings.SECURE_CSP)
    policy = build_policy(csp) if kind == HTML else "default-src 'none'; frame-ancestors 'none'"
    fixed = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"content-security-policy", policy.encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": [*fixed, *headers]})
    await send({"type": "http.response.body", "body": body})
