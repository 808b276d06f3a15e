"""Who is asked to come back later: reads of the blocks in force."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from rinnalla.helpline.actions.seekers import token_hash
from rinnalla.helpline.models import Block, NetworkKey, Origin
from rinnalla.sealing.seal import ring


def in_force(*, now: datetime) -> QuerySet[Block]:
    return Block.objects.filter(lifted_at=None, until__gt=now)


def block_of_token(token: str, *, centre_id: int, now: datetime) -> Block | None:
    """The block that the browser's own visit led to: this is the same browser, and it stays away."""
    if not token:
        return None
    return in_force(now=now).filter(token_hash=token_hash(token), centre_id=centre_id).order_by("-until").first()


def is_blocked_token(token: str, *, now: datetime) -> bool:
    return bool(token) and in_force(now=now).filter(token_hash=token_hash(token)).exists()


def block_of_network(network: str, *, centre_id: int, now: datetime) -> Block | None:
    """A block of somebody in the same network, which others share: it asks, and never closes the door alone."""
    blocks = in_force(now=now).filter(centre_id=centre_id)
    keys = dict(NetworkKey.objects.filter(pk__in=blocks.exclude(key=None).values("key_id")).values_list("pk", "key_id"))
    if not network or not keys:
        return None
    opened = ring().find(keys.values())
    digests = [opened[key_id].digest(network) for key_id in keys.values() if key_id in opened]
    return blocks.filter(digest__in=digests).order_by("-until").first()


def waiting_from(network: str) -> int:
    """How many places in queues are held from ``network`` now."""
    if not network:
        return 0
    keys = NetworkKey.objects.values_list("key_id", flat=True)
    digests = [key.digest(network) for key in ring().find(keys).values()]
    return Origin.objects.filter(digest__in=digests, contact__state__in=("waiting", "away")).count()
