"""What the made-up help-seekers of the demo write: plain, gentle worries, and thanks at the end.

No story tells of danger to life: a demo is shown to people who may carry such things themselves.
"""

from __future__ import annotations

from typing import Final

Story = tuple[str, ...]

YOUNG: Final[tuple[Story, ...]] = (
    (
        "moi",
        "en oikein tiedä mistä alottaisin. koulussa on vaan ollu tosi raskasta",
        "kaikilla muilla tuntuu olevan joku porukka ja mä oon aina vähän siinä vieressä",
        "välillä meen vessaan syömään eväät ettei kukaan nää et oon yksin",
        "en oo kertonu kellekään. en haluu että äiti huolestuu",
        "ehkä mä voisin jutella kuraattorille. sä sait sen kuulostamaan vähän helpommalta",
        "kiitos kun kuuntelit, tuli vähän kevyempi olo",
    ),
    (
        "Hei, onko siellä joku?",
        "Mulla on kokeita koko ensi viikko ja oon ihan jumissa. Avaan kirjan ja suljen sen.",
        "Nukun ehkä neljä tuntia yössä. Pyörittelen samoja asioita.",
        "Pelkään, että petyn itseeni. Tai että muut pettyy.",
        "Joo, viime viikolla kävin kaverin kanssa uimassa ja silloin oli hetken hiljaista päässä.",
        "Voisin koittaa sitä, että puhelin jää keittiöön yöksi.",
        "Kiitos sulle. Tää auttoi.",
    ),
    (
        "moikka 🙂",
        "me erottiin mun poikaystävän kanssa ja oon vaan itkeny kolme päivää",
        "kaikki sanoo että menee ohi mut ei se nyt mee",
        "nään sen joka päivä käytävällä",
        "kiva kun joku ei heti sano että pitää unohtaa",
        "taidan pyytää siskoo hakemaan mut perjantaina",
        "kiitti tosi paljon 💛",
    ),
    (
        "hei. saako täällä puhua vaikka ei oo mitään isoa",
        "mä muutin opiskelemaan toiselle paikkakunnalle enkä tunne täältä ketään",
        "illat on pahimpia. kuuntelen naapurin ääniä seinän läpi",
        "kotona luullaan että mulla menee hyvin kun laitan aina hymiön",
        "en oo ajatellu että muillakin voi olla sama olo siinä samassa talossa",
        "käyn ehkä siellä peli-illassa. vaikka vaan katsomassa",
        "kiitos, oli hyvä kirjottaa tää jollekin",
    ),
)

ADULTS: Final[tuple[Story, ...]] = (
    (
        "Hei. En ole ennen kirjoittanut tällaiseen.",
        "Jäin työttömäksi keväällä, ja päivät ovat alkaneet sulaa toisiinsa.",
        "Vaimolle sanon, että haen paikkoja. Oikeasti istun autossa rannassa.",
        "Häpeän sitä eniten. Että en osaa sanoa ääneen, miltä tuntuu.",
        "Ehkä voisin näyttää hänelle tämän keskustelun. Tai sanoa saman omin sanoin.",
        "Huomenna on hyvä päivä aloittaa siitä.",
        "Kiitos ajastasi. Tämä merkitsi paljon.",
    ),
    (
        "Hyvää iltaa",
        "Äitini kuoli syyskuussa. Luulin, että olisin jo kunnossa.",
        "Löysin tänään hänen reseptivihkonsa, ja sen jälkeen en ole saanut mitään tehtyä.",
        "Hänen käsialansa on niin hänen näköisensä. Pyöreitä kirjaimia, jauhoja sivuilla.",
        "Ajattelin, että voisin leipoa hänen pullansa lauantaina.",
        "Kiitos, kun annoit tilaa. Taidan nyt osata nukkua.",
    ),
    (
        "Moi. Olen uupunut pienten lasten kanssa, enkä kehtaa sanoa sitä kenellekään.",
        "Rakastan heitä. Silti käyn suihkussa vain ollakseni hetken yksin.",
        "Mieheni on töissä reissussa joka toisen viikon.",
        "Neuvolassa kysyttiin, miten jaksan, ja vastasin että hyvin.",
        "Ensi kerralla voisin vastata toisin.",
        "Kiitos. Oli helpottavaa, ettei tarvinnut selitellä.",
    ),
)

IN_SWEDISH: Final[Story] = (
    "Hej",
    "Jag har känt mig ensam sedan jag bytte skola",
    "Det är som om alla redan hade sina platser",
    "Nej, jag har inte sagt det till någon hemma",
    "Kanske jag kan börja med min storebror",
    "Tack för att du lyssnade",
)

IN_ENGLISH: Final[Story] = (
    "Hi, I hope it is fine to write in English",
    "I moved here for work and I have not really spoken with anybody for weeks",
    "At work everybody is polite and then goes home",
    "I miss the noise of my family's kitchen",
    "There is a choir at the library. I have walked past it three times",
    "Thank you. I think I will go in next time",
)

# Texts that must stay text, and must not break the page, wherever a conversation is shown.
AWKWARD: Final[Story] = (
    "<b>lihavoitu</b> & \"lainaus\" 'heittomerkki' <script>alert(1)</script> {{ 7*7 }}",
    "مرحبا، لا أعرف من أين أبدأ. 12:30?",
    "😔👩‍👩‍👧 ehkä näin sen sanoo paremmin 🌧️➡️🌤️",
    "pitkäsanailmanyhtäänväliä" * 8,
    "ensimmäinen rivi\n\nkolmas rivi, välissä tyhjä",
)


def story_of(number: int, *, language: str, slug: str) -> Story:
    """The story of the help-seeker with this number: always the same one."""
    match language:
        case "sv":
            return IN_SWEDISH
        case "en":
            return IN_ENGLISH
    stories = YOUNG if slug == "sekasin" else ADULTS
    return stories[number % len(stories)]


# What the volunteers who are already talking have said: a greeting, then one line after each line of the help-seeker.
ANSWERS: Final[dict[str, Story]] = {
    "fi": (
        "Hei, kiva että kirjoitit. Olen tässä ja luen rauhassa.",
        "Kuulostaa raskaalta. Miltä se tuntuu juuri nyt?",
        "Kiitos, että kerrot. Ei tarvitse osata sanoa sitä hienosti.",
        "Onko sinulla ollut ketään, jolle olisit voinut puhua tästä?",
        "Kuulen sinua. Otetaan ihan rauhassa.",
    ),
    "sv": (
        "Hej, fint att du skriver. Jag är här och läser i lugn och ro.",
        "Det låter tungt. Hur känns det just nu?",
        "Tack för att du berättar. Du behöver inte säga det på något särskilt sätt.",
    ),
    "en": (
        "Hello, good that you wrote. I am here, take your time.",
        "That sounds heavy. How is it right now?",
        "Thank you for telling me. You do not need to find perfect words.",
    ),
}


def answer_to(number: int, *, language: str) -> str:
    """The answer to the help-seeker's line with this number, from 0. The greeting comes once."""
    greeting, *others = ANSWERS[language]
    return greeting if number == 0 else others[(number - 1) % len(others)]
