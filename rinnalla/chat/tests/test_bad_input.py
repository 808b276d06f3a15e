"""Bad input on the live sockets: survived, answered with a code and a sentence, and no one else notices."""

from __future__ import annotations

import json
import socket
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection
from websockets.exceptions import ConnectionClosed

from rinnalla.chat import gateway
from rinnalla.chat.models import Message
from rinnalla.chat.tests.conftest import Frames, Live, Talking, volunteer
from rinnalla.core import sockets
from rinnalla.people.tests.cast import signed_in

ALONE = "\ud83d"


def say(side: Frames, text: str, message_id: uuid.UUID | None = None) -> str:
    wanted = str(message_id or uuid.uuid4())
    side.send(t="say", id=wanted, text=text)
    return wanted


def test_half_an_emoji_arrives_as_a_replacement_character_and_closes_nothing(talking: Talking) -> None:
    """Browsers send a lone surrogate as an escape; a refusal would make the page send it again for ever."""
    sent = [f"a{ALONE}", f"{ALONE}b", "\udc00c", "👋 koko", "\\ud83d kirjoitettuna", f"\\{ALONE}", f"{ALONE}👋"]
    for text in sent:
        say(talking.seeker, text)
    heard = [talking.answerer.until("said")["m"][0]["text"] for _ in sent]
    assert heard == ["a\ufffd", "\ufffdb", "\ufffdc", "👋 koko", "\\ud83d kirjoitettuna", "\\\ufffd", "\ufffd👋"]


def test_a_lone_surrogate_elsewhere_is_a_bad_frame(talking: Talking) -> None:
    talking.seeker.socket.send('{"t":"say","id":"\\ud83d","text":"x"}')
    assert talking.seeker.close_code() == 4400


def test_ten_thousand_combining_marks_are_refused_and_the_conversation_goes_on(talking: Talking) -> None:
    refused_id = say(talking.seeker, "e" + "\u0301" * 10_000)
    refused = talking.seeker.until("refused")
    assert (refused["id"], refused["reason"]) == (refused_id, "too_long")
    say(talking.seeker, "näin sitten")
    assert talking.answerer.until("said")["m"][0]["text"] == "näin sitten"


def test_a_megabyte_of_one_line_closes_only_its_own_socket(live: Live, talking: Talking) -> None:
    other = live.visit(talking.token)
    other.until("said")
    with suppress(ConnectionClosed):
        say(other, "x" * 1_000_000)
    assert other.close_code() in (4413, 1009)
    assert other.socket.close_reason
    say(talking.seeker, "minä olen vielä täällä")
    assert talking.answerer.until("said")["m"][0]["text"] == "minä olen vielä täällä"


def test_a_reader_that_never_reads_is_closed_and_the_others_are_not_held_up(
    live: Live, talking: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "MOST_UNSENT", 64 * 1024)
    monkeypatch.setattr(sockets, "RATE", 10_000.0)
    monkeypatch.setattr(sockets, "FAREWELL", 60.0)  # it wakes up while there is still time to learn why
    asleep = not_reading(live, talking.token)
    text, slowest = "x" * 4000, 0.0
    for _ in range(80):  # more than the system and the service keep
        began = time.monotonic()
        say(talking.answerer, text)
        talking.answerer.until("stored")
        talking.seeker.until("said")
        slowest = max(slowest, time.monotonic() - began)
    assert close_code_of(asleep) == 4408
    assert slowest < 2


def not_reading(live: Live, token: str) -> socket.socket:
    """A socket with a small buffer that has said hello and then reads nothing."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    host, _, port = live.host.partition(":")
    raw.connect((host, int(port)))
    raw.sendall(
        (
            f"GET /live/visit/ HTTP/1.1\r\nHost: {live.host}\r\nOrigin: http://{live.host}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            f"Cookie: visit={token}\r\n\r\n"
        ).encode()
    )
    assert raw.recv(12) == b"HTTP/1.1 101"
    return raw


def close_code_of(raw: socket.socket) -> int | None:
    """Read everything at last: the code of the close frame at its end (RFC 6455 § 5.5.1), if one came."""
    raw.settimeout(10)
    received = b""
    with suppress(ConnectionResetError, TimeoutError):
        while part := raw.recv(65_536):
            received += part
            tail = received[-125:]
            if (start := tail.rfind(b"\x88")) >= 0 and len(tail) == start + 2 + tail[start + 1]:
                raw.close()
                return int.from_bytes(tail[start + 2 : start + 4])
    raw.close()
    return None


def test_endless_pings_are_closed_with_the_code_that_says_so(live: Live, talking: Talking) -> None:
    other = live.visit(talking.token)
    other.next()
    with suppress(ConnectionClosed):
        for _ in range(3000):
            other.send(t="ping")
    assert other.close_code() == 4429
    assert other.socket.close_reason


def test_a_flood_of_the_protocols_own_pings_is_closed_as_well(live: Live, talking: Talking) -> None:
    other = live.visit(talking.token)
    other.next()
    with suppress(ConnectionClosed):
        for _ in range(3000):
            other.socket.ping()
    assert other.close_code() == 4429
    assert other.socket.close_reason == "Liian monta viestiä tai ikkunaa yhtä aikaa."
    say(talking.seeker, "minä olen vielä täällä")
    assert talking.answerer.until("said")["m"][0]["text"] == "minä olen vielä täällä"


# Frames and their parts ---------------------------------------------------------------------------------------------
def test_a_text_in_parts_of_one_byte_is_put_together(talking: Talking) -> None:
    message_id = str(uuid.uuid4())
    talking.seeker.socket.send(list(json.dumps({"t": "say", "id": message_id, "text": "kuuletko minua?"})))
    assert talking.seeker.until("stored")["id"] == message_id
    assert talking.answerer.until("said")["m"][0]["text"] == "kuuletko minua?"


def parts_of_a_ping(count: int) -> list[str]:
    """A ping in ``count`` parts with the empty one that the client adds at the end; most of it is room."""
    whole = '{"t":"ping"}'
    return [*whole, *" " * (count - 1 - len(whole))]


def test_a_message_in_more_parts_than_anybody_sends_is_not_understood(
    live: Live, talking: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be a small text: "too large" would be untrue."""
    monkeypatch.setattr(sockets, "BURST", 1000.0)
    other = live.visit(talking.token)
    other.next()
    other.socket.send(parts_of_a_ping(sockets.MOST_FRAGMENTS))
    assert other.until("pong") == {"t": "pong"}
    with suppress(ConnectionClosed):
        other.socket.send(parts_of_a_ping(sockets.MOST_FRAGMENTS + 1))
    assert other.close_code() == 4400
    assert other.socket.close_reason == "Palvelu ei ymmärtänyt tätä viestiä."


@pytest.mark.parametrize("in_parts", [False, True])
def test_the_largest_frame_is_taken_and_one_byte_more_is_too_large(
    live: Live, talking: Talking, in_parts: bool
) -> None:
    largest = '{"t":"ping"}'.ljust(sockets.MOST_FRAME)
    for text, code in ((largest, None), (largest + " ", 4413)):
        other = live.visit(talking.token)
        other.next()
        with suppress(ConnectionClosed):
            other.socket.send([text[:40_000], text[40_000:]] if in_parts else text)
        if code is None:
            assert other.until("pong") == {"t": "pong"}
        else:
            assert other.close_code() == code
            assert other.socket.close_reason == "Viesti on liian suuri."


def test_a_nul_inside_words_is_stored_cleaned(talking: Talking) -> None:
    say(talking.seeker, "ka\0ksi sa\0naa\0")
    assert talking.answerer.until("said")["m"][0]["text"] == "kaksi sanaa"
    from rinnalla.chat import queries

    [_, stored] = queries.messages_for_seeker(talking.contact.conversation)
    assert stored.text == "kaksi sanaa"


def test_the_newest_windows_of_one_person_stay_open(live: Live, talking: Talking) -> None:
    tabs: list[Frames] = []
    for _ in range(200):
        tabs.append(live.visit(talking.token))
        tabs[-1].next()
    closed = [tab for tab in tabs[: -gateway.MOST_WINDOWS] if tab.close_code() == 4429]
    assert len(closed) == 200 - gateway.MOST_WINDOWS
    say(talking.answerer, "kuuletko?")
    for tab in tabs[-gateway.MOST_WINDOWS :]:
        while tab.until("said")["m"][-1]["text"] != "kuuletko?":
            pass


def test_the_same_id_fifty_times_at_once_from_many_windows_is_stored_once(live: Live, talking: Talking) -> None:
    message_id = uuid.uuid4()
    windows = [talking.seeker, *(live.visit(talking.token) for _ in range(gateway.MOST_WINDOWS - 1))]

    def send(number: int) -> int:
        window = windows[number % len(windows)]
        say(window, "kerran vain", message_id)
        return number

    with ThreadPoolExecutor(10) as pool:
        assert len(list(pool.map(send, range(50)))) == 50
    for window in windows:
        assert answer_about(window, message_id) == 2
    assert Message.objects.filter(client_id=message_id).count() == 1
    assert Message.objects.count() == 2
    connection.close()


def answer_about(window: Frames, message_id: uuid.UUID) -> int:
    """The number under which a window learns of the message: its own, or in a repetition."""
    while True:
        frame = window.next()
        if frame["t"] == "stored" and frame["id"] == str(message_id):
            return int(frame["seq"])
        for message in frame.get("m", []) if frame["t"] == "said" else []:
            if message["id"] == str(message_id):
                return int(message["seq"])


def test_walking_through_conversation_ids_opens_nothing_and_looks_alike(live: Live, talking: Talking) -> None:
    stranger = signed_in(volunteer(talking.duty.line, "Eetu"))
    real = talking.contact.conversation.pk
    paths = [str(real), str(uuid.uuid4()), str(uuid.UUID(int=real.int + 1)), "1", "0", "-1", "%00", "a" * 500, ""]
    ends = []
    for path in paths:
        walker = live.connect(f"/live/conversation/{path}/", stranger)
        ends.append((walker.close_code(), walker.socket.close_reason))
    assert set(ends) == {(4410, ends[0][1])}


@pytest.mark.parametrize("key", ["\\000" * 8, "a" * 5000, "%00", "ä" * 40, "' OR 1=1 --"])
def test_a_cookie_that_cannot_be_one_opens_nothing_and_spoils_nothing(live: Live, talking: Talking, key: str) -> None:
    quoted = f'staff="{key}"; visit="{key}"'
    for path, code in (("/live/duty/", 4401), ("/live/visit/", 4401)):
        assert connect_raw(live, path, quoted).close_code() == code


def connect_raw(live: Live, path: str, cookie: str) -> Frames:
    return live.connect(path, cookie.encode().decode("latin-1"))


@pytest.mark.parametrize("after", ["-1", "x", "99999999999999999999", "1.5", "%00", "²", ""])
def test_an_after_that_is_no_number_counts_as_nothing(live: Live, talking: Talking, after: str) -> None:
    page = live.connect(f"/live/visit/?after={after}", f"visit={talking.token}")
    assert page.until("said")["m"][0]["seq"] == 1


# The journal without its database -----------------------------------------------------------------------------------
def test_with_the_database_away_nothing_is_acknowledged_and_it_recovers_by_itself(
    talking: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise R7 in small: every writer is told to keep the message, and the same ids are stored later, once each."""
    from django.db import OperationalError
    from django.db.backends.base.base import BaseDatabaseWrapper

    away = [True]
    commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]

    def commit_if_there(self: Any) -> Any:
        if away[0]:
            raise OperationalError("the disk is full")
        return commit(self)

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", commit_if_there)
    ids = [say(talking.seeker, f"viesti {number}") for number in range(5)]
    for _ in ids:
        put_off = talking.seeker.until("later")
        assert put_off["id"] in ids
        assert put_off["say"]
    away[0] = False
    assert Message.objects.count() == 1
    for number, message_id in enumerate(ids):
        say(talking.seeker, f"viesti {number}", uuid.UUID(message_id))
    assert [talking.seeker.until("stored")["seq"] for _ in ids] == [2, 3, 4, 5, 6]
    assert Message.objects.count() == 6
