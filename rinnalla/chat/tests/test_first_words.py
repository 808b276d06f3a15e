"""What somebody writes while waiting is stored at once and read first by whoever answers."""

from __future__ import annotations

import uuid

from django.test import Client
from django.utils import timezone

from rinnalla.chat.models import Message
from rinnalla.chat.tests.conftest import Live
from rinnalla.chat.tests.desk import on_duty
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, Line
from rinnalla.people.models import Person

REFRESH = 'http-equiv="refresh"'


def joined() -> Client:
    client = Client()
    client.post("/en/line/sekasin/join/")
    return client


def say(client: Client, text: str) -> int:
    return client.post("/en/chat/say/", {"id": str(uuid.uuid4()), "text": text}).status_code


def page_of(client: Client, address: str = "/en/chat/") -> str:
    return client.get(address).content.decode()


def test_first_words_are_stored_and_the_place_stays_on_the_page(sekasin: Line) -> None:
    client = joined()
    assert [say(client, "en saa unta"), say(client, "kolmas yö")] == [302, 302]
    answer = client.get("/en/chat/")
    assert [(m.by, m.text) for m in answer.context["messages"]] == [("seeker", "en saa unta"), ("seeker", "kolmas yö")]
    page = answer.content.decode()
    assert "You are first in the queue." in page
    assert '<section class="waiting" id="waiting" data-while-waiting>' in page
    assert "is-talk" not in page


def test_whoever_answers_reads_the_first_words_first(sekasin: Line, aino: Person) -> None:
    client = joined()
    say(client, "en saa unta")
    desk = on_duty(aino)
    talk = desk.post("/staff/duty/next/").headers["Location"]
    assert [(m.kind, m.text) for m in desk.get(talk).context["messages"]] == [("text", "en saa unta"), ("joined", "")]
    page = page_of(client)
    assert "is-talk" in page
    assert '<section class="waiting" id="waiting" data-while-waiting hidden>' in page


def test_without_scripts_the_page_stands_still_while_one_writes(sekasin: Line) -> None:
    client = joined()
    assert (REFRESH in page_of(client), REFRESH in page_of(client, "/en/chat/?write=1")) == (True, False)
    assert '<form class="composer" id="composer" method="post" action="/en/chat/say/">' in page_of(
        client, "/en/chat/?write=1"
    )
    refused = client.post("/en/chat/say/", {"id": "", "text": "x" * 4001}).content.decode()
    assert REFRESH not in refused
    assert "x" * 4001 in refused


def test_whoever_wrote_and_left_the_queue_is_not_told_of_a_conversation(sekasin: Line) -> None:
    client = joined()
    say(client, "en saa unta")
    client.post("/en/chat/leave/")
    page = page_of(client)
    assert "You are no longer in the queue" in page
    assert "Thank you for writing" not in page
    assert "en saa unta" in page  # still theirs to read and copy


def test_the_live_line_takes_first_words_and_repeats_them_after_a_break(
    live: Live, sekasin: Line, aino: Person
) -> None:
    contact, token = helpline.join_queue(line=sekasin, language="fi", now=timezone.now())
    page, message = live.visit(token), str(uuid.uuid4())
    page.until("hello")
    page.send(t="say", id=message, text="en saa unta")
    assert page.until("stored")["seq"] == 1
    page.send(t="say", id=message, text="en saa unta")
    assert page.until("stored")["seq"] == 1
    again = live.visit(token)
    assert again.until("hello")["state"] == "waiting"
    assert [m["text"] for m in again.until("said")["m"]] == ["en saa unta"]
    assert Message.objects.filter(conversation__contact=contact).count() == 1
    duty = helpline.take_duty(line=sekasin, actor=aino, now=timezone.now())
    taken = helpline.take_next(duty=duty, actor=aino, now=timezone.now())
    desk = live.answer(taken, aino)
    assert desk.until("said")["m"][0]["text"] == "en saa unta"
    assert Contact.objects.get().state == "talking"
