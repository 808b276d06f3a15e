"""A wire between a browser and the service: it can go dead without telling either, and part pages from sockets."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Wire:
    """Passes bytes both ways from ``url`` to ``pages``, and to ``sockets`` what is asked for below `/live/`.

    While ``dead``, it swallows them, and answers nobody new.
    """

    def __init__(self, pages: str, sockets: str | None = None) -> None:
        self.dead = False
        self.url = ""
        self._pages = urlsplit(pages)
        self._sockets = urlsplit(sockets or pages)

    async def open(self) -> asyncio.Server:
        server = await asyncio.start_server(self._join, "localhost", 0)
        self.url = f"http://localhost:{server.sockets[0].getsockname()[1]}"
        return server

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:  # a browser opens more connections than it uses
            writer.close()
            return
        service = self._sockets if head.split(b" ")[1].startswith(b"/live/") else self._pages
        inner_reader, inner_writer = await asyncio.open_connection(service.hostname, service.port)
        if not self.dead:
            inner_writer.write(head)
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
def wire_to(pages: str, sockets: str | None = None) -> Iterator[Wire]:
    wire, ready, done = Wire(pages, sockets), threading.Event(), threading.Event()

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
