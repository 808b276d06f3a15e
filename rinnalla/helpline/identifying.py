"""What in a free text could say who somebody is, or how to reach them outside the service.

Pure functions. They point out; people decide. Written in the manner of a chat, so lower case, spaces and dots inside
numbers, and Finnish, Swedish and English are expected. Numbers and sites of public help are never pointed out: giving
them is what a crisis line does.

Sources: the form and check character of the personal identity code are those of the Digital and Population Data
Services Agency, with the intermediate characters in use since 2023; IBAN: ISO 13616; payment cards: ISO/IEC 7812.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a piece of text looks like."""

    IDENTITY_CODE = "identity_code", _("a personal identity code")
    EMAIL = "email", _("an e-mail address")
    PHONE = "phone", _("a phone number")
    ACCOUNT = "account", _("a bank account or a payment card")
    LINK = "link", _("a link")
    HANDLE = "handle", _("a name or account on social media")
    ADDRESS = "address", _("a street address")
    NAME = "name", _("a name")


# What nobody may save in a note, confirmed or not: nothing else has their form. The others may be confirmed.
NEVER_KEPT: Final = frozenset({Kind.IDENTITY_CODE, Kind.EMAIL, Kind.PHONE})
# By these somebody could be reached or met outside the service.
CONTACT_DETAILS: Final = frozenset({Kind.EMAIL, Kind.PHONE, Kind.LINK, Kind.HANDLE, Kind.ADDRESS})


@dataclass(frozen=True, slots=True)
class Finding:
    """A piece of the text: ``text[start:end]`` looks like ``kind``."""

    kind: Kind
    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]


def find(text: str) -> list[Finding]:
    """What in ``text`` could identify somebody, in the order of the text, without overlaps."""
    found: list[Finding] = []
    for kind, finder in _FINDERS:
        for start, end in finder(text):
            if all(end <= other.start or start >= other.end for other in found):
                found.append(Finding(kind, start, end))
    return sorted(found, key=lambda finding: finding.start)


def hindering(text: str, *, confirmed: bool) -> list[Finding]:
    """What stands in the way of keeping ``text``; when it is confirmed, only what nobody may keep."""
    return [finding for finding in find(text) if not confirmed or finding.kind in NEVER_KEPT]


_Spans = Iterator[tuple[int, int]]

_CHECK: Final = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_IDENTITY = re.compile(
    r"(?<![\w])(\d{2})(\d{2})(\d{2})\s?[+\-\u2010-\u2015\u2212YXWVUABCDEF]\s?(\d{3})\s?([0-9A-FHJ-NPR-Y])(?!\w)",
    re.IGNORECASE,
)


def _identity_codes(text: str) -> _Spans:
    for match in _IDENTITY.finditer(text):
        day, month, year, number, check = match.groups()
        if not (1 <= int(day) <= 31 and 1 <= int(month) <= 12):
            continue
        if _CHECK[int(day + month + year + number) % 31] == check.upper():
            yield match.span()


_AT = r"(?:@|\s@\s|\s?[(\[](?:at|ät|miukumauku)[)\]]\s?|\s(?:ät|miukumauku)\s)"
_DOT = r"(?:\.|\s?[(\[](?:dot|piste|punkt)[)\]]\s?|\s(?:piste|dot|punkt)\s)"
_EMAIL = re.compile(rf"(?<![\w.+-])[\w.+-]{{1,64}}{_AT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{1,4}}", re.IGNORECASE)


def _emails(text: str) -> _Spans:
    return (match.span() for match in _EMAIL.finditer(text))


_SEP = r"[ \t\u00a0\u200b\u2060.\-\u2010-\u2015()/]{0,2}"
_PHONE = re.compile(
    rf"(?<![\w+])(?:(?:\+|00)[ \-(]?[1-9](?:{_SEP}\d){{7,13}}"  # +358 40 …, 0046 70 …
    rf"|358(?:{_SEP}\d){{8,10}}"
    rf"|0[1-9](?:{_SEP}\d){{6,10}})(?!\d)"
)
_TIME = r"(?:[01]?\d|2[0-4])[.:][0-5]\d"
_DATE = r"(?:3[01]|[12]\d|0?[1-9])[./\-](?:1[0-2]|0?[1-9])[./\-](?:(?:19|20)\d\d|\d\d)"
_WHEN = re.compile(
    rf"(?:{_DATE}(?:\s?[-\u2013]\s?{_DATE})?|{_TIME}(?:\s?[-\u2013]\s?{_TIME})?)(?![.:\-/]?\d)",
)
_DIGIT_WORDS = (
    "nolla|yksi|yks|ykkönen|kaksi|kaks|kakkonen|kolme|kolmonen|neljä|nelonen|viisi|viis|vitonen|kuusi|kuus|kutonen"
    "|seitsemän|seiska|kahdeksan|kasi|yhdeksän|ysi"
    "|noll|ett|två|tre|fyra|fem|sex|sju|åtta|nio"
    "|zero|one|two|three|four|five|six|seven|eight|nine"
)
_SPELLED = re.compile(rf"\b(?:{_DIGIT_WORDS})(?:[\s,.\-]{{1,3}}(?:{_DIGIT_WORDS})){{6,14}}\b", re.IGNORECASE)
# Numbers of public help and of organisations: MIELI's crisis lines, Church helpline, Nollalinja; 116 … and 112 do not
# begin with 0 and are never taken for a person's.
_OPEN_NUMBERS: Final = frozenset({*(f"092525011{last}" for last in range(1, 7)), "0400221180", "080005005"})
_OPEN_PREFIXES: Final = ("0800", "010", "020", "029", "030", "0116")


def _phones(text: str) -> _Spans:
    at = 0
    while match := _PHONE.search(text, at):
        when = _WHEN.match(text, match.start())
        if when is not None:
            at = when.end()
            continue
        at = match.end()
        digits = re.sub(r"\D", "", match.group())
        national = re.sub(r"^(?:00)?3580?", "0", digits)
        if national not in _OPEN_NUMBERS and not national.startswith(_OPEN_PREFIXES):
            yield match.span()
    for match in _SPELLED.finditer(text):
        yield match.span()


_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,3})?(?!\w)", re.IGNORECASE)
_CARD = re.compile(r"(?<![\w+])\d(?:[ \-]?\d){12,18}(?!\w)")


def _accounts(text: str) -> _Spans:
    for match in _IBAN.finditer(text):
        compact = re.sub(r"\s", "", match.group()).upper()
        if compact.isascii() and int("".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])) % 97 == 1:
            yield match.span()
    for match in _CARD.finditer(text):
        digits = [int(sign) for sign in match.group() if sign.isdigit()]
        doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
        if (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0:
            yield match.span()


_HELP_SITES: Final = (
    "mieli.fi",
    "sekasin.fi",
    "tukinet.net",
    "mielenterveystalo.fi",
    "nollalinja.fi",
    "nuortennetti.fi",
    "mll.fi",
    "kirkonkeskusteluapua.fi",
    "hus.fi",
    "thl.fi",
    "112.fi",
    "riku.fi",
    "paihdelinkki.fi",
    "tyttojentalo.fi",
    "poikientalo.fi",
)
_LINK = re.compile(
    r"(?<![\w@.])(?:https?://|www\.)?"
    r"(?P<host>(?:[\w-]{1,63}\.){1,4}(?:com|fi|net|org|me|gg|io|app|se|ee|eu|info|tv|link|ly))"
    r"(?![\w@])(?:[/?#]\S{0,300})?|https?://(?P<other>[^\s/]{1,200})\S{0,300}",
    re.IGNORECASE,
)


def _links(text: str) -> _Spans:
    for match in _LINK.finditer(text):
        host = (match["host"] or match["other"]).lower()
        if not any(host == site or host.endswith("." + site) for site in _HELP_SITES):
            yield match.span()


_PLATFORM = (
    r"(?:snäp\w{0,8}|snap(?:chat)?\w{0,4}|ig|ig:?ssä|insta\w{0,8}|tiktok\w{0,4}|discord\w{0,4}|dc|disc"
    r"|telegram\w{0,4}|tg|whats?app\w{0,5}|wapp\w{0,4}|kik|facebook\w{0,4}|face|fb|messenger\w{0,4}|steam\w{0,4}"
    r"|skype\w{0,4}|yubo|signal\w{0,4})"
)
_OWN = r"(?:mun|minun|sun|sinun|my|your|min|mitt|din|ditt)"
_HANDLE = re.compile(
    r"(?<![\w.@])@[\w.]{3,30}"
    # ig: anna98 · snäp = anna
    rf"|\b{_PLATFORM}\s?[:=]\s?@?[\w.\-]{{3,30}}"
    # snäp anna_98: a sign or a number inside makes it an account
    rf"|\b{_PLATFORM}\s(?:on\s|is\s|är\s|nimellä\s|nick\s)?(?=[\w.\-]{{0,29}}[\w][\d_])[a-zåäö_.][\w.\-]{{2,29}}"
    # mun insta on anna · my snap is anna
    rf"|\b{_OWN}\s{_PLATFORM}(?:\s(?:on|is|är|e)\s[\w.\-]{{3,30}})?"
    # onko sulla snäppiä · lisää mut instassa · add me on discord
    rf"|\b(?:onko|onks|ooks|mikä|anna|laita|lisää|adda|add|har|what'?s|whats|do|can)\s(?:\w{{1,9}}\s){{0,3}}"
    rf"(?:{_OWN}|sulla|sinulla|mut|minut|mulle|me|mig|du|you|me on|mig på)\s(?:\w{{1,9}}\s){{0,2}}{_PLATFORM}\b",
    re.IGNORECASE,
)


def _handles(text: str) -> _Spans:
    return (match.span() for match in _HANDLE.finditer(text))


_STREET = re.compile(
    r"(?<!\w)[^\W\d_][\w\-]{2,30}"
    r"(?:katu|kadun|kadulla|kadulta|kadulle|tie|tien|tiellä|tieltä|tielle|kuja|kujan|kujalla|kujalta|väylä|väylän"
    r"|väylällä|polku|polun|polulla|raitti|raitin|raitilla|kaari|kaaren|kaarella|bulevardi|bulevardin|bulevardilla"
    r"|esplanadi|gata|gatan|vägen|väg|gränden|stigen|esplanaden)"
    r"\s\d{1,4}(?:\s?[a-z](?![\w])(?:\s?\d{1,3})?)?(?![\w%.:,]?\d|\w)"
    r"(?!\s?(?:min|km|m\b|h\b|euro|€|vuo|kert|tunt|år|timm|gång|hour|year|time))"
    r"|(?<!\w)\d{1,4}\s[A-Z][a-z]{2,20}\s(?:Street|Road|Avenue|Lane)\b",
    re.IGNORECASE,
)


def _addresses(text: str) -> _Spans:
    return (match.span() for match in _STREET.finditer(text))


_WORD = r"[^\W\d_]+(?:-[^\W\d_]+)?"
_OPENING = re.compile(
    r"(?i:\b(?:(?:mun|minun|sun|sinun|hänen|sen|hans|hennes)\s)?(?:nimeni|nimi|nimensä|nimesi)\s(?:on|oli)"
    r"|\b(?:mitt|hennes|hans)\snamn\s(?:är|e|var)|\b(?:jag|hon|han)\sheter"
    r"|\b(?:my|her|his)\sname(?:\sis|'s|\swas)|\bcall\sme|\bkalla\smig|\bkutsu\s(?:mua|minua))"
    rf"[\s:]{{1,3}}(?P<name>{_WORD})"
)
# After an opening, but no name.
_not_told = (
    "salaisuus salassa salainen sama jo ei en tärkeä tuttu kiva ruma outo vaihtunut muu joku jokin hänelle mulle siis "
    "inte hemligt a an the not secret important later back in when if again now please asap senare igen när om sen "
    "myöhemmin takaisin sitten vain vaan"
)
_NOT_TOLD: Final = frozenset(_not_told.split())
_CAPITALISED = r"[A-ZÅÄÖÉ][a-zåäöéü]+(?:-[A-ZÅÄÖÉ][a-zåäöéü]+)?"
_INTRODUCED = re.compile(
    r"(?i:\b(?:olen|oon|täällä|terveisin|olin|jag\sär|jag\se|här\sär|hälsningar|i\sam|i'm|this\sis|regards))"
    rf"[\s,]{{1,2}}(?P<name>{_CAPITALISED}\s{_CAPITALISED})"
)
_PAIR = re.compile(rf"(?<![\w-])(?P<first>{_CAPITALISED})\s(?P<last>{_CAPITALISED})(?!\w)")
_SURNAME = re.compile(
    r"(?:nen|sen|senkin|selle|selta|sella|sta|s?son|str[öo]m|berg|lund|qvist|kvist|holm|gren|man|stedt|n?maa|niemi"
    r"|mäki|järvi|koski|saari|vaara|aho|harju|salmi|lahti|ranta|virta|korpi|oja|(?<!l)l[aä])$"
)
# Two capitals that are no person: organisations and places a note may well mention.
_not_people = (
    "Helsingin Suomen Punainen Punaisen Pelastakaa Mannerheimin Kirkon New Sekasin Solmussa Tukinet Nuorten Poliisin "
    "Röda Finlands Helsingfors Crisis Kriisi Kela Kelan Turun Tampereen Oulun Espoon Vantaan Nuorisoaseman Red "
    "Terveyskeskus Monday Tuesday Wednesday Thursday Friday Saturday Sunday Merry Happy Hyvää God"
)
_NOT_PEOPLE: Final = frozenset(_not_people.split())


def _names(text: str) -> _Spans:
    for match in _OPENING.finditer(text):
        if match["name"].lower() not in _NOT_TOLD and len(match["name"]) > 1:
            yield match.span("name")
    for match in _INTRODUCED.finditer(text):
        yield match.span("name")
    for match in _PAIR.finditer(text):
        if match["first"] in _NOT_PEOPLE or match["last"] in _NOT_PEOPLE:
            continue
        # The first word of a sentence has a capital anyway: then the second must look like a surname.
        begins = text[: match.start()].rstrip(" \"'(”")[-1:] in ("", ".", "!", "?", "\n", ":", "…")
        if not begins or _SURNAME.search(match["last"]):
            yield match.span()


# In the order of certainty: what an earlier one has found, a later one does not name again.
_FINDERS: Final[tuple[tuple[Kind, Callable[[str], _Spans]], ...]] = (
    (Kind.IDENTITY_CODE, _identity_codes),
    (Kind.EMAIL, _emails),
    (Kind.ACCOUNT, _accounts),
    (Kind.LINK, _links),
    (Kind.PHONE, _phones),
    (Kind.HANDLE, _handles),
    (Kind.ADDRESS, _addresses),
    (Kind.NAME, _names),
)
