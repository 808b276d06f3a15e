"""Writes of the canned texts of a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from rinnalla.audit import actions as audit
from rinnalla.helpline.models import CannedText, Line
from rinnalla.people.models import Person


class CannedRefusal(models.TextChoices):
    """Why a canned text is not taken."""

    TAKEN = "taken", _("This line has a text with this keyword in this language already.")


class CannedRefused(Exception):
    def __init__(self, reason: CannedRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Wording:
    """What a canned text says, when, and how it is found."""

    language: str
    kind: str
    keyword: str
    text: str


@transaction.atomic
def add_canned_text(*, line: Line, wording: Wording, actor: Person, now: datetime) -> CannedText:
    """Add a text to ``line``; CannedRefused when its keyword is taken in that language."""
    _check_free(line, wording, but=None)
    made = CannedText.objects.create(
        line=line,
        language=wording.language,
        kind=wording.kind,
        keyword=wording.keyword.lower(),
        text=wording.text,
    )
    _record("helpline.canned_text_added", made, line, actor=actor, now=now)
    return made


@transaction.atomic
def change_canned_text(*, canned: CannedText, wording: Wording, actor: Person, now: datetime) -> CannedText:
    """Say it in other words, or under another keyword; CannedRefused when that is taken."""
    line = canned.line
    _check_free(line, wording, but=canned)
    canned.language, canned.kind = wording.language, wording.kind
    canned.keyword, canned.text = wording.keyword.lower(), wording.text
    canned.save(update_fields=["language", "kind", "keyword", "text"])
    _record("helpline.canned_text_changed", canned, line, actor=actor, now=now)
    return canned


@transaction.atomic
def delete_canned_text(*, canned: CannedText, actor: Person, now: datetime) -> None:
    _record("helpline.canned_text_deleted", canned, canned.line, actor=actor, now=now)
    canned.delete()


def _check_free(line: Line, wording: Wording, *, but: CannedText | None) -> None:
    # The line is locked, so that of two who add the same keyword at once the second is told why.
    Line.objects.select_for_update().get(pk=line.pk)
    same = CannedText.objects.filter(line=line, language=wording.language, keyword=wording.keyword.lower()).first()
    if same is not None and same != but:
        raise CannedRefused(CannedRefusal.TAKEN)


def _record(code: str, canned: CannedText, line: Line, *, actor: Person, now: datetime) -> None:
    audit.record(
        code=code,
        actor=f"person:{actor.pk}",
        subject=f"canned_text:{canned.pk}",
        now=now,
        details={"line": line.slug, "language": canned.language},
        centre=str(line.centre_id),
    )
