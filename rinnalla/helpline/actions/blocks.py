"""Ending for improper treatment, and keeping away for a time whoever did it. Without identity data."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from rinnalla.audit import actions as audit
from rinnalla.core.live import announce
from rinnalla.helpline.actions.steps import end
from rinnalla.helpline.block_rules import ORIGIN_KEPT, WEEK, BlockRefusal, approve_refusal, block_until
from rinnalla.helpline.hours import state_at, timetable_of
from rinnalla.helpline.models import Block, Contact, NetworkKey, Origin
from rinnalla.helpline.rules import Refused
from rinnalla.people.models import Person
from rinnalla.sealing.actions import erase_keys, make_key, scrub
from rinnalla.sealing.models import RecordKey
from rinnalla.sealing.seal import Key, ring


def key_of_today(*, now: datetime) -> tuple[NetworkKey, Key]:
    """The key under which networks are hashed today, made on first use."""
    day = timezone.localdate(now)
    found = NetworkKey.objects.filter(day=day).first()
    if found is None:
        made = make_key(now=now)  # one that loses a race is swept
        found, _ = NetworkKey.objects.get_or_create(day=day, defaults={"key_id": made.id})
    return found, ring().get(found.key_id)


def remember_origin(*, contact: Contact, network: str, now: datetime) -> Origin | None:
    """Note the keyed hash of the contact's network; None when the network is unknown."""
    if not network:
        return None
    key, opened = key_of_today(now=now)
    return Origin.objects.create(contact=contact, key=key, digest=opened.digest(network))


@transaction.atomic
def block_contact(*, contact: Contact, actor: Person, grade: Block.Grade, reason: Block.Reason, now: datetime) -> Block:
    """End the contact for improper treatment and keep the person away for a time, or raise Refused.

    Also for a contact that has ended already: whoever abuses may leave first.
    """
    ended = end(contact, by=Contact.EndedBy.BLOCKED, now=now, answerer=actor)
    current = Contact.objects.select_for_update(of=("self",)).select_related("line", "duty").get(pk=contact.pk)
    if not ended and (current.state != Contact.State.ENDED or current.duty is None or current.duty.person != actor):
        raise Refused(BlockRefusal.NOT_YOURS)
    origin = Origin.objects.filter(contact=current).first()
    until = block_until(grade, opening=state_at(timetable_of(current.line), now), now=now)
    try:
        with transaction.atomic():
            made = Block.objects.create(
                centre_id=current.line.centre_id,
                contact=current,
                grade=grade,
                reason=reason,
                token_hash=current.token_hash,
                key=origin.key if origin else None,
                digest=origin.digest if origin else None,
                at=now,
                until=until,
                by=actor,
            )
    except IntegrityError:
        raise Refused(BlockRefusal.BLOCKED) from None
    if not ended:  # the page then says why one cannot come back
        Contact.objects.filter(pk=current.pk).update(ended_by=Contact.EndedBy.BLOCKED)
    _record("helpline.blocked", made, actor, now=now, grade=str(grade), reason=str(reason))
    return made


@transaction.atomic
def approve_block(*, block: Block, actor: Person, now: datetime) -> Block:
    """A lead agrees to the long block: it then holds for a week from its beginning. Raises Refused."""
    block = Block.objects.select_for_update(of=("self",)).get(pk=block.pk)
    if reason := approve_refusal(block, by=actor.pk, now=now):
        raise Refused(reason)
    block.until, block.approved_at, block.approved_by = block.at + WEEK, now, actor
    block.save(update_fields=["until", "approved_at", "approved_by"])
    _record("helpline.block_approved", block, actor, now=now)
    return block


@transaction.atomic
def lift_block(*, block: Block, actor: Person, now: datetime) -> Block:
    """The person may come back at once. Raises Refused when the block is over already."""
    block = Block.objects.select_for_update(of=("self",)).get(pk=block.pk)
    if block.lifted_at is not None or block.until <= now:
        raise Refused(BlockRefusal.OVER)
    block.lifted_at, block.lifted_by = now, actor
    block.token_hash, block.key, block.digest = None, None, None
    block.save(update_fields=["lifted_at", "lifted_by", "token_hash", "key", "digest"])
    _record("helpline.block_lifted", block, actor, now=now)
    return block


def erase_blocks(*, now: datetime) -> int:
    """Erase what blocks no longer need: expired ones, origins of contacts long ended, the keys of past days.

    How many blocks were erased. Safe to run at any moment in any number of processes.
    """
    Origin.objects.filter(contact__ended_at__lte=now - ORIGIN_KEPT).delete()
    with transaction.atomic():
        erased, _ = Block.objects.filter(until__lte=now).delete()
        if erased:
            audit.record(
                code="helpline.blocks_erased",
                actor="system",
                subject="retention:blocks",
                now=now,
                details={"blocks": erased},
            )
    used = Origin.objects.values("key_id")
    past = NetworkKey.objects.filter(day__lt=timezone.localdate(now)).exclude(pk__in=used)
    past = past.exclude(pk__in=Block.objects.exclude(key=None).values("key_id"))
    for key in list(past):
        erase_keys([key.key_id])
        key.delete()
    if erased:
        scrub(Block)
        scrub(RecordKey)
    return erased


def _record(code: str, block: Block, actor: Person, *, now: datetime, **details: str) -> None:
    announce(f"queue:{block.contact.line_id}", {"t": "duty"})
    audit.record(
        code=code,
        actor=f"person:{actor.pk}",
        subject=f"block:{block.pk}",
        now=now,
        centre=str(block.centre_id),
        details=details,
    )
