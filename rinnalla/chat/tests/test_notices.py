"""A message to all waiting, on the help-seekers' pages and over their sockets."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from rinnalla.chat.tests.conftest import Live, Talking
from rinnalla.chat.tests.desk import on_duty
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import DutySession, Line, LineText
from rinnalla.people.models import Person, Role
from rinnalla.people.tests.cast import person

HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}"


def notice_to(line: Line, text: str) -> int:
    now = timezone.now()
    lead = person("Lauri", (line.centre, Role.SHIFT_LEAD))
    made = helpline.send_notice(line=line, texts={"fi": text}, until=now + timedelta(minutes=15), actor=lead, now=now)
    return made.pk


def test_those_who_wait_hear_of_a_notice_by_its_number_alone(live: Live, sekasin: Line) -> None:
    _, token = helpline.join_queue(line=sekasin, language="fi", now=timezone.now())
    frames = live.visit(token)
    frames.until("hello")
    helpline.join_queue(line=sekasin, language="fi", now=timezone.now())
    frames.until("place")  # the queue is watched from here on
    number = notice_to(sekasin, "Illalla on ruuhkaa.")
    assert frames.until("notice") == {"t": "notice", "id": number}


def test_those_who_talk_hear_nothing_of_it(talking: Talking, sekasin: Line) -> None:
    notice_to(sekasin, "Illalla on ruuhkaa.")
    talking.answerer.send(t="typing")
    kinds = []
    while (frame := talking.seeker.next())["t"] != "typing":
        kinds.append(frame["t"])
    assert "notice" not in kinds


def test_a_waiting_page_shows_the_notice_as_text_without_scripts(sekasin: Line) -> None:
    _, token = helpline.join_queue(line=sekasin, language="fi", now=timezone.now())
    notice_to(sekasin, HOSTILE)
    client = Client()
    client.cookies["visit"] = token
    page = client.get("/chat/")
    assert page.context["notices"] == [HOSTILE]
    assert "<img src=x" not in page.content.decode()


def test_the_desk_tells_who_moved_the_volunteer(sekasin: Line, aino: Person) -> None:
    solmussa = Line.objects.create(slug="solmussa", channel="chat", centre=sekasin.centre)
    LineText.objects.create(line=solmussa, language="fi", name="Solmussa", summary="s", about="a", rules="b")
    client = on_duty(aino)
    lead = person("Lauri", (sekasin.centre, Role.SHIFT_LEAD))
    helpline.move_volunteer(duty=DutySession.objects.get(), line=solmussa, actor=lead, now=timezone.now())
    page = client.get("/staff/duty/")
    assert (page.context["duty"].line_slug, page.context["duty"].moved_by) == ("solmussa", "Lauri")
    assert "Lauri" in page.content.decode()
