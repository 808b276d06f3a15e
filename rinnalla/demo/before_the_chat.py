"""What the demo's lines ask and offer while a person waits: three questions, and a text for the wait. Our own words."""

from __future__ import annotations

from typing import Final

from rinnalla.helpline.models import Choice, Line, Question

Texts = dict[str, str]

# Each question with its choices: texts, and the points that a choice adds.
QUESTIONS: Final[tuple[tuple[Texts, tuple[tuple[Texts, int], ...]], ...]] = (
    (
        {
            "fi": "Miten raskaalta sinusta tuntuu juuri nyt?",
            "sv": "Hur tungt känns det just nu?",
            "en": "How heavy does it feel right now?",
        },
        (
            ({"fi": "Pärjään", "sv": "Jag klarar mig", "en": "I manage"}, 0),
            ({"fi": "Raskaalta", "sv": "Tungt", "en": "Heavy"}, 1),
            ({"fi": "Hyvin raskaalta", "sv": "Mycket tungt", "en": "Very heavy"}, 2),
            ({"fi": "En jaksa enää", "sv": "Jag orkar inte mer", "en": "I cannot bear it any more"}, 3),
        ),
    ),
    (
        {
            "fi": "Onko sinulla ollut tänään ajatuksia kuolemasta?",
            "sv": "Har du i dag tänkt på att dö?",
            "en": "Have you had thoughts of dying today?",
        },
        (
            ({"fi": "Ei", "sv": "Nej", "en": "No"}, 0),
            ({"fi": "Joskus käy mielessä", "sv": "Ibland kommer tanken", "en": "They come now and then"}, 2),
            ({"fi": "Paljon", "sv": "Mycket", "en": "Many"}, 4),
            ({"fi": "Minulla on suunnitelma", "sv": "Jag har en plan", "en": "I have a plan"}, 7),
        ),
    ),
    (
        {
            "fi": "Onko joku nyt kanssasi?",
            "sv": "Är någon hos dig nu?",
            "en": "Is someone with you now?",
        },
        (
            ({"fi": "On", "sv": "Ja", "en": "Yes"}, 0),
            ({"fi": "Ei, mutta tavoitan jonkun", "sv": "Nej, men jag når någon", "en": "No, but I reach someone"}, 0),
            ({"fi": "Olen yksin", "sv": "Jag är ensam", "en": "I am alone"}, 1),
        ),
    ),
)  # fmt: skip

SELF_HELP: Final[Texts] = {
    "fi": (
        "Katso ympärillesi. Etsi viisi asiaa, jotka näet, neljä, jotka voit tuntea kädellä, ja kolme ääntä, jotka "
        "kuulet. Tee se rauhassa. Se auttaa mieltä palaamaan tähän hetkeen.\n\n"
        "Raskas olo on kuin aalto: se nousee, ja se laskee. Sinun ei tarvitse ratkaista nyt mitään. Riittää, että "
        "olet tässä seuraavat viisi minuuttia.\n\n"
        "Jos lähelläsi on jotain, millä voit satuttaa itseäsi, vie se kauemmas tai mene toiseen huoneeseen. Jos joku "
        "on lähellä, voit pyytää häntä istumaan viereesi. Syytä ei tarvitse kertoa."
    ),
    "sv": (
        "Se dig omkring. Hitta fem saker som du ser, fyra som du kan känna med handen och tre ljud som du hör. Ta god "
        "tid på dig. Det hjälper tankarna tillbaka till den här stunden.\n\n"
        "Det tunga är som en våg: det stiger, och det sjunker. Du behöver inte lösa något nu. Det räcker att du är "
        "här de följande fem minuterna.\n\n"
        "Om det finns något nära dig som du kan skada dig med, lägg det längre bort eller gå till ett annat rum. Om "
        "någon är nära kan du be hen sitta bredvid dig. Du behöver inte berätta varför."
    ),
    "en": (
        "Look around you. Find five things that you see, four that you can touch and three sounds that you hear. Take "
        "your time. It helps the mind to come back to this moment.\n\n"
        "What feels heavy is like a wave: it rises, and it sinks. You do not have to solve anything now. It is enough "
        "to be here for the next five minutes.\n\n"
        "If there is something near you that you could hurt yourself with, put it further away or go to another room. "
        "If someone is near, you can ask them to sit beside you. You do not have to say why."
    ),
}


def ask_before_the_chat(line: Line) -> None:
    """Give ``line`` its questions and the text for the wait."""
    for place, (texts, choices) in enumerate(QUESTIONS):
        question = Question(line=line, texts=texts, place=place)
        question.clean()
        question.save()
        for number, (choice_texts, weight) in enumerate(choices):
            choice = Choice(question=question, texts=choice_texts, weight=weight, place=number)
            choice.clean()
            choice.save()
    for text in line.texts.all():
        text.self_help = SELF_HELP[text.language]
        text.save(update_fields=["self_help"])
