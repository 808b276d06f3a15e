"""Pages over HTTP as a browser asks for them: connections that stay open, cookies, forms. No more than benches need."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Final
from urllib.parse import urlencode

ANSWERS_WITHIN: Final = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str
    cookies: dict[str, str]
    text: str
    began: float  # perf_counter
    seconds: float  # from the first byte sent to the last one read


class Site:
    """A service on a port of this machine, and the connections to it that are open and idle."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def get(self, path: str, cookie: str = "", *, part: bool = False) -> Answer:
        """``part``: as htmx asks for the part of a page that has changed."""
        return await self._ask("GET", path, cookie, None, part=part)

    async def post(self, path: str, cookie: str = "", form: Mapping[str, str] | None = None) -> Answer:
        return await self._ask("POST", path, cookie, form or {})

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()

    async def _ask(
        self, method: str, path: str, cookie: str, form: Mapping[str, str] | None, *, part: bool = False
    ) -> Answer:
        origin = f"http://127.0.0.1:{self.port}"
        body = urlencode(form or {}).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Origin: {origin}"]
        lines += [f"Cookie: {cookie}"] if cookie else []
        lines += ["HX-Request: true"] if part else []
        if form is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        request = "\r\n".join([*lines, "", ""]).encode() + body
        async with asyncio.timeout(ANSWERS_WITHIN):
            while True:
                fresh = not self._idle
                reader, writer = (
                    await asyncio.open_connection("127.0.0.1", self.port, limit=2**20) if fresh else self._idle.pop()
                )
                began = perf_counter()
                try:
                    writer.write(request)
                    status, headers, text = await _read(reader)
                except (ConnectionError, asyncio.IncompleteReadError):
                    writer.close()
                    if fresh:
                        raise
                    continue  # the server closed a connection that was idle: nothing of the request was done
                seconds = perf_counter() - began
                if headers.get("connection", [""])[-1] == "close":
                    writer.close()
                else:
                    self._idle.append((reader, writer))
                cookies = dict(found.partition(";")[0].split("=", 1) for found in headers.get("set-cookie", []))
                return Answer(status, headers.get("location", [""])[-1], cookies, text, began, seconds)


async def _read(reader: asyncio.StreamReader) -> tuple[int, dict[str, list[str]], str]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status, headers = int(head[0].split(" ", 2)[1]), dict[str, list[str]]()
    for line in head[1:]:
        name, _, value = line.partition(":")
        if name:
            headers.setdefault(name.lower(), []).append(value.strip())
    if headers.get("transfer-encoding", [""])[-1] == "chunked":
        parts = []
        while size := int((await reader.readline()).partition(b";")[0], 16):
            parts.append((await reader.readexactly(size + 2))[:-2])
        await reader.readline()
        body = b"".join(parts)
    else:
        body = await reader.readexactly(int(headers.get("content-length", ["0"])[-1]))
    return status, headers, body.decode()
