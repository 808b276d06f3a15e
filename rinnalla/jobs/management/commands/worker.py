"""``rinnalla worker``: run tasks and the clock in a process of their own."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from rinnalla.jobs.loop import TaskLoop


class Command(BaseCommand):
    help = (
        "Runs tasks and the clock until SIGTERM or SIGINT, then finishes the task at hand. A second signal cuts it off."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = threading.Event()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            if stopping.is_set():
                os._exit(1)  # the task at hand is run again later
            stopping.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        loop = TaskLoop(stopping)
        loop.start()
        self.stdout.write("worker ready")
        self.stdout.flush()
        stopping.wait()
        loop.join()
