"""The live sockets of the chat lines: a help-seeker's visit, a volunteer's conversation, the duty page."""

from __future__ import annotations

import asyncio
import re
import uuid
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.utils import timezone
from django.utils.translation import gettext, override

from rinnalla.chat.models import Message
from rinnalla.chat.rooms import TalkSocket, encode
from rinnalla.chat.timeframe import TimeFrame
from rinnalla.chat.transcript import Saying, SayRefusal, clean, text_refusal
from rinnalla.chat.visiting import Standing, Talk, line_ids
from rinnalla.core import sockets
from rinnalla.core.live import Event
from rinnalla.core.sockets import Handshake, Socket
from rinnalla.helpline import actions as helpline

if TYPE_CHECKING:
    from rinnalla.chat.gateway import Gateway

SEEKER: Final = Message.Author.SEEKER.value
ANSWERER: Final = Message.Author.ANSWERER.value
NO_PLACE: Final = {"place": None, "of": None, "low": None, "high": None, "hope": None}
DESK_ASKS: Final = 5.0  # seconds of silence: a volunteer's lease is short (helpline.rules.LEASE)


class SayFrame(msgspec.Struct, tag_field="t", tag="say"):
    id: uuid.UUID
    text: str


class TypingFrame(msgspec.Struct, tag_field="t", tag="typing"):
    pass


class PingFrame(msgspec.Struct, tag_field="t", tag="ping"):
    pass


Frame = SayFrame | TypingFrame | PingFrame
_decoder: msgspec.json.Decoder[Frame] = msgspec.json.Decoder(Frame)
# An escaped backslash, an escaped pair of surrogates, or a surrogate alone (the one that is named).
_SURROGATES: Final = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<alone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def decode(text: bytes) -> Frame:
    """One frame. Half an emoji, which browsers write as a lone surrogate, becomes U+FFFD: refused, it would come again.

    Raises msgspec.DecodeError or UnicodeDecodeError.
    """
    try:
        return _decoder.decode(text)
    except msgspec.DecodeError:
        mended = _SURROGATES.sub(lambda found: rb"\ufffd" if found["alone"] else found[0], text)
        if mended == text:
            raise
        return _decoder.decode(mended)


PONG: Final = encode({"t": "pong"})


class ChatSocket(TalkSocket):
    """What both sides' sockets do alike."""

    __slots__ = ("_typed_at", "gateway", "talk", "unsubscribe")

    def __init__(self, gateway: Gateway, handshake: Handshake) -> None:
        super().__init__(handshake)
        self.gateway = gateway
        self.talk: Talk | None = None
        self.unsubscribe: list[Any] = []
        self._typed_at = 0.0

    async def enter(self, talk: Talk) -> None:
        """Join the room, say hello, and send what this page has not got."""
        self.talk = talk
        after = self.handshake.query.get("after", "0")
        self.last = min(int(after), talk.newest) if after.isascii() and after.isdigit() and len(after) < 10 else 0
        self.unsubscribe.append(self.gateway.bus.subscribe(f"contact:{talk.contact_id}", self.contact_changed))
        self.say({"t": "hello", **self.state_of(talk), "seq": talk.newest})
        self.tell_time(talk.time)
        self.gateway.join(self, talk)

    def tell_time(self, time: TimeFrame | None) -> None:
        """How much time is agreed, when somebody talks."""
        if time is not None:
            self.say(time.as_frame())

    def state_of(self, talk: Talk) -> dict[str, Any]:
        return {"state": talk.state, "place": None, "of": None, "answerer": talk.answerer}

    def contact_changed(self, event: Event) -> None:
        self.gateway.spawn(self.look_again())

    async def look_again(self) -> None:
        """The contact may have moved: read it."""
        assert self.talk is not None
        talk = await self.gateway.by_id.get(self.talk.conversation_id)
        if talk is not None and not self.closing:
            self.moved(talk)

    def moved(self, talk: Talk) -> None:
        """Say what is different in ``talk``, which was just read."""

    def received(self, text: bytes) -> None:
        try:
            frame = decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.close(sockets.BAD_FRAME)
            return
        match frame:
            case SayFrame():
                self.say_text(frame)
            case TypingFrame() if self.talk is not None:
                now = asyncio.get_running_loop().time()
                if now - self._typed_at >= 2:
                    self._typed_at = now
                    self.gateway.bus.publish(
                        [(f"conversation:{self.talk.conversation_id}", {"t": "typing", "by": self.side})]
                    )
            case PingFrame():
                self.send(PONG)

    def say_text(self, frame: SayFrame) -> None:
        text = clean(frame.text)
        reason = text_refusal(text)
        if self.talk is None or reason is not None:
            self.refuse(frame.id, reason or SayRefusal.ENDED)
            return
        self.gateway.journal.put(
            Saying(
                self.talk.conversation_id,
                frame.id,
                self.side,
                text,
                datetime.now(UTC),
                person_id=self.person_id,
                origin=self,
            )
        )

    @property
    def person_id(self) -> int | None:
        return None

    def refuse(self, message_id: uuid.UUID, reason: SayRefusal) -> None:
        with override(self.handshake.language):
            self.say({"t": "refused", "id": str(message_id), "reason": reason.value, "say": str(reason.label)})

    def put_off(self, message_id: uuid.UUID) -> None:
        with override(self.handshake.language):
            text = gettext("The message could not be stored yet. It is kept here and sent again.")
        self.say({"t": "later", "id": str(message_id), "say": text})

    def closed(self) -> None:
        for unsubscribe in self.unsubscribe:
            unsubscribe()
        self.gateway.leave(self)


class VisitSocket(ChatSocket):
    """A help-seeker's page: waiting, then talking."""

    side = SEEKER
    __slots__ = ("_place", "_stated")

    async def opened(self) -> None:
        self._place: Standing | None = None
        self._stated = False
        token = self.handshake.cookies.get("visit", "")
        talk = await self.gateway.by_token.get(helpline.token_hash(token)) if token else None
        if talk is not None and talk.state == "away":
            await self.gateway.in_thread(
                partial(helpline.keep_present, contact_ids=[talk.contact_id], now=timezone.now())
            )
            talk = await self.gateway.by_token.get(helpline.token_hash(token))
        if talk is None or talk.erased:
            self.close(sockets.UNKNOWN)
            return
        if talk.state == "waiting":
            self._place = await self.gateway.standing_of(talk)
        if not self.closing:
            await self.enter(talk)
            self.gateway.watch_queue(self)
            self._was_told()

    def state_of(self, talk: Talk) -> dict[str, Any]:
        standing = self._place if talk.state == "waiting" else None
        return {"state": talk.state, **(asdict(standing) if standing else NO_PLACE), "answerer": talk.answerer}

    def moved(self, talk: Talk) -> None:
        assert self.talk is not None
        self.gateway.believe_gone(talk)
        if (talk.state, talk.answerer) != (self.talk.state, self.talk.answerer):
            self.say({"t": "state", **self.state_of(talk)})
        if talk.time != self.talk.time:
            self.tell_time(talk.time)
        self.talk = talk

    def tell_place(self, standing: Standing) -> None:
        if standing != self._place:
            self._place = standing
            self.say({"t": "place", **asdict(standing)})
            self._was_told()

    def _was_told(self) -> None:
        standing = self._place
        if self.talk is not None and standing and standing.low is not None and standing.high is not None:
            if not self._stated:
                self.gateway.was_stated(self.talk.contact_id, standing.low, standing.high)
            self._stated = True


class AnswererSocket(ChatSocket):
    """A volunteer's page of one conversation."""

    side = ANSWERER
    ask_after = DESK_ASKS
    __slots__ = ("_person_id",)

    @property
    def person_id(self) -> int | None:
        return self._person_id

    async def opened(self) -> None:
        self._person_id = await self.gateway.person_of(self)
        try:
            conversation_id = uuid.UUID(self.handshake.path.rstrip("/").rpartition("/")[2])
        except ValueError:
            conversation_id = None
        talk = await self.gateway.by_id.get(conversation_id) if conversation_id and self._person_id else None
        if talk is None or talk.may_answer != self._person_id:
            self.close(sockets.ENDED if self._person_id else sockets.UNKNOWN)
        elif not self.closing:
            self.unsubscribe.append(self.gateway.bus.subscribe(f"person:{self._person_id}", self.person_changed))
            await self.enter(talk)

    def person_changed(self, event: Event) -> None:
        if event.get("t") == "revoked":
            self.gateway.spawn(self.check_access())

    async def check_access(self) -> None:
        """Something was taken from this person: a role, the account, or this or another session."""
        if await self.gateway.is_signed_in(self, self._person_id):
            await self.look_again()

    def moved(self, talk: Talk) -> None:
        self.gateway.believe_gone(talk)
        if self.talk is not None and talk.time != self.talk.time and talk.may_answer == self._person_id:
            self.tell_time(talk.time)
        self.talk = talk
        if talk.may_answer != self._person_id:
            self.say({"t": "state", **self.state_of(talk)})
            self.close(sockets.ENDED)


class DutySocket(Socket):
    """The duty page: says that something changed, and holds the lease while it is open."""

    ask_after = DESK_ASKS

    __slots__ = ("_person_id", "_timer", "_what", "gateway", "unsubscribe")

    def __init__(self, gateway: Gateway, handshake: Handshake) -> None:
        super().__init__(handshake)
        self.gateway = gateway
        self.unsubscribe: list[Any] = []
        self._person_id: int | None = None
        self._what: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def person_id(self) -> int | None:
        return self._person_id

    async def opened(self) -> None:
        self._person_id = await self.gateway.person_of(self)
        if self._person_id is None:
            self.close(sockets.UNKNOWN)
            return
        lines = await self.gateway.in_thread(line_ids)
        topics = [f"person:{self._person_id}", *(f"queue:{line}" for line in lines)]
        self.unsubscribe = [self.gateway.bus.subscribe(topic, self.changed) for topic in topics]
        self.gateway.duties.add(self)

    def changed(self, event: Event) -> None:
        kind = event.get("t")
        if kind == "revoked":
            self.gateway.spawn(self.gateway.is_signed_in(self, self._person_id))
        self._what |= {"queue"} if kind == "queue" else {"queue", "duty", "talks"}
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(0.2, self._tell)

    def _tell(self) -> None:
        self._timer = None
        what, self._what = sorted(self._what), set()
        self.send(encode({"t": "changed", "what": what}))

    def received(self, text: bytes) -> None:
        try:
            frame = decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.close(sockets.BAD_FRAME)
            return
        if isinstance(frame, PingFrame):
            self.send(PONG)

    def closed(self) -> None:
        for unsubscribe in self.unsubscribe:
            unsubscribe()
        if self._timer is not None:
            self._timer.cancel()
        self.gateway.duties.discard(self)
