"""Both sides' pages as far as the wire goes: sockets that ping, note every frame, and come back when cut off."""

from __future__ import annotations

import asyncio
import logging
import random
import uuid
from array import array
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final, cast

import msgspec
from picows import WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect
from picows.picows import WSCloseHandshake

from bench.accounts import Screen

# As rinnalla/core/frontend/socket.ts has them, in seconds.
PING_EVERY: Final = 20.0
OPEN_WITHIN: Final = 10.0
FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 8.0
RESTART: Final = 1012
RESTART_WAIT: Final = 1.5
FINAL: Final = {4401, 4403, 4410}
AT_ONCE: Final = 200  # handshakes under way when a bench begins

FRAME: Final = 120  # bytes of a `say` frame
SAY: Final = '{"t":"say","id":"%s","text":"%s"}'
TEXT: Final = "m" * (FRAME - len(SAY % (uuid.uuid4(), "")))
PING: Final = b'{"t":"ping"}'


class Message(msgspec.Struct):
    seq: int
    id: str
    kind: str


class Said(msgspec.Struct, tag_field="t", tag="said"):
    m: list[Message]


class Stored(msgspec.Struct, tag_field="t", tag="stored"):
    id: str
    seq: int


class Hello(msgspec.Struct, tag_field="t", tag="hello"):
    seq: int


class Later(msgspec.Struct, tag_field="t", tag="later"):
    id: str


class Refused(msgspec.Struct, tag_field="t", tag="refused"):
    reason: str


class Other(msgspec.Struct):
    t: str


_decode: Final = msgspec.json.Decoder(Said | Stored | Hello | Later | Refused).decode
_decode_other: Final = msgspec.json.Decoder(Other).decode


@dataclass(slots=True)
class Watch:
    """What all clients note together."""

    sent_at: dict[str, float] = field(default_factory=dict)
    measured_from: float = float("inf")
    delivered: array[float] = field(default_factory=lambda: array("d"))  # seconds, send to the other side's receipt
    confirmed: array[float] = field(default_factory=lambda: array("d"))  # seconds, send to `stored`
    awaited: int = 0  # deliveries still to come
    put_off: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    closed: dict[int, int] = field(default_factory=dict)  # by code
    failed: int = 0  # connection attempts


class Page(WSListener):
    """What every page with a socket does: connects, pings, and comes back as the browsers' script does."""

    def __init__(self, watch: Watch, path: str, cookie: str) -> None:
        super().__init__()
        self.watch = watch
        self.last = 0
        self.greeted = asyncio.Event()
        self._path, self._cookie = path, cookie
        self._transport: WSTransport | None = None
        self._attempts = 0
        self._ended = False
        self._ping: asyncio.TimerHandle | None = None
        self._port = 0
        self._dead: list[WSTransport] = []  # half open: the server does not know yet

    async def connect(self, port: int) -> None:
        self._port = port
        try:
            async with asyncio.timeout(OPEN_WITHIN):
                await ws_connect(
                    lambda: self,
                    f"ws://127.0.0.1:{port}{self._path}?after={self.last}",
                    extra_headers={"Cookie": self._cookie, "Origin": f"http://127.0.0.1:{port}"},
                    websocket_handshake_timeout=None,
                    read_buffer_init_size=2048,
                    logger_name=_silent,
                )
        except (OSError, TimeoutError, WSError):
            self.watch.failed += 1
            self._again(0)

    def _again(self, code: int) -> None:
        """Come back as the browsers' script does."""
        if code in FINAL:
            self.dismissed()
        if self._ended or code in FINAL:
            return
        wait = min(FIRST_WAIT * 2**self._attempts, LONGEST_WAIT) * (0.5 + random.random() / 2)
        self._attempts += 1
        loop = asyncio.get_running_loop()
        after = random.random() * RESTART_WAIT if code == RESTART else wait
        loop.call_later(after, lambda: keep(loop.create_task(self.connect(self._port))))

    def drop(self, *, half_open: bool) -> bool:
        """Lose the network, and come back: by a reset, or so that the server sees nothing of it until it asks."""
        transport = self._transport
        if transport is None or self._ended:
            return False
        if half_open:
            transport.underlying_transport.pause_reading()
            self._dead.append(transport)
            self._gone(0)
        else:
            transport.underlying_transport.abort()
        return True

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        if self._ended:
            transport.disconnect(False)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if transport is not self._transport:
            return
        handshake: WSCloseHandshake | None = transport.close_handshake  # None after a broken line
        code = int(cast("int", handshake.recv.code)) if handshake is not None and handshake.recv is not None else 0
        self._gone(code)

    def _gone(self, code: int) -> None:
        self._transport = None
        self.greeted.clear()
        if self._ping is not None:
            self._ping.cancel()
        if not self._ended:
            self.watch.closed[code] = self.watch.closed.get(code, 0) + 1
            self._again(code)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()
        elif transport is self._transport:
            self.heard(frame.get_payload_as_bytes(), perf_counter())

    def heard(self, payload: bytes, now: float) -> None:
        """One frame came."""

    def dismissed(self) -> None:
        """The server closed the page's socket for good."""

    def welcome(self) -> None:
        """The server knows the page: it says so with its first frame."""
        self._attempts = 0
        self.greeted.set()
        self._ping = asyncio.get_running_loop().call_later(PING_EVERY * random.random(), self._keep_alive)

    def _keep_alive(self) -> None:
        if self._transport is not None:
            self._transport.send(WSMsgType.TEXT, PING)
            self._ping = asyncio.get_running_loop().call_later(PING_EVERY, self._keep_alive)

    def end(self) -> None:
        self._ended = True
        if self._ping is not None:
            self._ping.cancel()
        for transport in (self._transport, *self._dead):
            if transport is not None:
                transport.disconnect(False)


class Client(Page):
    """One side's page of a conversation: notes every message that it sends and gets."""

    def __init__(self, watch: Watch, path: str, cookie: str) -> None:
        super().__init__(watch, path, cookie)
        self.screen = Screen()

    def heard(self, payload: bytes, now: float) -> None:
        try:
            found = _decode(payload)
        except msgspec.ValidationError:
            _decode_other(payload)
            return
        match found:
            case Said():
                for message in found.m:
                    self._got(message, now)
            case Stored():
                self._came(found.seq)
                self.screen.stored.append((found.seq, found.id))
                began = self.watch.sent_at.get(found.id, 0.0)
                if began >= self.watch.measured_from:
                    self.watch.confirmed.append(now - began)
            case Hello():
                self.welcome()
            case Later():
                self.watch.put_off += 1
            case Refused():
                self.watch.refused[found.reason] = self.watch.refused.get(found.reason, 0) + 1

    def _got(self, message: Message, now: float) -> None:
        self._came(message.seq)
        if message.kind != "text":
            return
        self.screen.said.append((message.seq, message.id))
        self.watch.awaited -= 1
        began = self.watch.sent_at.get(message.id, 0.0)
        if began >= self.watch.measured_from:
            self.watch.delivered.append(now - began)

    def _came(self, seq: int) -> None:
        self.screen.order.append(seq)
        self.last = max(self.last, seq)

    def say(self) -> bool:
        """Send a new message, if the line is there."""
        transport = self._transport
        if transport is None:
            return False
        message = str(uuid.uuid4())
        payload = (SAY % (message, TEXT)).encode()
        self.screen.sent.append(message)
        self.watch.awaited += 1
        self.watch.sent_at[message] = perf_counter()
        transport.send(WSMsgType.TEXT, payload)
        return True


async def connect_all(clients: Sequence[Page], port: int) -> None:
    """Connect everyone, a few hundred at a time, and return when all have been greeted."""
    door = asyncio.Semaphore(AT_ONCE)

    async def enter(client: Page) -> None:
        async with door:
            await client.connect(port)
            await client.greeted.wait()

    await asyncio.gather(*(enter(client) for client in clients))


async def wait_until(true: Callable[[], bool], seconds: float) -> bool:
    until = perf_counter() + seconds
    while not true():
        if perf_counter() > until:
            return False
        await asyncio.sleep(0.02)
    return True


_tasks: set[asyncio.Task[Any]] = set()
_silent = logging.Logger("clients", logging.CRITICAL + 1)  # noqa: LOG001  # picows would log every lost connection


def keep(task: asyncio.Task[Any]) -> None:
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


def let_go() -> None:
    with suppress(RuntimeError):
        for task in tuple(_tasks):
            task.cancel()
