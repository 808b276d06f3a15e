"""The live frames, through real sockets: what both sides see, and what bad input meets."""

from __future__ import annotations

import asyncio
import json
import uuid
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings
from websockets.exceptions import InvalidStatus

from rinnalla.chat.gateway import PLACES_AGAIN, SHARES, Gateway
from rinnalla.chat.live import VisitSocket
from rinnalla.chat.models import Message
from rinnalla.chat.tests.conftest import Live, Talking, begin
from rinnalla.chat.visiting import PRESENT
from rinnalla.core.live import bus, publish
from rinnalla.core.sockets import Handshake
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Contact, Line
from rinnalla.people.models import Membership, Person


def say(side: Any, text: str, message_id: uuid.UUID | None = None) -> str:
    wanted = str(message_id or uuid.uuid4())
    side.send(t="say", id=wanted, text=text)
    return wanted


def test_what_one_says_is_stored_and_reaches_the_other(talking: Talking) -> None:
    first = say(talking.seeker, "Hei. Onko siellä ketään?")
    stored = talking.seeker.until("stored")
    assert (stored["id"], stored["seq"]) == (first, 2)
    [heard] = talking.answerer.until("said")["m"]
    assert (heard["seq"], heard["by"], heard["text"]) == (2, "seeker", "Hei. Onko siellä ketään?")
    say(talking.answerer, "On. Kuuntelen sinua.")
    assert talking.answerer.until("stored")["seq"] == 3
    [answer] = talking.seeker.until("said")["m"]
    assert (answer["seq"], answer["by"], answer["text"]) == (3, "answerer", "On. Kuuntelen sinua.")


def test_a_page_that_comes_back_gets_what_it_missed_once_and_in_order(live: Live, talking: Talking) -> None:
    talking.seeker.socket.close()
    texts = [f"viesti {n}" for n in range(20)]
    for text in texts:
        say(talking.answerer, text)
    for _ in texts:
        talking.answerer.until("stored")
    back = live.visit(talking.token, after=1)
    assert back.next()["t"] == "hello"
    missed = [back.until("said")["m"][0] for _ in texts]
    assert [(m["seq"], m["text"]) for m in missed] == [(n + 2, text) for n, text in enumerate(texts)]


def test_the_same_message_sent_fifty_times_is_stored_once(talking: Talking) -> None:
    message_id = uuid.uuid4()
    for _ in range(50):
        say(talking.seeker, "kerran vain", message_id)
    seqs = {talking.seeker.until("stored")["seq"] for _ in range(50)}
    assert seqs == {2}
    assert Message.objects.filter(client_id=message_id).count() == 1


def test_the_same_id_with_another_text_is_refused(talking: Talking) -> None:
    message_id = uuid.uuid4()
    say(talking.seeker, "yksi", message_id)
    talking.seeker.until("stored")
    say(talking.seeker, "toinen", message_id)
    assert talking.seeker.until("refused")["reason"] == "id_taken"


@pytest.mark.parametrize(("text", "reason"), [("", "empty"), (" \x00 ", "empty"), ("x" * 4001, "too_long")])
def test_a_text_that_cannot_be_a_message_is_refused_with_a_reason(talking: Talking, text: str, reason: str) -> None:
    message_id = say(talking.seeker, text)
    refused = talking.seeker.until("refused")
    assert (refused["id"], refused["reason"]) == (message_id, reason)
    assert refused["say"]


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "{{7*7}}",
        "javascript:alert(1)",
        "\u202eoikealta",
        "e" + "\u0301" * 2000,
        "x" * 4000,
    ],
)
def test_awkward_texts_arrive_as_they_were_typed(talking: Talking, text: str) -> None:
    say(talking.seeker, text)
    [heard] = talking.answerer.until("said")["m"]
    assert heard["text"] == text


@pytest.mark.parametrize("origin", [None, "null", "https://elsewhere.example", "http://127.0.0.1:1"])
def test_a_socket_from_another_page_is_refused(live: Live, talking: Talking, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused:
        live.connect("/live/visit/", f"visit={talking.token}", origin=origin)
    assert refused.value.response.status_code == 403


def test_a_page_that_came_over_http_opens_no_socket_where_pages_are_served_over_https(
    live: Live, talking: Talking, settings: Settings
) -> None:
    settings.HTTPS = True
    with pytest.raises(InvalidStatus) as refused:
        live.connect("/live/visit/", f"visit={talking.token}", origin=f"http://{live.host}")
    assert refused.value.response.status_code == 403
    own = live.connect("/live/visit/", f"visit={talking.token}", origin=f"https://{live.host}")
    assert own.until("said")["m"][0]["seq"] == 1


@pytest.mark.parametrize(
    ("sent", "code"),
    [("not json", 4400), ('{"t":"other"}', 4400), ('{"t":"say","id":"1","text":"x"}', 4400), (b"binary", 4400),
     (json.dumps({"t": "say", "id": str(uuid.uuid4()), "text": "x" * 65_536}), 4413)],
)  # fmt: skip
def test_a_frame_that_is_not_understood_closes_with_a_code_and_a_sentence(
    talking: Talking, sent: str | bytes, code: int
) -> None:
    talking.seeker.socket.send(sent)
    assert talking.seeker.close_code() == code
    assert talking.seeker.socket.close_reason


def test_a_message_in_small_pieces_is_put_together(talking: Talking) -> None:
    frame = json.dumps({"t": "say", "id": str(uuid.uuid4()), "text": "pala palalta"})
    talking.seeker.socket.send(frame[n : n + 2] for n in range(0, len(frame), 2))
    [heard] = talking.answerer.until("said")["m"]
    assert heard["text"] == "pala palalta"


def test_a_role_claimed_in_a_frame_means_nothing(talking: Talking) -> None:
    talking.seeker.send(t="say", id=str(uuid.uuid4()), text="hei", role="lead", by="answerer", author="answerer")
    [heard] = talking.answerer.until("said")["m"]
    assert heard["by"] == "seeker"


def test_an_unknown_token_is_told_to_load_the_page_again(live: Live, sekasin: Line) -> None:
    assert live.visit("made-up").close_code() == 4401


def test_another_volunteer_does_not_get_in(live: Live, talking: Talking, eetu: Person) -> None:
    assert live.answer(talking.contact, eetu).close_code() == 4410


def test_a_session_without_a_second_factor_opens_nothing(live: Live, talking: Talking) -> None:
    assert live.connect(f"/live/conversation/{talking.contact.conversation.pk}/", "staff=made-up").close_code() == 4401


def test_a_role_taken_away_opens_no_socket_again(live: Live, talking: Talking) -> None:
    Membership.objects.filter(person=talking.person).delete()
    publish(f"contact:{talking.contact.pk}", {"t": "state"})
    assert talking.answerer.close_code(timeout=1) == 4410
    assert live.answer(talking.contact, talking.person).close_code() == 4410


def test_a_page_that_vanished_with_its_process_is_not_shown_as_here(live: Live, sekasin: Line, aino: Person) -> None:
    contact, _, _ = begin(sekasin, aino)  # its page was open in another process, which says nothing any more
    answerer = live.answer(contact, aino)
    assert answerer.until("there")["there"] is True
    Contact.objects.filter(pk=contact.pk).update(seen_at=timezone.now() - PRESENT)
    publish(f"contact:{contact.pk}", {"t": "state"})
    assert answerer.until("there")["there"] is False


def test_everybody_present_is_renewed_once_in_all_the_rounds_together(
    live: Live, sekasin: Line, talking: Talking
) -> None:
    waiting = [helpline.join_queue(line=sekasin, language="fi", now=timezone.now()) for _ in range(SHARES)]
    for _, token in waiting:
        live.visit(token).until("hello")

    rounds = [live.gateway._heard_of(monotonic(), share=share) for share in range(SHARES)]

    contacts = [pk for heard in rounds for _ago, of_seekers, _people in heard for pk in of_seekers]
    assert sorted(contacts) == sorted([talking.contact.pk, *(contact.pk for contact, _ in waiting)])
    for heard in rounds:  # a lease is short: in every round
        assert {pk for _ago, _contacts, people in heard for pk in people} == {talking.person.pk}


def test_hints_after_the_end_of_the_gateway_disturb_nobody(
    transactional_db: None, sekasin: Line, caplog: pytest.LogCaptureFixture
) -> None:
    _, token = helpline.join_queue(line=sekasin, language="fi", now=timezone.now())

    async def run() -> None:
        gateway = Gateway(bus())
        await bus().start()
        await gateway.start()
        talk = await gateway.by_token.get(helpline.token_hash(token))
        socket = VisitSocket(gateway, Handshake("/live/visit/", {}, {}, "fi"))
        socket.talk, socket._place = talk, None
        gateway.watch_queue(socket)
        await asyncio.sleep(2 * PLACES_AGAIN)
        await gateway.stop()
        publish(f"queue:{sekasin.pk}", {"t": "queue"})  # by a page that was still under way
        await asyncio.sleep(2 * PLACES_AGAIN)
        await bus().stop()

    asyncio.run(run())
    assert [record.getMessage() for record in caplog.records] == []


def test_the_end_reaches_both_and_closes_the_answerers_access(talking: Talking) -> None:
    helpline.end_contact(contact=talking.contact, actor=talking.person, now=timezone.now())
    assert talking.seeker.until("state")["state"] == "ended"
    assert talking.answerer.close_code(timeout=2) == 4410
    say(talking.seeker, "vielä yksi")
    assert talking.seeker.until("refused")["reason"] == "ended"


def test_a_lost_volunteer_gives_the_person_back_to_the_front(live: Live, sekasin: Line, talking: Talking) -> None:
    _, later = helpline.join_queue(line=sekasin, language="fi", now=timezone.now())
    helpline.give_back(duty=talking.duty, now=timezone.now() + timedelta(seconds=21))
    state = talking.seeker.until("state")
    assert (state["state"], state["answerer"]) == ("waiting", None)
    assert talking.seeker.until("place")["place"] == 1
    behind = live.visit(later).next()
    assert (behind["t"], behind["place"], behind["of"]) == ("hello", 2, 2)


def test_someone_who_was_away_comes_back_to_the_old_place(live: Live, sekasin: Line) -> None:
    now = timezone.now()
    asleep, token = helpline.join_queue(line=sekasin, language="fi", now=now - timedelta(minutes=20))
    Contact.objects.filter(pk=asleep.pk).update(state="away")
    helpline.join_queue(line=sekasin, language="fi", now=now)
    hello = live.visit(token).next()
    assert (hello["state"], hello["place"], hello["of"]) == ("waiting", 1, 2)


def test_the_duty_page_hears_of_the_queue(live: Live, sekasin: Line, aino: Person) -> None:
    page = live.duty(aino)
    page.send(t="ping")
    page.until("pong")
    helpline.join_queue(line=sekasin, language="fi", now=timezone.now())
    assert "queue" in page.until("changed", timeout=2)["what"]
