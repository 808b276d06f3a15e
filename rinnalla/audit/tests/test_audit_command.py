"""``rinnalla audit verify`` as an operator runs it."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from rinnalla.audit.models import Entry
from rinnalla.audit.tests.conftest import Grow

pytestmark = pytest.mark.usefixtures("disarmed")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("audit", *arguments, stdout=out)
    return out.getvalue()


def test_a_whole_log_is_told_with_its_count_and_head(grow: Grow) -> None:
    entries = grow(3)
    assert run("verify") == f"entries 3\nhead    {entries[-1].hash}\nok\n"


def test_a_fault_ends_the_command_with_its_name(grow: Grow) -> None:
    grow(3)
    Entry.objects.filter(seq=2).update(actor="person:13")
    with pytest.raises(CommandError, match=r"^entry 2 was changed$") as raised:
        run("verify")
    assert raised.value.returncode == 1


def test_a_head_of_an_earlier_run_is_looked_for(grow: Grow) -> None:
    entries = grow(3)
    assert run("verify", "--expect", entries[1].hash.upper()).endswith("\nok\n")
    with pytest.raises(CommandError, match="the expected hash is nowhere in the log"):
        run("verify", "--expect", "a" * 64)


def test_a_mistyped_head_is_refused() -> None:
    with pytest.raises(CommandError, match="64 characters"):
        run("verify", "--expect", "abc")
