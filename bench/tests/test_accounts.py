"""The accounting finds every fault that is seeded into a conversation without one."""

from __future__ import annotations

import pytest

from bench.accounts import Account, Numbered, Screen, account, fallings, percentile

SEEKER, ANSWERER = 0, 1


class Talk:
    """Four messages, two from each side, numbered 2 to 5 as the first number was the answerer's joining."""

    def __init__(self) -> None:
        self.seeker = Screen(sent=["a", "c"], stored=[(2, "a"), (4, "c")], said=[(3, "b"), (5, "d")])
        self.answerer = Screen(sent=["b", "d"], stored=[(3, "b"), (5, "d")], said=[(2, "a"), (4, "c")])
        self.seeker.order, self.answerer.order = [1, 2, 3, 4, 5], [1, 2, 3, 4, 5]
        self.rows: list[Numbered] = [(2, "a"), (3, "b"), (4, "c"), (5, "d")]

    def account(self) -> Account:
        return account((self.seeker, self.answerer), self.rows)


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_a_conversation_without_a_fault_has_none(talk: Talk) -> None:
    assert talk.account() == Account(sent=4, acknowledged=4, delivered=4, lost=0, duplicated=0, reordered=0)


def test_an_acknowledged_message_that_the_other_side_never_got_is_lost(talk: Talk) -> None:
    talk.answerer.said.remove((4, "c"))
    talk.answerer.order.remove(4)

    assert talk.account() == Account(sent=4, acknowledged=4, delivered=3, lost=1, duplicated=0, reordered=0)


def test_an_acknowledged_message_that_the_database_has_not_got_is_lost(talk: Talk) -> None:
    talk.rows.remove((5, "d"))

    assert talk.account().lost == 1


def test_a_message_that_was_never_acknowledged_is_not_lost_but_unanswered(talk: Talk) -> None:
    talk.seeker.sent.append("e")

    assert (talk.account().lost, talk.account().unanswered) == (0, 1)


def test_a_message_shown_twice_is_duplicated(talk: Talk) -> None:
    talk.answerer.said.append((6, "c"))
    talk.answerer.order.append(6)

    assert talk.account().duplicated == 1


def test_a_number_shown_twice_is_duplicated(talk: Talk) -> None:
    talk.answerer.order.append(5)

    assert talk.account().duplicated == 1


def test_a_message_stored_twice_is_duplicated(talk: Talk) -> None:
    talk.rows.append((6, "a"))

    assert talk.account().duplicated == 1


def test_a_message_that_comes_after_a_later_one_is_reordered(talk: Talk) -> None:
    talk.answerer.order[:] = [1, 3, 2, 4, 5]

    assert talk.account().reordered == 1


def test_messages_numbered_in_another_order_than_sent_are_reordered(talk: Talk) -> None:
    talk.seeker.sent.reverse()

    assert talk.account().reordered == 1


def test_a_number_that_is_not_the_one_in_the_database_is_reordered(talk: Talk) -> None:
    talk.rows[1], talk.rows[2] = (4, "b"), (3, "c")

    assert talk.account().reordered == 4  # both messages, on both screens


def test_without_a_database_only_the_screens_are_compared(talk: Talk) -> None:
    talk.answerer.said.remove((4, "c"))

    assert account((talk.seeker, talk.answerer), None).lost == 1


def test_accounts_of_conversations_add_up(talk: Talk) -> None:
    total = talk.account() + talk.account()

    assert (total.sent, total.delivered, total.lost) == (8, 8, 0)


def test_numbers_after_a_larger_one_are_counted() -> None:
    assert [fallings(numbers) for numbers in ([], [1, 2, 3], [3, 1, 2], [2, 2])] == [0, 0, 2, 0]


def test_a_percentile_is_a_value_that_was_measured() -> None:
    hundred = [float(value) for value in range(100, 0, -1)]

    assert [percentile(hundred, percent) for percent in (50, 99, 100)] == [50.0, 99.0, 100.0]
    assert percentile([7.0], 99) == 7.0
    assert percentile([], 99) == 0.0
