"""The ceiling: the same server (uvicorn, picows, our `SocketProtocol`) and the same frames, with nothing behind them.

Numbers a message in memory, hands it to the other side and confirms it. Nothing is checked, sealed or stored.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
from typing import Any, Final, cast

import msgspec
import uvicorn
import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport

from rinnalla.config.asgi import reply
from rinnalla.core import sockets
from rinnalla.core.sockets import Handshake, Socket, SocketProtocol


class Say(msgspec.Struct, tag_field="t", tag="say"):
    id: str
    text: str


class Ping(msgspec.Struct, tag_field="t", tag="ping"):
    pass


decode: Final = msgspec.json.Decoder(Say | Ping).decode
encode: Final = msgspec.json.Encoder().encode
AT: Final = "2026-01-01T12:00:00.000Z"


class Room:
    __slots__ = ("newest", "sockets")

    def __init__(self) -> None:
        self.newest = 0
        self.sockets: dict[str, WSTransport] = {}


rooms: dict[str, Room] = {}


class Relay(WSListener):
    def __init__(self, name: str, side: str) -> None:
        super().__init__()
        self.room = rooms.setdefault(name, Room())
        self.side = side

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.room.sockets[self.side] = transport
        transport.send(WSMsgType.TEXT, encode({"t": "hello", "state": "talking", "seq": self.room.newest}))

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
        elif frame.msg_type == WSMsgType.TEXT:
            said = decode(frame.get_payload_as_bytes())
            if isinstance(said, Ping):
                transport.send(WSMsgType.TEXT, b'{"t":"pong"}')
            else:
                self.pass_on(said)

    def pass_on(self, said: Say) -> None:
        self.room.newest += 1
        seq = self.room.newest
        message = {"seq": seq, "id": said.id, "by": self.side, "kind": "text", "text": said.text, "at": AT}
        for side, transport in self.room.sockets.items():
            mine = side == self.side
            transport.send(
                WSMsgType.TEXT,
                encode({"t": "stored", "id": said.id, "seq": seq, "at": AT} if mine else {"t": "said", "m": [message]}),
            )


def seeker(handshake: Handshake) -> Socket:
    return cast("Socket", Relay(handshake.cookies["visit"], "seeker"))


def answerer(handshake: Handshake) -> Socket:
    return cast("Socket", Relay(handshake.path.rstrip("/").rpartition("/")[2], "answerer"))


async def healthy(_scope: Any, _receive: Any, send: Any) -> None:
    await reply(send, 200, b"ok")


async def serve(port: int) -> None:
    sockets.route("/live/visit/", seeker)
    sockets.route("/live/conversation/", answerer)
    config = uvicorn.Config(
        healthy,
        port=port,
        http="httptools",
        ws=cast("Any", SocketProtocol),
        lifespan="off",
        log_config=None,
        access_log=False,
        backlog=4096,
    )
    gc.collect()
    gc.freeze()
    await uvicorn.Server(config).serve()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sys.setswitchinterval(0.0005)
    uvloop.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
