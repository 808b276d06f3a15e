"""What help-seekers do: join a queue, stay, come back, leave."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from rinnalla.core.live import announce
from rinnalla.helpline.actions.blocks import remember_origin
from rinnalla.helpline.actions.steps import announce_contact, end
from rinnalla.helpline.channels import channel_of
from rinnalla.helpline.models import Contact, Line
from rinnalla.helpline.opening import opening_of
from rinnalla.helpline.rules import RENEW, Refused, keeps_place


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()  # a cookie may hold anything


def join_queue(*, line: Line, language: str, now: datetime, network: str = "") -> tuple[Contact, str]:
    """Begin to wait on ``line``: the contact, and the token that its cookie holds. Raises Refused.

    Of ``network`` only a keyed hash is kept, and not for long (docs/decisions/0016).
    """

    # Outside the transaction: on a night when most are turned away, they hold up nobody's writes.
    _check_opening(line, now=now)
    with transaction.atomic():
        if line.queue_cap is not None or line.lead_cap is not None:
            # The last place is given once: those who join wait for each other, and the line is looked at again.
            locked = Line.objects.select_for_update(no_key=True).get(pk=line.pk)
            _check_opening(locked, now=now)
        return _join(line=line, language=language, now=now, network=network)


def _check_opening(line: Line, *, now: datetime) -> None:
    if reason := opening_of(line, now=now).shut:
        raise Refused(reason)


def _join(*, line: Line, language: str, now: datetime, network: str = "") -> tuple[Contact, str]:
    token = secrets.token_urlsafe(32)
    contact = Contact.objects.create(
        line=line, token_hash=token_hash(token), language=language, queued_at=now, rank_at=now, seen_at=now
    )
    remember_origin(contact=contact, network=network, now=now)
    channel_of(contact).waiting(contact, now=now)
    announce(f"queue:{line.pk}", {"t": "queue"})
    return contact, token


def keep_present(*, contact_ids: Collection[int], now: datetime) -> None:
    """Renew the presence of help-seekers whose page is open; those who were away come back to their old place.

    May be called at any rate: a presence younger than RENEW is left as it is.
    """
    open_contacts = Contact.objects.filter(~Q(state=Contact.State.ENDED), pk__in=contact_ids)
    away = list(open_contacts.filter(state=Contact.State.AWAY).select_related("line"))
    seen = open_contacts.filter(seen_at__lte=now - RENEW).exclude(state=Contact.State.AWAY)
    if len(contact_ids) > 1 and connection.features.has_select_for_update_skip_locked:
        # Whoever gives several contacts back holds one and waits for the next; so would this, in another order. It
        # passes over what others hold: that is renewed in the next round.
        with transaction.atomic():
            Contact.objects.filter(pk__in=seen.select_for_update(skip_locked=True).values("pk")).update(seen_at=now)
    else:
        seen.update(seen_at=now)
    for contact in away:
        come_back(contact=contact, now=now)


def keep_stated(ranges: Mapping[int, tuple[int, int]]) -> None:
    """Keep the first range of the wait that each person was told: contact id → seconds. A later one changes nothing."""
    first = Contact.objects.filter(pk__in=ranges, state=Contact.State.WAITING, stated_low=None)
    alike: dict[tuple[int, int], list[int]] = {}
    for pk in first.values_list("pk", flat=True):
        alike.setdefault(ranges[pk], []).append(pk)
    for (low, high), ids in alike.items():
        Contact.objects.filter(pk__in=ids, stated_low=None).update(stated_low=low, stated_high=high)


@transaction.atomic
def come_back(*, contact: Contact, now: datetime) -> bool:
    """Someone who was away is here again: back in the queue at the old place, or at its end if that took too long."""
    kept = keeps_place(contact, contact.line, now=now)
    place = {} if kept else {"queued_at": now, "rank_at": now - (contact.queued_at - contact.rank_at)}
    moved = Contact.objects.filter(pk=contact.pk, state=Contact.State.AWAY).update(
        state=Contact.State.WAITING, seen_at=now, **place
    )
    if moved:
        announce_contact(contact)
    return bool(moved)


@transaction.atomic
def leave(*, contact: Contact, now: datetime) -> None:
    """The help-seeker leaves the queue or ends the conversation. Leaving twice changes nothing."""
    end(contact, by=Contact.EndedBy.SEEKER, now=now)
