"""The page of a contact record. It stands alone, and its part stands beside a conversation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rinnalla.core.forms_only import takes_forms_of
from rinnalla.helpline import actions
from rinnalla.helpline.access import get_contact_to_record
from rinnalla.helpline.models import Contact, ContactRecord
from rinnalla.helpline.record_forms import RecordForm, TypeForm, form_of
from rinnalla.helpline.record_queries import record_view
from rinnalla.helpline.records import told_in
from rinnalla.helpline.rules import Refused
from rinnalla.people.http import StaffRequest


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: StaffRequest, contact_id: int) -> HttpResponse:
    """Write the record of a contact of one's own duty, or correct it."""
    now = timezone.now()
    actions.renew_leases(person_ids=[request.user.pk], now=now)
    contact = get_contact_to_record(request.user, contact_id)
    if request.method != "POST":
        return _page(request, contact, _saved_form(request, contact), again="again" in request.GET)
    if "later" in request.POST:
        actions.put_record_off(contact=contact, actor=request.user, now=now)
        return redirect("duty")
    form: RecordForm | TypeForm = TypeForm(request.POST) if "type" in request.POST else RecordForm(request.POST)
    if not form.is_valid():
        return _page(request, contact, form if isinstance(form, RecordForm) else None, status=422)
    try:
        actions.save_record(contact=contact, told=form.told(), actor=request.user, now=now)
    except Refused as refused:
        messages.error(request, str(refused.reason.label))
        if _wants_part(request):
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("duty")})
        return redirect("duty")
    if _wants_part(request):
        return _page(request, contact)
    messages.success(request, _("The record is saved."))
    return redirect("duty")


@takes_forms_of("record", "contact_id")
def heavy(request: StaffRequest, contact_id: int) -> HttpResponse:
    """Mark one's contact heavy to carry, or take the mark away."""
    contact = get_contact_to_record(request.user, contact_id)
    actions.mark_heavy(
        contact=contact, heavy=request.POST.get("heavy") == "yes", actor=request.user, now=timezone.now()
    )
    return _page(request, contact) if _wants_part(request) else redirect("record", contact.pk)


def _saved_form(request: StaffRequest, contact: Contact) -> RecordForm | None:
    """The form with what was saved, when it is to be corrected. Its note is read for that, and the log says so."""
    if "again" not in request.GET:
        return None
    saved = ContactRecord.objects.filter(contact=contact, filled_by=request.user).first()
    if saved is None or saved.type != ContactRecord.Type.CONVERSATION:
        return None
    note = actions.read_note(record=saved, actor=request.user, now=timezone.now())
    return form_of(told_in(saved), note=note)


def _page(
    request: StaffRequest, contact: Contact, form: RecordForm | None = None, *, again: bool = False, status: int = 200
) -> HttpResponse:
    shown = record_view(contact, now=timezone.now(), person_id=request.user.pk, form=form, again=again)
    template = "helpline/_record.html" if _wants_part(request) else "helpline/record.html"
    return render(request, template, {"record": shown}, status=status)


def _wants_part(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
