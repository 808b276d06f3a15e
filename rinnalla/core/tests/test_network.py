"""Which network a request comes from, directly and behind proxies."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from rinnalla.core.network import network_of


@pytest.mark.parametrize(
    ("proxies", "address", "header", "network"),
    [
        (0, "198.51.100.77", "", "198.51.100.77"),
        (0, "198.51.100.77", "203.0.113.9", "198.51.100.77"),
        (1, "127.0.0.1", "203.0.113.9", "203.0.113.9"),
        (1, "127.0.0.1", "192.0.2.1, 203.0.113.9", "203.0.113.9"),
        (2, "127.0.0.1", "192.0.2.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "127.0.0.1", "203.0.113.9", ""),
        (1, "127.0.0.1", "", ""),
        (1, "127.0.0.1", "nonsense", ""),
        (0, "2001:db8:1:2ff:a::1", "", "2001:db8:1:200::/56"),
        (0, "2001:db8:1:201:b::2", "", "2001:db8:1:200::/56"),
        (0, "::ffff:198.51.100.77", "", "198.51.100.77"),
    ],
)
def test_the_network_is_what_our_own_proxy_saw(
    settings: Any, proxies: int, address: str, header: str, network: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": header} if header else {}

    assert network_of(RequestFactory(headers=headers).get("/", REMOTE_ADDR=address)) == network
