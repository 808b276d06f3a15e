"""What a help-seeker does before and after the conversation. Every form works without scripts.

With scripts the page takes its own part out of the same answer (frontend/visit-forms.ts).
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from rinnalla.chat.transcript import clean
from rinnalla.chat.visit_page import present_visit, show_visit
from rinnalla.chat.visits import from_our_own_page
from rinnalla.core.forms_only import takes_forms_of
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.asking import points_of
from rinnalla.helpline.priority import QUEUED


@takes_forms_of("visit")
@login_not_required
@from_our_own_page
def answer_questions(request: HttpRequest) -> HttpResponse:
    """The questions before the chat, and how one feels. All may be left out; only the level is kept of the answers."""
    found = present_visit(request)
    if found is not None and found.contact.state in QUEUED:
        now, line = timezone.now(), found.contact.line
        points = points_of(line, {name: str(value) for name, value in request.POST.items()})
        helpline.set_level(contact=found.contact, points=points, now=now)
        if mood := _mood(request):
            helpline.tell_mood_before(contact=found.contact, mood=mood, now=now)
    return redirect("visit")


@takes_forms_of("visit")
@login_not_required
@from_our_own_page
def use_return_word(request: HttpRequest) -> HttpResponse:
    """Words given at the end of an earlier wait. Wrong ones are answered kindly, a few times."""
    found = present_visit(request)
    if found is None:
        return redirect("visit")
    words = request.POST.get("words", "")[:200]
    reason = helpline.use_return_word(contact=found.contact, words=words, now=timezone.now())
    if reason is None:
        return redirect("visit")
    found.contact.refresh_from_db(fields=["word_tries", "came_again"])
    return show_visit(request, found, status=422, words_refused=str(reason.label), words=clean(words))


@takes_forms_of("visit")
@login_not_required
@from_our_own_page
def give_return_word(request: HttpRequest) -> HttpResponse:
    """The words for somebody who waited in vain, on this one page and nowhere else: no redirect, nothing kept."""
    found = present_visit(request)
    words = helpline.give_return_word(contact=found.contact, now=timezone.now()) if found is not None else None
    if found is None or words is None:
        return redirect("visit")
    found.contact.refresh_from_db(fields=["word_given"])
    return show_visit(request, found, return_words=words)


@takes_forms_of("visit")
@login_not_required
@from_our_own_page
def give_feedback(request: HttpRequest) -> HttpResponse:
    """After the end: how one feels now, and a word to the centre."""
    found = present_visit(request)
    if found is not None:
        word = clean(request.POST.get("word", ""))
        helpline.give_feedback(contact=found.contact, mood=_mood(request), word=word, now=timezone.now())
    return redirect("visit")


def _mood(request: HttpRequest) -> int | None:
    written = request.POST.get("mood", "")
    return int(written) if written in {"1", "2", "3", "4", "5"} else None
