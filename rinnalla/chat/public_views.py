"""The help-seekers' pages. No sign-in, no session; the one cookie is that of a visit (visits.py)."""

from __future__ import annotations

import calendar as month_of
import logging

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from rinnalla.chat import access, actions, queries, visits
from rinnalla.chat.forms import SayForm
from rinnalla.chat.models import Message
from rinnalla.chat.visit_page import present_visit, show_visit
from rinnalla.chat.visits import from_our_own_page
from rinnalla.core.forms_only import takes_forms_of
from rinnalla.core.network import network_of
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.blocked import block_of_network, block_of_token, is_blocked_token
from rinnalla.helpline.hours import timetable_of
from rinnalla.helpline.hours_in_words import week_table
from rinnalla.helpline.rules import Refused

log = logging.getLogger(__name__)


# Lines --------------------------------------------------------------------------------------------------------------
@require_safe
@login_not_required
def front(request: HttpRequest) -> HttpResponse:
    return render(request, "chat/front.html", {"lines": queries.line_cards(now=timezone.now())})


@require_safe
@login_not_required
def line(request: HttpRequest, slug: str) -> HttpResponse:
    """What the line is, who answers, its rules and hours, and the way in."""
    found, now = access.get_public_line(slug), timezone.now()
    context = {
        "line": queries.line_view(found),
        "opening": queries.opening_view(found, now=now),
        "week": week_table(timetable_of(found), now=now),
        "has_visit": visits.is_going_on(visits.visit_of(request)),
    }
    return render(request, "chat/line.html", context)


@takes_forms_of("line", "slug")
@login_not_required
@from_our_own_page
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin to wait. Someone whose visit goes on comes back to it instead: one person, one place."""
    found = access.get_public_line(slug)
    if visits.is_going_on(visits.visit_of(request)):
        return redirect("visit")
    now, network = timezone.now(), network_of(request)
    if stop := block_of_token(visits.token_of(request), centre_id=found.centre_id, now=now):
        return render(request, "chat/come_back.html", {"until": stop.until, "line": queries.line_view(found)})
    if "sure" not in request.POST and (stop := block_of_network(network, centre_id=found.centre_id, now=now)):
        context = {"until": stop.until, "line": queries.line_view(found), "somebody_else": True}
        return render(request, "chat/come_back.html", context)
    try:
        _contact, token = helpline.join_queue(line=found, language=get_language() or "fi", now=now, network=network)
    except Refused:
        context = {"line": queries.line_view(found), "opening": queries.opening_view(found, now=now)}
        return render(request, "chat/closed.html", context)
    answer = redirect("visit")
    visits.remember(answer, token)
    return answer


# The visit ----------------------------------------------------------------------------------------------------------
@require_safe
@login_not_required
def visit(request: HttpRequest) -> HttpResponse:
    """Waiting, talking, ended: one address, so that a reload at any time shows where things stand.

    Coming here keeps the place in the queue, also without scripts.
    """
    found = present_visit(request)
    if found is None:
        return _no_visit(request)
    return show_visit(request, found)


@takes_forms_of("visit")
@login_not_required
@from_our_own_page
def say(request: HttpRequest) -> HttpResponse:
    """A message from a page without scripts. When it is refused, the page says why and keeps the text."""
    found = present_visit(request)
    if found is None:
        return redirect("visit")
    form = SayForm(request.POST)
    form.is_valid()
    try:
        actions.say(
            conversation=found,
            client_id=form.client_id,
            text=form.text_as_written,
            author=Message.Author.SEEKER,
            actor=None,
            now=timezone.now(),
        )
    except actions.SayRefused as refused:
        more = {"draft": form.text_as_written, "refusal": str(refused.reason.label)}
        return show_visit(request, found, status=422, **more)
    return redirect("visit")


@takes_forms_of("visit")
@login_not_required
@from_our_own_page
def leave(request: HttpRequest) -> HttpResponse:
    """Leave the queue, or end the conversation."""
    found = visits.visit_of(request)
    if found is not None:
        helpline.leave(contact=found.contact, now=timezone.now())
    return redirect("visit")


@takes_forms_of("calendar")  # never back to the service: somebody wanted to be away from it
@login_not_required
@from_our_own_page
def quick_exit(request: HttpRequest) -> HttpResponse:
    """Away from here at once, leaving nothing on the device (promise S16). The database cannot hold anybody back."""
    try:
        found = visits.visit_of(request)
        if found is not None:
            helpline.leave(contact=found.contact, now=timezone.now())
    except DatabaseError as problem:  # the visit then ends by itself, as one whose page is gone
        log.warning("a visit could not be ended at exit: %s", type(problem).__name__)
    return visits.away()


def _no_visit(request: HttpRequest) -> HttpResponse:
    answer = render(request, "chat/no_visit.html")
    if visits.COOKIE in request.COOKIES and not is_blocked_token(visits.token_of(request), now=timezone.now()):
        visits.forget(answer)
    return answer


# Other pages --------------------------------------------------------------------------------------------------------
@require_safe
@login_not_required
def calendar(request: HttpRequest) -> HttpResponse:
    """This month. A page like any other, where quick exit leads."""
    today = timezone.localdate()
    context = {
        "month_name": date_format(today, "F Y"),
        "weeks": month_of.Calendar().monthdayscalendar(today.year, today.month),
        "day_names": [{"short": WEEKDAYS_ABBR[day], "long": WEEKDAYS[day]} for day in range(7)],
        "today": today.day,
    }
    return render(request, "public/calendar.html", context)


@require_safe
@login_not_required
def other_help(request: HttpRequest) -> HttpResponse:
    return render(request, "public/other_help.html")


@require_safe
@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "public/privacy.html")
