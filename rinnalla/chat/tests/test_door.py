"""Before and after the conversation, without scripts: questions, return words, moods, and the word to the centre."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from rinnalla.audit.models import Entry
from rinnalla.chat.tests.conftest import volunteer
from rinnalla.chat.tests.desk import desk_of, on_duty
from rinnalla.helpline import actions as helpline
from rinnalla.helpline.models import Choice, Contact, Feedback, Line, Question, ReturnWord
from rinnalla.helpline.queries import duty_of
from rinnalla.people.models import Centre, Membership, Person, Role
from rinnalla.sealing.models import RecordKey

MINUTE = timedelta(minutes=1)


def joined() -> Client:
    client = Client()
    client.post("/en/line/sekasin/join/")
    return client


def page_of(client: Client, address: str = "/en/chat/") -> str:
    return client.get(address).content.decode()


@pytest.fixture
def asked(sekasin: Line) -> tuple[Question, list[Choice]]:
    question = Question.objects.create(line=sekasin, texts={"fi": "Miten raskasta on?", "en": "How heavy is it?"})
    choices = [
        Choice.objects.create(question=question, texts={"fi": f"näin {weight}"}, weight=weight) for weight in (0, 4)
    ]
    return question, choices


def answer(client: Client, question: Question, choice: Choice, **more: str) -> int:
    return client.post("/en/chat/questions/", {f"q{question.pk}": str(choice.pk), **more}).status_code


def waited_in_vain(minutes: int = 30) -> Client:
    client = joined()
    began = timezone.now() - minutes * MINUTE
    Contact.objects.update(queued_at=began, rank_at=began)
    client.post("/en/chat/leave/")
    return client


def words_on(page: str) -> str:
    [words] = re.findall(r'id="given-words"[^>]*>([^<]+)<', page)
    return str(words)


def heard(person: Person) -> Client:
    """Somebody whose conversation with ``person`` has just ended."""
    client, now = joined(), timezone.now()
    duty = duty_of(person.pk)
    if duty is None:
        duty = helpline.take_duty(line=Line.objects.get(slug="sekasin"), actor=person, now=now)
    helpline.take_next(duty=duty, actor=person, now=now)
    client.post("/en/chat/leave/")
    return client


# Questions ----------------------------------------------------------------------------------------------------------
def test_the_questions_are_asked_in_the_readers_language_and_can_be_left_out(
    asked: tuple[Question, list[Choice]],
) -> None:
    client = joined()
    page = page_of(client, "/en/chat/?write=1")
    assert ("How heavy is it?" in page, "näin 4" in page, "I leave this out" in page) == (True, True, True)
    assert 'data-stays="questions">' in page
    assert client.post("/en/chat/questions/", {"skip": "1"}).status_code == 302
    contact = Contact.objects.get()
    assert (contact.level, contact.answered) == (0, True)
    assert "Your answers were taken into account" in page_of(client)


def test_an_answer_moves_its_giver_forward_and_only_the_level_is_kept(asked: tuple[Question, list[Choice]]) -> None:
    question, choices = asked
    first, second = joined(), joined()
    assert second.get("/en/chat/").context["visit"].place == 2
    assert answer(second, question, choices[1]) == 302
    assert [client.get("/en/chat/").context["visit"].place for client in (first, second)] == [2, 1]
    assert Contact.objects.get(level=2).rank_at < Contact.objects.get(level=0).rank_at
    kept = json.dumps([*Entry.objects.values("subject", "details")])
    assert (f"q{question.pk}" in kept, '"choice' in kept) == (False, False)


def test_made_up_answers_and_those_of_another_line_count_nothing(asked: tuple[Question, list[Choice]]) -> None:
    question, choices = asked
    other = Line.objects.create(slug="solmussa", channel="chat", centre=question.line.centre)
    theirs = Question.objects.create(line=other, texts={"fi": "Onko?"})
    heavy = Choice.objects.create(question=theirs, texts={"fi": "On"}, weight=10)
    client = joined()
    for data in (
        {f"q{theirs.pk}": str(heavy.pk)}, {f"q{question.pk}": str(heavy.pk)}, {f"q{question.pk}": "' OR 1=1"},
        {"level": "3", "points": "9"}, {f"q{question.pk}": [str(choices[0].pk), "9"]},
    ):  # fmt: skip
        assert client.post("/en/chat/questions/", data).status_code == 302
    assert Contact.objects.get().level == 0
    Question.objects.update(active=False)
    answer(client, question, choices[1])
    assert Contact.objects.get().level == 0


# Return words -------------------------------------------------------------------------------------------------------
def test_whoever_waited_in_vain_is_shown_words_once_and_they_help_next_time(sekasin: Line) -> None:
    client = waited_in_vain()
    assert "Give me a return word" in page_of(client)
    words = words_on(client.post("/en/chat/new-return-word/").content.decode())
    assert words not in page_of(client)
    assert "Give me a return word" not in page_of(client)
    assert client.post("/en/chat/new-return-word/").status_code == 302

    before, again = joined(), joined()
    assert again.post("/en/chat/return-word/", {"words": f"  {words.title()} "}).status_code == 302
    assert [client.get("/en/chat/").context["visit"].place for client in (before, again)] == [2, 1]
    assert "moved you forward" in page_of(again)
    assert ReturnWord.objects.get().used_at is not None


def test_wrong_words_are_answered_kindly_and_stay_in_the_field(sekasin: Line) -> None:
    client = joined()
    wrong = client.post("/en/chat/return-word/", {"words": "<b>kuu</b>"})
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert ("We do not know these words" in page, "&lt;b&gt;kuu" in page, "<b>kuu" in page) == (True, True, False)
    for _ in range(4):
        client.post("/en/chat/return-word/", {"words": "kuu"})
    assert "You have tried as many times as is possible" in page_of(client)


def test_nobody_who_was_heard_or_waited_shortly_is_offered_words(sekasin: Line, aino: Person) -> None:
    assert "return word" not in page_of(waited_in_vain(minutes=5))
    assert "return word" not in page_of(heard(aino))


def test_a_strictly_first_come_line_speaks_of_no_words(sekasin: Line) -> None:
    sekasin.order = Line.Order.FIRST_COME
    sekasin.save()
    assert "return word" not in page_of(waited_in_vain()) + page_of(joined())


# Moods and words to the centre --------------------------------------------------------------------------------------
def test_moods_and_a_word_reach_the_centre_and_never_who_answered(sekasin: Line, aino: Person) -> None:
    kerttu = volunteer(sekasin, "Kerttu")
    Membership.objects.filter(person=kerttu).update(role=Role.COORDINATOR)
    client, desk = joined(), on_duty(aino)
    client.post("/en/chat/questions/", {"mood": "2"})
    talk = desk.post("/staff/duty/next/").headers["Location"]
    client.post("/en/chat/leave/")
    assert client.post("/en/chat/feedback/", {"mood": "4", "word": "Kiitos\n\n<b>teille</b>"}).status_code == 302
    assert "Thank you. The centre has what you told." in page_of(client)

    kept = Feedback.objects.get()
    assert (kept.mood_before, kept.mood_after) == (2, 4)
    assert b"Kiitos" not in bytes(kept.word or b"")
    reader = desk_of(kerttu)
    page = reader.get("/staff/words/").content.decode()
    assert ("<p>Kiitos</p>" in page, "&lt;b&gt;teille" in page) == (True, True)
    assert [(w.mood_before, w.mood_after, w.word) for w in reader.get("/staff/words/").context["told"]] == [
        (2, 4, "Kiitos\n\n<b>teille</b>")
    ]
    assert Entry.objects.filter(code="helpline.words_read", actor=f"person:{kerttu.pk}").count() == 2
    assert "teille" not in "".join(desk.get(address).content.decode() for address in (talk, "/staff/duty/"))
    assert desk.get("/staff/words/").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("volunteer", 404), ("shift_lead", 404), ("coordinator", 200), ("admin", 200)]
)
def test_words_are_for_coordinators_and_administrators(sekasin: Line, role: str, status: int) -> None:
    reader = volunteer(sekasin, "Kerttu")
    Membership.objects.filter(person=reader).update(role=role)
    assert desk_of(reader).get("/staff/words/").status_code == status


def test_a_coordinator_reads_no_word_of_the_own_conversations_nor_of_another_centre(
    sekasin: Line, aino: Person, eetu: Person
) -> None:
    Membership.objects.filter(person=aino).update(role=Role.COORDINATOR)
    heard(aino).post("/en/chat/feedback/", {"word": "ainolta"})
    heard(eetu).post("/en/chat/feedback/", {"word": "eetulta"})
    assert [word.word for word in desk_of(aino).get("/staff/words/").context["told"]] == ["eetulta"]
    turku = Centre.objects.create(name="Turun kriisikeskus", kind=Centre.Kind.LOCAL, town="Turku")
    other = Line.objects.create(slug="solmussa", channel="chat", centre=turku)
    Membership.objects.filter(person=eetu).update(centre=turku, role=Role.ADMIN)
    assert other.centre == turku
    assert desk_of(eetu).get("/staff/words/").context["told"] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_words_takes_as_many_queries_for_many(
    sekasin: Line, aino: Person, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reader = volunteer(sekasin, "Kerttu")
    Membership.objects.filter(person=reader).update(role=Role.COORDINATOR)
    for _ in range(rows):
        heard(aino).post("/en/chat/feedback/", {"word": "kiitos"})
    client = desk_of(reader)
    client.get("/staff/words/")
    with django_assert_num_queries(15):  # session, person, factor; centres, count, rows, texts; keys; log; menu
        told = client.get("/staff/words/").context["told"]
    assert [word.word for word in told] == ["kiitos"] * rows


def test_a_line_that_asks_neither_takes_neither(sekasin: Line, aino: Person) -> None:
    sekasin.asks_mood = sekasin.asks_word = False
    sekasin.save()
    waiting = joined()
    waiting.post("/en/chat/questions/", {"mood": "2"})
    assert "How do you feel" not in page_of(waiting)
    client = heard(aino)
    client.post("/en/chat/feedback/", {"mood": "4", "word": "hei"})
    assert "to the centre" not in page_of(client)
    assert not Feedback.objects.exists()


def test_words_are_given_after_the_end_and_while_the_visit_is_shown(sekasin: Line, aino: Person) -> None:
    joined().post("/en/chat/feedback/", {"word": "liian aikaisin"})
    Contact.objects.update(state="ended", ended_at=timezone.now(), ended_by="seeker")
    late = heard(aino)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        late.post("/en/chat/feedback/", {"word": "liian myöhään"})
    assert not Feedback.objects.exists()


def test_feedback_is_erased_with_its_key_after_the_lines_days(sekasin: Line, aino: Person) -> None:
    heard(aino).post("/en/chat/feedback/", {"mood": "3", "word": "kiitos"})
    key, now = Feedback.objects.get().key_id, timezone.now()
    assert key is not None
    assert RecordKey.objects.filter(pk__in=[key]).exists()
    assert helpline.erase_feedback(now=now + timedelta(days=90)) == 0
    assert helpline.erase_feedback(now=now + timedelta(days=91)) == 1
    assert (Feedback.objects.exists(), RecordKey.objects.filter(pk__in=[key]).exists()) == (False, False)


def test_a_words_date_is_the_lines_and_no_time_is_kept(sekasin: Line, aino: Person) -> None:
    heard(aino).post("/en/chat/feedback/", {"word": "kiitos"})
    assert {field.name for field in Feedback._meta.fields} == {
        "id", "contact", "mood_before", "mood_after", "key_id", "word", "given_on",
    }  # fmt: skip
    entry = Entry.objects.get(code="helpline.feedback_given")
    assert (entry.subject, entry.details) == ("line:sekasin", {})


def test_the_text_for_the_wait_is_on_the_page_of_waiting(sekasin: Line) -> None:
    text = sekasin.texts.get()
    text.self_help = "Hengitä.\n\nVoit <b>odottaa</b>."
    text.save()
    page = page_of(joined())
    assert ("<p>Hengitä.</p>" in page, "&lt;b&gt;odottaa" in page) == (True, True)
