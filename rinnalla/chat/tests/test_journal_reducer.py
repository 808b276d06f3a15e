"""The browser's journal (frontend/journal.ts), run in Node: whatever the network does, it ends like a fresh page.

The service is modelled here by its contract: one line at a time, frames in order until the line is cut, a `say` stored
at most once. The journal is the real one, bundled as for the browser.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rinnalla.chat.tests.journal_node import Node
from rinnalla.chat.transcript import clean

SEEKER, ANSWERER = "seeker", "answerer"


_windows = iter(range(10**9))


@dataclass
class Service:
    """The truth about one conversation, and what a line to it would say."""

    window: int
    node: Node
    own: str = SEEKER
    log: list[dict[str, Any]] = field(default_factory=list)
    state: str = "waiting"
    place: int | None = 3
    answerer: dict[str, str] | None = None
    there: bool = False
    online: bool = False
    to_page: list[dict[str, Any]] = field(default_factory=list)
    to_service: list[dict[str, Any]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    loaded: bool = False

    # What the service knows -----------------------------------------------------------------------------------------
    def standing(self) -> dict[str, Any]:
        queued = self.state == "waiting"
        return {
            "state": self.state,
            "place": self.place if queued else None,
            "of": 9 if queued else None,
            "answerer": self.answerer,
        }

    def store(self, by: str, text: str = "", *, kind: str = "text", message_id: str | None = None) -> dict[str, Any]:
        seq = len(self.log) + 1
        message = {"seq": seq, "id": message_id or f"{by}-{seq}", "by": by, "kind": kind, "text": text,
                   "at": f"2026-11-24T20:15:{seq % 60:02}.000Z", "name": None, "role": None}  # fmt: skip
        self.log.append(message)
        return message

    def push(self, frame: dict[str, Any]) -> None:
        if self.online:
            self.to_page.append(frame)

    def tell(self, message: dict[str, Any]) -> None:
        self.push({"t": "said", "m": [message]})

    # What can happen ------------------------------------------------------------------------------------------------
    def load(self) -> None:
        """The page is opened or loaded again: it shows everything stored."""
        self.cut()
        shown = {"own": self.own, "standing": self.standing(), "transcript": self.log}
        self.node.do("load", self.window, **shown)
        self.loaded = True

    def connect(self) -> None:
        if self.online:
            return
        after = self.node.do("connect", self.window)["after"]
        self.online = True
        self.push({"t": "hello", **self.standing(), "seq": len(self.log)})
        if self.answerer:
            self.push({"t": "there", "by": ANSWERER, "there": self.there})
        for message in self.log[after:]:
            self.tell(message)

    def cut(self) -> None:
        self.online = False
        self.to_page.clear()
        self.to_service.clear()
        if self.loaded:
            self.node.do("cut", self.window)

    def claim(self) -> None:
        if self.state == "waiting":
            self.state, self.answerer, self.there = "talking", {"name": "Aino", "role": "volunteer"}, True
            self.push({"t": "state", **self.standing()})
            self.push({"t": "there", "by": ANSWERER, "there": True})
            self.tell(self.store("service", kind="joined"))

    def give_back(self) -> None:
        if self.state == "talking":
            self.state, self.place, self.answerer = "waiting", 1, None
            self.tell(self.store("service", kind="lost"))
            self.push({"t": "state", **self.standing()})

    def move_up(self) -> None:
        if self.state == "waiting" and self.place is not None and self.place > 1:
            self.place -= 1
            self.push({"t": "place", "place": self.place, "of": 9})

    def blink(self) -> None:
        if self.answerer:
            self.there = not self.there
            self.push({"t": "there", "by": ANSWERER, "there": self.there})

    def end(self) -> None:
        if self.state == "talking":
            self.state = "ended"
            self.tell(self.store("service", kind="ended"))
            self.push({"t": "state", **self.standing()})

    def other_says(self) -> None:
        if self.state == "talking":
            self.tell(self.store(ANSWERER, "and then?"))

    def own_says(self) -> None:
        if self.state != "ended":
            self.written.append(f"own {len(self.written) + 1}")
            self.sent(self.node.do("say", self.window, text=self.written[-1]))

    def sent(self, shown: dict[str, Any]) -> dict[str, Any]:
        if self.online:
            self.to_service += [frame for frame in shown["sent"] if frame["t"] == "say"]
        return shown

    def service_receives(self, *, lazy: bool = False) -> None:
        if not self.to_service:
            return
        frame = self.to_service.pop(0)
        before = next((message for message in self.log if message["id"] == frame["id"]), None)
        if lazy:
            self.push({"t": "later", "id": frame["id"], "say": "kept"})
        elif before is not None:
            self.push({"t": "stored", "id": before["id"], "seq": before["seq"], "at": before["at"]})
        elif self.state == "ended":
            self.push({"t": "refused", "id": frame["id"], "reason": "ended", "say": "ended"})
        else:
            message = self.store(self.own, frame["text"], message_id=frame["id"])
            self.push({"t": "stored", "id": message["id"], "seq": message["seq"], "at": message["at"]})

    def service_puts_off(self) -> None:
        self.service_receives(lazy=True)

    def page_receives(self, *, twice: bool = False) -> None:
        if self.to_page:
            frame = self.to_page.pop(0)
            for _ in range(1 + twice):
                self.sent(self.node.do("take", self.window, frame=frame))

    def page_receives_twice(self) -> None:
        self.page_receives(twice=True)

    def wait(self) -> None:
        self.sent(self.node.do("wait", self.window))

    def reach_calm(self) -> dict[str, Any]:
        """Everything on its way arrives, over a line that is opened again if it was cut."""
        self.connect()
        self.wait()
        while self.to_page or self.to_service:
            while self.to_service:
                self.service_receives()
            while self.to_page:
                self.page_receives()
            self.wait()
        return self.node.do("wait", self.window)


def begin(node: Node, own: str = SEEKER) -> Service:
    service = Service(next(_windows), node, own)
    service.load()
    return service


def fresh_page(service: Service) -> dict[str, Any]:
    """What someone who opens the page now sees, once its line has said what it has to say."""
    other = Service(next(_windows), service.node, service.own, service.log, service.state, service.place,
                    service.answerer, service.there)  # fmt: skip
    other.load()
    return other.reach_calm()


MOVES = (
    Service.load, Service.connect, Service.cut, Service.claim, Service.give_back, Service.move_up, Service.blink,
    Service.end, Service.other_says, Service.own_says, Service.own_says, Service.service_receives,
    Service.service_receives, Service.service_puts_off, Service.page_receives, Service.page_receives,
    Service.page_receives, Service.page_receives_twice, Service.wait,
)  # fmt: skip
# Long ones too: left to itself, Hypothesis makes lists of about five.
MANY_MOVES = st.integers(0, 80).flatmap(lambda n: st.lists(st.sampled_from(MOVES), min_size=n, max_size=n))
SHOWN = ("said", "state", "place", "of", "answerer", "there", "stale")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MANY_MOVES)
def test_after_any_network_the_page_shows_what_a_fresh_page_shows(node: Node, moves: list[Any]) -> None:
    service = begin(node)
    for move in moves:
        move(service)
    shown = service.reach_calm()
    fresh = fresh_page(service)
    assert {name: shown[name] for name in SHOWN} == {name: fresh[name] for name in SHOWN}
    assert shown["said"] == service.log
    assert [message["seq"] for message in shown["said"]] == list(range(1, len(service.log) + 1))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MANY_MOVES)
def test_own_messages_are_stored_once_each_and_in_the_order_they_were_written(node: Node, moves: list[Any]) -> None:
    service = begin(node)
    for move in moves:
        if move is not Service.end:
            move(service)
    shown = service.reach_calm()
    stored = [message["text"] for message in service.log if message["by"] == SEEKER]
    assert stored == service.written
    assert shown["unsent"] == []
    assert shown["kept"] is None


def test_a_message_waits_for_the_line_to_catch_up(node: Node) -> None:
    service = begin(node)
    service.connect()
    service.claim()
    service.reach_calm()
    service.cut()
    service.other_says()
    service.own_says()
    service.connect()
    hello, there, overlap, missed = service.to_page
    for frame in (hello, there, overlap):
        assert node.do("take", service.window, frame=frame)["sent"] == []
    assert [overlap["m"][0]["seq"], missed["m"][0]["seq"]] == [1, 2]
    [say] = node.do("take", service.window, frame=missed)["sent"]
    assert say["text"] == "own 1"


def test_one_message_at_a_time_is_on_its_way(node: Node) -> None:
    service = begin(node)
    service.connect()
    service.claim()
    service.reach_calm()
    service.own_says()
    service.own_says()
    assert [frame["text"] for frame in service.to_service] == ["own 1"]
    service.reach_calm()
    assert [message["text"] for message in service.log if message["by"] == SEEKER] == ["own 1", "own 2"]


def test_a_refused_message_stays_with_its_reason_and_can_be_taken_back(node: Node) -> None:
    service = begin(node)
    service.connect()
    service.claim()
    service.reach_calm()
    first = node.do("say", service.window, text="far too long")["sent"][0]
    node.do("say", service.window, text="short")
    refusal = {"t": "refused", "id": first["id"], "reason": "too_long", "say": "It is too long."}
    shown = node.do("take", service.window, frame=refusal)
    assert [frame["text"] for frame in shown["sent"]] == ["short"]
    assert [(message["text"], message["trouble"]) for message in shown["unsent"]] == [
        ("far too long", "It is too long."),
        ("short", None),
    ]
    shown = node.do("takeBack", service.window, id=first["id"])
    assert (shown["text"], [message["text"] for message in shown["unsent"]]) == ("far too long", ["short"])


def test_a_message_put_off_is_sent_again_later_with_the_same_id(node: Node) -> None:
    service = begin(node)
    service.connect()
    service.claim()
    service.reach_calm()
    [first] = node.do("say", service.window, text="hello")["sent"]
    put_off = {"t": "later", "id": first["id"], "say": "kept"}
    assert node.do("take", service.window, frame=put_off)["sent"] == []
    assert node.do("wait", service.window)["sent"] == [first]


def test_unsent_messages_outlive_a_reload_but_not_the_end(node: Node) -> None:
    service = begin(node)
    service.connect()
    service.claim()
    service.reach_calm()
    service.cut()
    service.own_says()
    service.load()
    assert service.node.do("wait", service.window)["unsent"][0]["text"] == "own 1"
    service.end()
    service.load()
    shown = service.node.do("wait", service.window)
    assert shown["kept"] is None


def test_a_line_that_speaks_of_another_conversation_makes_the_page_stale_and_sends_nothing(node: Node) -> None:
    """Someone who left and joined again in another window has one cookie and two pages."""
    old, new = begin(node), begin(node)
    for service in (old, new):
        service.connect()
        service.claim()
        service.reach_calm()
    old.cut()
    old.own_says()
    new.log[0] = {**new.log[0], "id": "another"}
    for _ in range(3):
        new.other_says()
    old.log = new.log
    old.connect()
    while old.to_page:
        old.page_receives()
    shown = node.do("wait", old.window)
    assert (shown["stale"], old.to_service) == (True, [])
    old.load()
    old.connect()
    while old.to_page:
        old.page_receives()
    shown = node.do("wait", old.window)
    assert (shown["stale"], shown["unsent"], old.to_service) == (False, [], [])


def test_a_line_that_knows_less_than_the_page_makes_it_stale(node: Node) -> None:
    service = begin(node)
    service.connect()
    service.claim()
    service.other_says()
    service.reach_calm()
    service.cut()
    service.log.pop()
    service.connect()
    service.page_receives()
    assert node.do("wait", service.window)["stale"] is True


def test_the_other_sides_presence_is_unknown_until_told(node: Node) -> None:
    service = begin(node)
    assert node.do("wait", service.window)["there"] is None
    service.connect()
    service.claim()
    assert service.reach_calm()["there"] is True
    service.blink()
    assert service.reach_calm()["there"] is False


@given(st.text(st.characters(exclude_categories=()), max_size=30))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_text_is_shown_as_the_service_will_keep_it(node: Node, text: str) -> None:
    service = begin(node)
    [shown] = node.do("say", service.window, text=text)["unsent"]
    # Only a mark that Python does not count as space may be trimmed beyond what the service trims.
    assert shown["text"] == clean(shown["text"])
    assert shown["text"].strip("\ufeff \n\t") == clean(text).strip("\ufeff \n\t")


def test_last_words_are_taken_in_though_the_end_came_first(node: Node) -> None:
    service = begin(node)
    service.connect()
    service.claim()
    service.reach_calm()
    service.other_says()
    service.end()
    words, ended, state = service.to_page
    for frame in (state, ended):
        node.do("take", service.window, frame=frame)
    shown = node.do("take", service.window, frame=words)
    assert (shown["state"], shown["said"]) == ("ended", service.log)


def test_nobody_answers_any_more_once_the_answerer_is_lost(node: Node) -> None:
    service = begin(node)
    service.connect()
    service.claim()
    assert service.reach_calm()["answerer"] == {"name": "Aino", "role": "volunteer"}
    service.give_back()
    shown = service.reach_calm()
    assert (shown["state"], shown["place"], shown["answerer"], shown["there"]) == ("waiting", 1, None, None)
