"""What could identify somebody is pointed out; times, dates and the numbers of help are not."""

from __future__ import annotations

import time
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rinnalla.helpline.identifying import NEVER_KEPT, Kind, find, hindering

CHECK: Final = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def identity_code(sign: str, born: str = "131052", number: str = "308") -> str:
    return f"{born}{sign}{number}{CHECK[int(born + number) % 31]}"


def kinds(text: str) -> list[tuple[str, str]]:
    return [(finding.kind.value, finding.of(text)) for finding in find(text)]


@pytest.mark.parametrize("sign", [*"+-YXWVUABCDEF", *"yxwvuabcdef", "–", "−"])
def test_a_personal_identity_code_is_found_with_every_sign_of_a_century(sign: str) -> None:
    code = identity_code(sign)
    assert kinds(f"tunnukseni on {code}, auta") == [("identity_code", code)]


def test_a_personal_identity_code_is_found_in_lower_case_and_with_spaces() -> None:
    assert kinds("131052 - 308t") == [("identity_code", "131052 - 308t")]


@pytest.mark.parametrize("text", ["131052-308U", "321052-308T", "131352-308T", "x131052-308T", "131052-308TT"])
def test_what_only_resembles_an_identity_code_is_not_taken_for_one(text: str) -> None:
    assert [kind for kind, _ in kinds(text) if kind == "identity_code"] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("laita maija.v+1@example.org niin", "maija.v+1@example.org"),
        ("maija @ example.org", "maija @ example.org"),
        ("maija(at)example.org", "maija(at)example.org"),
        ("maija ät example piste org", "maija ät example piste org"),
        ("MAIJA@EXAMPLE.CO.UK.", "MAIJA@EXAMPLE.CO.UK"),
    ],
)
def test_an_email_address_is_found(text: str, found: str) -> None:
    assert kinds(text) == [("email", found)]


@pytest.mark.parametrize(
    "number",
    [
        "0401234567",
        "040 123 4567",
        "040-1234567",
        "040.123.4567",
        "04 0 1 2 3 4 5 6 7",
        "(040) 123 4567",
        "+358 40 123 4567",
        "+358(0)401234567",
        "00358401234567",
        "358401234567",
        "+46 70 123 45 67",
        "0046701234567",
        "070-123 45 67",
        "09 123 4567",
        "+1 (202) 555-0143",
        "nolla neljä nolla yks kaks kolme neljä viis kuus seiska",
    ],
)
def test_a_phone_number_is_found(number: str) -> None:
    found = kinds(f"soita {number} illalla")
    assert [kind for kind, _ in found] == ["phone"]
    assert found[0][1].strip("()") in number


@pytest.mark.parametrize(
    "text",
    [
        "klo 20.15",
        "klo 09.00-12.00 ja 09.30–10.15",
        "09:00-12:00 150 euroa",
        "24.11.2026",
        "01.12.2026 klo 14.30",
        "05.06.2026-07.06.2026",
        "2026-11-24",
        "05/06/2026",
        "soita 112",
        "09 2525 0111",
        "09 2525 0112",
        "+358 9 2525 0111",
        "09 2525 0116",
        "0925250113",
        "116 117",
        "116 111",
        "116117",
        "116 123",
        "0800 98811",
        "010 19 0071",
        "029 410 1234",
        "080 005 005",
        "0400 22 1180",
        "vuosina 2019-2026",
        "asteikolla 0-10",
        "200 000 000 euroa",
        "mieli.fi ja www.mieli.fi/fi/apua",
        "https://sekasin.fi/",
        "tukinet.net",
        "Eilen Helsingissä satoi. Sitten Tampereella.",
        "luin Helsingin Sanomat",
        "Instassa kaikki näyttävät onnellisilta",
        "en tiedä 5 vuotta sitten",
        "asuin kotitiellä 5 vuotta",
        "olen surullinen ja väsynyt",
        "olen Helsingissä",
        "nimeni on salaisuus",
        "I am sad. You are kind",
        "jag är ledsen",
        "hän huusi: @!",
        "soitin Suomen Punainen Risti",
        "noin 1 000 000 000 000 syytä",
        "yksi kaksi kolme",
    ],
)
def test_times_dates_and_the_numbers_of_help_are_not_pointed_out(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("katso https://example.com/x?y=1", "link", "https://example.com/x?y=1"),
        ("wa.me/358401234567", "link", "wa.me/358401234567"),
        ("t.me/kuu", "link", "t.me/kuu"),
        ("tule discord.gg/abc", "link", "discord.gg/abc"),
        ("minut löytää @kuu.valo", "handle", "@kuu.valo"),
        ("ig: kuuvalo", "handle", "ig: kuuvalo"),
        ("snäp kuu_98", "handle", "snäp kuu_98"),
        ("mun insta on kuuvalo", "handle", "mun insta on kuuvalo"),
        ("my snap is moonlight", "handle", "my snap is moonlight"),
        ("onko sulla snäppiä", "handle", "onko sulla snäppiä"),
        ("add me on discord", "handle", "add me on discord"),
        ("asun Kuusikatu 12 B 4", "address", "Kuusikatu 12 B 4"),
        ("asun kuusitiellä 7", "address", "kuusitiellä 7"),
        ("Rantakuja 3", "address", "Rantakuja 3"),
        ("Havsväylä 10", "address", "Havsväylä 10"),
        ("Storgatan 5 A", "address", "Storgatan 5 A"),
        ("på Björkvägen 22", "address", "Björkvägen 22"),
        ("FI21 1234 5600 0007 85", "account", "FI21 1234 5600 0007 85"),
        ("fi2112345600000785", "account", "fi2112345600000785"),
        ("4111 1111 1111 1111", "account", "4111 1111 1111 1111"),
        ("nimeni on Kuura", "name", "Kuura"),
        ("mun nimi on kuura", "name", "kuura"),
        ("jag heter Lumi", "name", "Lumi"),
        ("mitt namn är Lumi", "name", "Lumi"),
        ("my name is moon", "name", "moon"),
        ("olen Kuura Kuusinen", "name", "Kuura Kuusinen"),
        ("Kuura Kuusinen kertoi", "name", "Kuura Kuusinen"),
        ("puhui miehestä, Kuura Hallavaarasta, paljon", "name", "Kuura Hallavaarasta"),
        ("jag är Lumi Snöberg", "name", "Lumi Snöberg"),
    ],
)
def test_links_accounts_addresses_and_names_are_found(text: str, kind: str, found: str) -> None:
    assert kinds(text) == [(kind, found)]


@pytest.mark.parametrize("text", ["FI21 1234 5600 0007 86", "4111 1111 1111 1112"])
def test_an_account_with_a_wrong_check_is_not_pointed_out(text: str) -> None:
    assert kinds(text) == []


def test_several_findings_come_in_the_order_of_the_text_and_do_not_overlap() -> None:
    text = "nimeni on Kuura, numero 040 1234567 tai kuura@example.org, Kuusikatu 3"
    assert [kind for kind, _ in kinds(text)] == ["name", "phone", "email", "address"]


def test_a_date_before_a_phone_number_does_not_hide_it() -> None:
    assert kinds("soita 05.06.2026 0401234567") == [("phone", "0401234567")]
    assert kinds("klo 09.00-12.00 040 123 4567") == [("phone", "040 123 4567")]


def test_what_is_confirmed_is_kept_but_never_a_code_an_email_or_a_phone_number() -> None:
    text = "Kuura Kuusinen, 040 1234567, Kuusikatu 3, kuura@example.org, " + identity_code("-")
    assert len(hindering(text, confirmed=False)) == 5
    assert {finding.kind for finding in hindering(text, confirmed=True)} == set(NEVER_KEPT)
    assert hindering("Kuura Kuusinen kertoi", confirmed=True) == []


@given(st.text(max_size=300))
def test_any_text_is_read_and_every_finding_lies_inside_it(text: str) -> None:
    end = 0
    for finding in find(text):
        assert end <= finding.start < finding.end <= len(text)
        assert isinstance(finding.kind, Kind)
        end = finding.end


@pytest.mark.parametrize(
    "piece", ["0", "04 ", "a@", "a.", "A" * 50 + " ", "Aa ", "snap ", "anna ", "1-", "nolla ", "tie "]
)
def test_a_long_text_made_to_be_slow_is_read_quickly(piece: str) -> None:
    text = (piece * 4000)[:4000]
    started = time.perf_counter()
    find(text)
    assert time.perf_counter() - started < 1
