"""The personas in the repository hold together, and every one of them can be talked to until it ends."""

from __future__ import annotations

import random

import pytest

from rinnalla.practice.listening import MOVES, heard_in
from rinnalla.practice.moves import NAMES
from rinnalla.practice.script import Faulty, personas, read
from rinnalla.practice.visiting import answer, begin, hear_nothing

GOOD = """
name: Koe
language: fi
audience: young
level: 0
about: Koe.
trust: 5
aims: {greeting: Tervehtii}
begins: alku
scenes:
  alku:
    says: [moi]
    hears: [{to: [greeting], go: loppu}]
    otherwise: {says: [jaa, niin], go: loppu}
  loppu: {says: [heippa], ends: true}
"""


def test_there_are_at_least_eight_in_finnish_and_four_in_english() -> None:
    languages = [persona.language for persona in personas().values()]
    assert languages.count("fi") >= 8
    assert languages.count("en") >= 4
    assert {persona.audience for persona in personas().values()} == {"young", "adult"}


@pytest.mark.parametrize("name", list(personas()))
def test_a_visit_ends_whatever_is_heard(name: str) -> None:
    persona, chance = personas()[name], random.Random(name)
    for _ in range(200):
        mood, turns = begin(persona).mood, 0
        while not mood.ended and turns < 60:
            mood = answer(persona, mood, chance.sample(MOVES, chance.randint(0, 3))).mood
            turns += 1
        assert mood.ended, f"{mood} after {turns} turns"


@pytest.mark.parametrize("name", list(personas()))
def test_whoever_says_nothing_that_fits_is_left_in_the_end(name: str) -> None:
    persona = personas()[name]
    mood = begin(persona).mood
    for _ in range(40):
        mood = answer(persona, mood, ()).mood
    assert mood.ended


@pytest.mark.parametrize(
    ("change", "by", "fault"),
    [
        ("go: loppu}]", "go: muualle}]", "alku goes to muualle, which is no scene"),
        ("to: [greeting]", "to: [smalltalk]", "alku hears smalltalk, which is no move"),
        ("language: fi", "language: de", "language de is not one of"),
        ("level: 0", "level: 4", "level is not 0 to 3"),
        ("ends: true", "ends: false", "no scene ends the visit"),
        ("trust: 5", "trust: paljon", "Expected `int`"),
        ("audience: young", "audience: young\ncolour: red", "unknown field `colour`"),
        ("scenes:\n", "scenes:\n  yksin: {says: [hei]}\n", "nothing leads to yksin"),
        ("name: Koe", "name: [", "koe: "),
    ],
)
def test_a_faulty_persona_is_refused_with_what_to_mend(change: str, by: str, fault: str) -> None:
    assert read(GOOD, name="koe").name == "Koe"
    with pytest.raises(Faulty, match=r"^koe: ") as refused:
        read(GOOD.replace(change, by), name="koe")
    assert fault in str(refused.value)


def test_trust_opens_a_way_that_is_closed_without_it() -> None:
    lumi = personas()["lumi"]
    mood = begin(lumi).mood
    for _ in range(3):
        mood = answer(lumi, mood, {"advice"}).mood
    cold = answer(lumi, mood, {"dismissive"})
    assert cold.mood.scene == "vaikenee"
    warm = begin(lumi).mood
    for moves in ({"room"}, {"empathy"}, {"empathy"}, {"other_help"}):
        warm = answer(lumi, warm, moves).mood
    assert (warm.scene, warm.trust) == ("loppu", 10)


def test_silence_is_noticed_once_in_a_scene() -> None:
    lumi = personas()["lumi"]
    first = hear_nothing(lumi, begin(lumi).mood)
    assert first.says == ("oookko siellä",)
    assert hear_nothing(lumi, first.mood).says == ()


@pytest.mark.parametrize(
    ("text", "language", "heard"),
    [
        ("Hei, hyvä että kirjoitit. Ei ole mitään kiirettä, voit aloittaa mistä vain.", "fi", {"greeting", "room"}),
        ("Oletko ajatellut itsemurhaa?", "fi", {"asks_suicide"}),
        ("Kuulostaa raskaalta. Mitä kotona tapahtuu?", "fi", {"empathy", "open_question"}),
        ("Käytkö koulua?", "fi", {"closed_question"}),
        ("Sinun pitäisi vain piristyä", "fi", {"advice", "dismissive"}),
        ("Missä? Milloin? Kuka?", "fi", {"many_questions", "open_question"}),
        ("Soita minulle, 040 123 4567", "fi", {"contact"}),
        ("Are you thinking of suicide?", "en", {"asks_suicide"}),
        ("That sounds heavy. What happened?", "en", {"empathy", "open_question"}),
        ("", "fi", set()),
    ],
)
def test_moves_are_heard_in_words(text: str, language: str, heard: set[str]) -> None:
    assert heard_in(text, language) == heard


def test_every_move_has_a_name() -> None:
    assert set(NAMES) == set(MOVES)
