from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "rinnalla.jobs"

    def ready(self) -> None:
        from django.tasks.signals import task_enqueued

        from rinnalla.jobs.clock import every
        from rinnalla.jobs.housekeeping import tidy

        task_enqueued.connect(_wake_on_commit, dispatch_uid="rinnalla.jobs.wake")
        every(timedelta(hours=1), name="jobs.tidy", task=tidy)


def _wake_on_commit(**_: Any) -> None:
    from django.db import transaction

    from rinnalla.jobs.loop import wake

    transaction.on_commit(wake, robust=True)
