"""A service whose database is a list: two real gateways, a bus that loses hints, and lines that break.

What is real: gateway.py, live.py, rooms.py, the sockets' own logic. What is not: the network, the threads that read and
the transaction that stores. A `World` is one conversation with its pages; thousands of them share the two processes.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import OperationalError

from rinnalla.chat import gateway as gateway_module
from rinnalla.chat.gateway import Gateway
from rinnalla.chat.live import AnswererSocket, ChatSocket, VisitSocket
from rinnalla.chat.transcript import Said, Saying, SayRefusal, Stored
from rinnalla.chat.visiting import Talk
from rinnalla.core.journal import Unavailable
from rinnalla.core.live import Bus, Hint
from rinnalla.core.sockets import Handshake
from rinnalla.helpline.actions import token_hash
from rinnalla.helpline.wait_queries import Queue
from rinnalla.helpline.waits import NOBODY

SEEKER, ANSWERER = "seeker", "answerer"
BEGAN = datetime(2026, 11, 24, 20, 15, tzinfo=UTC)
WAITING = 9  # people in each queue


class Wire:
    """The service's end of one connection: what it has sent, and the code with which it closed."""

    def __init__(self) -> None:
        self.frames: list[str] = []
        self.code: int | None = None

    @property
    def underlying_transport(self) -> Wire:
        return self

    def get_write_buffer_size(self) -> int:
        return 0

    def send(self, _kind: Any, text: bytes) -> None:
        self.frames.append(text.decode())

    def send_close(self, code: int, _reason: str = "") -> None:
        self.code = code

    def disconnect(self, _graceful: bool = True) -> None:
        """The other end notices in its own time."""


@dataclass
class Line:
    """One connection, from a page to a process."""

    wire: Wire
    socket: ChatSocket

    def arrive(self, frames: list[str]) -> None:
        for frame in frames:
            if not self.socket.closing:
                self.socket._take(frame.encode())

    def ends(self) -> None:
        """The service notices that the connection is gone."""
        self.socket.on_ws_disconnected(self.wire)  # type: ignore[arg-type]


@dataclass
class World:
    """The truth about one conversation, and what holds its readers up."""

    number: int
    chance: random.Random
    log: list[Said] = field(default_factory=list)
    state: str = "waiting"
    place: int = 3
    claimed: bool = False
    calm: bool = False
    reading: list[asyncio.Future[None]] = field(default_factory=list)

    @property
    def id(self) -> uuid.UUID:
        return uuid.UUID(int=self.number)

    def talk(self) -> Talk:
        return Talk(
            contact_id=self.number, line_id=self.number, state=self.state, conversation_id=self.id,
            newest=len(self.log), open=self.state != "ended", erased=False,
            answerer_id=self.number if self.claimed else None,
            answerer={"name": "Aino", "role": "volunteer"} if self.claimed else None,
            may_answer=self.number if self.state == "talking" else None, seeker_there=False, answerer_there=False,
        )  # fmt: skip

    def queue(self) -> dict[int, int]:
        """Contact → place; the others in the queue have no page."""
        order = [-1 - other for other in range(WAITING)]
        if self.state == "waiting":
            order[self.place - 1] = self.number
        return {pk: place for place, pk in enumerate(order, start=1)}

    def note(self, by: str, kind: str, text: str = "", message_id: uuid.UUID | None = None) -> Said:
        seq = len(self.log) + 1
        name, role = ("Aino", "volunteer") if kind == "joined" else (None, None)
        message_id = message_id or uuid.UUID(int=self.chance.getrandbits(128))
        self.log.append(Said(seq, message_id, by, kind, text, BEGAN + timedelta(seconds=seq), name, role))
        return self.log[-1]

    def store(self, saying: Saying) -> Stored | SayRefusal:
        """What transcript.write promises, for one message."""
        before = next((said for said in self.log if said.id == saying.client_id), None)
        if before is not None:
            same = (before.by, before.text) == (saying.author, saying.text)
            return Stored(before.seq, before.at, fresh=False) if same else SayRefusal.ID_TAKEN
        if self.state == "ended":
            return SayRefusal.ENDED
        if saying.author == ANSWERER and not self.claimed:
            return SayRefusal.NOT_YOURS
        said = self.note(saying.author, "text", saying.text, saying.client_id)
        return Stored(said.seq, said.at, fresh=True)

    async def hold_up(self) -> None:
        """Now and then a reader waits until `read_on`, or finds the database away."""
        if self.calm or self.chance.random() < 0.7:
            return
        if self.chance.random() < 0.1:
            raise OperationalError("away")
        self.reading.append(asyncio.get_running_loop().create_future())
        await self.reading[-1]

    def read_on(self) -> None:
        for reader in self.reading:
            if not reader.done():
                reader.set_result(None)
        self.reading.clear()


class Reads:
    """In place of core.batched: finds a world's answer for a key, sooner or later."""

    def __init__(self, find: Callable[[Any], tuple[World, Callable[[], Any]] | None]) -> None:
        self._find = find

    async def get(self, key: Any) -> Any:
        found = self._find(key)
        if found is None:
            return None
        world, answer = found
        await world.hold_up()
        value = answer()
        await world.hold_up()
        return value


class Held:
    """In place of core.journal: what was put waits until a commit, or is put off."""

    def __init__(self) -> None:
        self.entries: dict[int, list[Saying]] = {}

    def put(self, saying: Saying) -> None:
        self.entries.setdefault(saying.conversation_id.int, []).append(saying)


class LossyBus(Bus):
    """Hints within the process arrive; those to the other one wait in ``elsewhere`` for whatever happens to them."""

    def __init__(self) -> None:
        super().__init__()
        self.elsewhere: dict[int, list[Hint]] = {}

    def publish(self, hints: Iterable[Hint]) -> None:
        hints = list(hints)
        super().publish(hints)
        self.publish_elsewhere(hints)

    def publish_elsewhere(self, hints: Iterable[Hint]) -> None:
        for topic, event in hints:
            kind, _, of = topic.partition(":")
            number = uuid.UUID(of).int if kind == "conversation" else int(of)
            self.elsewhere.setdefault(number, []).append((topic, event))


class Process:
    """One `serve`, reading from the worlds."""

    def __init__(self, worlds: dict[int, World]) -> None:
        self.bus = LossyBus()
        gateway: Any = Gateway(self.bus)
        self.gateway = gateway
        self.journal = gateway.journal = Held()
        tokens = {token_hash(str(number)): number for number in worlds}

        def with_number(number: int | None, answer: Callable[[World], Any]) -> Any:
            world = worlds.get(number) if number is not None else None
            return None if world is None else (world, lambda: answer(world))

        gateway.by_token = Reads(lambda key: with_number(tokens.get(key), World.talk))
        gateway.by_id = Reads(lambda key: with_number(key.int, World.talk))
        gateway.messages = Reads(lambda key: with_number(key[0].int, lambda world: world.log[key[1] :]))
        gateway._people = Reads(lambda key: with_number(int(key), lambda world: world.number))
        gateway._queues = Queues(worlds)
        gateway.in_thread = at_once

    def open(self, world: World, side: str, after: str) -> Line:
        query = {"after": after}
        socket: ChatSocket
        if side == SEEKER:
            socket = VisitSocket(self.gateway, Handshake("/live/visit/", query, {"visit": str(world.number)}, "en"))
        else:
            cookies = {"staff": str(world.number)}
            socket = AnswererSocket(self.gateway, Handshake(f"/live/conversation/{world.id}/", query, cookies, "en"))
        line = Line(Wire(), socket)
        socket.on_ws_connected(line.wire)  # type: ignore[arg-type]
        return line

    def commit(self, world: World, count: int | None = None) -> None:
        """One transaction with the oldest entries of this world, then what follows a commit."""
        batch = self.journal.entries.get(world.number, [])[:count]
        if batch:
            del self.journal.entries[world.number][: len(batch)]
            self.gateway._deliver([(saying, world.store(saying)) for saying in batch])

    def put_off(self, world: World) -> None:
        batch = self.journal.entries.pop(world.number, [])
        if batch:
            self.gateway._deliver([(saying, Unavailable("away")) for saying in batch])


class Queues:
    """Where everybody stands, at once."""

    def __init__(self, worlds: dict[int, World]) -> None:
        self._worlds = worlds

    async def get(self, line_id: int) -> Queue:
        return Queue(self._worlds[line_id].queue(), NOBODY)


async def at_once(work: Callable[[], Any]) -> Any:
    return work()


def take_no_time(monkeypatch: Any) -> None:
    """Let the gateway's pauses take no time."""
    monkeypatch.setattr(gateway_module, "BREATHE", 0)
    monkeypatch.setattr(gateway_module, "PLACES_AGAIN", 0)
    monkeypatch.setattr(gateway_module, "FLICKER", 0)
