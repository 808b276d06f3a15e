"""What is done about once a second in every process that runs tasks, beside the clock.

For work that is too frequent for a row in the table of tasks. Whoever registers must be quick, and safe in several
processes at the same moment.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError

log = logging.getLogger(__name__)

_beats: list[Callable[[datetime], None]] = []


def every_second(work: Callable[[datetime], None]) -> None:
    """Call ``work`` with the present time, from ``AppConfig.ready()``; registering it again changes nothing."""
    if work not in _beats:
        _beats.append(work)


def beat(now: datetime) -> None:
    """Do all of it. What fails is told and tried again at the next beat; a database that is away is for the loop."""
    for work in _beats:
        try:
            work(now)
        except DatabaseError:
            raise
        except Exception as problem:  # noqa: BLE001  # one app's trouble must not stop the clock
            log.error("%s failed: %s", work.__qualname__, type(problem).__name__)  # noqa: TRY400  # a trace may hold text
