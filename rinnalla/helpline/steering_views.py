"""What a shift lead does from the board: steer a line, tell everybody who waits, move a volunteer."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rinnalla.core.forms_only import takes_forms_of
from rinnalla.helpline import access, actions
from rinnalla.helpline.hours import state_at, timetable_of
from rinnalla.helpline.hours_in_words import describe
from rinnalla.helpline.models import Contact, Line
from rinnalla.helpline.queries import notices_of, text_of
from rinnalla.helpline.rules import Refused
from rinnalla.helpline.steering import ends_at
from rinnalla.helpline.steering_forms import MoveForm, NoticeForm, SteerForm
from rinnalla.people.http import StaffRequest


def steer(request: StaffRequest, slug: str) -> HttpResponse:
    """Open, pause, close or cap the line, each with what help-seekers then see."""
    line, now = access.get_led_line(request.user, slug), timezone.now()
    state = state_at(timetable_of(line), now)
    initial = {"state": line.lead_state, "cap": line.lead_cap, **request.GET.dict()}
    form = SteerForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        wanted, cap = form.cleaned_data["state"], form.cleaned_data["cap"]
        until = ends_at(form.cleaned_data["lasts"], state, now=now) if wanted or cap is not None else None
        actions.steer_line(line=line, state=wanted, cap=cap, until=until, actor=request.user, now=now)
        if wanted == Line.LeadState.CLOSED and form.cleaned_data["waiting"] == "home":
            actions.send_home(line=line, actor=request.user, now=now)
        messages.success(request, _("Done. You can take it back on the board with one press."))
        return redirect("board")
    context = {
        "form": form,
        "line": line,
        "name": text_of(line, get_language() or "fi").name,
        "opening_text": describe(state, now=now, time_zone=line.time_zone),
        "waiting": Contact.objects.filter(line=line, state=Contact.State.WAITING).count(),
    }
    return render(request, "helpline/steer.html", context, status=422 if form.errors else 200)


@takes_forms_of("board")
def as_planned(request: StaffRequest, slug: str) -> HttpResponse:
    """Take back what was set for now: the line goes by its hours and its settings again."""
    line = access.get_led_line(request.user, slug)
    actions.steer_line(
        line=line, state=Line.LeadState.AS_PLANNED, cap=None, until=None, actor=request.user, now=timezone.now()
    )
    messages.success(request, _("The line goes as planned again."))
    return redirect("board")


def notice(request: StaffRequest, slug: str) -> HttpResponse:
    """Write to everybody who waits on the line; what is shown now can be taken away."""
    line, now = access.get_led_line(request.user, slug), timezone.now()
    form = NoticeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        texts = {code: form.cleaned_data[f"text_{code}"] for code in ("fi", "sv", "en")}
        until = ends_at(form.cleaned_data["lasts"], state_at(timetable_of(line), now), now=now)
        actions.send_notice(
            line=line, texts=texts, until=until or now + timedelta(hours=24), actor=request.user, now=now
        )
        messages.success(request, _("Everybody who waits sees your message now."))
        return redirect("board")
    name = text_of(line, get_language() or "fi").name
    context = {"form": form, "line": line, "name": name, "shown": notices_of(line.pk, now=now)}
    return render(request, "helpline/notice.html", context, status=422 if form.errors else 200)


@takes_forms_of("board")
def withdraw_notice(request: StaffRequest, notice_id: int) -> HttpResponse:
    found = access.get_led_notice(request.user, notice_id)
    actions.withdraw_notice(notice=found, actor=request.user, now=timezone.now())
    messages.success(request, _("The message is no longer shown."))
    return redirect("notice", found.line.slug)


@takes_forms_of("board")
def end_pause(request: StaffRequest, duty_id: int) -> HttpResponse:
    """Let a volunteer go on before the break that the line's limit asks for is over."""
    duty = access.get_led_duty(request.user, duty_id)
    if actions.lift_pause(duty=duty, actor=request.user, now=timezone.now()):
        messages.success(request, _("{name} may go on now.").format(name=duty.person.duty_name))
    return redirect("board")


def move_volunteer(request: StaffRequest, duty_id: int) -> HttpResponse:
    """Move somebody on duty to another line of the centre, at once or after the conversations that are open."""
    duty = access.get_led_duty(request.user, duty_id)
    lines = Line.objects.filter(centre=duty.line.centre_id, practice=False).exclude(pk=duty.line_id)
    by_slug = {line.slug: line for line in lines.prefetch_related("texts")}
    if not by_slug:
        raise Http404
    choices = [(slug, text_of(line, get_language() or "fi").name) for slug, line in by_slug.items()]
    form = MoveForm(request.POST or None, lines=choices)
    if request.method == "POST" and form.is_valid():
        line = by_slug[form.cleaned_data["line"]]
        try:
            actions.move_volunteer(duty=duty, line=line, actor=request.user, now=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused.reason.label))
        else:
            messages.success(request, _("{name} sees that you moved them.").format(name=duty.person.duty_name))
            return redirect("board")
    context = {"form": form, "duty": duty, "name": text_of(duty.line, get_language() or "fi").name}
    return render(request, "helpline/move_volunteer.html", context, status=422 if form.errors else 200)
