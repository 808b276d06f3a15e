"""Content goes by itself when the line's hours have passed, and never much of it by mistake (promise R8)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from rinnalla.audit.models import Entry
from rinnalla.chat import actions, tasks
from rinnalla.chat.models import Conversation, Message
from rinnalla.chat.tests.conftest import begin
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, Line
from rinnalla.jobs.clock import schedules
from rinnalla.people.models import Person
from rinnalla.sealing.models import RecordKey


def ended(line: Line, person: Person) -> Conversation:
    """A conversation with one message that has ended now."""
    contact, duty, _ = begin(line, person)
    conversation = contact.conversation
    actions.say(
        conversation=conversation, client_id=uuid.uuid4(), text="en jaksa", author="seeker", actor=None,
        now=timezone.now(),
    )  # fmt: skip
    helpline.end_contact(contact=contact, actor=person, now=timezone.now())
    duty.refresh_from_db()
    helpline.end_duty(duty=duty, actor=person, now=timezone.now())
    return conversation


def test_nothing_is_erased_before_the_lines_hours_have_passed(sekasin: Line, aino: Person) -> None:
    ended(sekasin, aino)
    assert actions.erase_due(now=timezone.now() + timedelta(hours=47, minutes=59)) == 0
    assert Message.objects.count() == 3


def test_the_clocks_task_erases_key_messages_and_the_link_to_the_device(sekasin: Line, aino: Person) -> None:
    conversation = ended(sekasin, aino)
    with time_machine.travel(timezone.now() + timedelta(hours=48, minutes=1)):
        tasks.erase_due.call()
    conversation.refresh_from_db()
    assert (conversation.key_id, conversation.open) == (None, False)
    assert conversation.erased_at is not None
    assert not Message.objects.exists()
    assert not RecordKey.objects.exists()
    assert Contact.objects.get().token_hash is None
    assert Entry.objects.filter(code="chat.erased", details={"conversations": 1}).count() == 1


def test_a_conversation_that_goes_on_is_not_erased(sekasin: Line, aino: Person) -> None:
    begin(sekasin, aino)
    assert actions.erase_due(now=timezone.now() + timedelta(days=400)) == 0


def test_an_unlikely_share_is_refused_and_told(sekasin: Line, aino: Person, settings: Settings) -> None:
    settings.RETENTION_FLOOR, settings.RETENTION_SHARE = 1, 0.5
    for _ in range(3):
        ended(sekasin, aino)
    later = timezone.now() + timedelta(days=3)
    with pytest.raises(actions.TooMuchAtOnce):
        actions.erase_due(now=later)
    assert Message.objects.count() == 9
    assert Entry.objects.filter(code="chat.retention_refused").count() == 1
    with time_machine.travel(later):
        with pytest.raises(CommandError, match="3 of 3 conversations"):
            call_command("erase_due")
        call_command("erase_due", whatever_the_share=True)
    assert not Message.objects.exists()


def test_the_clock_knows_retention_and_the_keys_sweep() -> None:
    assert {"chat.erase_due", "chat.sweep_keys"} <= {schedule.name for schedule in schedules()}
