"""One side's open page without a browser: what socket.ts and journal.ts do, and a note of everything that goes wrong.

Like them it gives each message an id of its own, keeps it until it is known to be stored, sends one at a time and only
once the line has caught up, and asks after each break for what it missed. Only its patience is shorter, so that many
breaks fit into a minute.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidMessage, WebSocketException
from websockets.typing import Origin

FIRST_WAIT: Final = 0.05  # seconds; socket.ts: 0.5
LONGEST_WAIT: Final = 0.4  # socket.ts: 8
AGAIN_AFTER: Final = 0.3  # journal.ts: 2
PING_EVERY: Final = 20.0
FINAL: Final = (4401, 4403, 4410)


@dataclass
class Unsent:
    id: str
    text: str


@dataclass
class Page:
    """``said``: what the page shows, by number. ``acknowledged``: own id → number and text the service answered for."""

    name: str
    own: str
    host: str
    path: str
    cookie: str
    pace: float = 0.03  # seconds between two messages
    asks_for_what_it_missed: bool = True
    said: dict[int, dict[str, Any]] = field(default_factory=dict)
    unsent: list[Unsent] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    acknowledged: dict[str, tuple[int, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)  # those about the queue and the state
    breaks: int = 0
    over: int | None = None
    _socket: ClientConnection | None = None
    _due: int = 0
    _ready: bool = False
    _flying: str | None = None
    _held: bool = False
    _last: int = 0
    _silent: bool = False

    # The line -------------------------------------------------------------------------------------------------------
    async def live(self) -> None:
        """Keep a line open until cancelled, or until the service does not want this page back."""
        attempts = 0
        while self.over is None:
            with contextlib.suppress(OSError, WebSocketException, InvalidHandshake, InvalidMessage, TimeoutError):
                async with connect(
                    f"ws://{self.host}{self.path}?after={self._resume()}",
                    additional_headers={"Cookie": self.cookie},
                    origin=Origin(f"http://{self.host}"),
                    compression=None,
                    open_timeout=5,
                    close_timeout=0.2,
                    ping_interval=None,
                    max_size=None,
                ) as socket:
                    attempts, self._socket = 0, socket
                    pinging = asyncio.create_task(self._ping(socket))
                    try:
                        async for text in socket:
                            await self._take(json.loads(text))
                    finally:
                        self._socket = None
                        self.breaks += 1
                        pinging.cancel()
                    if socket.close_code in FINAL:
                        self.over = socket.close_code
                        return
            await asyncio.sleep(min(FIRST_WAIT * 2**attempts, LONGEST_WAIT) * random.uniform(0.5, 1))
            attempts += 1

    async def _ping(self, socket: ClientConnection) -> None:
        with contextlib.suppress(WebSocketException):
            while True:
                await asyncio.sleep(PING_EVERY)
                if not self._silent:
                    await socket.send('{"t":"ping"}')

    def vanish(self) -> None:
        """The browser is killed: its end of the connection, if there is one, breaks without a good-bye."""
        if self._socket is not None:
            self._socket.transport.abort()

    def is_open(self) -> bool:
        return self._socket is not None

    def fall_silent(self) -> None:
        """The network is gone and nobody is told: the connection stays half-open, and answers nothing."""
        assert self._socket is not None
        self._socket.transport.pause_reading()
        self._silent = True

    def _resume(self) -> int:
        self._ready, self._flying, self._held = False, None, False
        self._last = max(0, self.whole() - 1)
        return self._last if self.asks_for_what_it_missed else 999_999_999

    # What is written ------------------------------------------------------------------------------------------------
    async def write(self, going: asyncio.Event) -> None:
        """Write one message after the other while ``going`` is set; at most three wait to be stored."""
        while await going.wait():
            if len(self.unsent) < 3:
                self.written.append(f"{self.name} {len(self.written) + 1}")
                self.unsent.append(Unsent(str(uuid.uuid4()), self.written[-1]))
                await self._next()
            await asyncio.sleep(self.pace * random.uniform(0.2, 1.8))

    async def _next(self) -> None:
        if self._socket is None or not self._ready or self._held or self._flying or not self.unsent:
            return
        message = self.unsent[0]
        self._flying = message.id
        with contextlib.suppress(WebSocketException):
            await self._socket.send(json.dumps({"t": "say", "id": message.id, "text": message.text}))

    async def send_anyway(self, message_id: str, text: str) -> None:
        """Send a message however often it was sent before."""
        assert self._socket is not None
        if all(own.id != message_id for own in self.unsent) and message_id not in self.acknowledged:
            self.unsent.append(Unsent(message_id, text))
        self._flying = message_id
        await self._socket.send(json.dumps({"t": "say", "id": message_id, "text": text}))

    async def _try_later(self) -> None:
        await asyncio.sleep(AGAIN_AFTER)
        self._held = False
        await self._next()

    # What comes -----------------------------------------------------------------------------------------------------
    async def _take(self, frame: dict[str, Any]) -> None:
        match frame["t"]:
            case "hello":
                self.frames.append(frame)
                self._due, self._ready = frame["seq"], frame["seq"] == 0
                if frame["seq"] < self.whole():
                    self.faults.append(f"lost: {self.name} saw {self.whole()} messages, the service has {frame['seq']}")
                    self.said.clear()
                if not self.asks_for_what_it_missed:
                    self._ready = True
            case "state" | "place":
                self.frames.append(frame)
            case "said":
                for message in frame["m"]:
                    if message["seq"] <= self._last:
                        self.faults.append(f"order: {self.name} got {message['seq']} after {self._last}")
                    self._last = message["seq"]
                    self._add(message)
            case "stored":
                message = next((own for own in self.unsent if own.id == frame["id"]), None)
                if message is not None:
                    self._last = max(self._last, frame["seq"])
                    self._add({"seq": frame["seq"], "id": message.id, "by": self.own, "text": message.text})
            case "refused":
                self.faults.append(f"refused: {self.name} {frame}")
                self.unsent = [own for own in self.unsent if own.id != frame["id"]]
                self._flying = None
            case "later":
                self._flying, self._held = None, True
                self._later = asyncio.create_task(self._try_later())
        await self._next()

    def _add(self, message: dict[str, Any]) -> None:
        seq = message["seq"]
        before = self.said.setdefault(seq, message)
        if before["id"] != message["id"]:
            self.faults.append(f"order: {self.name} knows two messages {seq}")
        if seq >= self._due:
            self._ready = True
        if any(own.id == message["id"] for own in self.unsent):
            self.acknowledged[message["id"]] = (seq, message["text"])
            self.unsent = [own for own in self.unsent if own.id != message["id"]]
        if self._flying == message["id"]:
            self._flying = None

    def load(self, transcript: list[dict[str, Any]]) -> None:
        """Show what a freshly loaded page shows; what is not stored yet is kept, as sessionStorage keeps it."""
        self.said.clear()
        for message in transcript:
            self._add(message)

    def whole(self) -> int:
        """How many messages are here without a gap."""
        seq = 0
        while seq + 1 in self.said:
            seq += 1
        return seq

    def screen(self) -> list[tuple[int, str, str, str]]:
        return [shown(self.said[seq]) for seq in sorted(self.said)]


def shown(message: dict[str, Any]) -> tuple[int, str, str, str]:
    return message["seq"], message["id"], message["by"], message["text"]
