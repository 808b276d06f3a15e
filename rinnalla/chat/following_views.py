"""A lead follows a conversation silently. Why is asked and written down before anything of it is shown."""

from __future__ import annotations

import uuid

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from rinnalla.chat import following, team_access, team_queries
from rinnalla.chat.desk_texts import desk_texts
from rinnalla.chat.models import Conversation, Following
from rinnalla.chat.queries import messages_for_answerer, talk_view
from rinnalla.core.forms_only import takes_forms_of
from rinnalla.people.http import StaffRequest


class FollowForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why do you follow?"), choices=Following.Reason.choices)


@require_http_methods(["GET", "HEAD", "POST"])
def follow_conversation(request: StaffRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """The question why; answered, the conversation itself, read-only."""
    found = team_access.get_conversation_beside(request.user, conversation_id)
    if request.method == "POST":
        form = FollowForm(request.POST)
        if form.is_valid():
            reason = Following.Reason(form.cleaned_data["reason"])
            following.follow(conversation=found, reason=reason, actor=request.user, now=timezone.now())
            return redirect("follow_conversation", found.pk)
        return _ask(request, found, form, status=422)
    if following.open_followed(conversation=found, actor=request.user, now=timezone.now()):
        return _show(request, found)
    return _ask(request, found, FollowForm())


@takes_forms_of("calls")
def stop_following(request: StaffRequest, conversation_id: uuid.UUID) -> HttpResponse:
    found = team_access.get_conversation_beside(request.user, conversation_id)
    following.stop_following(conversation=found, actor=request.user, now=timezone.now())
    return redirect("talk_beside", found.pk)


def _ask(request: StaffRequest, found: Conversation, form: FollowForm, *, status: int = 200) -> HttpResponse:
    context = {"beside": team_queries.beside_view(found), "form": form, "reasons": Following.Reason.choices}
    return render(request, "chat/follow.html", context, status=status)


def _show(request: StaffRequest, found: Conversation) -> HttpResponse:
    beside, said = team_queries.beside_view(found), messages_for_answerer(found)
    context = {
        "beside": beside,
        "talk": talk_view(found, now=timezone.now()),
        "messages": said,
        "transcript": [one.as_frame() for one in said],
        "texts": {**desk_texts(), "you": f"{beside.who}:"},
        "answerer_label": f"{beside.who}:",
        **team_queries.team_context(found, request.user),
    }
    return render(request, "chat/following.html", context)
