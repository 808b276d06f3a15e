"""The pages on which a centre keeps its lines' canned texts."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rinnalla.core.forms_only import takes_forms_of
from rinnalla.helpline import access
from rinnalla.helpline.actions import canned as actions
from rinnalla.helpline.canned_forms import CannedTextForm
from rinnalla.helpline.canned_queries import canned_counts, canned_groups
from rinnalla.helpline.models import CannedText, Line
from rinnalla.helpline.queries import text_of
from rinnalla.people.http import StaffRequest


@require_safe
def canned_lines(request: StaffRequest) -> HttpResponse:
    """The lines whose texts the person keeps."""
    lines = list(access.lines_to_set_up(request.user).prefetch_related("texts"))
    if not lines:
        raise Http404
    counts = canned_counts(lines)
    rows = [{"slug": line.slug, "name": _name(request, line), "count": counts[line.pk]} for line in lines]
    return render(request, "helpline/canned_lines.html", {"rows": rows})


@require_safe
def canned_texts(request: StaffRequest, slug: str) -> HttpResponse:
    line = access.get_line_to_set_up(request.user, slug)
    groups = canned_groups(line, language=request.user.language)
    return render(request, "helpline/canned_texts.html", {**_about(request, line), "groups": groups})


def add_canned_text(request: StaffRequest, slug: str) -> HttpResponse:
    line = access.get_line_to_set_up(request.user, slug)
    initial = {"language": request.user.language, "kind": CannedText.Kind.USUAL, **request.GET.dict()}
    form = CannedTextForm(request.POST or None, initial=initial)
    return _written(
        request,
        line,
        form,
        lambda: actions.add_canned_text(line=line, wording=form.wording(), actor=request.user, now=timezone.now()),
    )


def edit_canned_text(request: StaffRequest, slug: str, text_id: int) -> HttpResponse:
    canned = access.get_canned_text_to_set_up(request.user, slug, text_id)
    initial = {name: getattr(canned, name) for name in ("keyword", "kind", "language", "text")}
    form = CannedTextForm(request.POST or None, initial=initial)
    return _written(
        request,
        canned.line,
        form,
        lambda: actions.change_canned_text(
            canned=canned, wording=form.wording(), actor=request.user, now=timezone.now()
        ),
        canned=canned,
    )


@takes_forms_of("edit_canned_text", "slug", "text_id")
def delete_canned_text(request: StaffRequest, slug: str, text_id: int) -> HttpResponse:
    canned = access.get_canned_text_to_set_up(request.user, slug, text_id)
    actions.delete_canned_text(canned=canned, actor=request.user, now=timezone.now())
    messages.success(request, _("The text /{keyword} was deleted.").format(keyword=canned.keyword))
    return redirect("canned_texts", slug)


def _written(
    request: StaffRequest,
    line: Line,
    form: CannedTextForm,
    write: Callable[[], CannedText],
    *,
    canned: CannedText | None = None,
) -> HttpResponse:
    """The form; with ``preview`` how the help-seeker would see the text; else the text is kept."""
    preview = ""
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            preview = form.cleaned_data["text"]
        else:
            try:
                kept = write()
            except actions.CannedRefused as refused:
                form.add_error("keyword", str(refused.reason.label))
            else:
                messages.success(request, _("The text /{keyword} is kept.").format(keyword=kept.keyword))
                return redirect("canned_texts", line.slug)
    context = {**_about(request, line), "form": form, "canned": canned, "preview": preview}
    return render(request, "helpline/canned_text.html", context, status=422 if form.errors else 200)


def _about(request: StaffRequest, line: Line) -> dict[str, str]:
    return {"slug": line.slug, "line_name": _name(request, line)}


def _name(request: StaffRequest, line: Line) -> str:
    return text_of(line, request.user.language).name
