"""The shift lead's board."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from rinnalla.helpline import access, board_queries
from rinnalla.people.http import StaffRequest


@require_safe
def board(request: StaffRequest) -> HttpResponse:
    """The whole evening at a glance. ``wall``: to be read from three metres, with nothing to press."""
    led = access.led_lines(request.user).filter(practice=False)
    lines = board_queries.board_of(led, now=timezone.now())
    if not lines and not access.leads(request.user):
        raise Http404
    context = {"lines": lines, "wall": request.GET.get("wall") == "1", "now": timezone.now()}
    part = "#live" if request.headers.get("HX-Request") == "true" else ""
    return render(request, f"helpline/board.html{part}", context)
