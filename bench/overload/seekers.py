"""Help-seekers of an evening: they come, wait for as long as they can, talk, and some try again."""

from __future__ import annotations

import asyncio
import hashlib
from http import HTTPStatus
from typing import Final

import msgspec

from bench.clients import Client, wait_until
from bench.overload.evening import Evening
from bench.overload.profile import Person
from bench.world import LINE

TALKS_EVERY: Final = 1.0  # minutes between two messages of one side, on average
LAST_WORDS: Final = 10.0  # seconds by the wall in which a page that has just lost the network is back
LAST_FRAMES: Final = 0.3  # seconds for what is still on its way to a page


class Moved(msgspec.Struct):
    t: str
    state: str | None = None


_decode: Final = msgspec.json.Decoder(Moved).decode


class VisitPage(Client):
    """The page of someone who waits and then talks."""

    def __init__(self, evening: Evening, token: str) -> None:
        super().__init__(evening.watch, "/live/visit/", f"visit={token}")
        self.state = "waiting"
        self.moved = asyncio.Event()

    def heard(self, payload: bytes, now: float) -> None:
        moved = _decode(payload)
        if moved.state is not None and moved.state != self.state:
            self.state = moved.state
            self.moved.set()
        super().heard(payload, now)


async def come(evening: Evening, person: Person) -> None:
    """One attempt; and perhaps the next one, later the same evening."""
    await evening.until(person.comes)
    evening.noted.attempts += 1
    token = await _join(evening, person)
    in_vain = token is None or await _visit(evening, person, token)
    returning = evening.profile.returning
    if in_vain and returning is not None and evening.chance.random() < returning.share:
        again = evening.minute + returning.after.draw(evening.chance)
        if again < evening.profile.minutes:
            evening.expect(come(evening, Person(again, person.patience, person.level)))


async def _join(evening: Evening, person: Person) -> str | None:
    """The token of the visit; None where nobody is let in."""
    form = {"level": str(person.level)} if person.level else {}
    await evening.site.get(f"/line/{LINE}/")
    answer = await evening.site.post(f"/line/{LINE}/join/", form=form)
    if token := answer.cookies.get("visit"):
        evening.noted.joins.append(answer.seconds)
        await evening.site.get("/chat/", f"visit={token}")
        return token
    evening.noted.turned_away += 1
    evening.noted.turned_pages.append(answer.seconds)
    if answer.status != HTTPStatus.OK:
        evening.noted.odd[f"join answered {answer.status} {answer.location}"] += 1
    return None


async def _visit(evening: Evening, person: Person, token: str) -> bool:
    """Wait and talk; whether it was in vain."""
    page = VisitPage(evening, token)
    evening.visits[hashlib.sha256(token.encode()).hexdigest()] = page.screen
    patient_until, talked = person.comes + person.patience, False
    with evening.open(page):
        await page.connect(evening.port)
        while page.state != "ended":
            if page.state == "talking":
                talked = True
                await _talk(evening, page)
            elif not await evening.met_by(page.moved, patient_until) and page.state == "waiting":
                await evening.site.post("/chat/leave/", f"visit={token}")
                return not talked
            page.moved.clear()
        evening.pages.discard(page)
        await wait_until(page.greeted.is_set, LAST_WORDS)
        await asyncio.sleep(LAST_FRAMES)
    return not talked


async def _talk(evening: Evening, page: VisitPage) -> None:
    """Until it is over, or the answerer was lost. The volunteer ends it."""
    while page.state == "talking":
        await evening.minutes(evening.chance.expovariate(1 / TALKS_EVERY))
        if page.state == "talking":
            page.say()
