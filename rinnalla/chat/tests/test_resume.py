"""Promise R3: after any sequence of events a page shows what a freshly loaded page shows. Ten thousand sequences.

The real gateway and rooms on one side, the real journal.ts on the other (resume_world.py); everything between them may
be late, lost, repeated or cut off. Many sequences take each step together, so that Node is asked once for all of them.
A sequence that fails is named by its seed: SEED=… runs it alone, and prints it.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from rinnalla.chat.tests.journal_node import Node
from rinnalla.chat.tests.resume_world import ANSWERER, SEEKER, Line, Process, World, take_no_time
from rinnalla.core.sockets import Socket

SEQUENCES: Final = 10_000
TOGETHER: Final = 1000
STEPS: Final = (5, 60)
FINAL: Final = (4401, 4403, 4410)  # socket.ts: the page is over
SHOWN: Final = ("said", "state", "place", "of", "answerer", "stale")
TURNS: Final = 10  # of the event loop after each step

Command = dict[str, Any]


@dataclass
class Page:
    """One window, as socket.ts leads it. ``heard``: how many of the line's frames it has taken in."""

    world: World
    own: str
    window: str
    line: Line | None = None
    heard: int = 0
    to_service: list[str] = field(default_factory=list)
    loaded: bool = False
    over: bool = False
    later: int = 0
    written: list[str] = field(default_factory=list)

    def command(self, name: str, **values: Any) -> Command:
        return {"do": name, "window": self.window, "brief": True, "page": None, **values}

    def load(self) -> Command:
        self.loaded, self.over = True, False
        world = self.world
        queued = world.state == "waiting"
        talk = world.talk()
        standing = {
            "state": talk.state,
            "place": world.place if queued else None,
            "of": len(world.queue()) if queued else None,
            "answerer": talk.answerer,
        }
        return self.command("load", own=self.own, standing=standing, transcript=[said.as_frame() for said in world.log])

    def take(self, count: int) -> list[Command]:
        """The next frames of the line come in; after the last, the service's closing."""
        if self.line is None:
            return []
        frames = self.line.wire.frames[self.heard : self.heard + count]
        self.heard += len(frames)
        commands = [self.command("takeAll", frames=frames)] if frames else []
        if self.line.wire.code is not None and self.heard == len(self.line.wire.frames):
            self.over = self.line.wire.code in FINAL
            self.line.ends()
            self.line = None
            self.to_service.clear()
            commands.append(self.command("cut"))
        return commands

    def send(self, count: int | None = None) -> None:
        if self.line is not None:
            self.line.arrive(self.to_service[:count])
            del self.to_service[: len(self.to_service) if count is None else count]

    @property
    def is_wanted(self) -> bool:
        """Whether somebody looks at this page: the answerer's is gone with the conversation."""
        return self.own == SEEKER or (self.world.claimed and self.world.state == "talking")


class Sequence:
    """One world with both pages, and the steps it takes."""

    def __init__(self, number: int, seed: int, processes: list[Process]) -> None:
        self.chance = random.Random(seed)
        self.seed = seed
        self.world = World(number, self.chance)
        self.processes = processes
        self.pages = [Page(self.world, SEEKER, f"{number} s"), Page(self.world, ANSWERER, f"{number} a")]
        self.unnoticed: list[Line] = []  # broken lines that the service takes for whole
        self.left = self.chance.randint(*STEPS)
        self.taken: list[str] = []

    def step(self) -> list[tuple[Page, Command]]:
        """Something happens. What the pages are to do about it."""
        if not self.left:
            return []
        self.left -= 1
        page, process = self.chance.choice(self.pages), self.chance.choice(self.processes)
        name = self.chance.choice(MOVES)
        self.taken.append(f"{name} {page.own} {self.processes.index(process)}")
        commands = getattr(self, name)(page, process)
        return [(page, command) for command in commands or []]

    # What pages and their lines do ----------------------------------------------------------------------------------
    def connect(self, page: Page, _process: Process) -> list[Command]:
        if page.line is not None or page.over or (page.own == ANSWERER and not page.loaded and not page.is_wanted):
            return []
        return [*([] if page.loaded else [page.load()]), page.command("connect")]

    def connected(self, page: Page, after: int) -> None:
        """journal.ts has said after which number the line shall speak. Any lower one, or nonsense, must do, too."""
        asked = str(after) if self.chance.random() < 0.8 else str(self.chance.choice(["x", -1, *range(after + 1)]))
        page.line, page.heard = self.chance.choice(self.processes).open(self.world, page.own, asked), 0

    def cut(self, page: Page, _process: Process) -> list[Command]:
        if page.line is None:
            return []
        if self.chance.random() < 0.5:
            page.send()  # it was on its way already
        page.to_service.clear()
        self.unnoticed.append(page.line)
        page.line = None
        return [page.command("cut")]

    def load(self, page: Page, process: Process) -> list[Command]:
        return [*self.cut(page, process), page.load()] if page.loaded and page.is_wanted else []

    def write(self, page: Page, _process: Process) -> list[Command]:
        if not page.loaded or page.over or self.world.state == "ended":
            return []
        page.written.append(f"{page.own} {len(page.written) + 1}")
        return [page.command("say", text=page.written[-1])]

    def service_receives(self, page: Page, _process: Process) -> None:
        page.send(self.chance.randint(1, 3))

    def say_again(self, page: Page, _process: Process) -> None:
        """What is on its way arrives twice."""
        if page.line is not None:
            page.line.arrive(page.to_service[:1])

    def page_receives(self, page: Page, _process: Process) -> list[Command]:
        return page.take(self.chance.randint(1, 5))

    def wait(self, page: Page, _process: Process) -> list[Command]:
        return [page.command("wait")] if page.later else []

    # What the service does ------------------------------------------------------------------------------------------
    def commit(self, _page: Page, process: Process) -> None:
        process.commit(self.world, self.chance.choice([1, 2, None]))

    def put_off(self, _page: Page, process: Process) -> None:
        process.put_off(self.world)

    def notice(self, _page: Page, _process: Process) -> None:
        if self.unnoticed:
            self.unnoticed.pop(0).ends()

    def read_on(self, _page: Page, _process: Process) -> None:
        self.world.read_on()

    def hint(self, _page: Page, process: Process, *, arrives: bool = True, again: bool = False) -> None:
        other = self.processes[1 - self.processes.index(process)]
        waiting = process.bus.elsewhere.get(self.world.number, [])
        if waiting:
            which = self.chance.randrange(len(waiting))
            chosen = waiting[which] if again else waiting.pop(which)
            if arrives:
                other.bus._dispatch([chosen])

    def lose_hint(self, page: Page, process: Process) -> None:
        self.hint(page, process, arrives=False)

    def repeat_hint(self, page: Page, process: Process) -> None:
        self.hint(page, process, again=True)

    # What people do -------------------------------------------------------------------------------------------------
    def claim(self, _page: Page, process: Process) -> None:
        if self.world.state == "waiting":
            self.world.state, self.world.claimed = "talking", True
            self._event(process, "joined")

    def give_back(self, _page: Page, process: Process) -> None:
        if self.world.state == "talking":
            self.world.state, self.world.claimed, self.world.place = "waiting", False, 1
            self._event(process, "lost")

    def move_up(self, _page: Page, process: Process) -> None:
        if self.world.state == "waiting" and self.world.place > 1:
            self.world.place -= 1
            process.bus.publish([(f"queue:{self.world.number}", {"t": "queue"})])

    def end(self, _page: Page, process: Process) -> None:
        if self.world.state != "ended" and self.chance.random() < 0.3:
            self.world.state = "ended"
            self._event(process, "ended")

    def _event(self, process: Process, kind: str) -> None:
        """The action's commit: a line in the journal, and hints."""
        said = self.world.note("service", kind)
        number = self.world.number
        process.bus.publish([(f"conversation:{self.world.id}", {"t": "said", "seq": said.seq})])
        process.bus.publish([(f"contact:{number}", {"t": "state"})])
        process.bus.publish([(f"queue:{number}", {"t": "queue"})])

    # The end --------------------------------------------------------------------------------------------------------
    def calm_down(self) -> list[tuple[Page, Command]]:
        """Nothing breaks any more; hints that did not arrive are lost."""
        self.world.calm = True
        self.world.read_on()
        for line in self.unnoticed:
            line.ends()
        self.unnoticed.clear()
        commands: list[tuple[Page, Command]] = []
        for process in self.processes:
            process.bus.elsewhere.pop(self.world.number, None)
            process.commit(self.world)
        for page in self.pages:
            page.send()
            if page.is_wanted and page.over:  # it said so, and whoever wants to go on opens it again
                page.over = page.loaded = False
            if page.is_wanted and page.line is None:
                commands += [(page, command) for command in self.connect(page, self.processes[0])]
            else:
                commands += [(page, command) for command in [*page.take(10_000), *self.wait(page, self.processes[0])]]
        return commands

    def fresh_pages(self) -> list[Page]:
        """Somebody opens each page that can be opened now."""
        return [Page(self.world, page.own, f"{page.window} fresh") for page in self.pages if page.is_wanted]

    def faults(self, shown: dict[str, dict[str, Any]]) -> list[str]:
        found = []
        for page in self.pages:
            if page.is_wanted:
                here, fresh = shown[page.window], shown[f"{page.window} fresh"]
                found += [
                    f"{page.own} {name}: {here[name]}, fresh: {fresh[name]}"
                    for name in SHOWN
                    if here[name] != fresh[name]
                ]
                if fresh["said"] != [said.as_frame() for said in self.world.log]:
                    found.append(f"{page.own}: a fresh page does not show what is stored")
            stored = [said.text for said in self.world.log if said.by == page.own]
            if len(stored) != len(set(stored)) or stored != [text for text in page.written if text in stored]:
                found.append(f"{page.own} wrote {page.written}, stored is {stored}")
            if page.own == SEEKER and self.world.state != "ended" and stored != page.written:
                found.append(f"never stored: {[text for text in page.written if text not in stored]}")
        return found


MOVES: Final = [
    *["connect"] * 6, *["cut"] * 2, "load", *["write"] * 4, *["service_receives"] * 5, "say_again",
    *["page_receives"] * 6, "wait", *["commit"] * 5, "put_off", *["notice"] * 2, *["read_on"] * 3, *["hint"] * 4,
    "lose_hint", "repeat_hint", *["claim"] * 3, "give_back", "move_up", "end",
]  # fmt: skip


class Together:
    """Many sequences, step by step."""

    def __init__(self, node: Node, seeds: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
        worlds: dict[int, World] = {}
        numbers = range(1, len(seeds) + 1)
        worlds |= dict.fromkeys(numbers, World(0, random.Random()))
        self.node = node
        self.processes = [Process(worlds), Process(worlds)]
        self.sequences = [Sequence(n, seed, self.processes) for n, seed in zip(numbers, seeds, strict=True)]
        worlds |= {sequence.world.number: sequence.world for sequence in self.sequences}
        take_no_time(monkeypatch)

    async def run(self) -> list[str]:
        for process in self.processes:
            await process.bus.start()
        while any(sequence.left for sequence in self.sequences):
            await self.do([(s, page, command) for s in self.sequences for page, command in s.step()])
        await self.calm()
        fresh = [(sequence, page) for sequence in self.sequences for page in sequence.fresh_pages()]
        for sequence, page in fresh:
            sequence.pages.append(page)
        await self.calm()
        pages = [page for sequence in self.sequences for page in sequence.pages if page.loaded]
        states = self.node.do_all([{"do": "wait", "window": page.window} for page in pages])
        shown = {page.window: state for page, state in zip(pages, states, strict=True)}
        self.node.do_all([page.command("close") for page in pages])
        for sequence in self.sequences:
            sequence.pages = sequence.pages[:2]
        return [
            f"SEED={sequence.seed}: {'; '.join(faults)}"
            + (f" after {sequence.taken}" if len(self.sequences) == 1 else "")
            for sequence in self.sequences
            if (faults := sequence.faults(shown))
        ]

    async def calm(self) -> None:
        quiet = 0
        for _ in range(200):
            commands = [(s, page, command) for s in self.sequences for page, command in s.calm_down()]
            await self.do(commands)
            quiet = 0 if commands else quiet + 1
            if quiet == 3:
                return
            if quiet:  # hints may have been lost: what `_keep_present` does every few seconds
                for process in self.processes:
                    await process.gateway._look_everywhere(sessions=False)
                await self.settle()
        raise AssertionError("some pages find no rest")

    async def do(self, commands: list[tuple[Sequence, Page, Command]]) -> None:
        answers = self.node.do_all([command for _, _, command in commands])
        for (sequence, page, command), answer in zip(commands, answers, strict=True):
            page.later = answer["later"]
            if command["do"] == "connect":
                sequence.connected(page, answer["after"])
            if page.line is not None:
                page.to_service += [json.dumps(frame) for frame in answer["sent"] if frame["t"] == "say"]
        await self.settle()

    async def settle(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)


@pytest.mark.skipif(os.environ["RINNALLA_TEST_ON"] == "postgresql", reason="knows no database: runs beside SQLite")
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ten_thousand_sequences_end_as_a_fresh_page(
    node: Node, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL", logger="rinnalla")  # the database is away thousands of times
    monkeypatch.setattr(Socket, "open_sockets", set())
    monkeypatch.setattr(Socket, "most_open", 10**6)
    seeds = [int(os.environ["SEED"])] if "SEED" in os.environ else list(range(SEQUENCES))
    for start in range(0, len(seeds), TOGETHER):
        together = Together(node, seeds[start : start + TOGETHER], monkeypatch)
        found = asyncio.run(together.run())
        assert not found, "\n".join(found[:5])
