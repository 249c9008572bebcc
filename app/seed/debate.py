"""The public debate of the draft on playgrounds, held, with its minutes; and the one to come on parking."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import service
from amendments.models import Act
from amendments.service import DebateDraft, SpeakerDraft
from app.kit.clock import local_date

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HOW = (
    "Recomandările se depun în scris la intrare, se trimit prin această platformă sau se spun în ședință. "
    "Cele spuse se consemnează în minută și pot fi înregistrate ca amendamente."
)
ATTENDING = (
    "Ștefan Albu, primar\nIrina Toma, responsabil pentru relația cu societatea civilă\nDirecția Parcuri"
)
SPEAKERS = (
    (
        "alin. (1)",
        "",
        "Susține verificarea de două ori pe an și cere ca rezultatul să fie afișat la fiecare loc.",
    ),
    ("art. 2", "Asociația Părinților din Rahova", "Cere umbră: la ora 14, toboganele nu pot fi folosite."),
)
WALKED_IN = SpeakerDraft(name="Gheorghe Manea", about="locul de joacă din Ferentari")
SAID_BY_WALK_IN = "Locul de joacă din strada noastră a fost reparat de trei ori. Cere un gard."
NOTES = "Reprezentantul Direcției Parcuri a răspuns că harta locurilor de joacă va fi publicată în aprilie."


def _draft(starts_at: datetime) -> DebateDraft:
    return DebateDraft(
        starts_at=starts_at,
        place="Sala de ședințe a Consiliului Local, Str. Fabrica de Chibrituri 9–11",
        link="https://www.exemplu.ro/dezbatere",
        capacity=80,
        minutes_each=5,
        register_until=local_date(starts_at - DAY),
        how=HOW,
        attending=ATTENDING,
    )


async def seed_held_debate(
    session: AsyncSession, act: Act, clerk: Actor, people: list[Actor], *, called: datetime
) -> None:
    """Asked for by an association, called, held and written down."""
    await service.request_debate(
        session,
        people[1],
        act.id,
        entity="Asociația Părinților din Rahova",
        kind="association",
        signed_by=f"{people[1].name}, președinte",
        reason="Locurile de joacă îi privesc pe toți părinții; vrem să fim ascultați înainte de vot.",
        now=called - DAY,
    )
    starts_at = called + 8 * DAY + 7 * HOUR
    debate = await service.call_debate(session, clerk, act.id, _draft(starts_at), now=called)
    for person, (about, behalf, _) in zip(people, SPEAKERS, strict=False):
        draft = SpeakerDraft(about=about, on_behalf_of=behalf, is_public=True)
        await service.register_speaker(session, person, debate.id, draft, now=called + HOUR)
    walked = await service.add_walk_in(session, clerk, debate.id, WALKED_IN, now=starts_at)
    said = [*(words for _, _, words in SPEAKERS), SAID_BY_WALK_IN]
    for place, words in enumerate(said, 1):
        await service.save_speaker(session, clerk, debate.id, place, spoke=True, summary=words, revision=0)
    await service.add_recommendation(
        session, clerk, debate.id, speaker=walked.position, body=SAID_BY_WALK_IN, now=starts_at + HOUR
    )
    await service.register_recommendation(session, clerk, debate.id, 1, now=starts_at + HOUR)
    await service.save_minutes(
        session, clerk, debate.id, attendance=34, officials=ATTENDING, notes=NOTES, revision=0
    )
    await service.end_debate(session, clerk, debate.id, now=starts_at + 2 * HOUR)
    await service.publish_minutes(session, clerk, debate.id, now=starts_at + 3 * DAY)
    await service.correct_minutes(
        session,
        clerk,
        debate.id,
        text="Au fost prezente 36 de persoane: două au venit după numărătoare.",
        now=starts_at + 4 * DAY,
    )


async def seed_coming_debate(
    session: AsyncSession, act: Act, clerk: Actor, people: list[Actor], *, called: datetime
) -> None:
    """Called, with some people who want to speak."""
    debate = await service.call_debate(session, clerk, act.id, _draft(called + 9 * DAY), now=called)
    for place, person in enumerate(people[:3]):
        draft = SpeakerDraft(about="tariful pe oră", is_public=place != 1)
        await service.register_speaker(session, person, debate.id, draft, now=called + HOUR)
