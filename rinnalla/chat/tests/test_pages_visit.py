"""A visit without scripts: join, wait, talk, end, and away."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from rinnalla.chat import actions as chat
from rinnalla.chat.models import Conversation, Message
from rinnalla.chat.rules import SHOWN_AFTER_END
from rinnalla.chat.tests.desk import on_duty
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, Line
from rinnalla.helpline.rules import AWAY_AFTER
from rinnalla.people.models import Membership, Person, Role

HOSTILE = "<img src=x onerror=alert(1)></textarea></script><script>alert(2)</script>{{7*7}}{% now 'Y' %}"
OWN = "http://testserver"
FORMS = ["/line/sekasin/join/", "/chat/say/", "/chat/leave/", "/exit/"]


def joined(prefix: str = "") -> Client:
    """The browser of someone who waits on Sekasin."""
    client = Client()
    answer = client.post(f"{prefix}/line/sekasin/join/")
    assert answer.headers["Location"] == f"{prefix}/chat/"
    return client


def say(client: Client, text: str, message_id: str | None = None) -> int:
    data = {"id": message_id or str(uuid.uuid4()), "text": text}
    return client.post("/chat/say/", data).status_code


def texts_of(client: Client) -> list[tuple[str, str]]:
    return [(m.by, m.text) for m in client.get("/chat/").context["messages"] if m.kind == "text"]


# The whole way ------------------------------------------------------------------------------------------------------
def test_a_person_is_heard_without_scripts(sekasin: Line, aino: Person) -> None:
    seeker, desk = joined(), on_duty(aino)
    waiting = seeker.get("/chat/").context["visit"]
    assert (waiting.state, waiting.place, waiting.waiting, waiting.answerer_name) == ("waiting", 1, 1, None)

    talk = desk.post("/staff/duty/next/").headers["Location"]
    talking = seeker.get("/chat/").context["visit"]
    assert (talking.state, talking.place, talking.answerer_name) == ("talking", None, "Aino")

    assert say(seeker, "hei, onko siellä joku?") == 302
    assert desk.post(f"{talk}say/", {"id": str(uuid.uuid4()), "text": "Hei. Olen tässä."}).status_code == 302
    assert say(seeker, "kiva\n\nkun vastasit 💛") == 302
    said = [
        ("seeker", "hei, onko siellä joku?"),
        ("answerer", "Hei. Olen tässä."),
        ("seeker", "kiva\n\nkun vastasit 💛"),
    ]
    assert texts_of(seeker) == said
    assert [(m.by, m.text) for m in desk.get(talk).context["messages"] if m.kind == "text"] == said

    assert seeker.post("/chat/leave/").headers["Location"] == "/chat/"
    ended = seeker.get("/chat/").context["visit"]
    assert (ended.state, ended.ended_by, ended.retention_hours) == ("ended", "seeker", 48)
    assert texts_of(seeker) == said
    assert desk.get(talk).context["talk"].ended_by == "seeker"


def test_a_conversation_is_shown_for_an_hour_after_its_end(sekasin: Line, aino: Person) -> None:
    seeker, desk = joined(), on_duty(aino)
    desk.post("/staff/duty/next/")
    say(seeker, "kiitos")
    seeker.post("/chat/leave/")

    def ended_ago(ago: timedelta) -> None:
        Contact.objects.update(ended_at=timezone.now() - ago)

    ended_ago(SHOWN_AFTER_END - timedelta(minutes=1))
    assert texts_of(seeker) == [("seeker", "kiitos")]

    ended_ago(SHOWN_AFTER_END + timedelta(minutes=1))
    answer = seeker.get("/chat/")
    assert "kiitos" not in answer.content.decode()
    assert answer.cookies["visit"]["max-age"] == 0
    assert Message.objects.filter(author="seeker").exists()  # the service keeps it until retention


def test_the_page_says_which_kind_of_person_answers(sekasin: Line, aino: Person) -> None:
    seeker, desk = joined("/en"), on_duty(aino)
    desk.post("/staff/duty/next/")
    assert seeker.get("/en/chat/").context["visit"].answerer_role == "volunteer"
    Membership.objects.create(person=aino, centre=sekasin.centre, role=Role.SHIFT_LEAD)
    assert seeker.get("/en/chat/").context["visit"].answerer_role == "crisis worker"


def test_the_end_of_the_queue_and_of_a_conversation_have_one_main_heading(sekasin: Line, aino: Person) -> None:
    left, talked, desk = joined("/en"), joined("/en"), on_duty(aino)
    left.post("/en/chat/leave/")
    desk.post("/staff/duty/next/")
    talked.post("/en/chat/leave/")
    headings = [re.findall(r"<h1[^>]*>([^<]*)</h1>", c.get("/en/chat/").content.decode()) for c in (left, talked)]
    assert headings == [["You are no longer in the queue"], ["Aino"]]


# Waiting ------------------------------------------------------------------------------------------------------------
def test_the_cookie_goes_with_the_browser_and_no_script_reads_it(
    sekasin: Line, client: Client, settings: Settings
) -> None:
    settings.HTTPS = True
    cookies = client.post("/line/sekasin/join/").cookies
    assert list(cookies) == ["visit"]
    cookie = cookies["visit"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "Lax", "/", True)
    assert (cookie["max-age"], cookie["expires"], cookie["domain"]) == ("", "", "")
    assert len(cookie.value) >= 40


def test_a_second_join_comes_back_to_the_same_place(sekasin: Line) -> None:
    client = joined()
    answer = client.post("/line/sekasin/join/")
    assert (answer.headers["Location"], len(answer.cookies)) == ("/chat/", 0)
    assert Contact.objects.count() == 1
    assert client.get("/line/sekasin/").context["has_visit"] is True
    client.post("/chat/leave/")
    assert client.get("/line/sekasin/").context["has_visit"] is False
    client.post("/line/sekasin/join/")
    assert Contact.objects.count() == 2
    assert client.get("/chat/").context["visit"].state == "waiting"


def test_a_closed_line_is_a_page_that_says_so(sekasin: Line, client: Client) -> None:
    sekasin.opening_hours.all().delete()
    answer = client.post("/line/sekasin/join/")
    assert (answer.status_code, answer.context["opening"].is_open) == (200, False)
    assert "chat/closed.html" in [template.name for template in answer.templates]
    assert not answer.cookies
    assert Contact.objects.count() == 0


def test_each_look_keeps_the_place_also_after_a_tunnel(sekasin: Line) -> None:
    first, second = joined(), joined()
    Contact.objects.update(seen_at=timezone.now() - AWAY_AFTER - timedelta(seconds=1))
    second.get("/chat/")
    helpline.sweep(now=timezone.now())
    assert second.get("/chat/").context["visit"].place == 1
    back = first.get("/chat/").context["visit"]
    assert (back.state, back.place, back.waiting) == ("waiting", 1, 2)
    assert second.get("/chat/").context["visit"].place == 2


@pytest.mark.parametrize("waiting", [1, 3])
def test_the_waiting_page_takes_as_many_queries_in_a_long_queue(
    sekasin: Line, waiting: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    clients = [joined() for _ in range(waiting)]
    clients[-1].get("/chat/")
    # visit; away, presence, state again; texts; place; messages; notices; questions; moods; the other lines and their
    # texts, hours, exceptions
    with django_assert_num_queries(14):
        assert clients[-1].get("/chat/").context["visit"].place == waiting


# Who may see a visit ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("token", ["", "x", "0" * 43, "' OR 1=1 --", "\x7f", "ä", "x" * 4000])
def test_a_made_up_cookie_opens_nothing(sekasin: Line, token: str) -> None:
    joined()
    client = Client()
    client.cookies["visit"] = token
    answer = client.get("/chat/")
    assert (answer.status_code, "visit" in answer.context) == (200, False)
    assert answer.cookies["visit"].value == ""
    assert client.post("/chat/say/", {"id": str(uuid.uuid4()), "text": "x"}).headers["Location"] == "/chat/"
    assert client.post("/chat/leave/").headers["Location"] == "/chat/"
    assert Contact.objects.get().state == "waiting"
    assert Message.objects.count() == 0


def test_one_visit_shows_nothing_of_another(sekasin: Line, aino: Person) -> None:
    first, second = joined(), joined()
    on_duty(aino).post("/staff/duty/next/")
    say(first, "ensimmäisen asia")
    assert texts_of(first) == [("seeker", "ensimmäisen asia")]
    assert "ensimmäisen asia" not in second.get("/chat/").content.decode()


def test_an_erased_visit_is_gone_from_the_browser_too(sekasin: Line, aino: Person) -> None:
    seeker = joined()
    say(seeker, "salaisuus")
    seeker.post("/chat/leave/")
    assert "salaisuus" in seeker.get("/chat/").content.decode()
    chat.erase(conversation_ids=[Conversation.objects.get().pk], now=timezone.now())
    answer = seeker.get("/chat/")
    assert "chat/no_visit.html" in [template.name for template in answer.templates]
    assert "salaisuus" not in answer.content.decode()
    assert answer.cookies["visit"].value == ""


def test_whoever_left_the_queue_is_not_told_of_a_conversation(sekasin: Line, aino: Person) -> None:
    client = joined()
    client.post("/en/chat/leave/")
    page = client.get("/en/chat/").content.decode()
    assert "You are no longer in the queue" in page
    assert not [
        said
        for said in ("The conversation", "Thank you", "messages are erased")
        if said in page.partition('id="transcript"')[0]
    ]
    assert not Message.objects.exists()

    heard = joined()
    on_duty(aino).post("/staff/duty/next/")
    heard.post("/en/chat/leave/")
    assert "The conversation has ended" in heard.get("/en/chat/").content.decode()


# Messages -----------------------------------------------------------------------------------------------------------
def test_a_message_sent_twice_is_stored_once(sekasin: Line) -> None:
    client, same = joined(), str(uuid.uuid4())
    assert [say(client, "kerran", same), say(client, "kerran", same), say(client, "muuta", same)] == [302, 302, 422]
    assert texts_of(client) == [("seeker", "kerran")]


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4001, "\0"])
def test_a_message_that_cannot_be_one_is_refused_with_its_text(sekasin: Line, text: str) -> None:
    client = joined()
    answer = client.post("/chat/say/", {"id": str(uuid.uuid4()), "text": text})
    assert (answer.status_code, answer.context["draft"]) == (422, text)
    assert answer.context["refusal"]
    assert Message.objects.count() == 0


def test_a_message_after_the_end_is_refused_and_stays_in_hand(sekasin: Line) -> None:
    client = joined()
    client.post("/chat/leave/")
    answer = client.post("/en/chat/say/", {"id": str(uuid.uuid4()), "text": "vielä yksi asia"})
    assert (answer.status_code, answer.context["draft"]) == (422, "vielä yksi asia")
    assert answer.context["refusal"] == "The conversation has ended. The message was not sent."
    assert "vielä yksi asia" in answer.content.decode()


def test_control_characters_and_halves_of_letters_do_no_harm(sekasin: Line) -> None:
    client = joined()
    assert say(client, "a\0b\x1b[31m\u202egnidaer\r\n" + "e" + "\u0301" * 1000) == 302
    assert client.post("/chat/say/", {"id": "", "text": b"\xed\xa0\x80 \xff"}).status_code in (302, 422)
    assert client.get("/chat/").status_code == 200


def test_hostile_texts_stay_text_in_the_visit(sekasin: Line, aino: Person) -> None:
    Person.objects.filter(pk=aino.pk).update(duty_name="<b>Aino</b>")
    seeker, desk = joined(), on_duty(aino)
    talk = desk.post("/staff/duty/next/").headers["Location"]
    say(seeker, HOSTILE)
    desk.post(f"{talk}say/", {"id": str(uuid.uuid4()), "text": HOSTILE})
    refused = seeker.post("/chat/say/", {"id": "", "text": HOSTILE + "x" * 4000})
    for page in (seeker.get("/chat/"), refused):
        text = page.content.decode()
        assert "<img src=x" not in text
        assert "<script>alert" not in text
        assert "<b>Aino" not in text


# Forms of other sites -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://testserver.example.org"},
        {"Origin": "https://testserver"},
        {"Origin": "http://testserver:8000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": OWN, "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_of_another_site_is_refused(sekasin: Line, form: str, headers: dict[str, str]) -> None:
    client = joined()
    data = {"id": str(uuid.uuid4()), "text": "x"}
    answer = client.post(form, data, headers=headers)
    assert (answer.status_code, len(answer.cookies)) == (403, 0)
    assert [(contact.state, contact.conversation.last_seq) for contact in Contact.objects.all()] == [("waiting", 0)]


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": OWN}, {"Origin": OWN, "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
)
def test_an_own_form_needs_no_token(sekasin: Line, headers: dict[str, str]) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/line/sekasin/join/", headers=headers).status_code == 302
    assert strict.post("/chat/say/", {"id": str(uuid.uuid4()), "text": "x"}, headers=headers).status_code == 302
    assert Message.objects.count() == 1


# Away ---------------------------------------------------------------------------------------------------------------
def test_quick_exit_ends_the_visit_and_clears_the_device(sekasin: Line, settings: Settings) -> None:
    client = joined()
    answer = client.post("/exit/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/calendar/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert (answer.cookies["visit"].value, answer.cookies["visit"]["max-age"]) == ("", 0)
    contact = Contact.objects.get()
    assert (contact.state, contact.ended_by) == ("ended", "seeker")
    assert "visit" not in client.get("/chat/").context


def test_quick_exit_leads_away_also_without_a_visit(client: Client, db: None, settings: Settings) -> None:
    settings.EXIT_URL = "https://www.example.org/weather"
    answer = client.post("/exit/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://www.example.org/weather")


def test_quick_exit_leads_away_also_when_the_database_does_not_answer(sekasin: Line) -> None:
    client = joined()
    client.raise_request_exception = False
    from django.db import connection

    with connection.execute_wrapper(_away):
        assert client.get("/chat/").status_code == 503
        answer = client.post("/exit/")
    assert (answer.status_code, answer.cookies["visit"].value) == (303, "")


def _away(*_: object) -> None:
    from django.db import OperationalError

    raise OperationalError("server closed the connection")
