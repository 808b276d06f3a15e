"""Never alone: calls for the shift lead, and the whispers beside a conversation."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from rinnalla.audit import actions as audit
from rinnalla.chat import access, team_access, team_queries
from rinnalla.chat.forms import SayForm
from rinnalla.chat.models import Conversation
from rinnalla.chat.whispers import WhisperRefused
from rinnalla.chat.whispers import whisper as store_whisper
from rinnalla.core.forms_only import takes_forms_of
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.access import get_call_for, led_lines
from rinnalla.helpline.models import LeadCall
from rinnalla.helpline.queries import duty_of
from rinnalla.helpline.rules import NextRefusal, Refused
from rinnalla.people.http import StaffRequest


# The volunteer's call -----------------------------------------------------------------------------------------------
@require_safe
def call_bar(request: StaffRequest) -> HttpResponse:
    """One's own call as it stands: the part that every page of the desk shows. ``conversation`` names where."""
    found = _conversation_named(request, request.GET.get("conversation", ""))
    return _bar(request, found)


@takes_forms_of("duty")
def call_lead(request: StaffRequest) -> HttpResponse:
    found = _conversation_named(request, request.POST.get("conversation", ""))
    duty = duty_of(request.user.pk)
    if duty is None:
        messages.error(request, str(NextRefusal.NOT_ON_DUTY.label))
        return _back(request, found)
    contact = found.contact if found else None
    try:
        helpline.call_lead(duty=duty, contact=contact, actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused.reason.label))
    return _back(request, found)


@takes_forms_of("duty")
def close_call(request: StaffRequest) -> HttpResponse:
    """Help is no longer needed."""
    found = _conversation_named(request, request.POST.get("conversation", ""))
    duty = duty_of(request.user.pk)
    call = LeadCall.objects.filter(duty=duty, closed_at=None).select_related("duty__line").first() if duty else None
    if call is not None:
        helpline.close_call(call=call, actor=request.user, now=timezone.now())
    return _back(request, found)


def _conversation_named(request: StaffRequest, written: str) -> Conversation | None:
    """One's own conversation, or none: 404 when another's is named."""
    if not written:
        return None
    try:
        return access.get_conversation_for(request.user, uuid.UUID(written))
    except ValueError:
        return None


def _bar(request: StaffRequest, found: Conversation | None) -> HttpResponse:
    on_duty = duty_of(request.user.pk) is not None
    context = team_queries.call_context(request.user, found, on_duty=on_duty, now=timezone.now())
    return render(request, "chat/_call.html", context)


def _back(request: StaffRequest, found: Conversation | None) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return _bar(request, found)
    return redirect("conversation", found.pk) if found else redirect("duty")


# The lead -----------------------------------------------------------------------------------------------------------
@require_safe
def calls(request: StaffRequest) -> HttpResponse:
    """The open calls from the lines one leads; for htmx only the note that every staff page of a lead shows."""
    part = request.headers.get("HX-Request") == "true"
    shown = team_queries.calls_shown_to(request.user)
    leads = led_lines(request.user).exists()
    template = "chat/calls.html#note" if part else "chat/calls.html"
    return render(request, template, {"calls": shown, "leads": leads})


@takes_forms_of("calls")
def answer_call(request: StaffRequest, call_id: int) -> HttpResponse:
    """ "I have seen it": on to the conversation's side page, when the call is about one."""
    call = get_call_for(request.user, call_id)
    try:
        helpline.answer_call(call=call, actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused.reason.label))
        return redirect("calls")
    found = Conversation.objects.filter(contact=call.contact_id, open=True, answerer__isnull=False).first()
    return redirect("talk_beside", found.pk) if found else redirect("calls")


@takes_forms_of("calls")
def end_call(request: StaffRequest, call_id: int) -> HttpResponse:
    helpline.close_call(call=get_call_for(request.user, call_id), actor=request.user, now=timezone.now())
    return redirect("calls")


@require_safe
def talk_beside(request: StaffRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """A conversation from beside: who answers, since when, and the whispers. Nothing of what was said in it."""
    found = team_access.get_conversation_beside(request.user, conversation_id)
    with transaction.atomic():
        audit.record(
            code="chat.whispers_opened",
            actor=f"person:{request.user.pk}",
            subject=f"conversation:{found.pk}",
            now=timezone.now(),
            centre=str(found.contact.line.centre_id),
        )
    context = {"beside": team_queries.beside_view(found), **team_queries.team_context(found, request.user)}
    return render(request, "chat/beside.html", context)


# Whispers -----------------------------------------------------------------------------------------------------------
@require_safe
def whispers(request: StaffRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """The thread as it is now, for a page that heard of a new whisper."""
    found = team_access.get_conversation_of_team(request.user, conversation_id)
    return render(request, "chat/side/team.html#whispers", team_queries.team_context(found, request.user))


@takes_forms_of("conversation", "conversation_id")
def whisper(request: StaffRequest, conversation_id: uuid.UUID) -> HttpResponse:
    found = team_access.get_conversation_of_team(request.user, conversation_id)
    form = SayForm(request.POST)
    form.is_valid()
    status, more = 200, {}
    try:
        store_whisper(
            conversation=found,
            client_id=form.client_id,
            text=form.text_as_written,
            actor=request.user,
            now=timezone.now(),
        )
    except WhisperRefused as refused:
        status = 422
        more = {"whisper_draft": form.text_as_written, "whisper_refusal": str(refused.reason.label)}
    if request.headers.get("HX-Request") == "true":
        context = {**team_queries.team_context(found, request.user), **more}
        return render(request, "chat/side/team.html", context, status=status)
    if more:
        messages.error(request, str(more["whisper_refusal"]))
    own = found.answerer_id == request.user.pk
    return redirect("conversation" if own else "talk_beside", found.pk)
