"""Group-committed writing: many small writes share one transaction, and each is confirmed only after its commit.

One thread writes. What arrives while a commit is under way goes into the next one, so that the cost of making data safe
(an ``fsync``) is shared. The event loop never waits for the database.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from time import sleep
from typing import Final

from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connection, transaction

log = logging.getLogger(__name__)


class Unavailable(Exception):
    """The database could not take the entry. Nothing was stored; the sender should try again."""


class Journal[Entry, Outcome]:
    """Writes entries in batches and hands each batch's outcomes to the event loop.

    ``write`` gets the entries of one batch in the order they were put, inside a transaction, and returns an outcome for
    each. ``deliver`` is called on the event loop once per batch, after the commit, with (entry, outcome) pairs; the
    outcome of an entry that was not stored is an exception. ``put`` may be called from the event loop at any rate;
    beyond ``most_waiting`` unwritten entries it answers :class:`Unavailable` at once, so that memory stays bounded.
    """

    MOST: Final = 256  # entries in one transaction
    FEW: Final = 2  # entries that are not worth a wait for more
    WAIT: Final = 0.002  # seconds a busy writer lets more entries come

    def __init__(
        self,
        write: Callable[[Sequence[Entry]], Sequence[Outcome]],
        deliver: Callable[[list[tuple[Entry, Outcome | Exception]]], None],
        *,
        most_waiting: int = 20_000,
    ) -> None:
        self._write = write
        self._deliver = deliver
        self._most_waiting = most_waiting
        self._entries: queue.SimpleQueue[Entry | None] = queue.SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin writing. Call on the event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Write what has been put and end."""
        if self._thread is not None:
            self._entries.put(None)
            await asyncio.to_thread(self._thread.join, 10)
            self._thread = None

    def put(self, entry: Entry) -> None:
        if self._entries.qsize() >= self._most_waiting:
            self._deliver([(entry, Unavailable("too many entries are waiting"))])
        else:
            self._entries.put(entry)

    def _run(self) -> None:
        busy = False
        try:
            while True:
                first = self._entries.get()
                if first is None:
                    return
                if busy:
                    sleep(self.WAIT)  # a nap, not a wait at the queue: that would wake this thread for every entry
                batch, ending = self._collect(first)
                busy = len(batch) > self.FEW
                outcomes = self._commit(batch)
                assert self._loop is not None
                self._loop.call_soon_threadsafe(self._deliver, list(zip(batch, outcomes, strict=True)))
                if ending:
                    return
        except RuntimeError:
            log.warning("the journal ended with its event loop")
        finally:
            connection.close()

    def _collect(self, first: Entry) -> tuple[list[Entry], bool]:
        """``first`` and what has come after it, up to a batch; True beside it when the journal is to end."""
        batch = [first]
        while len(batch) < self.MOST:
            try:
                entry = self._entries.get_nowait()
            except queue.Empty:
                break
            if entry is None:
                return batch, True
            batch.append(entry)
        return batch, False

    def _commit(self, batch: list[Entry]) -> list[Outcome | Exception]:
        try:
            with transaction.atomic(durable=True):
                return list(self._write(batch))
        except (OperationalError, InterfaceError) as problem:
            # The database is away, full or locked: nothing of this batch is stored, every sender keeps its message.
            log.warning("the journal could not write: %s", type(problem).__name__)
            connection.close()
            return [Unavailable(type(problem).__name__)] * len(batch)
        except Exception as problem:
            if len(batch) > 1:  # one bad entry must not take the others with it
                half = len(batch) // 2
                return self._commit(batch[:half]) + self._commit(batch[half:])
            log.exception("an entry could not be written")
            if isinstance(problem, DatabaseError):
                connection.close()
            return [problem]
