"""What answers http: Django's pages in a bounded pool of threads, beside the event loop of the live parts.

Threads are few, so nothing slow may hold one: a request is read whole before a thread takes it and its answer is
buffered, and when too many wait the next ones are told so at once (promise R6).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, cast

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import Error as DatabaseError
from django.db import close_old_connections, connections
from django.template.loader import render_to_string
from django.utils.translation import override

Message = dict[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

THREADS: Final = 8
MOST_WAITING: Final = 400  # pages: less than a second's work
MOST_BODY: Final = 1024 * 1024  # bytes; no form here has files
READ_WITHIN: Final = 20.0  # seconds for the whole body of a request
PLAIN: Final = b"text/plain; charset=utf-8"


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
        self._full = _unavailable_pages()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._waiting >= MOST_WAITING:
            language = scope["path"][1:3]
            page = self._full.get(language, self._full[settings.LANGUAGE_CODE])
            await reply(send, 503, page, b"text/html; charset=utf-8", (b"retry-after", b"5"))
            return
        if not scope["query_string"].isascii():
            await reply(send, 400, b"The address has letters that must be written as %XX.")
            return
        try:
            body = await asyncio.wait_for(_whole_body(receive), READ_WITHIN)
        except TimeoutError:
            await reply(send, 408, b"The request did not arrive in time.", PLAIN, (b"connection", b"close"))
            return
        except BodyTooLargeError:
            await reply(send, 413, b"The request is too large.", PLAIN, (b"connection", b"close"))
            return
        if body is None:
            return  # the browser is gone
        # WSGI writes "-" and "_" alike: X_Forwarded_Proto must not pass for the header that only a proxy may set.
        scope["headers"] = [(name, value) for name, value in scope["headers"] if b"_" not in name]

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


def _unavailable_pages() -> dict[str, bytes]:
    """The page that says where else help is, in each language: ready before it is needed."""
    pages = {}
    for language, _ in settings.LANGUAGES:
        with override(language):
            pages[language] = render_to_string("503.html").encode()
    return pages


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
    """A short answer without Django."""
    fixed = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": [*fixed, *headers]})
    await send({"type": "http.response.body", "body": body})
