"""Ending and blocking on the pages: the desk's two clicks, what the person then sees, and the leads' list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from rinnalla.chat.tests.conftest import volunteer
from rinnalla.chat.tests.desk import desk_of, on_duty
from rinnalla.helpline.models import Block, Contact, Line
from rinnalla.people.models import Centre, Membership, Person, Role

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
HOME, SCHOOL = "198.51.100.77", "203.0.113.9"


@pytest.fixture
def seeker() -> Client:
    return Client(REMOTE_ADDR=HOME)


def lead(line: Line, name: str = "Lauri", role: Role = Role.SHIFT_LEAD) -> Person:
    person = volunteer(line, name)
    Membership.objects.filter(person=person).update(role=role)
    return person


def join(client: Client, **form: str) -> str:
    """Where joining leads, or the words of the page that stops it."""
    answer = client.post("/en/line/sekasin/join/", form)
    return answer.headers.get("Location") or answer.content.decode()


def end_and_block(seeker: Client, desk: Client, grade: str = "day") -> str:
    """The address of the conversation that was ended."""
    assert join(seeker) == "/en/chat/"
    address: str = desk.post("/staff/duty/next/").headers["Location"]
    assert desk.post(f"{address}block/", {"grade": grade, "reason": "sexual"}).headers["Location"] == address
    return address


def test_two_clicks_at_the_desk_end_the_conversation_and_block(sekasin: Line, aino: Person, seeker: Client) -> None:
    desk = on_duty(aino)
    address = end_and_block(seeker, desk)

    contact = Contact.objects.get()
    assert (contact.state, contact.ended_by) == ("ended", "blocked")
    assert contact.block.reason == "sexual"
    assert desk.get(address).context["talk"].ended_by == "blocked"


def test_the_person_is_told_when_to_come_back_and_sees_the_numbers(sekasin: Line, aino: Person, seeker: Client) -> None:
    end_and_block(seeker, on_duty(aino))
    page = seeker.get("/en/chat/").content.decode()
    assert "You may come back from" in page
    assert 'href="tel:112"' in page

    stopped = join(seeker, sure="yes")

    assert "You may come back from" in stopped
    assert 'href="tel:112"' in stopped
    assert Contact.objects.count() == 1


def test_the_browser_is_still_known_when_the_ended_page_is_no_longer_shown(
    sekasin: Line, aino: Person, seeker: Client
) -> None:
    end_and_block(seeker, on_duty(aino))
    Contact.objects.update(ended_at=timezone.now() - timedelta(hours=2))

    assert "No conversation is going on here" in seeker.get("/en/chat/").content.decode()
    assert "You may come back from" in join(seeker)


def test_others_in_the_same_network_are_asked_and_may_go_on(sekasin: Line, aino: Person, seeker: Client) -> None:
    end_and_block(seeker, on_duty(aino))
    neighbour, elsewhere = Client(REMOTE_ADDR=HOME), Client(REMOTE_ADDR=SCHOOL)

    assert "It was not me, I would like to queue" in join(neighbour)
    assert join(neighbour, sure="yes") == "/en/chat/"
    assert join(elsewhere) == "/en/chat/"


def test_a_block_that_has_passed_stops_nobody(sekasin: Line, aino: Person, seeker: Client) -> None:
    end_and_block(seeker, on_duty(aino))
    Block.objects.update(until=timezone.now())

    assert join(seeker) == "/en/chat/"


@pytest.mark.parametrize("form", [{}, {"grade": "year", "reason": "abuse"}, {"grade": "day", "reason": "<b>"}])
def test_a_block_without_a_sensible_length_ends_nothing(
    sekasin: Line, aino: Person, seeker: Client, form: dict[str, str]
) -> None:
    desk = on_duty(aino)
    join(seeker)
    address = desk.post("/staff/duty/next/").headers["Location"]
    desk.post(f"{address}block/", form)

    assert Contact.objects.get().state == "talking"
    assert Block.objects.count() == 0


def test_nobody_blocks_in_a_conversation_of_another(sekasin: Line, aino: Person, eetu: Person, seeker: Client) -> None:
    join(seeker)
    address = on_duty(aino).post("/staff/duty/next/").headers["Location"]

    assert on_duty(eetu).post(f"{address}block/", {"grade": "day"}).status_code == 404
    assert Contact.objects.get().state == "talking"


def test_a_lead_sees_approves_and_lifts(sekasin: Line, aino: Person, seeker: Client) -> None:
    end_and_block(seeker, on_duty(aino), "week")
    block, leads = Block.objects.get(), desk_of(lead(sekasin))

    assert [one.pk for one in leads.get("/staff/blocks/").context["blocks"]] == [block.pk]
    assert leads.post(f"/staff/blocks/{block.pk}/approve/").headers["Location"] == "/staff/blocks/"
    block.refresh_from_db()
    assert block.until == block.at + timedelta(days=7)
    assert leads.post(f"/staff/blocks/{block.pk}/lift/").headers["Location"] == "/staff/blocks/"

    assert join(seeker) == "/en/chat/"


def test_volunteers_and_other_centres_do_not_see_blocks(sekasin: Line, aino: Person, seeker: Client) -> None:
    desk = on_duty(aino)
    end_and_block(seeker, desk, "week")
    block = Block.objects.get()
    turku = Centre.objects.create(name="Turku", kind=Centre.Kind.LOCAL, town="Turku")
    other = desk_of(lead(Line.objects.create(slug="aurajoki", channel="chat", centre=turku), "Tuula"))

    assert desk.get("/staff/blocks/").status_code == 404
    assert list(other.get("/staff/blocks/").context["blocks"]) == []
    for client in (desk, other):
        for step in ("approve", "lift"):
            assert client.post(f"/staff/blocks/{block.pk}/{step}/").status_code == 404
    block.refresh_from_db()
    assert (block.approved_at, block.lifted_at) == (None, None)
