"""Canned texts: written per line and language, found by a keyword that is there once, kept by those who may."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import IntegrityError
from django.test import Client

from rinnalla.audit.models import Entry
from rinnalla.helpline.actions.canned import CannedRefusal, CannedRefused, Wording, add_canned_text
from rinnalla.helpline.canned_queries import canned_groups
from rinnalla.helpline.models import CannedText, Line
from rinnalla.people import second_factor
from rinnalla.people.models import Centre, Membership, Person, Role
from rinnalla.people.tests.cast import SECRET, sign_in

HELLO = Wording("fi", "opening", "hei", "Hei, hyvä että kirjoitit.")
FORM = {"language": "fi", "kind": "usual", "keyword": "/Hiljaa", "text": "Olen tässä.\r\nEi ole kiire."}


@pytest.fixture
def kerttu(line: Line) -> Person:
    return coordinator(line.centre, "Kerttu")


@pytest.fixture
def client(kerttu: Person) -> Client:
    return desk_of(kerttu)


def desk_of(person: Person) -> Client:
    second_factor.add_totp(person, SECRET)
    return sign_in(Client(), person)


def coordinator(centre: Centre, name: str) -> Person:
    person = Person.objects.create_user(f"{name.lower()}@example.org", name=name, duty_name=name)
    Membership.objects.create(person=person, centre=centre, role=Role.COORDINATOR)
    return person


def kept() -> list[tuple[str, str, str, str]]:
    return list(CannedText.objects.values_list("language", "kind", "keyword", "text"))


def test_a_keyword_is_there_once_in_a_line_and_language(line: Line, kerttu: Person, now: datetime) -> None:
    add_canned_text(line=line, wording=HELLO, actor=kerttu, now=now)
    with pytest.raises(CannedRefused) as refused:
        add_canned_text(line=line, wording=Wording("fi", "usual", "HEI", "Moi."), actor=kerttu, now=now)
    assert refused.value.reason is CannedRefusal.TAKEN
    add_canned_text(line=line, wording=Wording("sv", "opening", "hei", "Hej."), actor=kerttu, now=now)
    assert [(language, keyword) for language, _, keyword, _ in kept()] == [("fi", "hei"), ("sv", "hei")]


def test_the_database_refuses_the_same_keyword_in_other_letters(line: Line) -> None:
    CannedText.objects.create(line=line, language="fi", keyword="hei", text="Hei.")
    with pytest.raises(IntegrityError):
        CannedText.objects.create(line=line, language="fi", keyword="Hei", text="Hei.")


def test_the_log_tells_who_added_a_text_and_not_what_it_says(line: Line, kerttu: Person, now: datetime) -> None:
    made = add_canned_text(line=line, wording=HELLO, actor=kerttu, now=now)
    entry = Entry.objects.get(code="helpline.canned_text_added")
    assert (entry.actor, entry.subject) == (f"person:{kerttu.pk}", f"canned_text:{made.pk}")
    assert entry.details == {"line": "sekasin", "language": "fi"}


def test_texts_are_grouped_with_the_wanted_language_first_and_at_the_end_the_closing_ones(line: Line) -> None:
    for language, kind, keyword in (
        ("fi", "closing", "kiitos"), ("fi", "opening", "hei"), ("sv", "usual", "lugnt"),
    ):  # fmt: skip
        CannedText.objects.create(line=line, language=language, kind=kind, keyword=keyword, text="x")
    groups = canned_groups(line, language="sv")
    assert [(group.code, group.first) for group in groups] == [("sv", True), ("fi", False)]
    assert [kind.kind for kind in groups[1].kinds] == ["opening", "closing"]
    assert [kind.kind for kind in canned_groups(line, language="fi", closing_first=True)[0].kinds] == [
        "closing",
        "opening",
    ]


# The pages ----------------------------------------------------------------------------------------------------------
def test_a_coordinator_adds_changes_and_deletes_a_text(client: Client) -> None:
    assert client.post("/staff/canned-texts/sekasin/add/", FORM).headers["Location"] == "/staff/canned-texts/sekasin/"
    assert kept() == [("fi", "usual", "hiljaa", "Olen tässä.\nEi ole kiire.")]
    address = f"/staff/canned-texts/sekasin/{CannedText.objects.get().pk}/"
    assert client.post(address, {**FORM, "text": "Olen yhä tässä."}).status_code == 302
    assert kept() == [("fi", "usual", "hiljaa", "Olen yhä tässä.")]
    assert "Olen yhä tässä." in client.get("/staff/canned-texts/sekasin/").content.decode()
    assert client.post(f"{address}delete/").status_code == 302
    assert kept() == []


def test_a_preview_shows_the_text_and_keeps_nothing(client: Client) -> None:
    page = client.post("/staff/canned-texts/sekasin/add/", {**FORM, "text": "<b>Hei</b>", "preview": "yes"})
    assert '<p class="canned-bubble" dir="auto">&lt;b&gt;Hei&lt;/b&gt;</p>' in page.content.decode()
    assert kept() == []


@pytest.mark.parametrize(
    ("field", "typed"),
    [("keyword", "two words"), ("keyword", "a" * 31), ("text", "x" * 2001), ("kind", "rude"), ("language", "xx")],
)
def test_what_cannot_be_kept_is_pointed_out_at_its_field(client: Client, field: str, typed: str) -> None:
    page = client.post("/staff/canned-texts/sekasin/add/", {**FORM, field: typed})
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert kept() == []


def test_a_taken_keyword_is_said_at_its_field(client: Client) -> None:
    client.post("/staff/canned-texts/sekasin/add/", FORM)
    page = client.post("/staff/canned-texts/sekasin/add/", FORM)
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["keyword"])


def test_only_those_who_set_up_the_line_reach_its_texts(line: Line, aino: Person, kerttu: Person) -> None:
    turku = Centre.objects.create(name="Turku", kind=Centre.Kind.LOCAL, town="Turku")
    theirs = Line.objects.create(slug="aurajoki", channel="chat", centre=turku)
    text = CannedText.objects.create(line=line, language="fi", keyword="hei", text="Hei.")
    elsewhere = coordinator(turku, "Pihla")
    addresses = (
        "/staff/canned-texts/sekasin/",
        "/staff/canned-texts/sekasin/add/",
        f"/staff/canned-texts/sekasin/{text.pk}/",
    )
    volunteer, stranger, own = desk_of(aino), desk_of(elsewhere), desk_of(kerttu)
    for address in addresses:
        assert [one.get(address).status_code for one in (volunteer, stranger, own)] == [404, 404, 200], address
    for one in (volunteer, stranger):
        assert [one.post(address, FORM).status_code for address in addresses[1:]] == [404, 404]
        assert one.post(f"{addresses[2]}delete/").status_code == 404
        assert one.get(f"/staff/canned-texts/{theirs.slug}/{text.pk}/").status_code == 404
    assert (volunteer.get("/staff/canned-texts/").status_code, own.get("/staff/canned-texts/").status_code) == (
        404,
        200,
    )
    assert kept() == [("fi", "usual", "hei", "Hei.")]
