"""Canned texts beside a conversation: those of its line, in the help-seeker's language first."""

from __future__ import annotations

from django.utils import timezone

from rinnalla.chat.tests.conftest import begin
from rinnalla.chat.tests.desk import desk_of
from rinnalla.helpline.models import CannedText, Contact, Line
from rinnalla.people.models import Centre, Person


def test_the_texts_of_the_line_stand_beside_the_conversation_in_the_language_of_the_contact(
    sekasin: Line, aino: Person
) -> None:
    turku = Centre.objects.create(name="Turku", kind=Centre.Kind.LOCAL, town="Turku")
    other = Line.objects.create(slug="aurajoki", channel="chat", centre=turku)
    for line, language, keyword in ((sekasin, "fi", "hei"), (sekasin, "sv", "hej"), (other, "fi", "aura")):
        CannedText.objects.create(line=line, language=language, kind="opening", keyword=keyword, text="<i>x</i>")
    contact, _, _ = begin(sekasin, aino, now=timezone.now())
    Contact.objects.update(language="sv")

    page = desk_of(aino).get(f"/staff/conversations/{contact.conversation.pk}/")
    assert [(group.code, group.first) for group in page.context["phrases"]] == [("sv", True), ("fi", False)]
    content = page.content.decode()
    assert content.index('data-keyword="hej"') < content.index('data-keyword="hei"')
    assert "aura" not in content
    assert "&lt;i&gt;x&lt;/i&gt;" in content
