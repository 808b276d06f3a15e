"""A centre with one chat line, and the real gateway on a port of this machine."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import pytest
import uvicorn
from django.utils import timezone
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from rinnalla.chat.gateway import Gateway
from rinnalla.chat.tests.journal_node import Node, running_node
from rinnalla.core.live import bus
from rinnalla.core.sockets import SocketProtocol, say_goodbye
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, DutySession, Line, LineText, OpeningHours
from rinnalla.people.models import Centre, Membership, Person, Role
from rinnalla.people.tests.cast import signed_in


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with running_node(tmp_path_factory.mktemp("journal")) as running:
        yield running


@pytest.fixture
def sekasin(db: None) -> Line:
    """A line that is always open, with two conversations at a time."""
    centre = Centre.objects.create(name="SOS-keskus", kind=Centre.Kind.SOS, town="Helsinki")
    line = Line.objects.create(
        slug="sekasin", channel="chat", centre=centre, youngest=12, oldest=29, parallel_limit=2, opens_with_people=False
    )
    LineText.objects.create(line=line, language="fi", name="Sekasin", summary="Juttele", about="a", rules="b")
    OpeningHours.objects.bulk_create(
        OpeningHours(line=line, weekday=day, opens=time(0), closes=time(0)) for day in range(7)
    )
    return line


def volunteer(line: Line, name: str) -> Person:
    person = Person.objects.create_user(f"{name.lower()}@example.org", name=f"{name} Esimerkki", duty_name=name)
    Membership.objects.create(person=person, centre=line.centre, role=Role.VOLUNTEER)
    return person


@pytest.fixture
def aino(sekasin: Line) -> Person:
    return volunteer(sekasin, "Aino")


@pytest.fixture
def eetu(sekasin: Line) -> Person:
    return volunteer(sekasin, "Eetu")


@dataclass
class Frames:
    """One socket, read as frames."""

    socket: ClientConnection

    def send(self, **frame: Any) -> None:
        self.socket.send(json.dumps(frame))

    def next(self, timeout: float = 5) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(self.socket.recv(timeout=timeout))
        return frame

    def until(self, kind: str, timeout: float = 5) -> dict[str, Any]:
        """The next frame of this kind; what comes before it is passed over."""
        while (frame := self.next(timeout))["t"] != kind:
            pass
        return frame

    def close_code(self, timeout: float = 5) -> int | None:
        """The code with which the service closes; what comes before is passed over."""
        self.socket.close_timeout = 1
        try:
            while True:
                self.socket.recv(timeout=timeout)
        except TimeoutError:
            return None
        except Exception:  # noqa: BLE001  # closed, in whichever way
            return self.socket.close_code


class Live:
    """The gateway as browsers reach it."""

    def __init__(self, gateway: Gateway, port: int) -> None:
        self.gateway = gateway
        self.host = f"127.0.0.1:{port}"
        self.open = ExitStack()

    def connect(self, path: str, cookie: str, *, origin: str | None = "own") -> Frames:
        own = Origin(f"http://{self.host}" if origin == "own" else origin) if origin else None
        opened = connect(
            f"ws://{self.host}{path}",
            additional_headers={"Cookie": cookie},
            origin=own,
            compression=None,
            max_size=None,
            max_queue=None,
        )
        return Frames(self.open.enter_context(opened))

    def visit(self, token: str, after: int = 0) -> Frames:
        return self.connect(f"/live/visit/?after={after}", f"visit={token}")

    def answer(self, contact: Contact, person: Person, after: int = 0) -> Frames:
        return self.connect(f"/live/conversation/{contact.conversation.pk}/?after={after}", signed_in(person))

    def duty(self, person: Person) -> Frames:
        return self.connect("/live/duty/", signed_in(person))


@pytest.fixture
def live(transactional_db: None) -> Iterator[Live]:
    """The real gateway and the real sockets, in a thread with its own event loop."""
    started, stop, made = threading.Event(), threading.Event(), list[Live]()

    async def run() -> None:
        gateway = Gateway(bus())
        await bus().start()
        await gateway.start()
        config = uvicorn.Config(
            _no_pages, port=0, http="httptools", ws=SocketProtocol, lifespan="off", log_config=None, access_log=False
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve())
        while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0.01)
        listening = server.servers[0].sockets[0]
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32_768)  # the system keeps little for slow readers
        made.append(Live(gateway, listening.getsockname()[1]))
        started.set()
        while not stop.is_set():  # noqa: ASYNC110  # set by another thread
            await asyncio.sleep(0.02)
        say_goodbye()
        await asyncio.sleep(0.05)
        await gateway.stop()
        server.should_exit = True
        await serving
        await bus().stop()

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    assert started.wait(10)
    [server] = made
    yield server
    server.open.close()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


async def _no_pages(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@dataclass
class Talking:
    """A conversation that has begun, with both sides' pages open."""

    contact: Contact
    duty: DutySession
    token: str
    seeker: Frames
    answerer: Frames
    person: Person


def begin(line: Line, person: Person, *, now: datetime | None = None) -> tuple[Contact, DutySession, str]:
    now = now or timezone.now()
    _, token = helpline.join_queue(line=line, language="fi", now=now)
    duty = helpline.take_duty(line=line, actor=person, now=now)
    return helpline.take_next(duty=duty, actor=person, now=now), duty, token


@pytest.fixture
def talking(live: Live, sekasin: Line, aino: Person) -> Talking:
    contact, duty, token = begin(sekasin, aino)
    seeker, answerer = live.visit(token), live.answer(contact, aino)
    seeker.until("said")
    answerer.until("said")
    return Talking(contact, duty, token, seeker, answerer, aino)
