"""What the clock does for every line."""

from __future__ import annotations

from django.utils import timezone

from rinnalla.helpline import actions
from rinnalla.jobs.tasks import durable


@durable(retries=0)
def erase_notes() -> None:
    actions.erase_notes(now=timezone.now())


@durable(retries=0)
def erase_old_notices() -> None:
    actions.erase_old_notices(now=timezone.now())


@durable(retries=0)
def erase_return_words() -> None:
    actions.erase_return_words(now=timezone.now())


@durable(retries=0)
def erase_feedback() -> None:
    actions.erase_feedback(now=timezone.now())
