"""The volunteer's pages: duty, the next person, the conversation."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from rinnalla.audit.models import Entry
from rinnalla.chat import actions as chat
from rinnalla.chat.models import Conversation, Message
from rinnalla.chat.tests.conftest import begin, volunteer
from rinnalla.chat.tests.desk import conversation_id, desk_of, on_duty
from rinnalla.core.views import server_error
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, DutySession, Line, LineText
from rinnalla.helpline.rules import LEASE
from rinnalla.people.models import Centre, Membership, Person, Role

HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>{{7*7}}{% now 'Y' %}"
PART = {"HX-Request": "true"}


def join(line: Line) -> Contact:
    return helpline.join_queue(line=line, language="fi", now=timezone.now())[0]


def seeker_says(contact: Contact, text: str) -> None:
    chat.say(
        conversation=Conversation.objects.get(contact=contact),
        client_id=uuid.uuid4(),
        text=text,
        author=Message.Author.SEEKER,
        actor=None,
        now=timezone.now(),
    )


def take_next(client: Client) -> str:
    """The address of the conversation with the next person."""
    location: str = client.post("/staff/duty/next/").headers["Location"]
    conversation_id(location)
    return location


# Duty ---------------------------------------------------------------------------------------------------------------
def test_the_desk_is_the_first_page_after_signing_in_and_stands_in_the_menu(aino: Person) -> None:
    client = desk_of(aino)
    assert client.get("/staff/").headers["Location"] == "/staff/duty/"
    nav = client.get("/staff/duty/").context["nav"]
    assert [(item["url"], item["current"]) for item in nav] == [("/staff/duty/", True), ("/staff/practice/", False)]


def test_only_lines_of_the_own_centres_can_be_chosen(sekasin: Line, aino: Person) -> None:
    turku = Centre.objects.create(name="Turku", kind=Centre.Kind.LOCAL, town="Turku")
    Line.objects.create(slug="aurajoki", channel="chat", centre=turku)
    client = desk_of(aino)
    assert [line.slug for line in client.get("/staff/duty/").context["lines"]] == ["sekasin"]
    for slug in ("aurajoki", "no-such-line", "", "<b>"):
        assert client.post("/staff/duty/take/", {"line": slug}).status_code == 404
    assert DutySession.objects.count() == 0


def test_the_duty_page_tells_who_waits_and_how_long(sekasin: Line, aino: Person) -> None:
    client = on_duty(aino)
    page = client.get("/staff/duty/")
    assert (page.context["can_take_next"], page.context["why_not"] != "") == (False, True)
    contact = join(sekasin)
    Contact.objects.filter(pk=contact.pk).update(
        **dict.fromkeys(("queued_at", "rank_at"), timezone.now() - timedelta(minutes=7, seconds=5))
    )
    page = client.get("/staff/duty/")
    [line] = page.context["lines"]
    assert (line.waiting, line.longest_wait_minutes, line.on_duty, line.is_open) == (1, 7, 1, True)
    assert (page.context["can_take_next"], page.context["why_not"]) == (True, "")


def test_a_volunteer_goes_through_a_duty_without_scripts(sekasin: Line, aino: Person) -> None:
    client = on_duty(aino)
    assert client.get("/staff/duty/").context["duty"].state == "ready"
    client.post("/staff/duty/state/", {"state": "paused"})
    assert client.get("/staff/duty/").context["duty"].state == "paused"
    client.post("/staff/duty/state/", {"state": "ready"})
    client.post("/staff/duty/end/")
    page = client.get("/staff/duty/")
    assert page.context["duty"] is None
    assert len(page.context["messages"]) == 1
    assert DutySession.objects.get().state == "ended"


def test_a_refused_step_says_why(sekasin: Line, aino: Person) -> None:
    Person.objects.update(language="en")
    client = on_duty(aino)

    def notes_after(address: str, **data: str) -> list[str]:
        assert client.post(address, data, follow=False).headers["Location"] == "/staff/duty/"
        return [str(note) for note in client.get("/staff/duty/").context["messages"]]

    assert notes_after("/staff/duty/next/") == ["Nobody is waiting now."]
    assert notes_after("/staff/duty/take/", line="sekasin") == ["You are on duty already."]
    assert notes_after("/staff/duty/state/", state="ended") == [
        "That is not possible now. The page shows where things stand."
    ]
    join(sekasin)
    take_next(client)
    assert client.post("/staff/duty/end/").headers["Location"] == "/staff/duty/leave/"
    helpline.sweep(now=timezone.now() + LEASE * 2)
    assert notes_after("/staff/duty/next/") == ["You are not on duty."]
    assert notes_after("/staff/duty/state/", state="ready") == ["You are not on duty."]


def test_the_live_part_of_the_page_comes_alone_for_scripts(sekasin: Line, aino: Person) -> None:
    client = on_duty(aino)
    for answer in (
        client.get("/staff/duty/", headers=PART),
        client.post("/staff/duty/state/", {"state": "paused"}, headers=PART),
    ):
        text = answer.content.decode()
        assert answer.status_code == 200
        assert text.strip().startswith('<div id="live"')
        assert "<html" not in text
    assert 'data-state="paused"' in answer.content.decode()


def test_an_open_duty_page_keeps_the_volunteer_on_duty(sekasin: Line, aino: Person) -> None:
    client = on_duty(aino)
    DutySession.objects.update(lease_until=timezone.now() + timedelta(seconds=1))
    client.get("/staff/duty/")
    assert DutySession.objects.get().lease_until > timezone.now() + LEASE - timedelta(seconds=5)


@pytest.mark.parametrize("lines", [1, 3])
def test_the_duty_page_takes_thirteen_queries_before_a_duty(
    sekasin: Line, aino: Person, lines: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # session, account, second factor; lease; lines with texts, hours, exceptions; waiting, on duty; own duty; menu
    for number in range(lines - 1):
        Line.objects.create(slug=f"line-{number}", channel="chat", centre=sekasin.centre)
    client = desk_of(aino)
    client.get("/staff/duty/")
    with django_assert_num_queries(13):
        assert len(client.get("/staff/duty/").context["lines"]) == lines


@pytest.mark.parametrize("talks", [1, 3])
def test_the_duty_page_takes_twenty_queries_with_conversations(
    sekasin: Line, aino: Person, talks: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Line.objects.update(parallel_limit=3)
    client = on_duty(aino)
    for _ in range(talks):
        join(sekasin)
        take_next(client)
    # as above, one's call and offers, the queue's levels, the records to fill, conversations with their lines' texts
    with django_assert_num_queries(20):
        assert len(client.get("/staff/duty/").context["conversations"]) == talks


# Conversation -------------------------------------------------------------------------------------------------------
def test_each_opening_of_a_conversation_is_in_the_audit_log(sekasin: Line, aino: Person) -> None:
    join(sekasin)
    client = on_duty(aino)
    address = take_next(client)
    client.get(address)
    client.get(address)
    opened = Entry.objects.filter(code="chat.opened").values_list("actor", "subject", "centre", "details")
    assert (
        list(opened)
        == [(f"person:{aino.pk}", f"conversation:{conversation_id(address)}", str(sekasin.centre_id), {})] * 2
    )


def test_a_page_of_a_conversation_is_the_same_however_it_is_filled(sekasin: Line, aino: Person) -> None:
    contact = join(sekasin)
    client = on_duty(aino)
    address = take_next(client)
    seeker_says(contact, "hei")
    client.post(f"{address}say/", {"id": str(uuid.uuid4()), "text": "Hei, olen tässä."})
    context = client.get(address).context
    assert [(m.seq, m.by, m.kind, m.text) for m in context["messages"]] == [
        (1, "service", "joined", ""),
        (2, "seeker", "text", "hei"),
        (3, "answerer", "text", "Hei, olen tässä."),
    ]
    assert context["transcript"] == [message.as_frame() for message in context["messages"]]


def test_another_volunteers_conversation_cannot_be_told_from_none(sekasin: Line, aino: Person, eetu: Person) -> None:
    contact = join(sekasin)
    address = take_next(on_duty(aino))
    other = on_duty(eetu)
    nowhere = f"/staff/conversations/{uuid.uuid4()}/"
    for page in (address, nowhere):
        refused = other.get(page)
        assert refused.status_code == 404
        assert other.post(f"{page}say/", {"id": str(uuid.uuid4()), "text": "x"}).status_code == 404
        assert other.post(f"{page}end/").status_code == 404
    assert other.get(address).content == other.get(nowhere).content.replace(nowhere.encode(), address.encode())
    assert Contact.objects.get(pk=contact.pk).state == "talking"
    assert list(Entry.objects.filter(code="chat.opened")) == []


@pytest.mark.parametrize("address", ["1", "0", "00000000-0000-0000-0000-000000000000", "..", "%00", "a" * 300])
def test_walking_ids_leads_nowhere(sekasin: Line, aino: Person, address: str) -> None:
    client = on_duty(aino)
    for tail in ("", "say/", "end/"):
        ask = client.post if tail else client.get
        assert ask(f"/staff/conversations/{address}/{tail}").status_code == 404


def test_a_shift_lead_does_not_read_along(sekasin: Line, aino: Person) -> None:
    join(sekasin)
    address = take_next(on_duty(aino))
    lauri = volunteer(sekasin, "Lauri")
    for role in (Role.SHIFT_LEAD, Role.COORDINATOR, Role.ADMIN):
        Membership.objects.create(person=lauri, centre=sekasin.centre, role=role)
    assert desk_of(lauri).get(address).status_code == 404


def test_after_the_end_the_volunteer_sees_only_that_it_ended(sekasin: Line, aino: Person) -> None:
    contact = join(sekasin)
    client = on_duty(aino)
    address = take_next(client)
    seeker_says(contact, "salaisuus")
    assert client.post(f"{address}end/").headers["Location"] == address
    page = client.get(address)
    assert "salaisuus" not in page.content.decode()
    assert (page.context["messages"], page.context["transcript"]) == ([], [])
    assert (page.context["talk"].open, page.context["talk"].ended_by) == (False, "answerer")

    client.post("/staff/duty/end/")
    assert client.get(address).status_code == 404


def test_a_message_after_the_end_is_refused_and_stays_in_hand(sekasin: Line, aino: Person) -> None:
    Person.objects.update(language="en")
    contact = join(sekasin)
    client = on_duty(aino)
    address = take_next(client)
    helpline.leave(contact=Contact.objects.get(pk=contact.pk), now=timezone.now())
    answer = client.post(f"{address}say/", {"id": str(uuid.uuid4()), "text": "kuulitko?"})
    assert answer.status_code == 422
    assert answer.context["draft"] == "kuulitko?"
    assert answer.context["refusal"] == "The conversation has ended. The message was not sent."
    assert answer.context["messages"] == []


def test_a_conversation_given_back_to_the_queue_is_closed_to_its_volunteer(
    sekasin: Line, aino: Person, eetu: Person
) -> None:
    contact = join(sekasin)
    client = on_duty(aino)
    address = take_next(client)
    seeker_says(contact, "salaisuus")
    DutySession.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    helpline.sweep(now=timezone.now())
    assert client.get(address).status_code == 404

    other = on_duty(eetu)
    assert take_next(other) == address
    assert "salaisuus" in other.get(address).content.decode()
    assert client.get(address).status_code == 404


def test_someone_whose_role_was_taken_away_sees_no_conversation(sekasin: Line, aino: Person) -> None:
    join(sekasin)
    client = on_duty(aino)
    address = take_next(client)
    Membership.objects.filter(person=aino).delete()
    assert client.get(address).status_code == 404
    assert client.post(f"{address}say/", {"id": str(uuid.uuid4()), "text": "x"}).status_code == 404


def test_a_message_sent_twice_is_stored_once(sekasin: Line, aino: Person) -> None:
    join(sekasin)
    client = on_duty(aino)
    address, same = take_next(client), str(uuid.uuid4())
    for _ in range(2):
        assert client.post(f"{address}say/", {"id": same, "text": "kerran"}).headers["Location"] == address
    answer = client.post(f"{address}say/", {"id": same, "text": "jotain muuta"})
    assert (answer.status_code, answer.context["draft"]) == (422, "jotain muuta")
    assert [m.text for m in client.get(address).context["messages"]] == ["", "kerran"]


@pytest.mark.parametrize("text", ["", " \n\t ", "x" * 4001, "\0\0"])
def test_a_message_that_cannot_be_one_is_refused_with_its_text(sekasin: Line, aino: Person, text: str) -> None:
    join(sekasin)
    client = on_duty(aino)
    answer = client.post(f"{take_next(client)}say/", {"id": "nonsense", "text": text})
    assert answer.status_code == 422
    assert answer.context["refusal"]
    assert answer.context["draft"] == text
    assert Message.objects.filter(kind="text").count() == 0


def test_hostile_texts_stay_text_at_the_desk(sekasin: Line, aino: Person) -> None:
    LineText.objects.update(name="<i>Sekasin</i>", rules=HOSTILE, confidentiality=HOSTILE, other_help=HOSTILE)
    Person.objects.filter(pk=aino.pk).update(name=HOSTILE[:100], duty_name="<b>Aino</b>")
    contact = join(sekasin)
    client = on_duty(aino)
    address = take_next(client)
    seeker_says(contact, HOSTILE)
    refused = client.post(f"{address}say/", {"id": "", "text": HOSTILE + "</textarea>" + "x" * 4000})
    for page in (client.get(address), client.get("/staff/duty/"), refused):
        text = page.content.decode()
        assert "<img src=x" not in text
        assert "<script>alert" not in text
        assert "<i>Sekasin" not in text
        assert "</textarea>x" not in text


def test_the_desk_is_closed_without_sign_in(sekasin: Line, client: Client) -> None:
    contact, _duty, _token = begin(sekasin, volunteer(sekasin, "Aino"))
    talk = f"/staff/conversations/{contact.conversation.pk}/"
    for page in ("/staff/", "/staff/duty/", talk):
        assert client.get(page).headers["Location"].startswith("/accounts/login/")
    for page in ("take", "end", "state", "next"):
        assert client.post(f"/staff/duty/{page}/").headers["Location"].startswith("/accounts/login/")
    for page in ("say", "end"):
        assert client.post(f"{talk}{page}/").headers["Location"].startswith("/accounts/login/")


def test_an_address_of_a_form_leads_to_its_page_and_changes_nothing(sekasin: Line) -> None:
    aino = volunteer(sekasin, "Aino")
    contact, duty, _token = begin(sekasin, aino)
    client, talk = desk_of(aino), f"/staff/conversations/{contact.conversation.pk}/"
    pages = {f"/staff/duty/{name}/": "/staff/duty/" for name in ("take", "end", "state", "next")}
    for address, page in {**pages, f"{talk}say/": talk, f"{talk}end/": talk}.items():
        answer = client.get(address)
        assert (answer.status_code, answer.headers.get("Location")) == (302, page)
    contact.refresh_from_db()
    duty.refresh_from_db()
    assert (contact.state, duty.ended_at) == (Contact.State.TALKING, None)


@pytest.mark.parametrize(
    ("method", "address", "status"), [("get", "/staff/nowhere/", 404), ("post", "/staff/duty/", 405)]
)
def test_an_error_at_the_desk_leads_back_to_the_desk(
    sekasin: Line, aino: Person, method: str, address: str, status: int
) -> None:
    answer = getattr(desk_of(aino), method)(address)
    text = answer.content.decode()
    assert answer.status_code == status
    assert 'href="/staff/"' in text
    assert 'href="/"' not in text
    assert "/exit/" not in text
    assert "etusivu" not in text.lower()  # the button beside it says "Alkusivulle"


@pytest.mark.parametrize(("address", "first"), [("/staff/duty/", "/staff/"), ("/chat/", "/")])
def test_a_fault_of_ours_leads_back_to_its_own_surface(address: str, first: str) -> None:
    text = server_error(RequestFactory().get(address)).content.decode()
    assert re.findall(r'<a class="button" href="([^"]*)"', text) == [first]


def test_an_error_of_a_help_seeker_leads_back_to_the_first_page(sekasin: Line, client: Client) -> None:
    text = client.get("/en/nowhere/").content.decode()
    assert 'href="/en/"' in text
    assert 'action="/en/exit/"' in text
    assert "/staff/" not in text
