"""Practice: calling a visitor in, looking back at the conversation, a trainer's comments and mark."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rinnalla.core.forms_only import takes_forms_of
from rinnalla.helpline.rules import Refused as HelplineRefused
from rinnalla.people.http import StaffRequest
from rinnalla.practice import access, actions, queries
from rinnalla.practice.forms import CommentForm, MarkForm
from rinnalla.practice.models import Visit
from rinnalla.practice.rules import Refused


@require_safe
def practice(request: StaffRequest) -> HttpResponse:
    """The visitors one can call, and the practices one may look back at."""
    context = {
        "lines": queries.lines_to_practise(request.user),
        "visitors": queries.visitors(),
        "visits": queries.visit_rows(request.user),
    }
    return render(request, "practice/practice.html", context)


@takes_forms_of("practice")
def call_visitor(request: StaffRequest, slug: str) -> HttpResponse:
    """A scripted visitor joins the queue of the practice line; one takes them at the desk as anybody."""
    line = access.get_practice_line(request.user, slug)
    try:
        actions.call_in(line=line, persona=request.POST.get("persona", ""), actor=request.user, now=timezone.now())
    except (Refused, HelplineRefused) as refused:
        messages.error(request, str(refused.reason.label))
        return redirect("practice")
    messages.success(request, _("A visitor waits in the queue. Take the next person."))
    return redirect("duty")


@require_safe
def practice_visit(request: StaffRequest, visit_id: int) -> HttpResponse:
    visit = access.get_visit(request.user, visit_id)
    if visit.trainee_id != request.user.pk:
        actions.note_reading(visit=visit, actor=request.user, now=timezone.now())
    return _visit_page(request, visit)


@takes_forms_of("practice_visit", "visit_id")
def comment_practice(request: StaffRequest, visit_id: int) -> HttpResponse:
    """A comment on one line of the conversation. When it is refused, what was typed stays."""
    visit = access.get_visit_to_train(request.user, visit_id)
    form = CommentForm(request.POST)
    seq = form.cleaned_data["seq"] if form.is_valid() else 0
    typed = request.POST.get("text", "")
    try:
        actions.comment(visit=visit, seq=seq, text=typed, actor=request.user, now=timezone.now())
    except Refused as refused:
        more = {"typed": typed, "typed_at": seq, "refusal": str(refused.reason.label)}
        return _visit_page(request, visit, status=422, **more)
    return redirect("practice_visit", visit.pk)


@takes_forms_of("practice_visit", "visit_id")
def mark_practice(request: StaffRequest, visit_id: int) -> HttpResponse:
    visit = access.get_visit_to_train(request.user, visit_id)
    form = MarkForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose how the practice went."))
        return redirect("practice_visit", visit.pk)
    try:
        actions.mark(visit=visit, mark=form.cleaned_data["mark"], actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused.reason.label))
    else:
        messages.success(request, _("The practice is marked."))
    return redirect("practice_visit", visit.pk)


def _visit_page(request: StaffRequest, visit: Visit, *, status: int = 200, **more: str | int) -> HttpResponse:
    context = {"visit": queries.visit_view(visit, request.user), **more}
    return render(request, "practice/visit.html", context, status=status)
