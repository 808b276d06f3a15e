"""The page behind the link of an invitation: the only page about people that needs no sign-in."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from rinnalla.people import actions
from rinnalla.people.forms import AccountForm
from rinnalla.people.letters import token_hash
from rinnalla.people.models import Invitation, Person
from rinnalla.people.queries import acceptance_refusal
from rinnalla.people.rules import Refusal, Refused


@sensitive_post_parameters("password", "password_again")
@login_not_required
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: with a new account, or with the account that its address has already."""
    found = (
        Invitation.objects.filter(token_hash=token_hash(token))
        .select_related("centre", "invited_by", "accepted_by")
        .first()
    )
    if found is None:
        return render(request, "people/invitation_ended.html", {"reason": "unknown"}, status=404)
    if not _has_chosen_language(request):
        translation.activate(found.language)
    refusal = acceptance_refusal(invitation=found, now=timezone.now())
    if refusal:
        return _ended(request, found, refusal)
    if request.user.is_authenticated:
        return _accept_as(request, found, request.user)
    if Person.objects.filter(email=found.email).exists():
        return render(request, "people/invitation_sign_in.html", {"invitation": found, "next": request.path})
    return _open_account(request, found)


def _open_account(request: HttpRequest, found: Invitation) -> HttpResponse:
    initial = {"language": translation.get_language() or found.language}
    form = AccountForm(request.POST or None, email=found.email, initial=initial)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "invitation": found}
        return render(request, "people/invitation.html", context, status=422 if form.errors else 200)
    values = {key: form.cleaned_data[key] for key in ("name", "duty_name", "language", "password")}
    try:
        person = actions.accept_invitation(invitation=found, now=timezone.now(), **values)
    except Refused as refused:  # sent twice, or by two people at once: the account is there
        found.refresh_from_db()
        return _ended(request, found, refused.reason)
    record_authentication(request, person, method="password", reauthenticated=True)
    answer: HttpResponse = perform_login(request, person, redirect_url=resolve_url("mfa_index"))
    return answer


def _accept_as(request: HttpRequest, found: Invitation, person: Person) -> HttpResponse:
    if person.email != found.email:
        return render(request, "people/invitation_other_account.html", {"invitation": found, "next": request.path})
    if request.method != "POST":
        return render(request, "people/invitation_accept.html", {"invitation": found})
    try:
        actions.accept_invitation_as(invitation=found, actor=person, now=timezone.now())
    except Refused as refused:
        return _ended(request, found, refused.reason)
    return _welcome(request, found)


def _ended(request: HttpRequest, found: Invitation, refusal: Refusal) -> HttpResponse:
    if refusal == Refusal.HAS_ACCOUNT:
        return render(request, "people/invitation_sign_in.html", {"invitation": found, "next": request.path})
    if refusal == Refusal.INVITATION_USED and request.user.is_authenticated and found.accepted_by_id == request.user.pk:
        return _welcome(request, found)
    context = {"reason": refusal.value, "invitation": found}
    return render(request, "people/invitation_ended.html", context, status=410)


def _welcome(request: HttpRequest, found: Invitation) -> HttpResponse:
    said = _("You now have the role at {centre}: {role}.")
    messages.success(request, said.format(centre=found.centre.name, role=found.get_role_display()))
    return redirect("staff_home")


def _has_chosen_language(request: HttpRequest) -> bool:
    chosen = "language" in request.GET or settings.LANGUAGE_COOKIE_NAME in request.COOKIES
    return chosen or request.user.is_authenticated
