"""Ending for improper treatment at the desk, and the leads' page of the blocks in force."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rinnalla.chat import access
from rinnalla.chat.safety_forms import BlockForm
from rinnalla.core.forms_only import takes_forms_of
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.block_rules import approve_refusal
from rinnalla.helpline.rules import Refused
from rinnalla.helpline.safety_access import blocks_for, get_block_for
from rinnalla.people.http import StaffRequest


@takes_forms_of("conversation", "conversation_id")
def block_contact(request: StaffRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """End the conversation and keep the person away for a time."""
    found = access.get_conversation_for(request.user, conversation_id)
    form = BlockForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose for how long."))
        return redirect("conversation", found.pk)
    grade, reason = form.chosen
    try:
        helpline.block_contact(
            contact=found.contact, actor=request.user, grade=grade, reason=reason, now=timezone.now()
        )
    except Refused as refused:
        messages.error(request, str(refused.reason.label))
    return redirect("conversation", found.pk)


@require_safe
def blocks(request: StaffRequest) -> HttpResponse:
    """The blocks of the own centres, those that wait for approval first."""
    now = timezone.now()
    found = list(blocks_for(request.user).filter(until__gt=now)[:200])
    for one in found:
        one.waits_for_me = approve_refusal(one, by=request.user.pk, now=now) is None  # type: ignore[attr-defined]
        one.waits = one.grade == "week" and one.approved_at is None and one.lifted_at is None  # type: ignore[attr-defined]
    found.sort(key=lambda one: not one.waits)  # type: ignore[attr-defined]
    context = {"blocks": found, "tab": "blocks"}
    return render(request, "chat/blocks.html", context)


@takes_forms_of("blocks")
def approve_block(request: StaffRequest, block_id: int) -> HttpResponse:
    found = get_block_for(request.user, block_id)
    try:
        helpline.approve_block(block=found, actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused.reason.label))
    else:
        messages.success(request, _("The block now holds for 7 days from its beginning."))
    return redirect("blocks")


@takes_forms_of("blocks")
def lift_block(request: StaffRequest, block_id: int) -> HttpResponse:
    found = get_block_for(request.user, block_id)
    try:
        helpline.lift_block(block=found, actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused.reason.label))
    else:
        messages.success(request, _("The block was lifted. The person may come back at once."))
    return redirect("blocks")
