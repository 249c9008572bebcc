"""What was said after the consultations of the demonstration: minutes in time, late, corrected and missing;
photographs, opinions, the streets of the town.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.images import store_photo
from app.kit.storage import Storage
from app.seed.pictures import draw_street
from consultations import service
from consultations.models import Consultation
from consultations.queries import list_expected
from consultations.queries.minutes import list_held
from consultations.rules.minutes import MinutesText, MinutesTopic
from consultations.service import Answers

DAY = timedelta(days=1)
TEAM = "Adrian Stănculescu, primar\nIrina Marin, Direcția Drumuri și Iluminat"
CORRECTED = "Numărul de becuri schimbate era greșit: sunt 62, nu 26."
SAID = (
    MinutesText(
        attendance=74,
        officials=TEAM,
        topics=(
            MinutesTopic(
                title="Iluminatul din jurul școlii",
                said="Părinții spun că aleea dintre școală și stația de tramvai este în beznă din octombrie.",
                answers="Se schimbă **26 de becuri** până la sfârșitul lunii.",
            ),
            MinutesTopic(
                title="Câini fără stăpân",
                said="Trei locatari cer patrulare seara. Alții cer întâi sterilizare.",
                answers="Direcția pentru animale vine la consultarea următoare.",
            ),
        ),
        next_steps="Primăria publică lista străzilor cu iluminat defect.",
        recording="https://video.exemplu.ro/consultari/rahova",
        captions="Subtitrări în română, cu butonul CC al playerului.",
    ),
    MinutesText(
        attendance=41,
        officials=TEAM,
        topics=(
            MinutesTopic(
                title="Siguranță pe Calea Ferentari",
                said="S-au cerut camere la trecerile de pietoni și o patrulă după ora 22.",
                answers="Poliția Locală răspunde în scris; răspunsul va fi publicat aici.",
            ),
        ),
    ),
    MinutesText(
        attendance=120,
        officials=TEAM,
        topics=(
            MinutesTopic(
                title="Anveloparea blocurilor",
                said="Asociațiile întreabă de ce unele scări au fost sărite.",
                answers="Scările sărite nu aveau acordul tuturor. Se reia strângerea acordurilor.",
            ),
        ),
        next_steps="Întâlnire cu președinții de asociație la primărie.",
    ),
)
COMMENTS = {0: "Prea puțin timp pentru întrebări.", 3: "Mulțumim că ați venit la noi."}
STREETS = {
    "rahova": (
        "Str. Munții Carpați",
        "Str. Zețarilor",
        "Calea Rahovei",
        "Str. Sebastian",
        "Str. Petre Ispirescu",
    ),
    "ferentari": ("Calea Ferentari", "Str. Livezilor", "Aleea Iacob Andrei", "Str. Veseliei"),
    "cotroceni": (
        "Bd. Eroilor",
        "Str. Dr. Lister",
        "Str. Carol Davila",
        "Str. Ana Davila",
        "Str. Romniceanu Grigore",
    ),
    "ghencea": ("Bd. Ghencea", "Drumul Sării", "Str. Nazarcea", "Str. Brașov"),
}
PICTURES = (
    "Aleea dintre școală și stația de tramvai, seara",
    "Strada Munții Carpați, cu trotuarul spart la colț",
)


async def seed_afterwards(
    session: AsyncSession, storage: Storage, organizer: Actor, *, now: datetime
) -> None:
    """The first was published in time and corrected, the second late, the third in time, the fourth never."""
    await _seed_streets(session, organizer, now=now)
    held = list(reversed(await list_held(session)))
    await _seed_opinions(session, [one.row for one in held])
    for place, text in enumerate(SAID):
        row = held[place].row
        late = 22 if place == 1 else 6
        await _publish(session, organizer, row, text, now=row.ends_at + late * DAY)
    topics = list(SAID[0].topics)
    better = topics[0].answers.replace("26", "62")
    topics[0] = MinutesTopic(title=topics[0].title, said=topics[0].said, answers=better)
    fixed = MinutesText(
        attendance=SAID[0].attendance,
        officials=TEAM,
        topics=tuple(topics),
        next_steps=SAID[0].next_steps,
        recording=SAID[0].recording,
        captions=SAID[0].captions,
    )
    first = held[0].row
    await _publish(session, organizer, first, fixed, reason=CORRECTED, now=first.ends_at + 12 * DAY)
    await _show(session, storage, organizer, first, PICTURES, now=first.ends_at + DAY)


async def _seed_streets(session: AsyncSession, organizer: Actor, *, now: datetime) -> None:
    """A list of streets, of which consultations were for some."""
    rows = [(street, code) for code, streets in STREETS.items() for street in streets]
    await service.set_streets(session, organizer, rows, now=now)


async def _seed_opinions(session: AsyncSession, held: Sequence[Consultation]) -> None:
    """Those who had a place say how it was: of most consultations enough for a table."""
    for row in held:
        for turn, ticket in enumerate(await list_expected(session, row.id)):
            answers = Answers(
                heard=5 - turn % 2,
                answered=(4, 4, 3)[turn % 3],
                place=4 + turn % 2,
                comment=COMMENTS.get(turn, ""),
            )
            after = row.ends_at + timedelta(hours=20 + turn)
            await service.give_opinion(session, ticket.code, answers, now=after)


async def _publish(
    session: AsyncSession,
    organizer: Actor,
    row: Consultation,
    text: MinutesText,
    *,
    reason: str = "",
    now: datetime,
) -> None:
    seen = 1 if reason else 0
    draft = await service.save_minutes(session, organizer, row.id, text, seen=seen, now=now)
    await service.publish_minutes(
        session, organizer, row.id, seen=draft.revision, reason=reason, now=now + timedelta(hours=1)
    )


async def _show(
    session: AsyncSession,
    storage: Storage,
    organizer: Actor,
    row: Consultation,
    pictures: Sequence[str],
    *,
    now: datetime,
) -> None:
    for number, alt in enumerate(pictures, start=70):
        photo = await store_photo(storage, draw_street(number))
        await service.show_photograph(session, organizer, row.id, photo, alt=alt, now=now)
