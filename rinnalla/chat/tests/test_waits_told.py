"""What a waiting page is told of the wait, through the real gateway, and what is kept of it."""

from __future__ import annotations

import time

from django.utils import timezone

from rinnalla.chat.tests.conftest import Live, volunteer
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, Line
from rinnalla.people.models import Person


def join(line: Line) -> tuple[Contact, str]:
    return helpline.join_queue(line=line, language="fi", now=timezone.now())


def stated(contact: Contact) -> tuple[int | None, int | None]:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        contact.refresh_from_db()
        if contact.stated_low is not None:
            break
        time.sleep(0.05)
    return contact.stated_low, contact.stated_high


def test_hello_says_the_range_of_the_wait_and_the_first_one_is_kept(live: Live, sekasin: Line, aino: Person) -> None:
    helpline.take_duty(line=sekasin, actor=aino, now=timezone.now())
    contact, token = join(sekasin)
    hello = live.visit(token).next()
    assert (hello["place"], hello["of"], hello["hope"]) == (1, 1, True)
    assert (hello["low"], hello["high"]) == (0, 600)
    assert stated(contact) == (0, 600)


def test_a_waiting_page_is_told_at_once_when_somebody_comes_on_duty(live: Live, sekasin: Line, aino: Person) -> None:
    helpline.take_duty(line=sekasin, actor=aino, now=timezone.now())
    _contact, token = join(sekasin)
    helpline.end_duty(duty=sekasin.duty_sessions.get(), actor=aino, now=timezone.now())
    page = live.visit(token)
    hello = page.next()
    assert (hello["low"], hello["high"], hello["hope"]) == (None, None, False)
    helpline.take_duty(line=sekasin, actor=volunteer(sekasin, "Oona"), now=timezone.now())
    told = page.until("place")
    assert (told["place"], told["low"], told["high"], told["hope"]) == (1, 0, 600, True)


def test_a_later_range_never_takes_the_place_of_the_first(sekasin: Line, aino: Person) -> None:
    helpline.take_duty(line=sekasin, actor=aino, now=timezone.now())
    contact, _token = join(sekasin)
    helpline.keep_stated({contact.pk: (600, 1200)})
    helpline.keep_stated({contact.pk: (0, 300)})
    assert stated(contact) == (600, 1200)
