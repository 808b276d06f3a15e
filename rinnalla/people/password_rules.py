"""Passwords that people here would think of first. Django's list of common ones is made of English-speaking leaks."""

from __future__ import annotations

import unicodedata
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from rinnalla.people.models import Person

# Without dots and rings (kesä: kesa), as many write them so in passwords.
_FINNISH: Final = """
    salasana salainen tunnussana tunnus kayttaja kirjaudu sisaan tervetuloa terve moikka heippa hei moi rakas kulta
    kesa kevat syksy talvi joulu juhannus aurinko kissa koira muumi suomi helsinki espoo tampere turku oulu jokerit
    perkele saatana vittu paska
    kriisi keskus kriisipuhelin vapaaehtoinen paivystys paivystaja tukihenkilo puhelin jono linja tyo
"""
_SWEDISH: Final = """
    losenord hemlig hemligt valkommen hejsan hej alskling sommar var host vinter jul midsommar fotboll finland sverige
    helsingfors abo vasa
    kris centrum telefon jour jourtelefon frivillig volontar stodperson
"""
_ANYWHERE: Final = "qwerty qwertyuiop asdf asdfgh zxcvbn abc password passord welcome admin summer winter crisis chat"
_SERVICE: Final = "rinnalla solmussa sekasin mieli"
STEMS: Final = frozenset(f"{_FINNISH} {_SWEDISH} {_ANYWHERE} {_SERVICE}".split())
MOST_STEMS: Final = 2  # three of them together are a phrase

_WRITTEN_FOR: Final = str.maketrans("013457@$!", "oieastasi")


class FamiliarPasswordValidator:
    """Refuses what is one or two familiar words, over and over or with digits and signs around: "salasana1234"."""

    def validate(self, password: str, user: Person | None = None) -> None:  # Django passes it
        if is_familiar(password):
            raise ValidationError(
                _("Many would try this password among the first. Put together a few words that only you would."),
                code="password_familiar",
            )

    def get_help_text(self) -> str:
        return _("The password must not be a familiar word, not even with numbers after it.")


def is_familiar(password: str) -> bool:
    """Whether nothing is left of ``password`` without at most two different stems, digits and signs."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", password.casefold()) if not unicodedata.combining(c))
    read = plain.translate(_WRITTEN_FOR)
    # By place in the password: the sets of stems with which everything before it can be read.
    ways: list[set[frozenset[str]]] = [set() for _place in range(len(plain) + 1)]
    ways[0].add(frozenset())
    for place, begun in enumerate(ways[:-1]):
        if begun and not plain[place].isalpha():
            ways[place + 1] |= begun
        for stem in STEMS if begun else ():
            if read.startswith(stem, place):
                ways[place + len(stem)] |= {way | {stem} for way in begun if len(way | {stem}) <= MOST_STEMS}
    return any(ways[-1] - {frozenset()})
