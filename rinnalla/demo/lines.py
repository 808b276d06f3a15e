"""The chat lines of the demo: Sekasin for the young, Solmussa for adults, and one for practice.

Opening hours, session length and the number of parallel conversations are settings of a line, not facts about the real
services; Sekasin's table is the one of 2019. The texts are written for the demo.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final

from django.db import transaction

from rinnalla.audit import actions as audit
from rinnalla.demo.before_the_chat import ask_before_the_chat
from rinnalla.helpline.hours import state_at, timetable_of
from rinnalla.helpline.models import Line, LineText, OpeningHours
from rinnalla.people.models import Centre

WEEK: Final = range(7)
MIDNIGHT: Final = time(0)
ALWAYS: Final = tuple((day, MIDNIGHT, MIDNIGHT) for day in WEEK)


@dataclass(frozen=True)
class Plan:
    """One line as the demo opens it. ``hours``: weekday, opens, closes."""

    slug: str
    youngest: int
    oldest: int | None
    parallel_limit: int
    hours: tuple[tuple[int, time, time], ...]
    texts: dict[str, dict[str, str]] = field(hash=False)
    practice: bool = False


_OTHER_HELP_FI = (
    "Jos sinä olet hengenvaarassa tai joku toinen on hengenvaarassa, soita 112.\n\n"
    "Kriisipuhelin 09 2525 0111 vastaa joka päivä ympäri vuorokauden. Puhelun saa aloittaa vaikka vain sanomalla, "
    "että ei tiedä mistä aloittaa."
)
_OTHER_HELP_SV = (
    "Om ditt eller någon annans liv är i fara, ring 112.\n\n"
    "Kristelefonen på svenska har numret 09 2525 0112. På finska svarar 09 2525 0111 dygnet runt, alla dagar. "
    "Du kan börja med att säga att du inte vet var du ska börja."
)
_OTHER_HELP_EN = (
    "If your life or someone else's is in danger, call 112.\n\n"
    "The crisis line in Finnish, 09 2525 0111, answers day and night. The crisis line in English is 09 2525 0116; "
    "it has shorter hours. You can begin by saying that you do not know where to begin."
)

SEKASIN: Final = Plan(
    slug="sekasin",
    youngest=12,
    oldest=29,
    parallel_limit=2,
    hours=(
        *((day, time(9), MIDNIGHT) for day in range(5)),
        *((day, time(15), MIDNIGHT) for day in (5, 6)),
    ),
    texts={
        "fi": {
            "name": "Sekasin",
            "summary": "Chat 12–29-vuotiaille. Mistä tahansa asiasta, joka painaa mieltä.",
            "about": (
                "Täällä voit jutella kahdestaan ihmisen kanssa, joka kuuntelee. Asian ei tarvitse olla iso, eikä sinun "
                "tarvitse osata selittää sitä hyvin.\n\n"
                "Juttelu on maksutonta. Et kirjaudu etkä kerro nimeäsi."
            ),
            "who_answers": (
                "Sinulle vastaa koulutettu vapaaehtoinen tai kriisityöntekijä. Näet keskustelun alussa, kumpi hän on. "
                "Vastaaja on ihminen, ei ohjelma."
            ),
            "rules": (
                "Kirjoita omin sanoin ja omaan tahtiin.\n\n"
                "Älä kerro nimeä, osoitetta tai muuta, mistä sinut tai joku toinen voidaan tunnistaa. Vastaajakin on "
                "paikalla ihmisenä, joten pidetään keskustelu ystävällisenä.\n\n"
                "Jutellaan kerralla enintään noin kolme varttia. Voit lopettaa milloin haluat."
            ),
            "confidentiality": (
                "Emme tiedä, kuka olet. Vastaaja ei kerro puheistasi eteenpäin.\n\n"
                "Jos kerrot, että jonkun henki on vaarassa, tai että alle 18-vuotiasta vahingoitetaan, mietimme "
                "yhdessä, miten apua saadaan. Silloin vastaaja voi joutua kysymään lisää."
            ),
            "other_help": _OTHER_HELP_FI,
        },
        "sv": {
            "name": "Sekasin",
            "summary": "Chatt för dig som är 12–29 år. Om allt som känns tungt.",
            "about": (
                "Här kan du chatta på tu man hand med en människa som lyssnar. Det behöver inte vara något stort, och "
                "du behöver inte kunna förklara det väl.\n\n"
                "Det är gratis. Du loggar inte in och berättar inte vad du heter."
            ),
            "who_answers": (
                "En utbildad volontär eller en krisarbetare svarar. När samtalet börjar ser du vilketdera. "
                "Den som svarar är en människa, inte ett program."
            ),
            "rules": (
                "Skriv med egna ord och i egen takt.\n\n"
                "Berätta inte namn, adress eller annat som kan avslöja vem du eller någon annan är. Den som svarar är "
                "också en människa, så låt oss vara vänliga.\n\n"
                "Ett samtal är högst ungefär tre kvart. Du kan sluta när du vill."
            ),
            "confidentiality": (
                "Vi vet inte vem du är. Den som svarar för inte vidare vad du säger.\n\n"
                "Om du berättar att någons liv är i fara, eller att någon under 18 år far illa, funderar vi "
                "tillsammans på hur hjälpen kan nå fram. Då kan den som svarar behöva fråga mer."
            ),
            "other_help": _OTHER_HELP_SV,
        },
        "en": {
            "name": "Sekasin",
            "summary": "A chat for ages 12–29. About anything that weighs on you.",
            "about": (
                "Here you can talk one to one with a person who listens. It does not have to be something big, and you "
                "do not have to explain it well.\n\n"
                "It costs nothing. You do not sign in or give your name."
            ),
            "who_answers": (
                "A trained volunteer or a crisis worker answers you. You see which of the two when the conversation "
                "begins. The answerer is a person, not a program. Most of them answer in Finnish."
            ),
            "rules": (
                "Write in your own words and at your own pace.\n\n"
                "Do not tell a name, an address or anything else that shows who you or someone else is. The answerer "
                "is a person too, so let us be kind.\n\n"
                "One conversation lasts about 45 minutes at most. You can stop whenever you like."
            ),
            "confidentiality": (
                "We do not know who you are. The answerer does not pass on what you say.\n\n"
                "If you tell that someone's life is in danger, or that someone under 18 is being harmed, we think "
                "together how help can be reached. The answerer may then need to ask more."
            ),
            "other_help": _OTHER_HELP_EN,
        },
    },
)

SOLMUSSA: Final = Plan(
    slug="solmussa",
    youngest=18,
    oldest=None,
    parallel_limit=1,
    hours=ALWAYS,
    texts={
        "fi": {
            "name": "Solmussa",
            "summary": "Chat aikuisille, kun elämä on solmussa.",
            "about": (
                "Täällä voit kirjoittaa kahdestaan ihmisen kanssa, kun jokin painaa: ahdistus, ero, yksinäisyys, "
                "menetys tai asia, jolle ei ole nimeä.\n\n"
                "Keskustelu on kertaluonteinen ja maksuton. Et kirjaudu etkä kerro nimeäsi."
            ),
            "who_answers": (
                "Sinulle vastaa koulutettu vapaaehtoinen tai kriisityöntekijä. Näet keskustelun alussa, kumpi hän on. "
                "Vastaaja on ihminen, ei ohjelma."
            ),
            "rules": (
                "Kirjoita sen verran kuin haluat. Voit lopettaa milloin vain.\n\n"
                "Älä kerro nimiä, osoitteita tai muuta, mistä sinut tai joku toinen voidaan tunnistaa. Vastaajalla on "
                "oikeus lopettaa keskustelu, jos häntä loukataan.\n\n"
                "Keskustelu kestää enintään noin 45 minuuttia."
            ),
            "confidentiality": (
                "Emme tiedä, kuka olet. Vastaajalla on vaitiolovelvollisuus.\n\n"
                "Jos kerrot, että jonkun henki on vaarassa, tai että lasta vahingoitetaan, mietimme yhdessä, miten "
                "apua saadaan."
            ),
            "other_help": _OTHER_HELP_FI,
        },
        "sv": {
            "name": "Solmussa",
            "summary": "Chatt för vuxna, när livet har trasslat till sig.",
            "about": (
                "Här kan du skriva på tu man hand med en människa när något tynger: ångest, en separation, ensamhet, "
                "en förlust eller något som saknar namn.\n\n"
                "Det är ett enstaka samtal och det är gratis. Du loggar inte in och berättar inte vad du heter."
            ),
            "who_answers": (
                "En utbildad volontär eller en krisarbetare svarar. När samtalet börjar ser du vilketdera. "
                "Den som svarar är en människa, inte ett program."
            ),
            "rules": (
                "Skriv så mycket du vill. Du kan sluta när som helst.\n\n"
                "Berätta inte namn, adresser eller annat som kan avslöja vem du eller någon annan är. Den som svarar "
                "får avsluta samtalet om hen blir kränkt.\n\n"
                "Samtalet är högst ungefär 45 minuter."
            ),
            "confidentiality": (
                "Vi vet inte vem du är. Den som svarar har tystnadsplikt.\n\n"
                "Om du berättar att någons liv är i fara, eller att ett barn far illa, funderar vi tillsammans på hur "
                "hjälpen kan nå fram."
            ),
            "other_help": _OTHER_HELP_SV,
        },
        "en": {
            "name": "Solmussa",
            "summary": "A chat for adults, when life has tied itself in knots.",
            "about": (
                "Here you can write one to one with a person when something weighs on you: anxiety, a separation, "
                "loneliness, a loss, or something that has no name.\n\n"
                "It is a single conversation and costs nothing. You do not sign in or give your name."
            ),
            "who_answers": (
                "A trained volunteer or a crisis worker answers you. You see which of the two when the conversation "
                "begins. The answerer is a person, not a program. Most of them answer in Finnish."
            ),
            "rules": (
                "Write as much as you like. You can stop at any time.\n\n"
                "Do not tell names, addresses or anything else that shows who you or someone else is. The answerer may "
                "end the conversation if insulted.\n\n"
                "The conversation lasts about 45 minutes at most."
            ),
            "confidentiality": (
                "We do not know who you are. The answerer is bound to secrecy.\n\n"
                "If you tell that someone's life is in danger, or that a child is being harmed, we think together how "
                "help can be reached."
            ),
            "other_help": _OTHER_HELP_EN,
        },
    },
)

PRACTICE: Final = Plan(
    slug="harjoitus",
    youngest=12,
    oldest=None,
    parallel_limit=2,
    hours=ALWAYS,
    practice=True,
    texts={
        "fi": {
            "name": "Harjoitus",
            "summary": "Harjoittelua käsikirjoitettujen kävijöiden kanssa.",
            "about": "Kävijöiden sanat on kirjoitettu etukäteen. Täällä ei ole oikeita avunhakijoita.",
            "who_answers": "Harjoittelija.",
            "rules": "Vastaa kuin oikealla linjalla.",
            "confidentiality": "Kouluttaja lukee harjoituksen ja kommentoi sitä.",
        },
        "sv": {
            "name": "Övning",
            "summary": "Övning med besökare vars ord är skrivna på förhand.",
            "about": "Besökarnas ord är skrivna på förhand. Här finns inga riktiga hjälpsökande.",
            "who_answers": "Den som övar.",
            "rules": "Svara som på en riktig linje.",
            "confidentiality": "En utbildare läser övningen och kommenterar den.",
        },
        "en": {
            "name": "Practice",
            "summary": "Practice with visitors whose words are written beforehand.",
            "about": "What the visitors say is written beforehand. There are no real help-seekers here.",
            "who_answers": "Whoever practises.",
            "rules": "Answer as on a real line.",
            "confidentiality": "A trainer reads the practice and comments on it.",
        },
    },
)

PLANS: Final = (SEKASIN, SOLMUSSA, PRACTICE)

# A world needs its lines open for this long around its moment: people have waited for hours, and more will come.
_BEFORE, _AFTER, _STEP = timedelta(hours=4), timedelta(hours=4), timedelta(minutes=30)


@transaction.atomic
def open_line(plan: Plan, *, centre: Centre, moment: datetime, now: datetime) -> Line:
    """Add a line with its texts and hours.

    When its own table would have it closed near ``moment``, it is open day and night instead: whoever looks at a demo,
    at whatever hour, finds a line that works.
    """
    line = Line.objects.create(
        slug=plan.slug,
        channel=Line.Channel.CHAT,
        centre=centre,
        youngest=plan.youngest,
        oldest=plan.oldest,
        session_minutes=45,
        parallel_limit=plan.parallel_limit,
        retention_hours=30 * 24 if plan.practice else 48,  # a trainer reads a practice later
        practice=plan.practice,
        opens_with_people=False,  # whoever tries the demo has all its parts to play, one after another
    )
    LineText.objects.bulk_create(LineText(line=line, language=code, **text) for code, text in plan.texts.items())
    if not plan.practice:
        ask_before_the_chat(line)
    _set_hours(line, plan.hours)
    if not _is_open_around(line, moment):
        line.opening_hours.all().delete()
        _set_hours(line, ALWAYS)
    audit.record(code="demo.line_opened", actor="console", subject=f"line:{line.slug}", now=now, centre=str(centre.pk))
    return line


def _set_hours(line: Line, hours: tuple[tuple[int, time, time], ...]) -> None:
    OpeningHours.objects.bulk_create(
        OpeningHours(line=line, weekday=day, opens=opens, closes=closes) for day, opens, closes in hours
    )


def _is_open_around(line: Line, moment: datetime) -> bool:
    table = timetable_of(line)
    steps = int((_BEFORE + _AFTER) / _STEP)
    return all(state_at(table, moment - _BEFORE + number * _STEP).is_open for number in range(steps + 1))
