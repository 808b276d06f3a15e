"""What the clock does for practice: comments go when the conversation they are about has gone."""

from __future__ import annotations

from rinnalla.jobs.tasks import durable
from rinnalla.practice import actions


@durable(retries=0)
def erase_comments() -> None:
    actions.erase_comments()
