"""The accounting finds every fault that is seeded into an evening without one."""

from __future__ import annotations

import pytest

from bench.accounts import Screen
from bench.overload.verdict import (
    Contact,
    Ranges,
    Talked,
    back_after,
    double_claims,
    judge,
    lost,
    max_queue,
    orphans,
    plainly_stated,
    starved,
    stated,
)

SPEED = 60.0


def contact(name: str, joined: float, taken: float | None = None, *, low: float = 0, high: float = 900) -> Contact:
    """Somebody who waited, was taken after ``taken - joined`` seconds and talked for ten minutes, or left after ten."""
    return Contact(
        id=name,
        visit=f"visit of {name}",
        state="ended",
        ended_by="answerer" if taken is not None else "seeker",
        level=0,
        joined=joined,
        ended=(joined if taken is None else taken) + 600,
        taken=[] if taken is None else [taken],
        given_back=[],
        low=low,
        high=high,
        said=[(2, "a"), (3, "b")] if taken is not None else [],
    )


@pytest.fixture
def evening() -> list[Contact]:
    return [contact("first", 0, 300), contact("second", 60, 900), contact("third", 120)]


@pytest.fixture
def talked() -> dict[str, Talked]:
    def talk() -> Talked:
        seeker = Screen(sent=["a"], stored=[(2, "a")], said=[(3, "b")], order=[1, 2, 3])
        answerer = Screen(sent=["b"], stored=[(3, "b")], said=[(2, "a")], order=[1, 2, 3])
        return Talked(seeker, [answerer])

    return {"first": talk(), "second": talk(), "third": Talked(Screen())}


def lose_answerer(evening: list[Contact], talked: dict[str, Talked], *, back: float) -> None:
    """The first one's answerer vanishes at 400; ``back`` seconds later the database gives the person back."""
    evening[0].given_back, evening[0].taken = [400 + back], [300, 2000]
    evening[0].ended = 3000
    talked["first"].lost_at = [400]
    talked["first"].answerers.append(Screen(said=[(2, "a")], order=[1, 2, 3]))


def test_an_evening_without_a_fault_has_none(evening: list[Contact], talked: dict[str, Talked]) -> None:
    assert double_claims(evening, talked) == 0
    assert orphans(evening, talked, SPEED) == 0
    assert starved(evening, 0) == 0
    assert lost(evening, talked) == 0


def test_a_claim_that_two_volunteers_were_answered_with_is_counted(
    evening: list[Contact], talked: dict[str, Talked]
) -> None:
    talked["second"].answerers.append(Screen())

    assert double_claims(evening, talked) == 1


def test_a_claim_that_the_database_has_twice_is_counted(evening: list[Contact], talked: dict[str, Talked]) -> None:
    evening[1].taken.append(910)

    assert double_claims(evening, talked) == 1


def test_a_claim_after_the_answerer_was_lost_is_no_double_one(
    evening: list[Contact], talked: dict[str, Talked]
) -> None:
    lose_answerer(evening, talked, back=20 * SPEED)

    assert double_claims(evening, talked) == 0
    assert orphans(evening, talked, SPEED) == 0
    assert back_after(evening, talked, SPEED) == [20]


@pytest.mark.parametrize("state", ["waiting", "away", "talking"])
def test_somebody_who_is_left_when_all_is_over_is_an_orphan(
    evening: list[Contact], talked: dict[str, Talked], state: str
) -> None:
    evening[2].state, evening[2].ended = state, None

    assert orphans(evening, talked, SPEED) == 1


def test_somebody_back_in_the_queue_too_late_is_an_orphan(evening: list[Contact], talked: dict[str, Talked]) -> None:
    lose_answerer(evening, talked, back=31 * SPEED)

    assert orphans(evening, talked, SPEED) == 1


def test_somebody_never_back_in_the_queue_is_an_orphan(evening: list[Contact], talked: dict[str, Talked]) -> None:
    lose_answerer(evening, talked, back=20 * SPEED)
    evening[0].given_back = []

    assert orphans(evening, talked, SPEED) == 1


def test_a_message_that_the_other_side_never_got_is_lost(evening: list[Contact], talked: dict[str, Talked]) -> None:
    talked["first"].answerers[0].said.clear()

    assert lost(evening, talked) == 1


def test_a_message_that_the_database_has_not_got_is_lost(evening: list[Contact], talked: dict[str, Talked]) -> None:
    evening[1].said.remove((3, "b"))

    assert lost(evening, talked) == 1


def test_a_message_that_only_the_second_answerer_got_is_not_lost(
    evening: list[Contact], talked: dict[str, Talked]
) -> None:
    lose_answerer(evening, talked, back=20 * SPEED)
    talked["first"].answerers[0].said.clear()

    assert lost(evening, talked) == 0


def test_somebody_whom_five_later_ones_overtake_starves() -> None:
    waiting = contact("waiting", 0, 9000)
    later = [contact(f"later {number}", 1000 + number, 2000 + number) for number in range(5)]

    assert starved([waiting, *later], head_start=900) == 1
    assert starved([waiting, *later[:4]], head_start=900) == 0
    assert starved([waiting, *later], head_start=1100) == 0  # a head start explains it


def test_somebody_who_left_before_the_others_were_taken_has_not_starved() -> None:
    left = contact("left", 0)
    later = [contact(f"later {number}", 1000 + number, 2000 + number) for number in range(5)]

    assert starved([left, *later], head_start=0) == 0


def test_the_longest_queue_counts_those_given_back(evening: list[Contact], talked: dict[str, Talked]) -> None:
    assert max_queue(evening) == 3
    lose_answerer(evening, talked, back=0)
    assert max_queue(evening) == 3
    assert max_queue([evening[0]]) == 1


def test_a_wait_counts_as_in_its_range_only_when_it_was_stated() -> None:
    people = [
        contact("in", 0, 300, low=300, high=600),
        contact("above", 0, 700, low=300, high=600),
        contact("below", 0, 200, low=300, high=600),
        contact("unstated", 0, 200),
        contact("never taken", 0),
    ]
    people[3].low = people[3].high = None

    assert judge(stated(people)) == Ranges(share=0.25, above=0.25, below=0.25, without=0.25, width=2.0)


def test_the_plain_estimate_is_the_mean_of_the_waits_before() -> None:
    people = [contact("one", 0, 100), contact("two", 0, 300), contact("three", 400, 500)]

    assert plainly_stated(people, width=4.0) == [(100, None), (300, None), (100, (100.0, 400.0))]
