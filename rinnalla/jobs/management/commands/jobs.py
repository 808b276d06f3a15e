"""``rinnalla jobs``: which tasks have failed or are running; ``rinnalla jobs retry ID``: try a failed one again."""

from __future__ import annotations

from argparse import ArgumentTypeError
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from rinnalla.jobs import actions
from rinnalla.jobs.queries import failed_and_running


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ArgumentTypeError("write the task's id as `rinnalla jobs` prints it") from None


class Command(BaseCommand):
    help = "Lists failed and running tasks, without their arguments; rinnalla jobs retry ID tries a failed one again"

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command")
        again = commands.add_parser("retry", help="try a failed task again")
        again.add_argument("id", type=_id)

    def handle(self, *args: Any, command: str | None = None, **options: Any) -> None:
        if command == "retry":
            self._retry(str(options["id"]))
        else:
            self._list()

    def _list(self) -> None:
        views = failed_and_running()
        for view in views:
            at = timezone.localtime(view.at)
            error = f"  {view.error}" if view.error else ""
            self.stdout.write(
                f"{view.id}  {view.status:<7}  {at:%Y-%m-%d %H:%M:%S}  tries {view.tries}  {view.name}{error}"
            )
        if not views:
            self.stdout.write("no task has failed and none is running")

    def _retry(self, task_id: str) -> None:
        try:
            row = actions.retry(task_id=task_id, now=timezone.now())
        except actions.NotFailed:
            raise CommandError("there is no failed task with this id") from None
        self.stdout.write(f"{row.task_path} will be tried again")
