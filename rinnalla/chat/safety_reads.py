"""What the pages of safety read: what waits for a professional, and the conversation behind a worry."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rinnalla.audit import actions as audit
from rinnalla.chat.models import Conversation
from rinnalla.helpline.blocked import in_force
from rinnalla.helpline.models import Block, Worry
from rinnalla.people.models import Person


@dataclass(frozen=True, slots=True)
class SafetyTask:
    """Something that waits for a professional. ``key`` changes when there is more of it, so that a tone sounds."""

    key: str
    text: str
    url: str
    urgent: bool


def safety_tasks(centres: Collection[int], *, now: datetime) -> list[SafetyTask]:
    """What waits in these centres, the most urgent first. Two queries."""
    waiting = Worry.objects.filter(centre__in=centres, state=Worry.State.RAISED).order_by("raised_at")
    tasks = [
        SafetyTask(f"worry-{one.pk}", str(one.get_kind_display()), reverse("worry", args=[one.pk]), urgent=True)
        for one in waiting
    ]
    unapproved = in_force(now=now).filter(centre__in=centres, grade=Block.Grade.WEEK, approved_at=None).count()
    if unapproved:
        text = ngettext("{n} block waits for approval", "{n} blocks wait for approval", unapproved).format(n=unapproved)
        tasks.append(SafetyTask(f"blocks-{unapproved}", text, reverse("blocks"), urgent=False))
    return tasks


def conversation_of_worry(worry: Worry) -> Conversation:
    return Conversation.objects.select_related("contact__duty").get(contact=worry.contact_id)


@transaction.atomic
def open_conversation_of_worry(worry: Worry, person: Person, *, now: datetime) -> Conversation:
    """The conversation, for reading by the one who has taken the worry; 404 for others and once it is erased."""
    talk = conversation_of_worry(worry)
    if worry.taken_by_id != person.pk or talk.key_id is None:
        raise Http404(_("Nothing is here."))
    audit.record(
        code="chat.read_for_worry",
        actor=f"person:{person.pk}",
        subject=f"conversation:{talk.pk}",
        now=now,
        centre=str(worry.centre_id),
        details={"worry": str(worry.pk)},
    )
    return talk
