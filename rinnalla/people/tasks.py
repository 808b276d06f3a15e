"""Letters leave by tasks, so that no page waits for a mail server and no letter is lost when one is away."""

from __future__ import annotations

from django.utils import timezone

from rinnalla.jobs.tasks import durable
from rinnalla.people import letters


@durable()
def send_invitation(invitation_id: int) -> None:
    letters.send_invitation(invitation_id=invitation_id, now=timezone.now())


@durable()
def send_second_factor_reset(person_id: int) -> None:
    letters.send_second_factor_reset(person_id=person_id)


@durable()
def send_password_reset(person_id: int) -> None:
    letters.send_password_reset(person_id=person_id)
