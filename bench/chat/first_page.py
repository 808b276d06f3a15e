"""What the first page costs a phone: bytes over the wire of the page and all that it loads, and where from."""

from __future__ import annotations

import gzip
import http.client
import re
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

LOADED: Final = {"script": "src", "img": "src", "link": "href", "source": "src", "use": "href", "iframe": "src"}
RELATIONS: Final = {"stylesheet", "icon", "manifest", "preload", "modulepreload"}


class Parts(HTMLParser):
    """The addresses that a browser fetches by itself when it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if tag == "link" and not RELATIONS & set(values.get("rel", "").split()):
            return
        address = values.get(LOADED.get(tag, ""), "").partition("#")[0]
        if address and not address.startswith("data:"):
            self.found.append(address)


def weigh(port: int, path: str) -> tuple[int, list[str]]:
    """Bytes of all answers, heads and gzipped bodies, for a first visit to ``path``; the origins other than our own."""
    own = f"http://127.0.0.1:{port}"
    total, done, foreign = 0, set[str](), set[str]()
    left = [urljoin(own, path)]
    while left:
        address = left.pop()
        if address in done:
            continue
        done.add(address)
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(address))
        if origin != own:
            foreign.add(origin)
            continue
        size, kind, text = _fetch(port, urlsplit(address))
        total += size
        left += [urljoin(address, found) for found in _parts(kind, text)]
    return total, sorted(foreign)


def _parts(kind: str, text: str) -> list[str]:
    if kind.startswith("text/html"):
        page = Parts()
        page.feed(text)
        return page.found
    if kind.startswith("text/css"):
        found = re.findall(r"url\(\s*['\"]?([^'\")]+)", text) + re.findall(r"@import\s+['\"]([^'\"]+)", text)
        return [address for address in found if not address.startswith(("data:", "#"))]
    return []


def _fetch(port: int, address: object) -> tuple[int, str, str]:
    """The size of an answer on the wire, its type, and its text. Anything but 200 is an error."""
    path = getattr(address, "path", "/") or "/"
    query = getattr(address, "query", "")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", f"{path}?{query}" if query else path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != http.HTTPStatus.OK:
        raise SystemExit(f"{path} answered {answer.status}")
    head = len(f"HTTP/1.1 {answer.status} {answer.reason}\r\n\r\n")
    head += sum(len(name) + len(value) + len(": \r\n") for name, value in answer.getheaders())
    connection.close()
    whole = gzip.decompress(body) if answer.getheader("content-encoding") == "gzip" else body
    kind = answer.getheader("content-type", "")
    return head + len(body), kind, whole.decode() if kind.startswith("text/") else ""
