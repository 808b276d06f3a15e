"""`bin/rinnalla COMMAND`: serve, init, migrate, and Django's management commands of all apps."""

from __future__ import annotations

import os
import sys

from rinnalla.core import setup

USAGE = """\
bin/rinnalla init       make the data folder and its secrets (never replaces one)
bin/rinnalla migrate    bring both databases up to date
bin/rinnalla serve      start the service; --help names the options
bin/rinnalla demo       build a made-up centre and serve it; needs RINNALLA_ENV=demo
bin/rinnalla help       all other commands
"""


def main(arguments: list[str]) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "rinnalla.config.settings"
    match arguments:
        case [] | ["--help" | "-h"]:
            print(USAGE, end="")
        case ["init"]:
            print("\n".join(setup.make_secrets()))
        case ["migrate"]:
            import django

            django.setup()
            setup.migrate()
        case ["serve", *options]:
            from rinnalla.config.serve import main as serve

            return serve(options)
        case ["demo", *options]:
            setup.make_secrets()
            from rinnalla.config.serve import main as serve
            from rinnalla.demo.start import main as demo

            return demo(options, serve=serve)
        case _:
            from django.core.management import execute_from_command_line

            execute_from_command_line(["bin/rinnalla", *arguments])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
