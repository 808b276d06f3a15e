"""`bin/rinnalla erase_due`: what the clock does by itself, at once, or in spite of the share it refuses."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from rinnalla.chat import actions


class Command(BaseCommand):
    help = "Erase the content of conversations whose retention has passed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--whatever-the-share",
            action="store_true",
            help="also when an unlikely share of everything kept would go (first look at the machine's clock)",
        )

    def handle(self, *_: Any, whatever_the_share: bool = False, **__: Any) -> None:
        try:
            count = actions.erase_due(now=timezone.now(), whatever_the_share=whatever_the_share)
        except actions.TooMuchAtOnce as refused:
            raise CommandError(
                f"Nothing was erased: {refused}. If the clock is right, add --whatever-the-share."
            ) from None
        self.stdout.write(f"{count} conversations erased.")
