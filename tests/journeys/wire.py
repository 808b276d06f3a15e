"""A wire between a browser and the service that can go dead without telling either."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Wire:
    """Passes bytes both ways from ``url`` to the service; while ``dead``, swallows them, and answers nobody new."""

    def __init__(self, service: str) -> None:
        self.dead = False
        self.url = ""
        self._service = urlsplit(service)

    async def open(self) -> asyncio.Server:
        server = await asyncio.start_server(self._join, "localhost", 0)
        self.url = f"http://localhost:{server.sockets[0].getsockname()[1]}"
        return server

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(self._service.hostname, self._service.port)
        try:
            await asyncio.gather(self._pass(reader, inner_writer), self._pass(inner_reader, writer))
        finally:
            for end in (writer, inner_writer):
                end.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if not self.dead:
                    writer.write(data)
                    await writer.drain()
            if not self.dead:  # a dead wire does not even carry the good-bye
                writer.close()


@contextmanager
def wire_to(service: str) -> Iterator[Wire]:
    wire, ready, done = Wire(service), threading.Event(), threading.Event()

    async def run() -> None:
        async with await wire.open():
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield wire
    finally:
        wire.dead = False
        done.set()
        thread.join(10)
