"""Worries: raised at the desk, taken, decided and reported by the professionals, each step with a clock."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rinnalla.chat import access
from rinnalla.chat.safety_forms import StepForm, WorryForm
from rinnalla.chat.safety_reads import conversation_of_worry, open_conversation_of_worry, safety_tasks
from rinnalla.chat.transcript import read
from rinnalla.core.forms_only import takes_forms_of
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.access import LEADS
from rinnalla.helpline.models import Worry
from rinnalla.helpline.rules import Refused
from rinnalla.helpline.safety_access import get_own_worry, get_worry_for, note_reading, worries_for
from rinnalla.helpline.worries import worries_of, worry_view
from rinnalla.people.access import roles_of
from rinnalla.people.http import StaffRequest


# At the desk --------------------------------------------------------------------------------------------------------
@takes_forms_of("conversation", "conversation_id")
def raise_worry(request: StaffRequest, conversation_id: uuid.UUID) -> HttpResponse:
    found = access.get_conversation_for(request.user, conversation_id)
    form = WorryForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what the worry is about. At most 2,000 characters fit."))
        return redirect("conversation", found.pk)
    now = timezone.now()
    worry = helpline.raise_worry(
        contact=found.contact, kind=form.kind_chosen, words=form.words_written, actor=request.user, now=now
    )
    return redirect("own_worry", worry.pk)


@require_safe
def worries_aside(request: StaffRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """How the worries of this conversation stand: a part of its page."""
    found = access.get_conversation_for(request.user, conversation_id)
    context = {"worries": worries_of(found.contact, request.user), "talk": found}
    return render(request, "chat/side/worry.html#worries", context)


@require_safe
def own_worry(request: StaffRequest, worry_id: uuid.UUID) -> HttpResponse:
    """A worry one has raised: what to do now, how it stands, and an answer when the professional asks for more."""
    return _own_page(request, get_own_worry(request.user, worry_id))


@takes_forms_of("own_worry", "worry_id")
def answer_worry(request: StaffRequest, worry_id: uuid.UUID) -> HttpResponse:
    found = get_own_worry(request.user, worry_id)
    words = request.POST.get("words", "").strip()
    try:
        helpline.answer_worry(worry=found, words=words, actor=request.user, now=timezone.now())
    except Refused as refused:
        return _own_page(request, found, status=422, draft=words, refusal=str(refused.reason.label))
    return redirect("own_worry", found.pk)


def _own_page(request: StaffRequest, found: Worry, *, status: int = 200, **more: str) -> HttpResponse:
    note_reading(found, request.user, now=timezone.now())
    talk = conversation_of_worry(found)
    mine = talk.pk if talk.contact.duty and talk.contact.duty.person_id == request.user.pk else None
    context = {"worry": worry_view(found, with_words=True), "talk_id": mine, **more}
    return render(request, "chat/own_worry.html", context, status=status)


# The professionals --------------------------------------------------------------------------------------------------
@require_safe
def safety_note(request: StaffRequest) -> HttpResponse:
    """What waits for a professional now; nothing when nothing does. A part of every staff page of a lead."""
    centres = roles_of(request.user).centres(*LEADS)
    return render(request, "chat/_safety_note.html", {"tasks": safety_tasks(centres, now=timezone.now())})


@require_safe
def worries(request: StaffRequest) -> HttpResponse:
    """The worries of the own centres: those that wait first, without their words."""
    found = [worry_view(worry, with_words=False) for worry in worries_for(request.user)[:200]]
    found.sort(key=lambda view: (view.state != "raised", not view.is_open))
    return render(request, "chat/worries.html", {"worries": found, "tab": "worries"})


@require_safe
def worry(request: StaffRequest, worry_id: uuid.UUID) -> HttpResponse:
    """One worry with its timeline and words. Opening it is written into the audit log."""
    return _page(request, get_worry_for(request.user, worry_id))


@takes_forms_of("worry", "worry_id")
def take_worry(request: StaffRequest, worry_id: uuid.UUID) -> HttpResponse:
    found = get_worry_for(request.user, worry_id)
    taken_from = request.POST.get("from", "")
    try:
        helpline.take_worry(
            worry=found,
            taken_from=int(taken_from) if taken_from.isascii() and taken_from.isdigit() else None,
            actor=request.user,
            now=timezone.now(),
        )
    except Refused as refused:
        messages.error(request, str(refused.reason.label))
    return redirect("worry", found.pk)


@takes_forms_of("worry", "worry_id")
def step_worry(request: StaffRequest, worry_id: uuid.UUID) -> HttpResponse:
    """Ask for more, decide, or note a report. When it is refused, the page says why and keeps the text."""
    found = get_worry_for(request.user, worry_id)
    form = StepForm(request.POST)
    draft = request.POST.get("words", "")
    if not form.is_valid():
        return _page(request, found, status=422, draft=draft, refusal=_("Choose what was done."))
    try:
        helpline.step_worry(
            worry=found,
            state=form.state_chosen,
            words=form.words_written,
            to=form.receiver,
            actor=request.user,
            now=timezone.now(),
        )
    except Refused as refused:
        return _page(request, found, status=422, draft=draft, refusal=str(refused.reason.label))
    return redirect("worry", found.pk)


@takes_forms_of("worry", "worry_id")
def hold_conversation(request: StaffRequest, worry_id: uuid.UUID) -> HttpResponse:
    found = get_worry_for(request.user, worry_id)
    try:
        helpline.hold_conversation(worry=found, actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused.reason.label))
    return redirect("worry", found.pk)


@takes_forms_of("worry", "worry_id")
def release_conversation(request: StaffRequest, worry_id: uuid.UUID) -> HttpResponse:
    found = get_worry_for(request.user, worry_id)
    try:
        helpline.release_conversation(worry=found, actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused.reason.label))
    return redirect("worry", found.pk)


@require_safe
def worry_conversation(request: StaffRequest, worry_id: uuid.UUID) -> HttpResponse:
    """What was said, for whoever has taken the worry, to report it in the person's own words. Audited."""
    found = get_worry_for(request.user, worry_id)
    talk = open_conversation_of_worry(found, request.user, now=timezone.now())
    context = {"worry": worry_view(found, with_words=False), "messages": (), "said": read(talk.pk, talk.key_id)}
    return render(request, "chat/worry_conversation.html", context)


def _page(request: StaffRequest, found: Worry, *, status: int = 200, **more: str) -> HttpResponse:
    now = timezone.now()
    note_reading(found, request.user, now=now)
    talk = conversation_of_worry(found)
    context = {
        "worry": worry_view(found, with_words=True),
        "mine": found.taken_by_id == request.user.pk,
        "held": found.hold_until is not None and found.hold_until > now,
        "may_hold": found.hold_until is None and talk.erased_at is None,
        "talk_id": talk.pk if talk.erased_at is None else None,
        "receivers": StepForm.RECEIVERS,
        **more,
    }
    return render(request, "chat/worry.html", context, status=status)
