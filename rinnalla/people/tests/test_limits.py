"""What the limits of tries keep of a peer (promise S5): with several processes their counters are in a table."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from allauth.core.internal.ratelimit import get_ip
from django.test import RequestFactory

from rinnalla.people.tests.cast import now


def mark(address: str) -> str:
    return str(get_ip(RequestFactory().post("/accounts/login/", REMOTE_ADDR=address)))


def test_a_limit_knows_a_peer_by_a_mark_that_is_no_address() -> None:
    assert "192.0.2.77" not in mark("192.0.2.77")
    assert mark("192.0.2.77") == mark("192.0.2.77") != mark("192.0.2.78")


def test_one_house_is_one_peer() -> None:
    assert mark("2001:db8:1:2::3") == mark("2001:db8:1:2:ffff::4") != mark("2001:db8:1:3::3")


def test_the_marks_of_two_days_cannot_be_joined() -> None:
    with time_machine.travel(now(), tick=False):
        today = mark("192.0.2.77")
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        assert mark("192.0.2.77") != today
