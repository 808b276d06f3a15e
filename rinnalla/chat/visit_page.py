"""The one page of a visit, as every view of a help-seeker answers with it."""

from __future__ import annotations

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from rinnalla.chat import queries, visits
from rinnalla.chat.door import door_of
from rinnalla.chat.models import Conversation, Message
from rinnalla.chat.visit_texts import visit_texts
from rinnalla.chat.wait_views import other_waits
from rinnalla.helpline import actions as helpline


def present_visit(request: HttpRequest) -> Conversation | None:
    """The visit; its presence renewed, and back in the queue if it was away."""
    found = visits.visit_of(request)
    if found is not None and visits.is_going_on(found):
        helpline.keep_present(contact_ids=[found.contact_id], now=timezone.now())
        found.contact.refresh_from_db(fields=["state", "queued_at", "rank_at", "returned_at", "seen_at"])
    return found


def show_visit(request: HttpRequest, found: Conversation, *, status: int = 200, **more: str) -> HttpResponse:
    prefetch_related_objects([found.contact.line], "texts")
    said = queries.messages_for_seeker(found)
    now = timezone.now()
    view = queries.visit_view(found, now=now)
    if view.low is not None and view.high is not None and found.contact.stated_low is None:
        helpline.keep_stated({found.contact_id: (view.low, view.high)})
    context: dict[str, Any] = {
        "visit": view,
        "other_waits": other_waits(found.contact.line, now) if view.is_queued else [],
        "door": door_of(found),
        "messages": said,
        "was_answered": any(message.kind == Message.Kind.JOINED for message in said),
        # Without scripts the page does not look for news by itself while somebody writes in it.
        "writing": "write" in request.GET or bool(more),
        "transcript": [message.as_frame() for message in said],
        "texts": visit_texts(),
        "next_id": view.next_id,
        "notices": queries.notices_for_seeker(found, now=timezone.now()) if view.is_queued else [],
        **more,
    }
    return render(request, "chat/visit.html", context, status=status)
