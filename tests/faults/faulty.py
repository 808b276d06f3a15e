"""`python tests/faults/faulty.py FAULT serve …`: the service with one fault put in, to show that the tests see it.

Each fault is one that a careless change could bring. Nothing in the product knows of this file.
"""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

WINDOW: Final = 0.05  # seconds by which a fault's dangerous moment is made longer, so that few kills hit it


def acknowledge_before_commit() -> None:
    """Senders hear "stored" while the transaction is still open."""
    from django.db import Error, transaction

    from rinnalla.core.journal import Journal, Unavailable

    def hasty(self: Any, batch: list[Any]) -> list[Any]:
        try:
            with transaction.atomic(durable=True):
                outcomes = list(self._write(batch))
                time.sleep(WINDOW)  # what other processes said before is on the screens by now
                self._loop.call_soon_threadsafe(self._deliver, list(zip(batch, outcomes, strict=True)))
                time.sleep(WINDOW)
        except Error:  # too late: it was promised
            return [Unavailable()] * len(batch)
        return outcomes

    Journal._commit = hasty  # type: ignore[method-assign]


def ignore_ids() -> None:
    """Each message gets a new id, so that one that is sent again is stored again."""
    from msgspec.structs import replace

    from rinnalla.chat import gateway
    from rinnalla.chat.transcript import Saying, SayRefusal, Stored, write

    def forgetful(sayings: Sequence[Saying]) -> list[Stored | SayRefusal]:
        return write([replace(saying, client_id=uuid.uuid4()) for saying in sayings])

    gateway.write = forgetful  # type: ignore[attr-defined]
    deliver = gateway.Gateway._deliver

    def slow(self: Any, batch: Any) -> None:
        time.sleep(WINDOW)
        deliver(self, batch)

    gateway.Gateway._deliver = slow  # type: ignore[method-assign]


def believe_hints_only() -> None:
    """What was missed is never read from the database: a page gets what is said while it is open."""
    from rinnalla.chat.rooms import Room, TalkSocket

    def hand_on_anyway(self: Room, said: Any, origin: TalkSocket | None) -> None:
        self.newest = max(self.newest, said.seq)
        for socket in self.sockets:
            if socket is origin:
                socket.mine.add(said.id)
            socket.hand(said)

    Room.add = hand_on_anyway  # type: ignore[method-assign]
    Room.catch_up = lambda self, socket: None  # type: ignore[method-assign]


def trust_any_storage() -> None:
    """Storage is not looked at before the start."""
    from rinnalla.core import storage

    storage.refuse_unsafe_storage = lambda *_: None


FAULTS: Final = {
    fault.__name__: fault for fault in (acknowledge_before_commit, ignore_ids, believe_hints_only, trust_any_storage)
}


def main(arguments: list[str]) -> int:
    import django

    from rinnalla.__main__ import main as rinnalla

    django.setup()
    FAULTS[arguments[0]]()
    return rinnalla(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
