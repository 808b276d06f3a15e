"""The only way a page gets a practice line or a visit. What is absent and what is forbidden look alike."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from rinnalla.helpline.access import LEADS
from rinnalla.helpline.models import Line
from rinnalla.people.access import roles_of
from rinnalla.people.models import Membership, Person
from rinnalla.practice.models import Visit


def practice_lines(person: Person) -> QuerySet[Line]:
    """The practice lines of the centres in which ``person`` has a role."""
    member = Exists(Membership.objects.filter(person=person, centre_id=OuterRef("centre_id")))
    return Line.objects.filter(member, practice=True).prefetch_related("texts")


def get_practice_line(person: Person, slug: str) -> Line:
    line = practice_lines(person).filter(slug=slug).first()
    if line is None:
        raise Http404
    return line


def visits_for(person: Person) -> QuerySet[Visit]:
    """One's own practice; and, for those who lead at the line's centre, everybody's there."""
    trained = roles_of(person).centres(*LEADS)
    return Visit.objects.filter(
        Q(trainee=person) | Q(called_by=person, trainee=None) | Q(conversation__contact__line__centre__in=trained)
    ).select_related("conversation__contact__line", "trainee", "called_by", "marked_by")


def get_visit(person: Person, visit_id: int) -> Visit:
    visit = visits_for(person).filter(pk=visit_id).first()
    if visit is None:
        raise Http404
    return visit


def get_visit_to_train(person: Person, visit_id: int) -> Visit:
    """A visit that ``person`` may comment and mark as a trainer of the line's centre."""
    visit = get_visit(person, visit_id)
    if not roles_of(person).has(visit.conversation.contact.line.centre_id, *LEADS):
        raise Http404
    return visit
