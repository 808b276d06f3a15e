"""More time for a conversation, with one press."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from rinnalla.chat import access
from rinnalla.chat.timeframe import TimeRefused, agree_more_time
from rinnalla.core.forms_only import takes_forms_of
from rinnalla.people.http import StaffRequest


@takes_forms_of("conversation", "conversation_id")
def more_time(request: StaffRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """Scripts hear of the new time over the socket and need no page."""
    found = access.get_conversation_for(request.user, conversation_id)
    written = request.POST.get("minutes", "")
    minutes = int(written) if written.isascii() and written.isdigit() and len(written) < 4 else 0
    try:
        agree_more_time(conversation=found, minutes=minutes, actor=request.user, now=timezone.now())
    except TimeRefused as refused:
        # The page that was shown is behind: a fresh one says where things stand.
        return HttpResponse(str(refused.reason.label), status=409, content_type="text/plain; charset=utf-8")
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204)
    return redirect("conversation", found.pk)
