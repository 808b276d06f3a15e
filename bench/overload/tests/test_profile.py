"""An evening is read from a file, or refused with a sentence that says what is wrong in it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from bench.overload.profile import SEKASIN, BadProfile, LogNormal, Volunteers, cut, draw, draw_people, read

EVENING: dict[str, Any] = {
    "arrivals": [4, 0, 2.5],
    "patience": [10, 20],
    "conversations": {"median_minutes": 40, "sigma": 0.3},
    "volunteers": [{"comes": 0, "goes": 15, "count": 2}],
    "levels": [0.5, 0.5],
    "drops_per_minute": 0.1,
}


def written(folder: Path, **changes: Any) -> Path:
    file = folder / "evening.json"
    file.write_text(json.dumps(EVENING | changes))
    return file


def test_an_evening_is_what_its_file_says(tmp_path: Path) -> None:
    profile = read(written(tmp_path))

    assert (profile.arrivals, profile.minutes) == ([4, 0, 2.5], 15)
    assert profile.conversations == LogNormal(median_minutes=40, sigma=0.3)
    assert profile.volunteers == [Volunteers(comes=0, goes=15, count=2)]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"arrivals": []}, "arrivals has 1 to 288 numbers"),
        ({"arrivals": [1, -1]}, "each of arrivals is from 0 to 10000"),
        ({"arrivals": ["many"]}, "Expected `float`, got `str` - at `$.arrivals[0]`"),
        ({"patience": []}, "patience is a list of minutes"),
        ({"patience": {"median_minutes": 0, "sigma": 1}}, "median_minutes is a length above 0 and up to 1440"),
        ({"conversations": [0]}, "conversations is a list of minutes"),
        ({"volunteers": []}, "volunteers names somebody"),
        ({"volunteers": [{"comes": 10, "goes": 5}]}, "comes lies before goes"),
        ({"levels": [0, 0]}, "levels are shares"),
        ({"levels": [1, 1, 1, 1, 1]}, "levels has 1 to 4 shares"),
        ({"drops_per_minute": 1}, "drops_per_minute is from 0 to below 1"),
        ({"begins": "6 pm"}, "begins is a time"),
        ({"lost_volunteers": 3}, "lost_volunteers: too many"),
        ({"patiense": 5}, "Object contains unknown field `patiense`"),
    ],
)
def test_what_is_no_evening_is_refused_with_a_sentence(tmp_path: Path, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadProfile) as refused:
        read(written(tmp_path, **changes))

    assert sentence in str(refused.value)
    assert "evening.json" in str(refused.value)


def test_a_field_that_is_missing_is_named(tmp_path: Path) -> None:
    file = tmp_path / "evening.json"
    file.write_text(json.dumps({name: value for name, value in EVENING.items() if name != "volunteers"}))

    with pytest.raises(BadProfile, match="missing required field `volunteers`"):
        read(file)


def test_a_file_that_is_not_there_or_no_json_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")

    with pytest.raises(BadProfile, match="cannot be read"):
        read(tmp_path / "none.json")
    with pytest.raises(BadProfile, match="truncated"):
        read(broken)


def test_as_many_come_in_each_five_minutes_as_the_file_says(tmp_path: Path) -> None:
    people = draw_people(read(written(tmp_path, arrivals=[4, 0, 2])), random.Random(1))

    assert [sum(begin <= person.comes < begin + 5 for person in people) for begin in (0, 5, 10)] == [4, 0, 2]
    assert {person.patience for person in people} <= {10, 20}


def test_ten_times_the_attempts_are_ten_times_as_many(tmp_path: Path) -> None:
    people = draw_people(read(written(tmp_path, arrivals=[4, 0, 2])), random.Random(1), times=10)

    assert len(people) == 60


def test_lengths_follow_their_median() -> None:
    chance = random.Random(1)
    drawn = sorted(draw(LogNormal(median_minutes=42, sigma=0.35), chance) for _ in range(2001))

    assert 40 < drawn[1000] < 44


def test_a_part_of_an_evening_has_the_volunteers_who_are_there_then() -> None:
    part = cut(SEKASIN, begin=120, minutes=45, share=0.25)

    assert part.minutes == 45
    assert all(0 <= one.comes < 45 and one.goes > 0 for one in part.volunteers)


def test_the_built_in_evening_has_sixty_volunteers() -> None:
    assert sum(one.count for one in SEKASIN.volunteers) == 60
