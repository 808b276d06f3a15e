"""The live frames of the chat lines: help-seekers' visits, volunteers' conversations, the duty page.

Everything sent by a client is stored before it is acknowledged; everything stored reaches every open page of the
conversation, at once through the bus or, when a hint was lost, by looking into the database.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from functools import partial
from itertools import batched
from time import monotonic
from typing import Any, Final

from django.conf import settings
from django.db import close_old_connections, connections
from django.utils import timezone

from rinnalla.chat import visiting
from rinnalla.chat.following_live import FollowerSocket
from rinnalla.chat.live import ANSWERER, SEEKER, AnswererSocket, ChatSocket, DutySocket, VisitSocket
from rinnalla.chat.rooms import Room, encode, stored_frame
from rinnalla.chat.transcript import Saying, SayRefusal, Stored, read_many, said, write
from rinnalla.chat.visiting import Standing, Talk, standing_in
from rinnalla.core import sockets
from rinnalla.core.batched import Batched
from rinnalla.core.journal import Journal, Unavailable
from rinnalla.core.live import Bus, Event
from rinnalla.core.sockets import Socket
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact
from rinnalla.helpline.rules import LEASE, RENEW

log = logging.getLogger(__name__)

ASIDE: Final = encode({"t": "aside"})
OTHER: Final = {SEEKER: ANSWERER, ANSWERER: SEEKER}
THREADS: Final = 4  # that read for the sockets
MOST_WINDOWS: Final = 8  # sockets of one visit; the oldest is closed
LOOK_AGAIN: Final = 5.0  # seconds between two looks for what a lost hint would have told
SESSIONS_AGAIN: Final = 25.0  # the same for staff whose power was taken
PLACES_AGAIN: Final = 0.5  # seconds between two looks at a line's queue, and more by PLACES_LONGER for each waiting
PLACES_LONGER: Final = 1 / 3600
STATED_AFTER: Final = 0.3  # seconds in which first ranges of the wait are gathered, to be stored together
SHARES: Final = 4  # rounds in which the presence of all help-seekers is renewed, a share in each
STEP: Final = 5.0  # seconds: how exactly it is kept when a help-seeker's page was last heard of
DESK_STEP: Final = 2.5  # the same for a volunteer's, whose lease is short
SOME: Final = 200  # conversations in one of the regular reads
FEW: Final = 50  # people in one of the regular writes
BREATHE: Final = 0.02  # seconds between two of those
FLICKER: Final = 3.0  # seconds a page may be gone (a reload) before the other side is told


class Gateway:
    """All live parts of the chat in one process."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.rooms: dict[uuid.UUID, Room] = {}
        self.duties: set[DutySocket] = set()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="gateway")
        self.journal: Journal[Saying, Stored | SayRefusal] = Journal(write, self._deliver)
        self.by_token = Batched(visiting.talks_by_token, self._pool)
        self.by_id = Batched(visiting.talks_by_id, self._pool)
        self.messages = Batched(read_many, self._pool)
        self._queues = Batched(visiting.queues_on_lines, self._pool)
        self._people = Batched(visiting.people_of_sessions, self._pool)
        self._watching: dict[int, set[VisitSocket]] = {}
        self._looking: dict[int, asyncio.Task[None]] = {}
        self._stated: dict[int, tuple[int, int]] = {}
        self._line_subscriptions: dict[int, Any] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        sockets.route("/live/visit/", partial(VisitSocket, self))
        sockets.route("/live/conversation/", partial(AnswererSocket, self))
        sockets.route("/live/following/", partial(FollowerSocket, self))
        sockets.route("/live/duty/", partial(DutySocket, self))
        self.journal.start()
        self.bus.on_gap.append(self._gap)
        self.spawn(self._keep_present())

    async def stop(self) -> None:
        """Write what was sent, then end everything that reads. Pages under way may still send hints: nobody listens."""
        await self.journal.stop()
        self.bus.on_gap.remove(self._gap)
        for unsubscribe in self._line_subscriptions.values():
            unsubscribe()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._close_connections)
        self._pool.shutdown(wait=False, cancel_futures=True)  # a thread that the database holds must not hold the end

    def _gap(self) -> None:
        """Hints were lost, in both directions."""
        here = [
            (room.id, side) for room in self.rooms.values() for side in {one.side for one in room.sockets} & {*OTHER}
        ]
        self.bus.publish_elsewhere(
            [(f"conversation:{pk}", {"t": "there", "by": side, "there": True}) for pk, side in here]
        )
        self.spawn(self._look_everywhere(sessions=True))

    def _close_connections(self) -> None:
        """Let every thread of the pool close its own connections: all must be busy at once to each get one call."""
        together = threading.Barrier(THREADS)

        def close() -> None:
            together.wait(timeout=5)
            connections.close_all()

        wait([self._pool.submit(close) for _ in range(THREADS)], timeout=10)

    def spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            trace = None if settings.PRODUCTION else problem  # a trace may hold text
            log.error("a live task failed: %s", type(problem).__name__, exc_info=trace)

    async def in_thread[T](self, work: Callable[[], T]) -> T:
        def run() -> T:
            close_old_connections()
            return work()

        return await asyncio.get_running_loop().run_in_executor(self._pool, run)

    async def person_of(self, socket: Socket) -> int | None:
        key = socket.handshake.cookies.get(settings.SESSION_COOKIE_NAME, "")
        return await self._people.get(key) if key else None

    async def is_signed_in(self, socket: Socket, person_id: int | None) -> bool:
        """Whether the socket's session still opens the door to the same person; if not, the socket is closed."""
        try:
            still = person_id is not None and await self.person_of(socket) == person_id
        except Exception:  # noqa: BLE001  # it cannot be known now: whoever comes back is looked at at the door
            socket.close(sockets.UNAVAILABLE)
            return False
        if not still:
            socket.close(sockets.ENDED)
        return still

    # Rooms --------------------------------------------------------------------------------------------------------
    def join(self, socket: ChatSocket, talk: Talk) -> None:
        room = self.rooms.get(talk.conversation_id)
        if room is None:
            room = self.rooms[talk.conversation_id] = Room(talk.conversation_id, talk.newest, self.messages.get)
            room.there = {SEEKER: talk.seeker_there, ANSWERER: talk.answerer_there}
            room.unsubscribe = self.bus.subscribe(f"conversation:{room.id}", partial(self._heard, room))
        socket.room = room
        windows = [other for other in room.sockets if other.side == socket.side]
        room.sockets.append(socket)
        for extra in windows[: max(0, len(windows) + 1 - MOST_WINDOWS)]:
            extra.close(sockets.TOO_MANY)
        if not windows:
            self._tell_there(room, socket.side, True)
        if talk.answerer_id is not None:
            other = OTHER.get(socket.side, SEEKER)
            socket.say({"t": "there", "by": other, "there": room.there.get(other, False)})
        room.newest = max(room.newest, talk.newest)
        room.catch_up(socket)

    def leave(self, socket: ChatSocket) -> None:
        if socket.talk is not None:
            self._watching.get(socket.talk.line_id, set()).discard(socket)
        room, socket.room = socket.room, None
        if room is None or socket not in room.sockets:
            return
        room.sockets.remove(socket)
        if not room.has(socket.side):
            asyncio.get_running_loop().call_later(FLICKER, self._maybe_gone, room, socket.side)
        if not room.sockets:
            if room.unsubscribe is not None:
                room.unsubscribe()
            self.rooms.pop(room.id, None)

    def _maybe_gone(self, room: Room, side: str) -> None:
        now = self.rooms.get(room.id)
        if now is None or not now.has(side):
            self._tell_there(room, side, False)

    def _tell_there(self, room: Room, side: str, there: bool) -> None:
        if side in OTHER:  # nobody hears whether somebody follows
            self.bus.publish([(f"conversation:{room.id}", {"t": "there", "by": side, "there": there})])

    def believe_gone(self, talk: Talk) -> None:
        """A process that was killed told nobody that its pages are gone; the database has not heard of them since."""
        room = self.rooms.get(talk.conversation_id)
        for side, there in ((SEEKER, talk.seeker_there), (ANSWERER, talk.answerer_there)):
            if room is not None and not there and room.there.get(side) and not room.has(side):
                self._heard(room, {"t": "there", "by": side, "there": False})

    def _heard(self, room: Room, event: Event) -> None:
        match event.get("t"):
            case "said":
                room.heard_of(int(event["seq"]))
            case "typing":
                room.tell(encode({"t": "typing", "by": event["by"]}), to=OTHER[event["by"]])
            case "there":
                side, there = event["by"], bool(event["there"])
                if not there and room.has(side):
                    self._tell_there(room, side, True)  # gone elsewhere, but here in this process
                else:
                    room.there[side] = there
                    room.tell(encode({"t": "there", "by": side, "there": there}), to=OTHER[side])
            case "aside":  # something for those who answer, which the help-seeker never hears of
                room.tell(ASIDE, to=ANSWERER)
            case "erased":
                for socket in tuple(room.sockets):
                    socket.close(sockets.UNKNOWN)

    def _deliver(self, batch: list[tuple[Saying, Stored | SayRefusal | Exception]]) -> None:
        fresh = []
        for saying, outcome in batch:
            origin: ChatSocket | None = saying.origin
            if isinstance(outcome, Stored):
                message = said(outcome.seq, saying.client_id, saying.author, saying.kind, saying.text, outcome.at)
                room = self.rooms.get(saying.conversation_id)
                if outcome.fresh:
                    if room is not None:
                        room.add(message, origin)
                    fresh.append((saying.conversation_id, outcome.seq))
                elif origin is not None and outcome.seq <= origin.last:
                    origin.send(stored_frame(message))
                elif origin is not None and origin.room is not None:
                    origin.mine.add(saying.client_id)
                    origin.room.heard_of(outcome.seq)
            elif origin is None:
                continue
            elif isinstance(outcome, SayRefusal):
                origin.refuse(saying.client_id, outcome)
            elif isinstance(outcome, Unavailable):
                origin.put_off(saying.client_id)
            else:
                origin.close(sockets.UNAVAILABLE)
        self.bus.publish_elsewhere((f"conversation:{pk}", {"t": "said", "seq": seq}) for pk, seq in fresh)

    async def _look_everywhere(self, *, sessions: bool) -> None:
        """Hints may have been lost: compare open conversations, and with ``sessions`` also staff, with the database.

        Some at a time: their lookups share queries, and messages need not wait.
        """
        for some in batched(tuple(self.rooms.values()), SOME):
            for room in some:
                self.spawn(self._look_at(room, sessions=sessions))
            await asyncio.sleep(BREATHE)
        for duty in tuple(self.duties) if sessions else ():
            duty.changed({"t": "revoked"})
        for line_id in tuple(self._watching):
            self._queue_changed(line_id, {})

    async def _look_at(self, room: Room, *, sessions: bool) -> None:
        try:
            talk = await self.by_id.get(room.id)
        except Exception:  # noqa: BLE001  # the database is away, which _keep_present tells: the next round tries again
            return
        if talk is None:
            return
        room.heard_of(talk.newest)
        for socket in tuple(room.sockets):
            if isinstance(socket, ChatSocket) and not socket.closing:
                socket.moved(talk)
            if isinstance(socket, AnswererSocket) and sessions:
                self.spawn(self.is_signed_in(socket, socket.person_id))

    # The queue ----------------------------------------------------------------------------------------------------
    async def standing_of(self, talk: Talk) -> Standing | None:
        return standing_in(await self._queues.get(talk.line_id), talk.contact_id)

    def was_stated(self, contact_id: int, low: int, high: int) -> None:
        """A page was told a range of the wait; if it is the person's first, it is kept."""
        if not self._stated:
            self.spawn(self._keep_stated())
        self._stated.setdefault(contact_id, (low, high))

    async def _keep_stated(self) -> None:
        await asyncio.sleep(STATED_AFTER)
        stated, self._stated = self._stated, {}
        for some in batched(stated.items(), SOME):
            await self.in_thread(partial(helpline.keep_stated, dict(some)))
            await asyncio.sleep(BREATHE)

    def watch_queue(self, socket: VisitSocket) -> None:
        assert socket.talk is not None
        line_id = socket.talk.line_id
        self._watching.setdefault(line_id, set()).add(socket)
        if line_id not in self._line_subscriptions:
            self._line_subscriptions[line_id] = self.bus.subscribe(
                f"queue:{line_id}", partial(self._queue_changed, line_id)
            )
        self._queue_changed(line_id, {})

    def _queue_changed(self, line_id: int, event: Event) -> None:
        if event.get("t") == "notice":  # the page fetches what it says
            frame = encode({"t": "notice", "id": event["id"]})
            for socket in tuple(self._watching.get(line_id, ())):
                if socket.talk is not None and socket.talk.state == Contact.State.WAITING:
                    socket.send(frame)
        elif line_id not in self._looking:
            task = asyncio.get_running_loop().create_task(self._look_at_queue(line_id))
            self._looking[line_id] = task
            self._tasks.add(task)
            task.add_done_callback(self._done)

    async def _look_at_queue(self, line_id: int) -> None:
        """Tell everyone waiting here how they stand: one reading for all, and only what is different.

        The longer the queue, the rarer; with 9,000 a place is still told within 5 s. Some at a time: messages of those
        who talk need not wait for it.
        """
        await asyncio.sleep(PLACES_AGAIN * (1 + len(self._watching.get(line_id, ())) * PLACES_LONGER))
        self._looking.pop(line_id, None)
        queue = await self._queues.get(line_id)
        for some in batched(tuple(self._watching.get(line_id, ())), SOME):
            for socket in some:
                if socket.talk is not None and (standing := standing_in(queue, socket.talk.contact_id)) is not None:
                    socket.tell_place(standing)
            await asyncio.sleep(BREATHE)

    # Presence -----------------------------------------------------------------------------------------------------
    async def _keep_present(self) -> None:
        """Renew the presence of everyone whose page is heard of here, and let time do its work on the others.

        The sweep begins one lease after the start, so that those whom a restart cut off can come back first.
        """
        loop = asyncio.get_running_loop()
        began = looked = looked_at_sessions = loop.time()
        done = 0
        while True:
            await asyncio.sleep(RENEW.total_seconds() / 2)
            await sockets.look_at_silent()
            heard = self._heard_of(monotonic(), share=done % SHARES)
            ready = loop.time() - began > LEASE.total_seconds()
            try:
                await self._renew(heard)
                done += 1
                if ready:
                    await self.in_thread(lambda: helpline.sweep(now=timezone.now()))
                if loop.time() - looked > (LOOK_AGAIN if settings.SEVERAL_PROCESSES else 6 * LOOK_AGAIN):
                    looked = loop.time()
                    if sessions := looked - looked_at_sessions > SESSIONS_AGAIN:
                        looked_at_sessions = looked
                    await self._look_everywhere(sessions=sessions)
            except Exception as problem:  # noqa: BLE001  # the database is away: the next round tries again
                log.warning("presence could not be renewed: %s", type(problem).__name__)

    def _heard_of(self, now: float, *, share: int) -> list[tuple[timedelta, set[int], set[int]]]:
        """How long ago which contacts and which people were last heard of. A line may be dead and nobody knows yet.

        Of the contacts only one share: theirs holds for long enough, and written all at once it would slow everybody.
        """
        contacts: dict[int, float] = {}
        people: dict[int, float] = {}

        def note(whom: dict[int, float], pk: int, socket: Socket, step: float = DESK_STEP) -> None:
            silent = socket.silent_for(now) // step * step
            whom[pk] = min(whom.get(pk, silent), silent)

        for duty in self.duties:
            if duty.person_id is not None:
                note(people, duty.person_id, duty)
        for room in self.rooms.values():
            for socket in room.sockets:
                if socket.closing:
                    continue
                if isinstance(socket, VisitSocket) and socket.talk is not None and socket.talk.state != "ended":
                    if socket.talk.contact_id % SHARES == share:
                        note(contacts, socket.talk.contact_id, socket, STEP)
                elif isinstance(socket, AnswererSocket) and socket.person_id is not None:
                    note(people, socket.person_id, socket)
        return [
            (
                timedelta(seconds=silent),
                {pk for pk, seconds in contacts.items() if seconds == silent},
                {pk for pk, seconds in people.items() if seconds == silent},
            )
            for silent in sorted({*contacts.values(), *people.values()})
        ]

    async def _renew(self, heard: list[tuple[timedelta, set[int], set[int]]]) -> None:
        """Some at a time: on SQLite a long write would hold up the journal, and with it everybody's messages."""
        now = timezone.now()
        for ago, contacts, people in heard:
            for ids in batched(contacts, FEW):
                await self.in_thread(partial(helpline.keep_present, contact_ids=ids, now=now - ago))
                await asyncio.sleep(BREATHE)
            for ids in batched(people, FEW):
                await self.in_thread(partial(helpline.renew_leases, person_ids=ids, now=now - ago))
                await asyncio.sleep(BREATHE)
