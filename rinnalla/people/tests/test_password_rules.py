"""Which passwords are refused because people here would think of them first."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import translation

from rinnalla.people.password_rules import STEMS, is_familiar


@pytest.mark.parametrize(
    "password",
    [
        "salasana1234",
        "Salasana-2026!",
        "S4l4s4n41234",
        "salasanasalasana",
        "Kesä2026Kesä2026",
        "kesa kesa kesa kesa",
        "Rinnalla2026!!",
        "rinnallasalasana",
        "Kriisikeskus12",
        "kriisipuhelin!",
        "Lösenord12345",
        "L0senord12345",
        "SommarSommar26",
        "kriscentrum2026",
        "qwertyqwerty12",
        "1234qwerty5678",
    ],
)
def test_what_people_here_would_try_first_is_refused(password: str) -> None:
    assert is_familiar(password)
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize(
    "password",
    [
        "seitsemän harmaata hylkeenpoikaa",
        "uusi pitkä salasana 9",
        "kissa kiipesi kesällä kattoon",
        "kesä kissa muumi jono",  # a phrase of words from the list is still a phrase
        "lyhty-ikkunassa",
        "tre grå sälar på isen",
        "kolme kirjavaa",
        "!#%&/()=?+*^~",
        "",
    ],
)
def test_a_phrase_of_ones_own_is_taken(password: str) -> None:
    assert not is_familiar(password)


@pytest.mark.parametrize(("language", "word"), [("fi", "ensimmäisten"), ("sv", "först"), ("en", "first")])
def test_the_refusal_says_what_to_do_instead(language: str, word: str) -> None:
    with translation.override(language), pytest.raises(ValidationError) as refused:
        validate_password("salasana1234")
    assert [word in message for message in refused.value.messages] == [True]


def test_stems_are_written_as_they_are_compared() -> None:
    assert [stem for stem in STEMS if not (stem.isascii() and stem.isalpha() and stem.islower())] == []


def test_a_long_password_is_read_to_its_end() -> None:
    assert is_familiar("kesakesa1" * 2_000)
    assert not is_familiar("kesakesa1" * 2_000 + "lyhty-ikkunassa")
