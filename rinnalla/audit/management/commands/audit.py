"""``rinnalla audit verify``: prove that the log is whole."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rinnalla.audit.queries import verify


def _hash(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", text.strip().lower()):
        raise ArgumentTypeError("write the 64 characters an earlier run printed as the head")
    return text.strip().lower()


class Command(BaseCommand):
    help = "Checks the audit log: rinnalla audit verify [--expect HASH]"

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        check = commands.add_parser("verify", help="walk the whole log and name the first fault, if there is one")
        check.add_argument(
            "--expect", metavar="HASH", type=_hash, help="a head printed by an earlier run, which must still be there"
        )

    def handle(self, *args: Any, expect: str | None = None, **options: Any) -> None:
        verdict = verify(expect)
        self.stdout.write(f"entries {verdict.count}")
        self.stdout.write(f"head    {verdict.head_hash}")
        if verdict.fault:
            raise CommandError(str(verdict.fault))
        self.stdout.write("ok")
