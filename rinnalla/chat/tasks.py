"""What the clock does for the chat lines: it erases what has been kept long enough."""

from __future__ import annotations

import logging

from django.utils import timezone

from rinnalla.chat import actions
from rinnalla.helpline import actions as helpline
from rinnalla.jobs.tasks import durable
from rinnalla.sealing import actions as sealing

log = logging.getLogger(__name__)


@durable(retries=0)
def erase_due() -> None:
    try:
        actions.erase_due(now=timezone.now())
    except actions.TooMuchAtOnce as refused:
        log.error(  # noqa: TRY400  # the sentence says it all
            "retention erased nothing: %s. If that is right, run `bin/rinnalla erase_due --whatever-the-share`.",
            refused,
        )


@durable(retries=0)
def sweep_keys() -> None:
    sealing.sweep(now=timezone.now())


@durable(retries=0)
def erase_safety() -> None:
    """Blocks that have passed, with what they were known by; worries kept for long enough."""
    helpline.erase_blocks(now=timezone.now())
    helpline.erase_worries(now=timezone.now())
