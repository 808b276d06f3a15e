"""The volunteer's desk: duty, the next person, the conversation."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rinnalla.chat import access, actions, queries, team_queries
from rinnalla.chat.desk_texts import desk_texts
from rinnalla.chat.forms import SayForm, StayForm
from rinnalla.chat.models import Conversation, Message
from rinnalla.chat.notes import notes_of
from rinnalla.chat.timeframe import time_of
from rinnalla.core.forms_only import takes_forms_of
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.canned_queries import canned_groups
from rinnalla.helpline.models import DutySession
from rinnalla.helpline.queries import duty_of
from rinnalla.helpline.record_queries import record_view
from rinnalla.helpline.rules import NextRefusal, Refused
from rinnalla.helpline.worries import worries_of
from rinnalla.people.http import StaffRequest


@require_safe
def staff_home(request: StaffRequest) -> HttpResponse:  # noqa: ARG001  # the same for everybody so far
    return redirect("duty")


@require_safe
def duty(request: StaffRequest) -> HttpResponse:
    """The lines to choose from, or one's own duty with its queue and conversations.

    Asking for the page holds the duty, so that it can be done without scripts, too.
    """
    _hold_duty(request)
    return _duty_page(request)


@takes_forms_of("duty")
def take_duty(request: StaffRequest) -> HttpResponse:
    line = access.get_line_for(request.user, request.POST.get("line", ""))
    try:
        helpline.take_duty(line=line, actor=request.user, now=timezone.now(), until=StayForm.until_in(request.POST))
    except Refused as refused:
        messages.error(request, str(refused.reason.label))
    return _answer(request)


@takes_forms_of("duty")
def end_duty(request: StaffRequest) -> HttpResponse:
    mine = _own_duty(request)
    if mine is not None:
        try:
            helpline.end_duty(duty=mine, actor=request.user, now=timezone.now())
        except Refused:
            return redirect("leave_duty")
        else:
            messages.success(request, _("Your duty has ended. Thank you."))
    return _answer(request)


@takes_forms_of("duty")
def set_duty_state(request: StaffRequest) -> HttpResponse:
    """Ready, or on a break."""
    mine = _own_duty(request)
    if mine is None:
        messages.error(request, str(NextRefusal.NOT_ON_DUTY.label))
        return _answer(request)
    try:
        helpline.set_duty_state(duty=mine, state=request.POST.get("state", ""), now=timezone.now())
    except helpline.IllegalMove:
        messages.error(request, _("That is not possible now. The page shows where things stand."))
    return _answer(request)


@takes_forms_of("duty")
def take_next(request: StaffRequest) -> HttpResponse:
    """The first of the queue is now with the volunteer: on to the conversation."""
    mine = _own_duty(request)
    if mine is None:
        messages.error(request, str(NextRefusal.NOT_ON_DUTY.label))
        return _answer(request)
    try:
        contact = helpline.take_next(
            duty=mine, actor=request.user, now=timezone.now(), also_heavy="also_heavy" in request.POST
        )
    except Refused as refused:
        messages.error(request, str(refused.reason.label))
        return _answer(request)
    return redirect("conversation", Conversation.objects.get(contact=contact).pk)


@takes_forms_of("duty")
def pass_next(request: StaffRequest) -> HttpResponse:
    """Whoever would come next is left to another; nobody asks why."""
    mine = _own_duty(request)
    if mine is None:
        messages.error(request, str(NextRefusal.NOT_ON_DUTY.label))
        return _answer(request)
    try:
        helpline.pass_next(duty=mine, actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused.reason.label))
    return _answer(request)


@takes_forms_of("duty")
def set_until(request: StaffRequest) -> HttpResponse:
    """Until when one means to stay."""
    mine, until = _own_duty(request), StayForm.until_in(request.POST)
    if mine is not None and until is not None:
        try:
            helpline.set_until(duty=mine, until=until, actor=request.user, now=timezone.now())
        except Refused as refused:
            messages.error(request, str(refused.reason.label))
    return _answer(request)


@require_safe
def conversation(request: StaffRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """One's own conversation. After its end the page says that it ended, and nothing of what was said."""
    _hold_duty(request)
    found = access.open_conversation_for(request.user, conversation_id, now=timezone.now())
    return _talk_page(request, found)


@takes_forms_of("conversation", "conversation_id")
def conversation_say(request: StaffRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """A message from a page without scripts. When it is refused, the page says why and keeps the text."""
    _hold_duty(request)
    found = access.get_conversation_for(request.user, conversation_id)
    form = SayForm(request.POST)
    form.is_valid()
    try:
        actions.say(
            conversation=found,
            client_id=form.client_id,
            text=form.text_as_written,
            author=Message.Author.ANSWERER,
            actor=request.user,
            now=timezone.now(),
        )
    except actions.SayRefused as refused:
        found = access.open_conversation_for(request.user, conversation_id, now=timezone.now())
        more = {"draft": form.text_as_written, "refusal": str(refused.reason.label)}
        return _talk_page(request, found, status=422, **more)
    return redirect("conversation", found.pk)


@takes_forms_of("conversation", "conversation_id")
def end_conversation(request: StaffRequest, conversation_id: uuid.UUID) -> HttpResponse:
    found = access.get_conversation_for(request.user, conversation_id)
    helpline.end_contact(contact=found.contact, actor=request.user, now=timezone.now())
    return redirect("conversation", found.pk)


def _own_duty(request: StaffRequest) -> DutySession | None:
    _hold_duty(request)
    return duty_of(request.user.pk)


def _hold_duty(request: StaffRequest) -> None:
    """Whoever sends a request is present."""
    helpline.renew_leases(person_ids=[request.user.pk], now=timezone.now())


def _answer(request: StaffRequest) -> HttpResponse:
    """The duty page, after something was done there: its live part for htmx, else by way of a redirect."""
    return _duty_page(request) if _wants_part(request) else redirect("duty")


def _duty_page(request: StaffRequest) -> HttpResponse:
    if _wants_part(request):
        return render(request, "chat/duty.html#live", _desk(request))
    desk = _desk(request)
    call = team_queries.call_context(request.user, None, on_duty=desk["duty"] is not None, now=timezone.now())
    return render(request, "chat/duty.html", {**desk, **call})


def _desk(request: StaffRequest) -> dict[str, Any]:
    desk = queries.desk_of(request.user, now=timezone.now())
    return {name: getattr(desk, name) for name in desk.__dataclass_fields__}


def _talk_page(request: StaffRequest, found: Conversation, *, status: int = 200, **more: str) -> HttpResponse:
    said = queries.messages_for_answerer(found)
    context = {
        **_desk(request),
        "talk": queries.talk_view(found, now=timezone.now()),
        "line": queries.line_view(found.contact.line),
        "record": record_view(found.contact, now=timezone.now(), person_id=request.user.pk),
        "messages": said,
        "transcript": [message.as_frame() for message in said],
        "texts": desk_texts(),
        "next_id": uuid.uuid4(),
        **team_queries.call_context(request.user, found, on_duty=True, now=timezone.now()),
        "notes": notes_of(found),
        "phrases": canned_groups(
            found.contact.line,
            language=found.contact.language,
            closing_first=time_of(found).is_ending(now=timezone.now()),
        ),
        **team_queries.team_context(found, request.user),
        "worries": worries_of(found.contact, request.user),
        **more,
    }
    return render(request, "chat/conversation.html", context, status=status)


def _wants_part(request: StaffRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
