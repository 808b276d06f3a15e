"""`bin/rinnalla demo_code`: the code that the authenticator app of everybody in a demo world shows now."""

from __future__ import annotations

from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from rinnalla.demo.cast import TOTP_SECRET


class Command(BaseCommand):
    help = "Prints the code of the second step of sign-in for the people of a demo world, good for half a minute."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("RINNALLA_ENV is production: there is no demo world here.")
        self.stdout.write(format_hotp_value(hotp_value(TOTP_SECRET, next(yield_hotp_counters_from_time()))))
