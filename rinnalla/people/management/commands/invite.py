"""``rinnalla invite``: the first administrator of a centre, or one who is needed when no other is left."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from rinnalla.people import actions
from rinnalla.people.models import LANGUAGES, Centre, Role
from rinnalla.people.rules import Refused


class Command(BaseCommand):
    help = "Invite someone by e-mail, as the operator of the server. Opens the centre when it is new."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--centre", required=True, help="its name; a new name opens a new centre")
        parser.add_argument("--kind", choices=Centre.Kind.values, default=Centre.Kind.SOS, help="of a new centre")
        parser.add_argument("--town", default="Helsinki", help="of a new centre")
        parser.add_argument("--role", choices=Role.values, default=Role.ADMIN)
        parser.add_argument("--language", choices=[code for code, _ in LANGUAGES], default="fi")

    @transaction.atomic
    def handle(self, *_: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
        except ValidationError:
            raise CommandError(f"{options['email']!r} is not an e-mail address.") from None
        now = timezone.now()
        centre = Centre.objects.filter(name=options["centre"]).first() or actions.open_centre(
            name=options["centre"], kind=Centre.Kind(options["kind"]), town=options["town"], actor=None, now=now
        )
        try:
            actions.invite(
                email=options["email"],
                centre=centre,
                role=Role(options["role"]),
                language=options["language"],
                actor=None,
                now=now,
            )
        except Refused as refused:
            raise CommandError(str(refused.reason.label)) from None
        self.stdout.write(f"The letter to {options['email']} leaves as soon as `serve` or `worker` runs.")
