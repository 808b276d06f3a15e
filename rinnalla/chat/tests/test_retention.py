"""Content goes by itself when the line's hours have passed, and never much of it by mistake (promise R8)."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, connections
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


def test_what_remains_is_what_the_privacy_page_says(sekasin: Line, aino: Person) -> None:
    conversation = ended(sekasin, aino)
    actions.erase_due(now=timezone.now() + timedelta(hours=49))
    conversation.refresh_from_db()

    def kept(row: Contact | Conversation) -> set[str]:
        return {field.name for field in row._meta.fields if getattr(row, field.attname) not in (None, "", False)}

    when = {"queued_at", "rank_at", "seen_at", "claimed_at", "ended_at"}
    assert kept(conversation.contact) == {"id", "line", "language", "state", "ended_by", "duty", *when}
    assert kept(conversation) == {"id", "contact", "last_seq", "answerer", "erased_at"}


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


@pytest.mark.django_db(transaction=True)
def test_what_is_erased_leaves_the_files_too(sekasin: Line, aino: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many at once: in several transactions, and the files are cleaned at the end."""
    monkeypatch.setattr(actions, "ERASED_TOGETHER", 2)
    erased = [ended(sekasin, aino) for _ in range(3)]
    wrapped = [bytes(key.wrapped) for key in RecordKey.objects.all()]
    assert len(wrapped) == 3
    actions.erase(conversation_ids=[conversation.pk for conversation in erased], now=timezone.now())
    assert not RecordKey.objects.exists()
    if connection.vendor == "sqlite":
        for suffix in ("", "-wal"):
            kept = Path(f"{connections['keys'].settings_dict['NAME']}{suffix}").read_bytes()
            assert not [key for key in wrapped if key in kept]
    else:
        for alias, table in (("keys", "sealing_recordkey"), ("default", "chat_message")):
            assert vacuums(alias, table) >= 1


def vacuums(alias: str, table: str) -> int:
    """How often ``table`` was vacuumed by hand. PostgreSQL counts a moment later."""
    for _ in range(50):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = %s", [table])
            count = int(cursor.fetchone()[0])
        if count:
            return count
        time.sleep(0.1)
    return 0
