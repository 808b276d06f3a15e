"""WebSockets: what every live part of the centre shares, whatever it says over them.

Sockets are served by picows beside uvicorn's pages, on the same port (docs/decisions/0002-sockets.md: 11 kB each
instead of 148). An app registers a path and a :class:`Socket` subclass. Nothing of the peer is kept or logged:
no address, no user agent (promise S5).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, ClassVar, Final, Self
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.http.cookie import parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils.translation import gettext, override
from picows import (
    WSAutoPingStrategy,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
)
from picows.picows import WSProtocol  # type: ignore[attr-defined]  # not in its stubs

log = logging.getLogger(__name__)

TEXT: Final = WSMsgType.TEXT
MOST_FRAME: Final = 64 * 1024  # bytes of one message, in however many fragments
MOST_FRAGMENTS: Final = 256
MOST_UNSENT: Final = 512 * 1024  # bytes a reader may leave unread before the socket is closed
FAREWELL: Final = 3.0  # seconds a closing socket has to take in why it is closed
SILENCE: Final = 45.0  # seconds without any frame, also without an answer to our ping
RATE: Final = 40.0  # frames a second, sustained
BURST: Final = 200.0  # frames at once

# Close codes of our own (4000–4999 are free for applications, RFC 6455 § 7.4.2). frontend/socket.ts knows them too.
RESTART: Final = 1012
BAD_FRAME: Final = 4400
UNKNOWN: Final = 4401
FOREIGN: Final = 4403
SLOW: Final = 4408
ENDED: Final = 4410
TOO_LARGE: Final = 4413
TOO_MANY: Final = 4429
UNAVAILABLE: Final = 4503


def sentence(code: int) -> str:
    """What a close code means, in the language in force. At most 123 bytes, as RFC 6455 allows."""
    match code:
        case 1012:
            return gettext("The service restarts. The connection comes back by itself.")
        case 4400:
            return gettext("The service did not understand this message.")
        case 4401:
            return gettext("This visit is not known any more. Load the page again.")
        case 4408:
            return gettext("The connection is too slow. It is opened again.")
        case 4410:
            return gettext("Your access to this conversation has ended.")
        case 4413:
            return gettext("The message is too large.")
        case 4429:
            return gettext("Too many messages or windows at once.")
        case 4503:
            return gettext("The service cannot read its database now. It is tried again.")
    return ""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a socket may know of its request: the path, the query, the cookies, the language."""

    path: str
    query: dict[str, str]
    cookies: dict[str, str]
    language: str


def same_origin(origin: str | None, host: str | None) -> bool:
    """Whether a page of this service opened the socket. A missing or ``null`` Origin did not.

    Where pages are served over https only, one that came over http is not ours: it may have been changed on its way.
    """
    if not origin or not host or origin == "null":
        return False
    parts = urlsplit(origin)
    schemes = ("https",) if settings.HTTPS else ("http", "https")
    return parts.scheme in schemes and parts.netloc.lower() == host.lower() and not parts.path


class Socket(WSListener):
    """One open WebSocket. Subclasses override :meth:`opened`, :meth:`received` and :meth:`closed`.

    All three run on the event loop and must not block. Text sent before ``opened`` ends is given to ``received``
    afterwards.
    """

    open_sockets: ClassVar[set[Socket]] = set()
    # Seconds of silence after which it is asked for a sign of life. Browsers answer by themselves, also where a hidden
    # page's own pings (every 20 s) are held back.
    ask_after: ClassVar[float] = 21.0
    most_open: ClassVar[int] = 12_000

    __slots__ = (
        "_allowance",
        "_allowance_at",
        "_behind",
        "_early",
        "_fragments",
        "_opening",
        "_size",
        "closing",
        "handshake",
        "transport",
    )

    def __init__(self, handshake: Handshake) -> None:
        super().__init__()
        self.handshake: Handshake = handshake
        self.transport: WSTransport | None = None
        self.closing = False
        self._fragments: list[bytes] | None = None
        self._size = 0
        self._early: list[bytes] | None = []
        self._opening: asyncio.Task[None] | None = None
        self._behind = False
        self._allowance = BURST
        self._allowance_at = monotonic()

    # For subclasses ---------------------------------------------------------------------------------------------
    async def opened(self) -> None:
        """Find out who this is and send the first frames, or :meth:`close`."""

    def received(self, text: bytes) -> None:
        """Handle one whole text message."""

    def closed(self) -> None:
        """Let go of what ``opened`` took. Called once for every socket that connected, also when it was refused."""

    def send(self, text: bytes | str) -> None:
        """Send one text message. A reader that leaves too much unread is closed instead."""
        if (transport := self._ready_to_send()) is not None:
            transport.send(TEXT, text)

    def _ready_to_send(self) -> WSTransport | None:
        transport = self.transport
        if transport is None or self.closing:
            return None
        if self._behind and transport.underlying_transport.get_write_buffer_size() > MOST_UNSENT:
            self.close(SLOW)
            return None
        return transport

    def close(self, code: int, reason: str | None = None, *, at_once: bool = False) -> None:
        """Close with a code and a sentence in the reader's language; ``at_once`` throws away what is unsent.

        The connection stays until the other end has answered, or for FAREWELL: what it still sends is passed over.
        If it ended at once, the system would reset it under someone who is sending, and the code would be lost.
        """
        transport = self.transport
        if transport is None or self.closing:
            return
        self.closing = True
        with override(self.handshake.language):
            text = (reason or sentence(code)).encode()[:120].decode(errors="ignore")
        transport.send_close(code, text)  # type: ignore[arg-type]  # any number is a close code
        if at_once:
            transport.disconnect(False)
        else:
            asyncio.get_running_loop().call_later(FAREWELL, self._part)

    def _part(self) -> None:
        if self.transport is not None and self in self.open_sockets:
            self.transport.disconnect(False)

    def silent_for(self, now: float) -> float:
        """Seconds since the last frame."""
        return now - self._allowance_at

    # Called by picows -------------------------------------------------------------------------------------------
    def pause_writing(self) -> None:
        """The reader has left a good deal unread (far less than ``MOST_UNSENT``)."""
        self._behind = True

    def resume_writing(self) -> None:
        self._behind = False

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        self.open_sockets.add(self)
        if len(self.open_sockets) > self.most_open:
            self.close(TOO_MANY)
            return
        self._opening = asyncio.get_running_loop().create_task(self._open())

    async def _open(self) -> None:
        try:
            await self.opened()
        except asyncio.CancelledError:
            raise
        except Exception as problem:  # noqa: BLE001  # whatever it was: this socket closes, the others go on
            log.error("a socket could not be opened: %s", type(problem).__name__)  # noqa: TRY400  # a trace may hold text
            self.close(UNAVAILABLE)
        finally:
            self._opening = None
        early, self._early = self._early or [], None
        for text in early:
            if not self.closing:
                self.received(text)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        if self.closing:
            if kind == WSMsgType.CLOSE:
                transport.disconnect()
            return
        if not self._allowed():
            self.close(TOO_MANY)
            return
        if kind == TEXT and frame.fin and self._fragments is None:
            self._take(frame.get_payload_as_bytes())  # nearly always
        elif kind == WSMsgType.CLOSE:
            self.closing = True
            transport.send_close(frame.get_close_code())
            transport.disconnect()
        elif kind in (TEXT, WSMsgType.CONTINUATION):
            self._gather(kind, frame)
        elif kind == WSMsgType.BINARY:
            self.close(BAD_FRAME)
        elif kind == WSMsgType.PING and (ready := self._ready_to_send()) is not None:
            ready.send_pong(frame.get_payload_as_bytes())

    def _gather(self, kind: WSMsgType, frame: WSFrame) -> None:
        """Put fragments together. Too large a message closes the socket, and so does one in more parts than anybody
        sends.
        """
        if (kind == TEXT) == (self._fragments is not None):
            self.close(BAD_FRAME)  # a new message inside an unfinished one, or a continuation of nothing
            return
        payload = frame.get_payload_as_bytes()
        self._fragments = self._fragments or []
        self._fragments.append(payload)
        self._size += len(payload)
        if self._size > MOST_FRAME:
            self.close(TOO_LARGE)
        elif len(self._fragments) > MOST_FRAGMENTS:
            self.close(BAD_FRAME)  # not "too large": it may be a small text
        elif frame.fin:
            whole, self._fragments, self._size = b"".join(self._fragments), None, 0
            self._take(whole)

    def _take(self, text: bytes) -> None:
        if len(text) > MOST_FRAME:
            self.close(TOO_LARGE)
        elif self._early is None:
            self.received(text)
        elif len(self._early) < 50:
            self._early.append(text)
        else:
            self.close(TOO_MANY)

    def _allowed(self) -> bool:
        """A token bucket over all frames, pings and fragments too."""
        now = monotonic()
        self._allowance = min(BURST, self._allowance + (now - self._allowance_at) * RATE)
        self._allowance_at = now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.closing = True
        self.open_sockets.discard(self)
        if self._opening is not None:
            self._opening.cancel()
        self.closed()


_routes: dict[str, Callable[[Handshake], Socket]] = {}


def route(prefix: str, factory: Callable[[Handshake], Socket]) -> None:
    """Serve sockets whose path begins with ``prefix`` ("/live/visit/") by ``factory``."""
    _routes[prefix] = factory


def _listener(request: WSUpgradeRequest) -> WSListener | WSUpgradeResponseWithListener | None:
    """Who answers a handshake; an error response for a foreign page or an unknown path."""
    path, _, query = request.path.decode("ascii", "replace").partition("?")
    headers = request.headers
    factory = next((factory for prefix, factory in _routes.items() if path.startswith(prefix)), None)
    if factory is None:
        return _refusal(404)
    if not same_origin(headers.get("origin"), headers.get("host")) or not _host_allowed(headers.get("host", "")):
        return _refusal(403)
    values = {name: found[-1] for name, found in parse_qs(query, max_num_fields=10).items()}
    cookies = parse_cookie(headers.get("cookie", ""))
    language = values.get("lang", settings.LANGUAGE_CODE)
    if language not in dict(settings.LANGUAGES):
        language = settings.LANGUAGE_CODE
    return factory(Handshake(unquote(path), values, cookies, language))


def _refusal(status: int) -> WSUpgradeResponseWithListener:
    return WSUpgradeResponseWithListener(WSUpgradeResponse.create_error_response(status), None)


def _host_allowed(host: str) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


# picows logs peers' addresses: it gets a logger that says nothing.
_silent = logging.Logger("sockets", logging.CRITICAL + 1)  # noqa: LOG001  # outside the tree of loggers on purpose


class SocketProtocol(WSProtocol):  # type: ignore[misc]
    """Takes a connection over from uvicorn's HTTP protocol when a browser asks for a WebSocket.

    uvicorn hands every ``ws`` protocol class the request it has read, as bytes, and then the transport; picows parses
    that request again and goes on from there.
    """

    def __new__(cls, *_: Any, **__: Any) -> Self:
        made: Self = WSProtocol.__new__(cls, *_ARGUMENTS)
        return made

    def __init__(self, config: Any, server_state: Any, app_state: Any) -> None:
        super().__init__(*_ARGUMENTS)

    def data_received(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            buffer = self.get_buffer(len(rest))
            count = min(len(buffer), len(rest))
            buffer[:count] = rest[:count]
            self.buffer_updated(count)
            rest = rest[count:]


_ARGUMENTS: Final = (
    None,  # host and path: the client's side only
    None,
    False,  # we are the server
    _listener,
    _silent,
    True,  # an exception in a listener ends that socket
    10,  # seconds for the handshake
    False,  # no pings of our own: a task for each socket is dear, and clients ping (see look_at_silent)
    30,
    20,
    WSAutoPingStrategy.PING_WHEN_IDLE,
    False,  # pings are answered here, where they are counted: picows would answer a flood of them out of our sight
    2 * MOST_FRAME,  # picows' own limit lies above ours, so that ours can say what is wrong
    None,
    2048,  # bytes of the read buffer to begin with
)


async def look_at_silent() -> None:
    """Ask sockets that have said nothing for a while; close those that do not answer, whose network is gone."""
    now = monotonic()
    for count, socket in enumerate(tuple(Socket.open_sockets), start=1):
        silent = socket.silent_for(now)
        if silent > SILENCE:
            socket.close(SLOW, at_once=True)
        elif silent > socket.ask_after and socket.transport is not None and not socket.closing:
            socket.transport.send_ping()
        if count % 200 == 0:
            await asyncio.sleep(0)  # messages go first


def say_goodbye() -> None:
    """Close every socket with "restart", so that clients come back by themselves."""
    for socket in tuple(Socket.open_sockets):
        socket.close(RESTART)
