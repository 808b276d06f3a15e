"""The demo lines' canned texts, written for the demo: keyword, when it is used, text."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from rinnalla.helpline.actions.canned import Wording, add_canned_text
from rinnalla.helpline.models import CannedText, Line
from rinnalla.people.models import Person

Rows = tuple[tuple[str, str, str], ...]

_OPENING, _USUAL, _DANGER, _CLOSING = (kind.value for kind in CannedText.Kind)

_FI_BOTH: Final[Rows] = (
    ("hei", _OPENING, "Hei, hyvä että kirjoitit. Mikä sai sinut ottamaan yhteyttä juuri tänään?"),
    ("jonotus", _OPENING, "Hei. Jouduit odottamaan pitkään, ja olet silti siinä. Kerro vapaasti, mitä mielessä on."),
    ("rauhassa", _USUAL, "Ei ole kiire. Kirjoita omaan tahtiin, minä olen tässä."),
    (
        "hiljaisuus",
        _USUAL,
        "Huomaan, että tuli hiljaista. Se on ihan hyvä niin. Olen edelleen täällä, kun haluat jatkaa.",
    ),
    ("kerro", _USUAL, "Kertoisitko siitä vähän lisää? Haluan ymmärtää, millaista se on sinulle."),
    ("kuulen", _USUAL, "Kuulostaa todella raskaalta. Ei ihme, että olet väsynyt."),
    (
        "tiedot",
        _USUAL,
        "Emme vaihda yhteystietoja emmekä sovi tapaamisia, kumpikaan meistä. Näin tämä pysyy turvallisena molemmille.",
    ),
    ("itsemurha", _DANGER, "Kysyn tämän suoraan, koska sillä on väliä: onko sinulla ajatuksia, että tappaisit itsesi?"),
    ("juurinyt", _DANGER, "Oletko turvassa juuri nyt? Onko lähelläsi jotain, millä voisit vahingoittaa itseäsi?"),
    (
        "112",
        _DANGER,
        "Nyt on kyse sinun hengestäsi. Soita 112, tai pyydä jotakuta lähelläsi soittamaan. Pysyn tässä sillä aikaa.",
    ),
    (
        "aikaa",
        _CLOSING,
        "Sovittua aikaa on jäljellä noin kymmenen minuuttia. Mikä olisi sinulle tärkeintä ehtiä sanoa vielä?",
    ),
    ("kiitos", _CLOSING, "Kiitos, että kerroit minulle tästä. Mikä voisi kantaa sinut tämän illan yli?"),
)

_SV_BOTH: Final[Rows] = (
    ("hej", _OPENING, "Hej, det är bra att du skrev. Vad fick dig att ta kontakt just i dag?"),
    ("lugnt", _USUAL, "Det är ingen brådska. Skriv i egen takt, jag är här."),
    ("tyst", _USUAL, "Jag märker att det blev tyst. Det är helt i sin ordning. Jag är kvar när du vill fortsätta."),
    (
        "kontakt",
        _USUAL,
        "Vi byter inte kontaktuppgifter och stämmer inte träff, ingen av oss. Så hålls det här tryggt för båda.",
    ),
    ("livet", _DANGER, "Jag frågar rakt ut, för det är viktigt: har du tankar på att ta ditt liv?"),
    ("112", _DANGER, "Nu gäller det ditt liv. Ring 112, eller be någon nära dig ringa. Jag stannar här under tiden."),
    ("tid", _CLOSING, "Vi har ungefär tio minuter kvar av tiden. Vad är viktigast för dig att hinna säga?"),
    ("tack", _CLOSING, "Tack för att du berättade det här för mig. Vad kan hjälpa dig genom kvällen?"),
)

_EN_BOTH: Final[Rows] = (
    ("hello", _OPENING, "Hello, I am glad you wrote. What made you get in touch today?"),
    ("slowly", _USUAL, "There is no hurry. Write at your own pace, I am here."),
    ("quiet", _USUAL, "I notice it went quiet. That is quite all right. I am still here when you want to go on."),
    (
        "contact",
        _USUAL,
        "We do not exchange contact details or agree to meet, neither of us. That keeps this safe for both.",
    ),
    ("suicide", _DANGER, "I ask this directly because it matters: are you thinking of killing yourself?"),
    (
        "112",
        _DANGER,
        "Your life matters most now. Call 112, or ask someone near you to call. I stay here meanwhile.",
    ),
    ("time", _CLOSING, "About ten minutes of our time are left. What matters most for you to say?"),
    ("thanks", _CLOSING, "Thank you for telling me about this. What could carry you through this evening?"),
)

# The young are asked in words of their own.
_FI_OF_LINE: Final[dict[str, dict[str, str]]] = {
    "sekasin": {
        "hei": "Moi, kiva että kirjoitit. Mitä sulle kuuluu, tai mikä painaa?",
        "rauhassa": "Ei oo kiire. Kirjoita ihan omaan tahtiin, mä oon tässä.",
        "kuulen": "Kuulostaa tosi raskaalta. Ei ihme, että oot väsynyt.",
    }
}


def texts_of(slug: str) -> list[Wording]:
    """The canned texts of the demo's line ``slug``."""
    own = _FI_OF_LINE.get(slug, {})
    rows = {
        "fi": tuple((keyword, kind, own.get(keyword, text)) for keyword, kind, text in _FI_BOTH),
        "sv": _SV_BOTH,
        "en": _EN_BOTH,
    }
    return [Wording(code, kind, keyword, text) for code, mine in rows.items() for keyword, kind, text in mine]


def give_canned_texts(line: Line, *, actor: Person, now: datetime) -> None:
    for wording in texts_of(line.slug):
        add_canned_text(line=line, wording=wording, actor=actor, now=now)
