"""What a shift lead does from the board, and who may not."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from rinnalla.audit.models import Entry
from rinnalla.helpline import actions
from rinnalla.helpline.board import Reason
from rinnalla.helpline.board_queries import board_of
from rinnalla.helpline.hours import LineState
from rinnalla.helpline.models import Contact, DutySession, Line, Notice, OpeningHours
from rinnalla.helpline.queries import notices_of
from rinnalla.helpline.rules import Refused
from rinnalla.helpline.steering import MoveRefusal, ends_at
from rinnalla.helpline.tests.conftest import MINUTE, join, state_of, take_next
from rinnalla.people.models import Centre, Person, Role
from rinnalla.people.tests.cast import person, sign_in


@pytest.fixture
def lauri(line: Line) -> Person:
    return person("Lauri", (line.centre, Role.SHIFT_LEAD))


@pytest.fixture
def lead(lauri: Person) -> Client:
    return sign_in(Client(), lauri)


@pytest.fixture
def solmussa(line: Line) -> Line:
    made = Line.objects.create(slug="solmussa", channel="chat", centre=line.centre)
    OpeningHours.objects.create(line=made, weekday=0, opens=time(0), closes=time(0))
    return made


# Decisions ----------------------------------------------------------------------------------------------------------
def test_the_leads_word_ends_with_the_opening_or_after_minutes(now: datetime) -> None:
    closes = now + timedelta(hours=2)
    is_open = LineState(True, closes, None)
    assert ends_at("15", is_open, now=now) == now + 15 * MINUTE
    assert ends_at("opening", is_open, now=now) == closes
    assert ends_at("opening", LineState(True, None, None), now=now) is None
    assert ends_at("opening", LineState(False, None, closes), now=now) == now + timedelta(hours=1)


# Opening, pausing, closing ------------------------------------------------------------------------------------------
def test_a_lead_pauses_a_line_and_takes_it_back_with_one_press(line: Line, lead: Client) -> None:
    assert lead.post("/staff/board/sekasin/steer/", {"state": "paused", "cap": "7", "lasts": "30"}).status_code == 302
    line.refresh_from_db()
    assert (line.lead_state, line.lead_cap) == ("paused", 7)
    assert line.lead_until is not None
    assert timedelta(minutes=29) < line.lead_until - timezone.now() <= timedelta(minutes=30)
    page = lead.get("/staff/board/").content.decode()
    assert 'action="/staff/board/sekasin/as-planned/"' in page
    lead.post("/staff/board/sekasin/as-planned/")
    again = Line.objects.get(pk=line.pk)
    assert (again.lead_state, again.lead_cap, again.lead_until) == ("", None, None)
    first, second = Entry.objects.filter(code="helpline.line_steered").order_by("seq")
    assert first.details["old"] == {"state": "", "cap": None, "until": ""}
    assert (first.details["new"]["state"], second.details["new"]["state"]) == ("paused", "")


@pytest.mark.parametrize(("waiting", "after"), [("answer", "waiting"), ("home", "ended")])
def test_when_closing_the_lead_chooses_what_becomes_of_those_who_wait(
    line: Line, lead: Client, waiting: str, after: str
) -> None:
    contact = join(line, now=timezone.now())
    lead.post("/staff/board/sekasin/steer/", {"state": "closed", "lasts": "60", "waiting": waiting})
    contact.refresh_from_db()
    assert (contact.state, contact.ended_by) == (after, "closed" if after == "ended" else "")


def test_nobody_in_a_conversation_is_sent_home(line: Line, aino: Person, lauri: Person, now: datetime) -> None:
    talking = join(line, now=now)
    actions.take_duty(line=line, actor=aino, now=now)
    take_next(aino, now=now)
    waiting = join(line, now=now)
    assert actions.send_home(line=line, actor=lauri, now=now) == 1
    assert (state_of(talking), state_of(waiting)) == ("talking", "ended")


def test_what_was_mistyped_comes_back_and_changes_nothing(line: Line, lead: Client) -> None:
    for typed in (
        {"state": "exploded", "lasts": "30"},
        {"state": "paused", "lasts": "-1"},
        {"cap": "-3", "lasts": "15"},
    ):
        assert lead.post("/staff/board/sekasin/steer/", typed).status_code == 422
    line.refresh_from_db()
    assert (line.lead_state, line.lead_cap) == ("", None)


# Notices ------------------------------------------------------------------------------------------------------------
def test_a_message_to_all_waiting_is_shown_until_it_ends_or_is_taken_away(line: Line, lead: Client) -> None:
    typed = {"text_fi": "Illalla on ruuhkaa.", "text_sv": "", "text_en": "A busy evening.", "lasts": "15"}
    assert lead.post("/staff/board/sekasin/notice/", typed).status_code == 302
    [notice] = notices_of(line.pk, now=timezone.now())
    assert [notice.text_in(code) for code in ("fi", "sv", "en")] == [
        "Illalla on ruuhkaa.",
        "Illalla on ruuhkaa.",
        "A busy evening.",
    ]
    assert notices_of(line.pk, now=timezone.now() + 16 * MINUTE) == []
    lead.post(f"/staff/board/notices/{notice.pk}/withdraw/")
    assert notices_of(line.pk, now=timezone.now()) == []
    assert "ruuhkaa" not in str(list(Entry.objects.values_list("details", flat=True)))


def test_a_message_without_finnish_is_refused_and_kept_in_the_form(line: Line, lead: Client) -> None:
    answer = lead.post("/staff/board/sekasin/notice/", {"text_en": "A busy evening.", "lasts": "15"})
    assert (answer.status_code, Notice.objects.count()) == (422, 0)
    assert "A busy evening." in answer.content.decode()


def test_old_messages_are_erased(line: Line, lauri: Person, now: datetime) -> None:
    actions.send_notice(line=line, texts={"fi": "Hei"}, until=now + MINUTE, actor=lauri, now=now)
    assert actions.erase_old_notices(now=now) == 0
    assert actions.erase_old_notices(now=now + 2 * MINUTE) == 1


# Moving a volunteer -------------------------------------------------------------------------------------------------
def test_a_volunteer_is_moved_at_once_while_nobody_talks(
    line: Line, solmussa: Line, aino: Person, lauri: Person, lead: Client
) -> None:
    duty = actions.take_duty(line=line, actor=aino, now=timezone.now())
    assert lead.post(f"/staff/board/duties/{duty.pk}/move/", {"line": "solmussa"}).status_code == 302
    duty.refresh_from_db()
    assert (duty.line, duty.moves_to, duty.moved_by) == (solmussa, None, lauri)
    assert Entry.objects.get(code="helpline.volunteer_moved").details == {
        "old": "sekasin",
        "new": "solmussa",
        "later": False,
    }


def test_a_volunteer_who_talks_moves_after_the_last_conversation(
    line: Line, solmussa: Line, aino: Person, lauri: Person, now: datetime
) -> None:
    duty = actions.take_duty(line=line, actor=aino, now=now)
    for _ in range(2):
        join(line, now=now)
    talks = [take_next(aino, now=now) for _ in range(2)]
    actions.move_volunteer(duty=duty, line=solmussa, actor=lauri, now=now)
    lines = []
    for contact in talks:
        duty.refresh_from_db()
        lines.append(duty.line)
        actions.end_contact(contact=contact, actor=aino, now=now)
    duty.refresh_from_db()
    assert [*lines, duty.line] == [line, line, solmussa]
    assert (duty.state, duty.moves_to) == ("wrap_up", None)


def test_a_move_is_refused_with_its_reason(line: Line, aino: Person, lauri: Person, now: datetime) -> None:
    turku = Centre.objects.create(name="Turku", kind=Centre.Kind.LOCAL, town="Turku")
    elsewhere = Line.objects.create(slug="aurajoki", channel="chat", centre=turku)
    duty = actions.take_duty(line=line, actor=aino, now=now)
    for to, reason in ((line, MoveRefusal.HERE_ALREADY), (elsewhere, MoveRefusal.OTHER_CENTRE)):
        with pytest.raises(Refused) as refused:
            actions.move_volunteer(duty=duty, line=to, actor=lauri, now=now)
        assert refused.value.reason is reason
    actions.end_duty(duty=duty, actor=aino, now=now)
    with pytest.raises(Refused) as refused:
        actions.move_volunteer(duty=duty, line=elsewhere, actor=lauri, now=now)
    assert refused.value.reason is MoveRefusal.ENDED


# Calls and breaks ---------------------------------------------------------------------------------------------------
def test_a_lead_ends_a_break_and_the_board_shows_it(line: Line, aino: Person, lead: Client) -> None:
    duty = actions.take_duty(line=line, actor=aino, now=timezone.now())
    DutySession.objects.update(pause_until=timezone.now() + 10 * MINUTE)
    address = f"/staff/board/duties/{duty.pk}/end-pause/"
    assert address in lead.get("/staff/board/").content.decode()
    lead.post(address)
    assert DutySession.objects.get().pause_until is None
    assert address not in lead.get("/staff/board/").content.decode()


def test_an_unanswered_call_turns_the_light_red_and_an_answered_one_does_not(
    line: Line, aino: Person, lauri: Person, now: datetime
) -> None:
    duty = actions.take_duty(line=line, actor=aino, now=now)
    call = actions.call_lead(duty=duty, contact=None, actor=aino, now=now - 3 * MINUTE)
    [shown] = board_of(Line.objects.all(), now=now)
    assert (shown.light.reason, shown.volunteers[0].called_minutes) == (Reason.CALL_UNANSWERED, 3)
    actions.answer_call(call=call, actor=lauri, now=now)
    [shown] = board_of(Line.objects.all(), now=now)
    assert (shown.light.reason, shown.volunteers[0].called_minutes) == (Reason.ALONE, None)


# Who may not --------------------------------------------------------------------------------------------------------
def test_a_volunteer_and_a_lead_of_another_centre_find_none_of_these_pages(
    line: Line, solmussa: Line, aino: Person, lauri: Person, now: datetime
) -> None:
    duty = actions.take_duty(line=line, actor=aino, now=now)
    notice = actions.send_notice(line=line, texts={"fi": "Hei"}, until=now + MINUTE, actor=lauri, now=now)
    turku = Centre.objects.create(name="Turku", kind=Centre.Kind.LOCAL, town="Turku")
    join(line, now=now)
    for stranger in (person("Veikko", (line.centre, Role.VOLUNTEER)), person("Tuula", (turku, Role.ADMIN))):
        client = sign_in(Client(), stranger)
        for address, typed in (
            ("/staff/board/sekasin/steer/", {"state": "closed", "lasts": "60", "waiting": "home"}),
            ("/staff/board/sekasin/as-planned/", {}),
            ("/staff/board/sekasin/notice/", {"text_fi": "x", "lasts": "15"}),
            (f"/staff/board/notices/{notice.pk}/withdraw/", {}),
            (f"/staff/board/duties/{duty.pk}/move/", {"line": "solmussa"}),
            (f"/staff/board/duties/{duty.pk}/end-pause/", {}),
        ):
            assert client.post(address, typed).status_code == 404, address
        for address in (
            "/staff/board/sekasin/steer/",
            "/staff/board/sekasin/notice/",
            f"/staff/board/duties/{duty.pk}/move/",
        ):
            assert client.get(address).status_code == 404, address
    assert Contact.objects.get().state == "waiting"
    assert DutySession.objects.get().line == line
    assert Notice.objects.get().until > now
