"""Storing the notes beside a conversation: by itself for scripts, as a form without them."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from rinnalla.chat import access
from rinnalla.chat.forms import WrittenField
from rinnalla.chat.models import Conversation
from rinnalla.chat.notes import NoteRefused, keep_notes, notes_of
from rinnalla.core.forms_only import takes_forms_of
from rinnalla.people.http import StaffRequest


class NotesForm(forms.Form):
    """The notes, and which version of them was changed."""

    text = WrittenField()
    version = forms.IntegerField(required=False, min_value=0)


@takes_forms_of("conversation", "conversation_id")
def write_notes(request: StaffRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """Keep the notes. When they were changed elsewhere meanwhile, both texts come back and nothing is lost."""
    found = access.get_conversation_for(request.user, conversation_id)
    form = NotesForm(request.POST)
    form.is_valid()
    text, version = str(form.cleaned_data.get("text", "")), form.cleaned_data.get("version") or 0
    try:
        kept = keep_notes(conversation=found, text=text, version=version, actor=request.user, now=timezone.now())
    except NoteRefused as refused:
        return _refused(request, found, refused, text)
    if _for_scripts(request):
        return JsonResponse({"version": kept.version})
    messages.success(request, _("The notes are stored."))
    return redirect("conversation", found.pk)


def _refused(request: StaffRequest, found: Conversation, refused: NoteRefused, text: str) -> HttpResponse:
    stored, why = notes_of(found), str(refused.reason.label)
    if _for_scripts(request):
        about = {"reason": refused.reason.value, "say": why, "text": stored.text, "version": stored.version}
        return JsonResponse(about, status=409)
    both = f"{stored.text}\n\n{text}" if refused.reason.value == "changed" else text
    context = {"talk": {"id": found.pk}, "notes": stored, "notes_draft": both, "notes_refusal": why}
    return render(request, "chat/notes.html", context, status=422)


def _for_scripts(request: StaffRequest) -> bool:
    return request.headers.get("Accept") == "application/json"
