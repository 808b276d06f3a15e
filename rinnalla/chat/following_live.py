"""The socket of a lead who follows a conversation silently: everything comes, nothing goes out."""

from __future__ import annotations

import uuid
from functools import partial

import msgspec

from rinnalla.chat.following import may_follow
from rinnalla.chat.live import PONG, AnswererSocket, PingFrame, SayFrame, decode
from rinnalla.chat.rooms import FOLLOWER
from rinnalla.chat.transcript import SayRefusal
from rinnalla.chat.visiting import Talk
from rinnalla.core import sockets
from rinnalla.core.live import Event


class FollowerSocket(AnswererSocket):
    """Read-only. Open while the following, the role and the conversation last."""

    side = FOLLOWER
    __slots__ = ()

    async def opened(self) -> None:
        self._person_id = await self.gateway.person_of(self)
        try:
            conversation_id = uuid.UUID(self.handshake.path.rstrip("/").rpartition("/")[2])
        except ValueError:
            conversation_id = None
        talk = await self.gateway.by_id.get(conversation_id) if conversation_id and self._person_id else None
        if talk is None or not await self._may(talk):
            self.close(sockets.ENDED if self._person_id else sockets.UNKNOWN)
        elif not self.closing:
            self.unsubscribe.append(self.gateway.bus.subscribe(f"person:{self._person_id}", self.person_changed))
            await self.enter(talk)

    async def _may(self, talk: Talk) -> bool:
        person_id = self._person_id
        if person_id is None or not talk.open:
            return False
        return await self.gateway.in_thread(partial(may_follow, person_id, talk.conversation_id))

    def person_changed(self, event: Event) -> None:
        self.gateway.spawn(self.check_access())

    def moved(self, talk: Talk) -> None:
        self.gateway.believe_gone(talk)
        self.talk = talk
        self.gateway.spawn(self._look_whether_still(talk))

    async def _look_whether_still(self, talk: Talk) -> None:
        if not await self._may(talk) and not self.closing:
            self.say({"t": "state", **self.state_of(talk)})
            self.close(sockets.ENDED)

    def received(self, text: bytes) -> None:
        try:
            frame = decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.close(sockets.BAD_FRAME)
            return
        match frame:
            case SayFrame():
                self.refuse(frame.id, SayRefusal.NOT_YOURS)
            case PingFrame():
                self.send(PONG)
