"""The bus: hints between the parts of the centre, in this process and, through Valkey, in all of them.

The database is the truth and an event is a hint: it carries identifiers and never text, it may be lost, come twice or
come late, and whoever hears it reads the database. Only actions send events, and only once their work is committed.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import secrets
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec
import valkey
import valkey.asyncio
from django.conf import settings
from django.db import transaction

log = logging.getLogger(__name__)

Event = dict[str, Any]
Listener = Callable[[Event], None]
Hint = tuple[str, Event]

CHANNEL: Final = "rinnalla:hints"
QUIET: Final = 5.0  # seconds without a hint between two looks at whether the connection is whole


class Bus:
    """Hints within one process. ``publish`` may be called from any thread; listeners run on the event loop."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        # Called when hints may have been lost: every listener should then read the database again.
        self.on_gap: list[Callable[[], None]] = []

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()

    async def stop(self) -> None:
        self._loop = None

    def subscribe(self, topic: str, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` for each event on ``topic`` until the returned function is called."""
        self._listeners.setdefault(topic, set()).add(listener)

        def unsubscribe() -> None:
            if listeners := self._listeners.get(topic):
                listeners.discard(listener)
                if not listeners:
                    del self._listeners[topic]

        return unsubscribe

    def publish(self, hints: Iterable[Hint]) -> None:
        hints = list(hints)
        if self._loop is not None and hints:
            try:
                self._loop.call_soon_threadsafe(self._dispatch, hints)
            except RuntimeError:  # the loop has just closed: nobody is left to tell
                pass

    def publish_elsewhere(self, hints: Iterable[Hint]) -> None:
        """Tell the other processes only: this one has delivered already."""

    def _dispatch(self, hints: Iterable[Hint]) -> None:
        for topic, event in hints:
            for listener in tuple(self._listeners.get(topic, ())):
                try:
                    listener(event)
                except Exception:
                    log.exception("a listener on %s failed", topic.split(":")[0])


class ValkeyBus(Bus):
    """Hints between processes over one Valkey channel, many hints to a message.

    The sender is a thread of its own, so that publishing never waits for the network. While Valkey is away, hints to
    other processes are dropped, and ``on_gap`` is called when it is back.
    """

    MOST_UNSENT: Final = 10_000

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._me = secrets.token_hex(8)
        self._unsent: queue.Queue[list[Hint] | None] = queue.Queue(self.MOST_UNSENT)
        self._sender: threading.Thread | None = None
        self._reader: asyncio.Task[None] | None = None
        self._starting = threading.Lock()

    async def start(self) -> None:
        await super().start()
        self._reader = asyncio.create_task(self._read(), name="hints")

    async def stop(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        await asyncio.to_thread(self.flush)
        await super().stop()

    def flush(self, timeout: float = 1.0) -> None:
        """Wait until the unsent hints are out, for at most ``timeout`` seconds."""
        if self._sender is not None and self._sender.is_alive():
            self._unsent.put(None)
            self._sender.join(timeout)
            self._sender = None

    def publish(self, hints: Iterable[Hint]) -> None:
        hints = list(hints)
        super().publish(hints)
        self.publish_elsewhere(hints)

    def publish_elsewhere(self, hints: Iterable[Hint]) -> None:
        hints = list(hints)
        if not hints:
            return
        with self._starting:
            if self._sender is None or not self._sender.is_alive():
                self._sender = threading.Thread(target=self._send, name="hints-sender", daemon=True)
                self._sender.start()
        try:
            self._unsent.put_nowait(hints)
        except queue.Full:
            log.warning("hints to other processes were dropped: Valkey does not take them")

    def _send(self) -> None:
        client = valkey.Valkey.from_url(self._url, socket_timeout=2, socket_connect_timeout=2)
        broken = False
        while (first := self._unsent.get()) is not None:
            hints, last = first, False
            while len(hints) < 1000 and not self._unsent.empty():
                more = self._unsent.get()
                if more is None:
                    last = True
                    break
                hints = hints + more
            try:
                client.publish(CHANNEL, msgspec.json.encode([self._me, hints]))
                broken = False
            except (valkey.ValkeyError, OSError):
                if not broken:
                    log.warning("Valkey cannot be reached: other processes will catch up when it is back")
                broken = True
            if last:
                break
        client.close()  # type: ignore[no-untyped-call]

    async def _read(self) -> None:
        first = True
        while True:
            client = valkey.asyncio.Valkey.from_url(self._url, socket_connect_timeout=2, health_check_interval=10)
            try:
                async with client.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(CHANNEL)
                    if not first:
                        log.warning("Valkey is back")
                    for catch_up in self.on_gap:
                        catch_up()
                    first = False
                    while True:  # not listen(): it takes five quiet seconds for a broken connection
                        message = await channel.get_message(timeout=QUIET)
                        if message is None:
                            continue
                        sender, hints = msgspec.json.decode(message["data"])
                        if sender != self._me:
                            self._dispatch((topic, event) for topic, event in hints)
            except (valkey.ValkeyError, OSError, msgspec.DecodeError):
                first = False
                await asyncio.sleep(0.5)
            finally:
                await client.aclose()


_bus: Bus | None = None


def bus() -> Bus:
    """The process's bus, as the settings say."""
    global _bus
    if _bus is None:
        _bus = ValkeyBus(settings.VALKEY_URL) if settings.SEVERAL_PROCESSES else Bus()
    return _bus


def publish(topic: str, event: Event) -> None:
    """Send a hint now. Inside a transaction use :func:`announce`."""
    bus().publish([(topic, event)])


def announce(topic: str, event: Event) -> None:
    """Send a hint once the transaction that surrounds the call is committed; never if it is rolled back."""
    transaction.on_commit(lambda: publish(topic, event))
