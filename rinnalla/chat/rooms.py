"""Conversations with open sockets in this process: everyone gets every message once, in order.

A room knows the number of the newest message and each socket the number it has got. A message that follows directly is
handed on at once; any gap is closed by reading the database. That is why lost, late and repeated hints do no harm.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from rinnalla.chat.transcript import Said, stamp
from rinnalla.core.sockets import Handshake, Socket

encode = msgspec.json.Encoder().encode

FOLLOWER = "follower"  # the side of those who read along: hears both others, and neither hears it

Reader = Callable[[tuple[uuid.UUID, int]], Awaitable[list[Said]]]


def said_frame(said: Said) -> bytes:
    return encode({"t": "said", "m": [said.as_frame()]})


def stored_frame(said: Said) -> bytes:
    return encode({"t": "stored", "id": str(said.id), "seq": said.seq, "at": stamp(said.at)})


class TalkSocket(Socket):
    """One side's socket in a conversation. ``last`` is the number of the last message it has got."""

    side = ""
    __slots__ = ("last", "mine", "reading", "room")

    def __init__(self, handshake: Handshake) -> None:
        super().__init__(handshake)
        self.room: Room | None = None
        self.last = 0
        self.reading = False
        # Own messages not yet confirmed on this socket: they come back as `stored`, not as `said`.
        self.mine: set[uuid.UUID] = set()

    def hand(self, said: Said) -> None:
        """Give the next message; the caller has checked that it follows ``last``."""
        self.last = said.seq
        if said.id in self.mine:
            self.mine.discard(said.id)
            self.send(stored_frame(said))
        else:
            self.send(said_frame(said))

    def say(self, frame: dict[str, Any]) -> None:
        self.send(encode(frame))


class Room:
    """One conversation's sockets in this process."""

    __slots__ = ("_read", "_tasks", "id", "newest", "sockets", "there", "unsubscribe")

    def __init__(self, conversation_id: uuid.UUID, newest: int, read: Reader) -> None:
        self.id = conversation_id
        self.newest = newest
        self.sockets: list[TalkSocket] = []
        self.there: dict[str, bool] = {}
        self.unsubscribe: Callable[[], None] | None = None
        self._read = read
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, said: Said, origin: TalkSocket | None) -> None:
        """A message that this process has just committed."""
        self.newest = max(self.newest, said.seq)
        frame: bytes | None = None
        for socket in self.sockets:
            if socket.reading or socket.last != said.seq - 1:
                if socket is origin:
                    socket.mine.add(said.id)
                self.catch_up(socket)
            else:
                socket.last = said.seq
                if socket is origin:
                    socket.send(stored_frame(said))
                else:
                    frame = frame or said_frame(said)
                    socket.send(frame)

    def heard_of(self, seq: int) -> None:
        """A hint says that message ``seq`` exists."""
        self.newest = max(self.newest, seq)
        for socket in self.sockets:
            self.catch_up(socket)

    def catch_up(self, socket: TalkSocket) -> None:
        if socket.last < self.newest and not socket.reading and not socket.closing:
            socket.reading = True
            task = asyncio.get_running_loop().create_task(self._catch_up(socket))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _catch_up(self, socket: TalkSocket) -> None:
        try:
            while socket.last < self.newest and not socket.closing:
                began = socket.last
                try:
                    messages = await self._read((self.id, socket.last))
                except Exception:  # noqa: BLE001  # the database is away: the next hint or the regular look tries again
                    return
                for said in messages:
                    if said.seq == socket.last + 1:
                        socket.hand(said)
                        self.newest = max(self.newest, said.seq)
                if socket.last == began:
                    return
        finally:
            socket.reading = False

    def has(self, side: str) -> bool:
        """Whether a page of this side is open in this process."""
        return any(socket.side == side for socket in self.sockets)

    def tell(self, frame: bytes, *, to: str) -> None:
        for socket in self.sockets:
            if socket.side in (to, FOLLOWER):
                socket.send(frame)
