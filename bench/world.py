"""The rows that every bench's centre begins with: a line that is always open, and volunteers without a password."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rinnalla.helpline.models import Line
    from rinnalla.people.models import Person

LINE: Final = "chat"


def make_line(*, parallel_limit: int) -> Line:
    """A chat line with texts in three languages that is open day and night."""
    from rinnalla.helpline.models import Line, LineText, OpeningHours
    from rinnalla.people.models import Centre

    centre = Centre.objects.create(name="SOS-keskus", kind=Centre.Kind.SOS, town="Helsinki")
    line = Line.objects.create(
        slug=LINE, channel="chat", centre=centre, parallel_limit=parallel_limit, opens_with_people=False
    )
    for language in ("fi", "sv", "en"):
        LineText.objects.create(
            line=line,
            language=language,
            name="Keskustelu",
            summary="Juttele luottamuksellisesti.",
            about="Täällä voit jutella siitä, mikä painaa.",
            who_answers="Koulutetut vapaaehtoiset.",
            rules="Kohtele muita hyvin.",
            confidentiality="Keskustelu on luottamuksellinen.",
        )
    OpeningHours.objects.bulk_create(
        OpeningHours(line=line, weekday=day, opens=time(0), closes=time(0)) for day in range(7)
    )
    return line


def make_volunteers(line: Line, count: int) -> list[Person]:
    from rinnalla.people.models import Membership, Person, Role

    people = [
        Person(email=f"volunteer{number}@example.org", name=f"Vapaa Ehtoinen {number}", duty_name=f"Aino {number}")
        for number in range(count)
    ]
    for person in people:
        person.set_unusable_password()
    Person.objects.bulk_create(people)
    Membership.objects.bulk_create(
        Membership(person=person, centre=line.centre, role=Role.VOLUNTEER) for person in people
    )
    return people
