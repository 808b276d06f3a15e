"""`bin/rinnalla populate --world busy`: fills an empty, migrated database with a demo world."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from rinnalla.demo.worlds import WORLDS, NotEmpty, populate


class Command(BaseCommand):
    help = "Fills an empty database with a made-up centre: people, lines, a queue. Never in production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--world", choices=sorted(WORLDS), default="quiet")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("RINNALLA_ENV is production: everybody knows the passwords of a demo world.")
        try:
            populate(world=WORLDS[options["world"]], now=timezone.now())
        except NotEmpty:
            raise CommandError("The database is not empty. A demo world is built only into a new one.") from None
        self.stdout.write(f"The world “{options['world']}” is ready.")
