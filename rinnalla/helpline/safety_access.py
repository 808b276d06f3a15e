"""The only way a page gets a block or a worry. What is absent and what is forbidden look alike."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404

from rinnalla.audit import actions as audit
from rinnalla.helpline.access import LEADS
from rinnalla.helpline.models import Block, Worry
from rinnalla.people.access import roles_of
from rinnalla.people.models import Person


def led_centres(person: Person) -> frozenset[int]:
    """The centres in which ``person`` may step in; 404 when there are none."""
    centres = roles_of(person).centres(*LEADS)
    if not centres:
        raise Http404
    return centres


def blocks_for(person: Person) -> QuerySet[Block]:
    """The blocks of the centres in which ``person`` may step in; 404 when there are none."""
    blocks = Block.objects.filter(centre__in=led_centres(person))
    return blocks.select_related("by", "approved_by", "lifted_by", "contact__line")


def get_block_for(person: Person, block_id: int) -> Block:
    block = blocks_for(person).filter(pk=block_id).first()
    if block is None:
        raise Http404
    return block


def worries_for(person: Person) -> QuerySet[Worry]:
    """The worries of the centres in which ``person`` may step in; 404 when there are none."""
    worries = Worry.objects.filter(centre__in=led_centres(person))
    return worries.select_related("contact__line", "raised_by", "taken_by")


def get_worry_for(person: Person, worry_id: uuid.UUID) -> Worry:
    worry = worries_for(person).filter(pk=worry_id).first()
    if worry is None:
        raise Http404
    return worry


def get_own_worry(person: Person, worry_id: uuid.UUID) -> Worry:
    """A worry that ``person`` raised, while they have a role at its centre."""
    worries = Worry.objects.filter(raised_by=person, centre__in=roles_of(person).centres())
    worry = worries.select_related("contact__line", "taken_by").filter(pk=worry_id).first()
    if worry is None:
        raise Http404
    return worry


@transaction.atomic
def note_reading(worry: Worry, person: Person, *, now: datetime) -> None:
    """Write into the audit log that ``person`` reads the stored words of ``worry``."""
    audit.record(
        code="helpline.worry_read",
        actor=f"person:{person.pk}",
        subject=f"worry:{worry.pk}",
        now=now,
        centre=str(worry.centre_id),
    )
