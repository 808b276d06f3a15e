"""The help-seekers' pages before a visit: lines, hours, other help. They leave nothing on the device."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from rinnalla.chat.tests.desk import desk_of
from rinnalla.helpline.models import Contact, ExceptionDay, Line, LineText, OpeningHours
from rinnalla.people.models import Person

HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>{{7*7}}{% now 'Y' %}"
PAGES = ["/", "/line/sekasin/", "/chat/", "/calendar/", "/help/", "/privacy/"]
TUESDAY_EVENING = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)  # 20.30 in Helsinki


def another_line(sekasin: Line, slug: str, *, open_now: bool) -> Line:
    line = Line.objects.create(slug=slug, channel="chat", centre=sekasin.centre)
    LineText.objects.create(line=line, language="fi", name=slug.capitalize(), summary="Keskustele")
    if open_now:
        OpeningHours.objects.bulk_create(
            OpeningHours(line=line, weekday=day, opens=time(0), closes=time(0)) for day in range(7)
        )
    return line


@pytest.mark.parametrize("prefix", ["", "/sv", "/en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_in_each_language_and_leaves_no_cookie(
    sekasin: Line, client: Client, prefix: str, page: str
) -> None:
    answer = client.get(f"{prefix}{page}")
    assert answer.status_code == 200
    assert not answer.cookies
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert f'lang="{prefix.strip("/") or "fi"}"' in answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_never_looks_at_the_session_of_a_browser_that_also_works_here(
    sekasin: Line, aino: Person, page: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = desk_of(aino)
    seen: list[bool] = []

    with django_assert_max_num_queries(5) as queries:
        answer = client.get(page)
    seen = ["django_session" in query["sql"] for query in queries.captured_queries]
    assert True not in seen
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert not answer.cookies


@pytest.mark.parametrize("rows", [1, 3])
def test_the_first_page_takes_five_queries(
    sekasin: Line, client: Client, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows - 1):
        another_line(sekasin, f"linja-{number}", open_now=True)
    with django_assert_num_queries(5):  # lines, texts, hours, exceptions, people on duty
        assert len(client.get("/").context["lines"]) == rows


def test_a_lines_page_takes_five_queries(
    sekasin: Line, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(5):
        client.get("/line/sekasin/")


def test_open_lines_come_first(sekasin: Line, client: Client) -> None:
    another_line(sekasin, "aamu", open_now=False)
    cards = client.get("/").context["lines"]
    assert [(card.name, card.is_open, card.url) for card in cards] == [
        ("Sekasin", True, "/line/sekasin/"),
        ("Aamu", False, "/line/aamu/"),
    ]


@pytest.mark.parametrize(
    ("youngest", "oldest", "ages"),
    [(12, 29, "aged 12–29"), (18, None, "aged 18 or over"), (None, 29, "aged 29 or under"), (None, None, "")],
)
def test_a_line_says_whom_it_is_for(
    sekasin: Line, client: Client, youngest: int | None, oldest: int | None, ages: str
) -> None:
    Line.objects.update(youngest=youngest, oldest=oldest)
    assert client.get("/en/line/sekasin/").context["line"].ages == ages


@time_machine.travel(TUESDAY_EVENING)
def test_a_line_says_until_when_it_is_open(sekasin: Line, client: Client) -> None:
    sekasin.opening_hours.all().delete()
    OpeningHours.objects.create(line=sekasin, weekday=1, opens=time(9), closes=time(22, 30))
    context = client.get("/en/line/sekasin/").context
    assert (context["opening"].is_open, context["opening"].text) == (True, "Open until 22:30")
    assert context["week"] == [
        ("Monday", "closed"),
        ("Tuesday", "09:00–22:30"),
        ("Wednesday–Sunday", "closed"),
    ]


@time_machine.travel(TUESDAY_EVENING)
def test_a_line_tells_the_days_that_differ_from_its_week(sekasin: Line, client: Client) -> None:
    ExceptionDay.objects.create(line=sekasin, date=date(2026, 11, 27))
    ExceptionDay.objects.create(line=sekasin, date=date(2026, 11, 28), opens=time(12), closes=time(0))
    ExceptionDay.objects.create(line=sekasin, date=date(2027, 1, 1))  # far away
    assert client.get("/en/line/sekasin/").context["week"] == [
        ("Monday–Sunday", "day and night"),
        ("Friday 27 November", "closed"),
        ("Saturday 28 November", "12:00–24:00"),
    ]


@pytest.mark.parametrize(
    ("weekday", "opens", "closes", "text"),
    [
        (1, time(20), time(0), "Open until midnight"),
        (1, time(20), time(2), "Open until 02:00"),
        (1, time(21), time(23), "Closed. Opens today at 21:00"),
        (2, time(9), time(10), "Closed. Opens tomorrow at 09:00"),
        (4, time(9), time(10), "Closed. Opens on Friday at 09:00"),
        (1, time(9), time(10), "Closed. Opens on 1 December at 09:00"),
    ],
)
@time_machine.travel(TUESDAY_EVENING)
def test_hours_are_told_in_words(
    sekasin: Line, client: Client, weekday: int, opens: time, closes: time, text: str
) -> None:
    sekasin.opening_hours.all().delete()
    OpeningHours.objects.create(line=sekasin, weekday=weekday, opens=opens, closes=closes)
    assert client.get("/en/line/sekasin/").context["opening"].text == text


def test_a_line_that_never_closes_and_one_that_never_opens_say_so(sekasin: Line, client: Client) -> None:
    assert client.get("/en/line/sekasin/").context["opening"].text == "Open day and night"
    sekasin.opening_hours.all().delete()
    assert client.get("/en/line/sekasin/").context["opening"].text == "Closed"


def test_a_line_without_a_text_in_the_language_speaks_finnish(sekasin: Line, client: Client) -> None:
    assert client.get("/en/line/sekasin/").context["line"].summary == "Juttele"


def test_an_unknown_line_is_not_found(sekasin: Line, client: Client) -> None:
    for slug in ("tuntematon", "1", "-", "a" * 300):
        assert client.get(f"/line/{slug}/").status_code == 404
        assert client.post(f"/line/{slug}/join/").status_code == 404
    assert Contact.objects.count() == 0


def test_hostile_texts_of_a_line_stay_text(sekasin: Line, client: Client) -> None:
    LineText.objects.update(
        name="<i>Sekasin</i>",
        summary=HOSTILE,
        about=HOSTILE,
        who_answers=HOSTILE,
        rules=HOSTILE,
        confidentiality=HOSTILE,
        other_help=HOSTILE,
    )
    for page in ("/", "/line/sekasin/"):
        text = client.get(page).content.decode()
        assert "&lt;i&gt;Sekasin" in text
        assert "<i>Sekasin" not in text
        assert "<img src=x" not in text
        assert "<script>alert" not in text
        assert "{{7*7}}" in text


@pytest.mark.parametrize("prefix", ["", "/sv"])
@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/line/sekasin/join/", "/line/sekasin/"),
        ("/chat/say/", "/chat/"),
        ("/chat/leave/", "/chat/"),
        ("/exit/", "/calendar/"),
    ],
)
def test_an_address_of_a_form_leads_to_its_page_and_changes_nothing(
    sekasin: Line, client: Client, prefix: str, address: str, page: str
) -> None:
    answer = client.get(prefix + address)
    assert (answer.status_code, answer.headers.get("Location")) == (302, prefix + page)
    assert not answer.cookies
    client.post("/line/sekasin/join/")
    client.get(prefix + address)
    assert [contact.state for contact in Contact.objects.all()] == [Contact.State.WAITING]


def test_a_page_asked_for_in_another_way_says_so_and_leads_on(sekasin: Line, client: Client) -> None:
    answer = client.post("/sv/help/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    text = answer.content.decode()
    assert "Den här sidan kan inte användas på det här sättet" in text
    assert 'href="/sv/"' in text
    assert "112" in text
    assert not answer.cookies
    assert client.put("/chat/say/").status_code == 405


@time_machine.travel(datetime(2026, 11, 24, 22, 30, tzinfo=UTC))  # half past midnight in Helsinki
def test_the_calendar_shows_the_month_and_nothing_of_the_service(client: Client, db: None, settings: Settings) -> None:
    answer = client.get("/en/calendar/")
    context = answer.context
    assert (context["month_name"], context["today"]) == ("November 2026", 25)
    assert context["weeks"][0] == [0, 0, 0, 0, 0, 0, 1]
    assert context["weeks"][-1] == [30, 0, 0, 0, 0, 0, 0]
    text = answer.content.decode().lower()
    for word in ("rinnalla", "chat", "crisis", "help", "sekasin", "line/"):
        assert word not in text


@pytest.mark.parametrize(
    ("prefix", "sentence"),
    [
        ("", "Jos sinä olet vaarassa tai joku toinen on vaarassa, soita 112."),
        ("/sv", "Om du eller någon annan är i fara, ring 112."),
        ("/en", "If you or someone else is in danger, call 112."),
    ],
)
def test_in_danger_one_is_told_whom_to_call_in_a_whole_sentence(
    sekasin: Line, client: Client, prefix: str, sentence: str
) -> None:
    assert sentence in client.get(f"{prefix}/chat/").content.decode()
