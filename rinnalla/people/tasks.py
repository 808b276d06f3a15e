"""Letters leave by tasks, so that no page waits for a mail server and no letter is lost when one is away."""

from __future__ import annotations

from django.tasks import task
from django.utils import timezone

from rinnalla.people import letters


@task
def send_invitation(invitation_id: int) -> None:
    letters.send_invitation(invitation_id=invitation_id, now=timezone.now())


@task
def send_second_factor_reset(person_id: int) -> None:
    letters.send_second_factor_reset(person_id=person_id)


@task
def send_password_reset(person_id: int) -> None:
    letters.send_password_reset(person_id=person_id)
