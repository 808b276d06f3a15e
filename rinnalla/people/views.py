"""The pages about people: the list, one person, their roles and account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from rinnalla.core.forms_only import takes_forms_of
from rinnalla.people import access, actions, queries, rules
from rinnalla.people.forms import InvitationForm, ProfileForm, RoleForm
from rinnalla.people.http import StaffRequest
from rinnalla.people.models import Person, Role
from rinnalla.people.queries import PeopleFilter
from rinnalla.people.rules import Refused
from rinnalla.people.sudo import sudo_required

PAGE = 50


@dataclass(frozen=True)
class Question:
    """What people/confirm.html asks before something is done to a person."""

    title: str
    question: str
    button: str
    danger: bool = True


def people(request: StaffRequest) -> HttpResponse:
    """The people of the user's centres. The filters live in the address: ``role``, ``state``, ``search``."""
    centres = list(access.centres_of(request.user))
    role, state = request.GET.get("role", ""), request.GET.get("state", "")
    wanted = PeopleFilter(
        role=role if role in Role.values else "",
        state=state if state in ("closed", "no_factor") else "",
        search=request.GET.get("search", "").replace("\0", "")[:100].strip(),
    )
    rows = Paginator(queries.people_list(centres, wanted), PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": rows,
        "centres": centres,
        "wanted": wanted,
        "tabs": queries.people_tabs(queries.people_counts(centres), wanted),
        "state": wanted.state,
    }
    return render(request, "people/people.html", context)


def person(request: StaffRequest, person_id: int) -> HttpResponse:
    """One person: roles, invitations, what may be done, and what has happened."""
    found = access.get_person_for(request.user, person_id)
    page = queries.person_page(found, viewer=request.user)
    return render(request, "people/person.html", {"page": page, "person": found})


@sudo_required
def invite(request: StaffRequest) -> HttpResponse:
    centres = list(access.centres_of(request.user))
    mine = access.roles_of(request.user)
    roles = {role for centre in centres for role in rules.manageable_roles(mine, centre.pk)}
    initial = {"role": Role.VOLUNTEER, "language": request.user.language, **request.GET.dict()}
    form = InvitationForm(request.POST or None, centres=centres, roles=roles, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.invite(
                email=form.cleaned_data["email"],
                centre=form.cleaned_data["centre"],
                role=Role(form.cleaned_data["role"]),
                language=form.cleaned_data["language"],
                actor=request.user,
                now=timezone.now(),
            )
        except Refused as refused:
            form.add_error(None, str(refused.reason.label))
        else:
            messages.success(request, _("The invitation to {email} is on its way.").format(email=made.email))
            return redirect("invitations")
    return render(request, "people/invite.html", {"form": form}, status=422 if form.errors else 200)


def invitations(request: StaffRequest) -> HttpResponse:
    """The invitations to the user's centres. ``state`` in the address: accepted, withdrawn, else waiting."""
    state = request.GET.get("state", "")
    sent = access.invitations_for(request.user)
    page = Paginator(queries.invitations_in(sent, state), PAGE).get_page(request.GET.get("page"))
    rows = queries.invitation_rows(page.object_list, viewer=access.roles_of(request.user), now=timezone.now())
    context = {"page": page, "rows": rows, "state": state, "counts": queries.invitation_counts(sent)}
    return render(request, "people/invitations.html", context)


@takes_forms_of("invitations")
@sudo_required
def resend_invitation(request: StaffRequest, invitation_id: int) -> HttpResponse:
    sent = access.get_invitation_for(request.user, invitation_id)
    return _done(
        request,
        lambda: actions.resend(invitation=sent, actor=request.user, now=timezone.now()),
        _("A new letter to {email} is on its way. The link in the older letter no longer works.").format(
            email=sent.email
        ),
        "invitations",
    )


@takes_forms_of("invitations")
@sudo_required
def withdraw_invitation(request: StaffRequest, invitation_id: int) -> HttpResponse:
    sent = access.get_invitation_for(request.user, invitation_id)
    return _done(
        request,
        lambda: actions.withdraw_invitation(invitation=sent, actor=request.user, now=timezone.now()),
        _("The invitation to {email} is withdrawn. Its link no longer works.").format(email=sent.email),
        "invitations",
    )


@sudo_required
def give_role(request: StaffRequest, person_id: int) -> HttpResponse:
    found = access.get_person_for(request.user, person_id)
    offered = queries.roles_to_give(found, viewer=request.user)
    form = RoleForm(request.POST or None, offered=offered, initial={"place": request.GET.get("place", "")})
    if request.method == "POST" and form.is_valid():
        centre, role = form.chosen()
        return _done(
            request,
            lambda: actions.give_role(person=found, centre=centre, role=role, actor=request.user, now=timezone.now()),
            _("{name} now has the role: {role}.").format(name=found.name, role=role.label),
            "person",
            found.pk,
        )
    context = {"person": found, "form": form, "offered": offered}
    return render(request, "people/give_role.html", context, status=422 if form.errors else 200)


@sudo_required
def take_role(request: StaffRequest, person_id: int, membership_id: int) -> HttpResponse:
    membership = access.get_membership_for(request.user, person_id, membership_id)
    role, centre, name = membership.get_role_display(), membership.centre.name, membership.person.name
    question = Question(
        title=_("Take a role away"),
        question=_(
            "{name} will no longer be {role} at {centre}. A duty or conversation going on in that role ends at once."
        ).format(name=name, role=role, centre=centre),
        button=_("Take the role away"),
    )
    said = _("{name} no longer has the role: {role}.").format(name=name, role=role)
    return _once_confirmed(
        request,
        membership.person,
        question,
        lambda: actions.take_role(membership=membership, actor=request.user, now=timezone.now()),
        said,
    )


@sudo_required
def deactivate(request: StaffRequest, person_id: int) -> HttpResponse:
    found = access.get_person_for(request.user, person_id)
    question = Question(
        title=_("Close an account"),
        question=_(
            "{name} can no longer sign in, and everything {name} has open ends at once. "
            "Nothing is erased, and you can open the account again."
        ).format(name=found.name),
        button=_("Close the account"),
    )
    said = _("The account of {name} is closed.").format(name=found.name)
    return _once_confirmed(request, found, question, _on(actions.deactivate, request, found), said)


@sudo_required
def reactivate(request: StaffRequest, person_id: int) -> HttpResponse:
    found = access.get_person_for(request.user, person_id)
    question = Question(
        title=_("Open an account again"),
        question=_("{name} can sign in again, with the same roles as before.").format(name=found.name),
        button=_("Open the account"),
        danger=False,
    )
    said = _("The account of {name} is open again.").format(name=found.name)
    return _once_confirmed(request, found, question, _on(actions.reactivate, request, found), said)


@takes_forms_of("person", "person_id")
def sign_out_person(request: StaffRequest, person_id: int) -> HttpResponse:
    found = access.get_person_for(request.user, person_id)
    return _done(
        request,
        _on(actions.sign_out_everywhere, request, found),
        _("{name} is signed out on all devices.").format(name=found.name),
        "person",
        found.pk,
    )


@sudo_required
def reset_second_factor(request: StaffRequest, person_id: int) -> HttpResponse:
    found = access.get_person_for(request.user, person_id)
    question = Question(
        title=_("Remove the second step of sign-in"),
        question=_(
            "Do this only when you are sure that it is {name} who asks: call, or meet face to face. "
            "{name} is signed out everywhere and sets up a new second step at the next sign-in."
        ).format(name=found.name),
        button=_("Remove the second step"),
    )
    said = _("The second step of {name} is removed. We told {name} by e-mail.").format(name=found.name)
    return _once_confirmed(request, found, question, _on(actions.reset_second_factor, request, found), said)


def profile(request: StaffRequest) -> HttpResponse:
    """The user's own details."""
    me = request.user
    initial = {"name": me.name, "duty_name": me.duty_name, "language": me.language}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.change_profile(actor=me, now=timezone.now(), **form.cleaned_data)
        with translation.override(me.language):
            messages.success(request, _("Your details are saved."))
        return redirect("profile")
    roles = me.memberships.select_related("centre").order_by("centre__name", "role")
    return render(request, "people/profile.html", {"form": form, "roles": roles}, status=422 if form.errors else 200)


@takes_forms_of("profile")
def sign_out_everywhere(request: StaffRequest) -> HttpResponse:
    actions.sign_out_everywhere(person=request.user, actor=request.user, now=timezone.now())
    logout(request)  # the note then lies in a session of its own, which the sign-in page can read
    messages.success(request, _("You are signed out on all devices."))
    return redirect("account_login")


def _done(request: StaffRequest, action: Callable[[], object], said: str, to: str, *args: Any) -> HttpResponse:
    """Do ``action`` and go to page ``to``, which shows what was done or why it was not."""
    try:
        action()
    except Refused as refused:
        messages.error(request, str(refused.reason.label))
    else:
        messages.success(request, said)
    return redirect(to, *args)


def _on(action: Callable[..., object], request: StaffRequest, found: Person) -> Callable[[], object]:
    """What the user does to ``found``, to be done once confirmed."""
    return lambda: action(person=found, actor=request.user, now=timezone.now())


def _once_confirmed(
    request: StaffRequest, found: Person, question: Question, action: Callable[[], object], said: str
) -> HttpResponse:
    """Ask ``question`` first; the press of its button does ``action`` and leads back to the person."""
    if request.method == "POST":
        return _done(request, action, said, "person", found.pk)
    return render(request, "people/confirm.html", {**asdict(question), "back": resolve_url("person", found.pk)})
