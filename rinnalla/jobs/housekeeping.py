"""The task loop's own task."""

from __future__ import annotations

from django.utils import timezone

from rinnalla.jobs import actions
from rinnalla.jobs.tasks import durable


@durable(retries=0)
def tidy() -> None:
    actions.tidy(now=timezone.now())
