"""How a scripted visitor goes on: pure steps from what was heard to what is said next."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from rinnalla.practice.script import MOST_TRUST, Hears, Persona


class Mood(msgspec.Struct, frozen=True):
    """Where a visit stands. Kept as JSON beside the visit."""

    scene: str
    trust: int
    turns: int = 0  # answers in this scene to which nothing fitted
    was_quiet: bool = False
    ended: bool = False


class Step(msgspec.Struct, frozen=True):
    mood: Mood
    says: tuple[str, ...] = ()


def begin(persona: Persona) -> Step:
    """The visitor has been taken: the first words."""
    return _enter(persona, persona.begins, trust=persona.trust, says=())


def answer(persona: Persona, mood: Mood, moves: Collection[str]) -> Step:
    """What the visitor says to an answer in which ``moves`` were heard. An ended visit says nothing more."""
    if mood.ended:
        return Step(mood)
    scene = persona.scenes[mood.scene]
    rule = next((rule for rule in (*persona.always, *scene.hears) if _fits(rule, mood, moves)), None)
    if rule is not None:
        trust = max(0, min(MOST_TRUST, mood.trust + rule.trust))
        if rule.go:
            return _enter(persona, rule.go, trust=trust, says=tuple(rule.says))
        return Step(msgspec.structs.replace(mood, trust=trust, ended=rule.ends), tuple(rule.says))
    if scene.otherwise is None:
        return Step(mood)
    lines, turn = scene.otherwise.says, mood.turns
    if turn < len(lines):
        return Step(msgspec.structs.replace(mood, turns=turn + 1), (lines[turn],))
    if scene.otherwise.go:
        return _enter(persona, scene.otherwise.go, trust=mood.trust, says=())
    return Step(mood, (lines[-1],) if lines else ())


def hear_nothing(persona: Persona, mood: Mood) -> Step:
    """The trainee has been silent for long: a word about it, once in a scene."""
    line = persona.scenes[mood.scene].quiet
    if mood.ended or mood.was_quiet or not line:
        return Step(mood)
    return Step(msgspec.structs.replace(mood, was_quiet=True), (line,))


def _fits(rule: Hears, mood: Mood, moves: Collection[str]) -> bool:
    heard = set(moves)
    return bool(heard & set(rule.to)) and not heard & set(rule.without) and mood.trust >= rule.trust_from


def _enter(persona: Persona, name: str, *, trust: int, says: tuple[str, ...]) -> Step:
    scene = persona.scenes[name]
    return Step(Mood(name, trust, ended=scene.ends), (*says, *scene.says))
