"""What may follow what in a worry, and what each step must say."""

from __future__ import annotations

import pytest

from rinnalla.helpline.models import Worry
from rinnalla.helpline.worry_rules import MOVES, OPEN, WorryRefusal, step_refusal

State = Worry.State


def refusal(state: str, then: str, *, words: str = "koska", to: str = "police") -> WorryRefusal | None:
    return step_refusal(Worry(state=state), then, words=words, to=to)


def test_nothing_is_decided_before_somebody_has_taken_it() -> None:
    assert {refusal(State.RAISED, then) for then in State} == {WorryRefusal.NOT_NOW}


@pytest.mark.parametrize(
    ("state", "follow"),
    [
        (State.TAKEN, {State.ASKED, State.TO_REPORT, State.REPORTED, State.NO_REPORT}),
        (State.ASKED, {State.ANSWERED, State.TO_REPORT, State.REPORTED, State.NO_REPORT}),
        (State.ANSWERED, {State.ASKED, State.TO_REPORT, State.REPORTED, State.NO_REPORT}),
        (State.TO_REPORT, {State.REPORTED}),
        (State.REPORTED, {State.REPORTED}),
        (State.NO_REPORT, {State.TO_REPORT, State.REPORTED}),
    ],
)
def test_each_state_is_followed_by_these_only(state: State, follow: set[State]) -> None:
    assert {then for then in State if refusal(state, then) is None} == follow


def test_a_decision_has_a_reason_and_a_report_a_receiver() -> None:
    assert refusal(State.TAKEN, State.NO_REPORT, words="") == WorryRefusal.NO_WORDS
    assert refusal(State.TAKEN, State.TO_REPORT, words="") == WorryRefusal.NO_WORDS
    assert refusal(State.TAKEN, State.REPORTED, to="") == WorryRefusal.NO_RECEIVER
    assert refusal(State.TAKEN, State.REPORTED, words="") is None
    assert refusal(State.TAKEN, State.ASKED, words="x" * 2001) == WorryRefusal.TOO_LONG


def test_every_state_has_a_place_in_the_table_and_open_ones_can_go_on() -> None:
    assert set(MOVES) == set(State)
    assert all(MOVES[state] or state == State.RAISED for state in OPEN)
