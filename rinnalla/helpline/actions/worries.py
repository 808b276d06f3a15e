"""A worry's way from the volunteer to the professional, who decides and reports. Each step is a record with a clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from rinnalla.audit import actions as audit
from rinnalla.core.live import announce
from rinnalla.helpline.channels import channel_of
from rinnalla.helpline.models import Contact, Worry, WorryStep
from rinnalla.helpline.rules import Refused
from rinnalla.helpline.worry_rules import HOLD, MOST_WORDS, WorryRefusal, step_refusal, words_place
from rinnalla.people.models import Person
from rinnalla.sealing.actions import erase_keys, make_key, scrub
from rinnalla.sealing.models import RecordKey
from rinnalla.sealing.seal import ring

State = Worry.State


@transaction.atomic
def raise_worry(*, contact: Contact, kind: Worry.Kind, words: str, actor: Person, now: datetime) -> Worry:
    """Bring a worry about ``contact`` to the professionals on duty, during the conversation or after it."""
    if contact.duty is None or contact.duty.person_id != actor.pk:
        raise Refused(WorryRefusal.NOT_YOURS)
    if len(words) > MOST_WORDS:
        raise Refused(WorryRefusal.TOO_LONG)
    worry = Worry.objects.create(
        centre_id=contact.line.centre_id,
        contact=contact,
        kind=kind,
        key_id=make_key(now=now).id,
        raised_by=actor,
        raised_at=now,
        changed_at=now,
    )
    _add(worry, State.RAISED, words=words, actor=actor, now=now)
    return worry


@transaction.atomic
def take_worry(*, worry: Worry, taken_from: int | None, actor: Person, now: datetime) -> Worry:
    """A professional takes the worry, or takes it over from person ``taken_from``. Of two at once one gets it."""
    current = _locked(worry)
    if current.taken_by_id != taken_from or current.taken_by_id == actor.pk:
        raise Refused(WorryRefusal.TAKEN)
    current.taken_by = actor
    # Taken over, it stays as far as it had come.
    state = State.TAKEN if current.state == State.RAISED else State(current.state)
    return _move(current, state, note=State.TAKEN, actor=actor, now=now)


@transaction.atomic
def step_worry(*, worry: Worry, state: Worry.State, words: str, to: str = "", actor: Person, now: datetime) -> Worry:
    """The professional asks for more, decides, or has reported. Raises Refused."""
    current = _locked(worry)
    if current.taken_by_id != actor.pk:
        raise Refused(WorryRefusal.NOT_WITH_YOU)
    if state == State.ANSWERED:
        raise Refused(WorryRefusal.NOT_NOW)
    if reason := step_refusal(current, state, words=words, to=to):
        raise Refused(reason)
    return _move(current, state, words=words, to=to, actor=actor, now=now)


@transaction.atomic
def answer_worry(*, worry: Worry, words: str, actor: Person, now: datetime) -> Worry:
    """Whoever raised it tells the professional what was asked for. Raises Refused."""
    current = _locked(worry)
    if current.raised_by_id != actor.pk:
        raise Refused(WorryRefusal.NOT_YOURS)
    if reason := step_refusal(current, State.ANSWERED, words=words, to=""):
        raise Refused(reason)
    return _move(current, State.ANSWERED, words=words, actor=actor, now=now)


@transaction.atomic
def hold_conversation(*, worry: Worry, actor: Person, now: datetime) -> Worry:
    """Put off the erasing of this one conversation for the report: for HOLD, and once only."""
    current = _locked(worry)
    if current.taken_by_id != actor.pk:
        raise Refused(WorryRefusal.NOT_WITH_YOU)
    if current.hold_until is not None:
        raise Refused(WorryRefusal.HELD)
    if current.contact.token_hash is None:
        raise Refused(WorryRefusal.ERASED)
    current.hold_until = now + HOLD
    current.save(update_fields=["hold_until"])
    _record("helpline.erasing_held", current, actor, now=now, days=HOLD.days)
    return current


@transaction.atomic
def release_conversation(*, worry: Worry, actor: Person, now: datetime) -> Worry:
    """The conversation is no longer needed: it is erased as its line's retention says."""
    current = _locked(worry)
    if current.taken_by_id != actor.pk or current.hold_until is None or current.hold_until <= now:
        raise Refused(WorryRefusal.NOT_NOW)
    current.hold_until = now
    current.save(update_fields=["hold_until"])
    _record("helpline.erasing_released", current, actor, now=now)
    return current


def erase_worries(*, now: datetime) -> int:
    """Erase worries that have been kept for settings.WORRY_DAYS since their last step: first the keys. How many."""
    due = list(
        Worry.objects.filter(changed_at__lte=now - timedelta(days=settings.WORRY_DAYS)).values_list("pk", "key_id")
    )
    if not due:
        return 0
    erase_keys(key_id for _, key_id in due)
    with transaction.atomic():
        Worry.objects.filter(pk__in=[pk for pk, _ in due]).delete()
        audit.record(
            code="helpline.worries_erased",
            actor="system",
            subject="retention:worries",
            now=now,
            details={"worries": len(due)},
        )
    scrub(RecordKey)
    scrub(WorryStep)
    return len(due)


def held(*, now: datetime, contact: str = "") -> Q:
    """Contacts whose conversation must not be erased yet; ``contact`` is the way to them, such as "contact__"."""
    return Q(**{f"{contact}in": Worry.objects.filter(hold_until__gt=now).values("contact_id")})


def _locked(worry: Worry) -> Worry:
    return Worry.objects.select_for_update(of=("self",)).select_related("contact__line").get(pk=worry.pk)


def _move(
    worry: Worry,
    state: Worry.State,
    *,
    actor: Person,
    now: datetime,
    words: str = "",
    to: str = "",
    note: Worry.State | None = None,
) -> Worry:
    worry.state, worry.changed_at = state, now
    worry.save(update_fields=["state", "changed_at", "taken_by"])
    _add(worry, note or state, words=words, to=to, actor=actor, now=now)
    return worry


def _add(worry: Worry, state: Worry.State, *, words: str, actor: Person, now: datetime, to: str = "") -> None:
    step = WorryStep(worry=worry, state=state, at=now, by=actor, to=to)
    if words:
        step.words = ring().get(worry.key_id).seal(words, words_place(step.pk, actor.pk))
    step.save(force_insert=True)
    announce(f"queue:{worry.contact.line_id}", {"t": "duty"})
    channel_of(worry.contact).aside(worry.contact)
    _record(f"helpline.worry_{state}", worry, actor, now=now, kind=worry.kind, to=to)


def _record(code: str, worry: Worry, actor: Person, *, now: datetime, **details: str | int) -> None:
    audit.record(
        code=code,
        actor=f"person:{actor.pk}",
        subject=f"worry:{worry.pk}",
        now=now,
        centre=str(worry.centre_id),
        details=details,
    )
