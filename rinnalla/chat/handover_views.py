"""Handing a conversation over: the page to offer it, the answers to an offer, and the page before the end of a duty."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rinnalla.chat import access, queries, team_queries
from rinnalla.chat.models import Conversation
from rinnalla.core.forms_only import takes_forms_of
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.handover import offers_by, offers_to, others_on_duty
from rinnalla.helpline.models import HandOver
from rinnalla.helpline.rules import Refused
from rinnalla.people.http import StaffRequest


@require_safe
def hand_over(request: StaffRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """Who is on duty and could take one's conversation, and a note for them."""
    found = access.get_conversation_for(request.user, conversation_id)
    if not found.open:
        return redirect("conversation", found.pk)
    now = timezone.now()
    context = {
        "talk": queries.talk_view(found, now=now),
        "receivers": team_queries.receivers_of(found.contact, now=now),
        "offer": offers_by(request.user).filter(contact=found.contact).first(),
    }
    return render(request, "chat/hand_over.html", context)


@takes_forms_of("hand_over", "conversation_id")
def offer_hand_over(request: StaffRequest, conversation_id: uuid.UUID) -> HttpResponse:
    found = access.get_conversation_for(request.user, conversation_id)
    wanted = request.POST.get("to", "")
    others = others_on_duty(found.contact, now=timezone.now())
    to = others.filter(pk=int(wanted)).first() if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else None
    if to is None:
        messages.error(request, _("Choose who would take the conversation."))
        return redirect("hand_over", found.pk)
    try:
        helpline.offer_hand_over(
            contact=found.contact, to=to, note=request.POST.get("note", ""), actor=request.user, now=timezone.now()
        )
    except Refused as refused:
        messages.error(request, str(refused.reason.label))
        return redirect("hand_over", found.pk)
    return redirect("conversation", found.pk)


@takes_forms_of("duty")
def withdraw_hand_over(request: StaffRequest, offer_id: int) -> HttpResponse:
    offer = offers_by(request.user).filter(pk=offer_id).first()
    if offer is None:
        raise Http404
    helpline.withdraw_hand_over(offer=offer, actor=request.user, now=timezone.now())
    return redirect("conversation", Conversation.objects.get(contact=offer.contact_id).pk)


@takes_forms_of("duty")
def accept_hand_over(request: StaffRequest, offer_id: int) -> HttpResponse:
    """The conversation is one's own from now on."""
    offer = _offer_to(request, offer_id)
    helpline.renew_leases(person_ids=[request.user.pk], now=timezone.now())
    try:
        contact = helpline.accept_hand_over(offer=offer, actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused.reason.label))
        return redirect("duty")
    return redirect("conversation", Conversation.objects.get(contact=contact).pk)


@takes_forms_of("duty")
def decline_hand_over(request: StaffRequest, offer_id: int) -> HttpResponse:
    helpline.decline_hand_over(offer=_offer_to(request, offer_id), actor=request.user, now=timezone.now())
    return redirect("duty")


@require_safe
def leave_duty(request: StaffRequest) -> HttpResponse:
    """Before the end of a duty: one's open conversations, each to be handed over or ended kindly."""
    desk = queries.desk_of(request.user, now=timezone.now())
    if desk.duty is None or not desk.conversations:
        return redirect("duty")
    return render(request, "chat/leave_duty.html", {"conversations": desk.conversations})


def _offer_to(request: StaffRequest, offer_id: int) -> HandOver:
    offer = offers_to(request.user).filter(pk=offer_id).first()
    if offer is None:
        raise Http404
    return offer
