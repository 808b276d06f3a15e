"""The three worlds, built at a chosen moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Final

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from rinnalla.audit.queries import verify
from rinnalla.chat.models import Conversation, Message
from rinnalla.chat.transcript import read
from rinnalla.demo.cast import PARTS, PASSWORD
from rinnalla.demo.rules import populated_as
from rinnalla.demo.stories import AWKWARD
from rinnalla.demo.worlds import WORLDS, NotEmpty, populate
from rinnalla.helpline.hours import state_at, timetable_of
from rinnalla.helpline.models import Contact, DutySession, Line, LineText
from rinnalla.helpline.queries import loads, queue_of
from rinnalla.people.models import Centre, Invitation, Membership, Person, Role
from rinnalla.people.second_factor import has_second_factor

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

TUESDAY_EVENING: Final = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)  # 20.30 in Helsinki
SUNDAY_NIGHT: Final = datetime(2026, 11, 29, 1, 10, tzinfo=UTC)  # 03.10 in Helsinki


def waiting(slug: str) -> int:
    return queue_of(Line.objects.get(slug=slug).pk).count()


def talking() -> dict[str, int]:
    duties = DutySession.objects.exclude(state="ended").select_related("person")
    return {duty.person.duty_name: duty.open_contacts for duty in duties}


def test_in_the_quiet_world_nobody_waits_and_one_volunteer_is_ready() -> None:
    populate(world=WORLDS["quiet"], now=TUESDAY_EVENING)
    assert (waiting("sekasin"), waiting("solmussa"), talking()) == (0, 0, {"Eetu": 0})
    assert DutySession.objects.get().state == DutySession.State.READY


def test_in_the_busy_world_ten_wait_and_two_volunteers_talk() -> None:
    populate(world=WORLDS["busy"], now=TUESDAY_EVENING)
    assert (waiting("sekasin"), waiting("solmussa"), talking()) == (8, 2, {"Aino": 2, "Helmi 🌙": 1})


def test_in_the_night_one_volunteer_faces_a_long_queue() -> None:
    populate(world=WORLDS["night"], now=SUNDAY_NIGHT)
    assert (waiting("sekasin"), waiting("solmussa"), talking()) == (22, 3, {"نورا": 1})


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("moment", [TUESDAY_EVENING, SUNDAY_NIGHT], ids=["evening", "night"])
def test_everybody_in_a_world_is_present_at_its_moment(name: str, moment: datetime) -> None:
    populate(world=WORLDS[name], now=moment)
    lines = list(Line.objects.all())
    assert [state_at(timetable_of(line), moment).is_open for line in lines] == [True, True, True]
    there = Contact.objects.exclude(state="ended")
    assert set(there.values_list("seen_at", flat=True)) <= {moment}
    assert not there.filter(queued_at__gt=moment).exists()
    assert sum(load.on_duty for load in loads(lines, now=moment).values()) == len(WORLDS[name].shifts)
    assert verify().fault is None


def test_the_longest_wait_is_as_planned() -> None:
    populate(world=WORLDS["night"], now=SUNDAY_NIGHT)
    sekasin = Line.objects.get(slug="sekasin")
    assert loads([sekasin], now=SUNDAY_NIGHT)[sekasin.pk].waiting_since == SUNDAY_NIGHT - timedelta(minutes=170)


def test_the_same_world_at_the_same_moment_is_the_same() -> None:
    populate(world=WORLDS["busy"], now=TUESDAY_EVENING)
    queue = list(Contact.objects.order_by("pk").values_list("queued_at", "language", "state"))
    assert [row[0] for row in queue] == sorted(row[0] for row in queue)
    assert {row[2] for row in queue} == {"waiting", "talking", "ended"}
    assert queue[0][0] == TUESDAY_EVENING - timedelta(minutes=115)


def test_the_mark_names_everybody_whom_the_world_brought() -> None:
    populate(world=WORLDS["busy"], now=TUESDAY_EVENING)
    mark = populated_as()
    assert mark is not None
    assert mark.details == {
        "world": "busy",
        "contacts": sorted(Contact.objects.values_list("pk", flat=True)),
        "duties": sorted(DutySession.objects.values_list("pk", flat=True)),
    }


def test_the_cast_came_by_invitation_and_can_sign_in() -> None:
    populate(world=WORLDS["quiet"], now=TUESDAY_EVENING)
    people = {person.email: person for person in Person.objects.all()}
    assert set(people) == {part.email for part in PARTS}
    assert all(person.check_password(PASSWORD) and has_second_factor(person) for person in people.values())
    assert Invitation.objects.filter(accepted_by__isnull=False).count() == len(PARTS)
    assert Invitation.objects.filter(accepted_at=None).count() == 2


def test_each_centre_has_an_administrator_and_the_sos_centre_all_roles() -> None:
    populate(world=WORLDS["quiet"], now=TUESDAY_EVENING)
    for centre in Centre.objects.all():
        assert Membership.objects.filter(centre=centre, role=Role.ADMIN).count() == 1
    sos = Membership.objects.filter(centre__kind=Centre.Kind.SOS)
    assert set(sos.values_list("role", flat=True)) == set(Role.values)


def test_a_name_on_duty_may_be_forty_characters_long() -> None:
    populate(world=WORLDS["quiet"], now=TUESDAY_EVENING)
    assert max(len(person.duty_name) for person in Person.objects.all()) == 40


def test_all_lines_speak_three_languages_in_full() -> None:
    populate(world=WORLDS["quiet"], now=TUESDAY_EVENING)
    texts = LineText.objects.values_list("line__slug", "language")
    assert set(texts) == {(slug, code) for slug in ("harjoitus", "sekasin", "solmussa") for code in ("fi", "sv", "en")}
    long_texts = ("name", "summary", "about", "who_answers", "rules", "confidentiality", "other_help")
    assert all(getattr(text, name) for text in LineText.objects.filter(line__practice=False) for name in long_texts)


def test_by_day_sekasin_keeps_its_own_hours() -> None:
    populate(world=WORLDS["quiet"], now=datetime(2026, 11, 24, 13, 30, tzinfo=UTC))
    sekasin = Line.objects.get(slug="sekasin")
    closes = state_at(timetable_of(sekasin), datetime(2026, 11, 24, 13, 30, tzinfo=UTC)).closes_at
    assert closes == datetime(2026, 11, 24, 22, 0, tzinfo=UTC)


def test_awkward_texts_are_kept_as_they_were_written() -> None:
    populate(world=WORLDS["busy"], now=TUESDAY_EVENING)
    talks = Conversation.objects.filter(open=True, contact__duty__person__email="aino@example.org")
    said = {line.text for talk in talks for line in read(talk.pk, talk.key_id) if line.by == Message.Author.SEEKER}
    assert set(AWKWARD) <= said


def test_populate_refuses_a_database_that_holds_anything() -> None:
    Centre.objects.create(name="Turun kriisikeskus", kind=Centre.Kind.LOCAL, town="Turku")
    with pytest.raises(NotEmpty):
        populate(world=WORLDS["quiet"], now=TUESDAY_EVENING)
    with pytest.raises(CommandError, match="not empty"):
        call_command("populate", world="quiet", stdout=StringIO())


def test_populate_refuses_production(settings: Settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("populate", world="quiet", stdout=StringIO(), skip_checks=True)
    assert not Person.objects.exists()
