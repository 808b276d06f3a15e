"""The only way a page gets a line to lead or to set up, or a contact to record.

What is absent and what is forbidden look alike.
"""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet
from django.http import Http404

from rinnalla.helpline.models import CannedText, Contact, DutySession, LeadCall, Line, Notice
from rinnalla.helpline.records import contacts_to_record
from rinnalla.people.access import CARETAKERS, roles_of
from rinnalla.people.models import Person, Role

# Who steps in during an evening; CARETAKERS (coordinator, administrator) also set up the rules of a line.
LEADS: Final = (Role.SHIFT_LEAD, Role.COORDINATOR, Role.ADMIN)


def leads(person: Person) -> bool:
    """Whether ``person`` may step in somewhere."""
    return roles_of(person).anywhere(*LEADS)


def led_lines(person: Person) -> QuerySet[Line]:
    """The lines of the centres in which ``person`` may step in."""
    return Line.objects.filter(centre__in=roles_of(person).centres(*LEADS))


def get_led_line(person: Person, slug: str) -> Line:
    line = led_lines(person).filter(slug=slug).first()
    if line is None:
        raise Http404
    return line


def get_led_duty(person: Person, duty_id: int) -> DutySession:
    """A duty that goes on, on a line ``person`` leads."""
    duty = (
        DutySession.objects.filter(pk=duty_id, line__in=led_lines(person))
        .exclude(state=DutySession.State.ENDED)
        .select_related("line", "person", "moves_to")
        .first()
    )
    if duty is None:
        raise Http404
    return duty


def get_led_notice(person: Person, notice_id: int) -> Notice:
    notice = Notice.objects.filter(pk=notice_id, line__in=led_lines(person)).select_related("line").first()
    if notice is None:
        raise Http404
    return notice


def lines_to_set_up(person: Person) -> QuerySet[Line]:
    """The lines whose rules and texts ``person`` edits."""
    return Line.objects.filter(centre__in=roles_of(person).centres(*CARETAKERS))


def get_line_to_set_up(person: Person, slug: str) -> Line:
    line = lines_to_set_up(person).filter(slug=slug).first()
    if line is None:
        raise Http404
    return line


def calls_for(person: Person) -> QuerySet[LeadCall]:
    """The open calls that ``person`` may answer: from the lines they lead, not their own."""
    return (
        LeadCall.objects.filter(closed_at=None, duty__line__centre__in=roles_of(person).centres(*LEADS))
        .exclude(duty__person=person)
        .select_related("duty__person", "duty__line", "answered_by", "contact")
        .prefetch_related("duty__line__texts")
    )


def get_call_for(person: Person, call_id: int) -> LeadCall:
    """A call from a line that ``person`` leads, open or closed."""
    lines = led_lines(person)
    call = LeadCall.objects.filter(pk=call_id, duty__line__in=lines).select_related("duty__line").first()
    if call is None:
        raise Http404
    return call


def get_contact_to_record(person: Person, contact_id: int) -> Contact:
    """A contact that ``person`` has answered in a duty that goes on."""
    found = contacts_to_record(person).select_related("line", "duty__line").filter(pk=contact_id).first()
    if found is None:
        raise Http404
    return found


def get_canned_text_to_set_up(person: Person, slug: str, text_id: int) -> CannedText:
    found = CannedText.objects.filter(pk=text_id, line__slug=slug, line__in=lines_to_set_up(person)).first()
    if found is None:
        raise Http404
    return found
