"""Personas: the visitors of practice lines, as ``personas/*.yaml`` writes them (docs/personas.md tells the form)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import msgspec
import yaml

from rinnalla.practice.listening import MOVES

FOLDER: Final = Path(__file__).parent / "personas"
MOST_TRUST: Final = 10


class Hears(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What the visitor answers when something was heard in the trainee's words. The first that fits is taken."""

    to: list[str]  # any of these moves (practice.listening)
    without: list[str] = []
    trust_from: int = 0
    trust: int = 0
    says: list[str] = []
    go: str = ""
    ends: bool = False


class Otherwise(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """When nothing fits: the lines in turn; after the last of them on to ``go``."""

    says: list[str]
    go: str = ""


class Scene(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    says: list[str] = []  # on coming here
    hears: list[Hears] = []
    otherwise: Otherwise | None = None
    quiet: str = ""  # when the trainee is silent for long
    ends: bool = False


class Persona(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One scripted visitor. ``aims``: move → what the trainee is hoped to do, shown with the transcript afterwards."""

    name: str
    language: str
    audience: str  # "young" or "adult"
    level: int  # as the questions before the chat would give
    about: str  # for the trainer, and for the trainee afterwards
    aims: dict[str, str]
    trust: int
    begins: str
    scenes: dict[str, Scene]
    always: list[Hears] = []  # before what the scene hears


class Faulty(Exception):
    """A persona's file does not hold together; the text says what to mend."""


@cache
def personas() -> dict[str, Persona]:
    """All personas by the names of their files. Raises Faulty."""
    return {file.stem: read(file.read_text(encoding="utf-8"), name=file.stem) for file in sorted(FOLDER.glob("*.yaml"))}


def read(text: str, *, name: str) -> Persona:
    """The persona written in ``text``. Raises Faulty, with what is wrong and where."""
    try:
        persona = msgspec.convert(yaml.safe_load(text), Persona)
    except (yaml.YAMLError, msgspec.ValidationError) as problem:
        raise Faulty(f"{name}: {problem}") from None
    faults = list(_faults(persona))
    if faults:
        raise Faulty(f"{name}: " + "; ".join(faults))
    return persona


def _faults(persona: Persona) -> list[str]:
    faults = []
    if persona.language not in ("fi", "sv", "en"):
        faults.append(f"language {persona.language} is not one of fi, sv, en")
    if persona.audience not in ("young", "adult"):
        faults.append(f"audience {persona.audience} is neither young nor adult")
    if not 0 <= persona.level <= 3:
        faults.append("level is not 0 to 3")
    if not 1 <= persona.trust <= MOST_TRUST:
        faults.append(f"trust is not 1 to {MOST_TRUST}")
    heard = [("always", rule) for rule in persona.always]
    heard += [(name, rule) for name, scene in persona.scenes.items() for rule in scene.hears]
    for where, rule in heard:
        faults += [f"{where} hears {move}, which is no move" for move in (*rule.to, *rule.without) if move not in MOVES]
    faults += [f"the aim {move} is no move" for move in persona.aims if move not in MOVES]
    goes = {"begins": {persona.begins}, "always": {rule.go for rule in persona.always}}
    for name, scene in persona.scenes.items():
        goes[name] = {rule.go for rule in scene.hears} | ({scene.otherwise.go} if scene.otherwise else set())
    for where, names in goes.items():
        faults += [f"{where} goes to {name}, which is no scene" for name in names - {""} if name not in persona.scenes]
    reached, new = set(), {persona.begins, *goes["always"]} - {""}
    while new:
        reached |= new
        new = {name for scene in new for name in goes.get(scene, set())} - {""} - reached
    faults += [f"nothing leads to {name}" for name in persona.scenes if name not in reached]
    if not any(persona.scenes[name].ends for name in reached if name in persona.scenes):
        faults.append("no scene ends the visit")
    return faults
