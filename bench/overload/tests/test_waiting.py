"""How old a place is that somebody sees, and how late a board shows what happened."""

from __future__ import annotations

import json

from bench.clients import Watch
from bench.overload.board import Board
from bench.overload.waiting import Moves, WaitingPage
from bench.requests import Site


def place(number: int) -> bytes:
    return json.dumps({"t": "place", "place": number, "of": 9, "low": 0, "high": 600}).encode()


def test_a_place_is_as_old_as_the_first_claim_that_it_does_not_know_of() -> None:
    moves = Moves()
    page = WaitingPage(Watch(), "", moves, number=6)
    moves.at = [100.0, 101.0]

    page.heard(place(5), now=103.0)  # two claims at once: out of date since the first

    assert moves.ages == [3.0]
    assert moves.age(page.seen, now=110.0) == 0.0


def test_a_page_that_is_told_one_of_two_claims_goes_on_being_out_of_date() -> None:
    moves = Moves()
    page = WaitingPage(Watch(), "", moves, number=6)
    moves.at = [100.0, 101.0]

    page.heard(place(6), now=100.5)

    assert moves.ages == [0.5]
    assert moves.age(page.seen, now=106.0) == 5.0


def test_a_change_shows_on_the_first_board_that_was_asked_for_after_it() -> None:
    board = Board(Watch(), Site(0), "")
    board.changed(10.0)
    board.changed(10.4)

    board.shown(asked=10.2, there=10.5)
    assert (board.lags, board.waiting) == ([0.5], [10.4])

    board.shown(asked=10.6, there=11.0)
    assert [round(lag, 3) for lag in board.lags] == [0.5, 0.6]
    assert board.waiting == []
