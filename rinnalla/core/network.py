"""From which network a request comes, as far as the service may act on it. Never stored, never logged (promise S5)."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from django.conf import settings
from django.http import HttpRequest

# What a household or a school is given of the newer addresses; an older address is shared by all behind it already.
NEWER_PREFIX: Final = 56


def network_of(request: HttpRequest) -> str:
    """The network of the sender: a whole IPv4 address, or the first 56 bits of an IPv6 one; empty when it is unknown.

    Behind proxies the address is the one that the outermost of ours (RINNALLA_TRUSTED_PROXIES) was asked from: what
    stands before it in the header was written by the sender.
    """
    address = request.META.get("REMOTE_ADDR", "")
    proxies: int = settings.TRUSTED_PROXIES
    if proxies:
        said = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        address = said[-proxies].strip() if len(said) >= proxies else ""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((int(found), NEWER_PREFIX), strict=False))
    return str(found)
