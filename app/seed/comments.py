"""What people say of the draft on parking and of ideas: comments, replies, one hidden and appealed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries
from amendments.models import Act
from amendments.queries.discussed import find_amendments, find_units
from discussions import service
from discussions.models import Comment
from discussions.queries import Subject
from discussions.states import Ground
from proposals.models import Idea
from proposals.queries.discussed import find_ideas

HOUR = timedelta(hours=1)
ON_AMENDMENT = (
    "Lucrez la spital, în ture. **Fără abonament de noapte** nu am unde să las mașina.",
    "De acord cu propunerea, dar banii aceștia trebuie luați de undeva. De unde?",
    "Pe strada noastră sunt 40 de locuri și 120 de mașini. Nu tariful este problema.",
)
REPLY = "Din amenzile pentru parcarea pe trotuar: anul trecut au fost 1,2 milioane de lei."
BY_COUNCILLOR = "Am cerut Direcției Financiare calculul pe ultimii trei ani. Îl publicăm aici, la acte."
ON_UNIT = "Aici lipsesc motocicletele. Plătesc sau nu?"
INSULT = "Cine a scris asta e un incapabil și un hoț, ca tot neamul lui."
WHY_HIDDEN = "Comentariul atacă o persoană, nu textul. Ce credeți despre tarif puteți scrie din nou, oricând."
APPEAL = "M-am enervat, dar cred că am dreptate: cine a scris proiectul nu a parcat niciodată aici."


async def seed_comments(
    session: AsyncSession,
    act: Act,
    people: list[Actor],
    councillor: Actor,
    moderator: Actor,
    *,
    first: datetime,
) -> None:
    """On the first amendment and on the part of the text that it changes."""
    row = (await queries.list_amendments(session, act.id))[0]
    subject = (await find_amendments(session, None, [str(row.id)]))[str(row.id)]
    said = [
        await _say(session, person, subject, body, at=first + place * HOUR)
        for place, (person, body) in enumerate(zip(people, ON_AMENDMENT, strict=False))
    ]
    await _say(session, people[3], subject, REPLY, to=said[1], at=first + 4 * HOUR)
    await _say(session, councillor, subject, BY_COUNCILLOR, to=said[1], at=first + 20 * HOUR)
    for place, comment in enumerate(said):
        for fan in people[place + 3 :]:
            await service.support_comment(session, fan, comment.id, wanted=True, now=first + 21 * HOUR)
    rude = await _say(session, people[4], subject, INSULT, at=first + 22 * HOUR)
    await service.report_comment(session, people[0], rude.id, Ground.INSULT, "", now=first + 23 * HOUR)
    await service.hide_comment(session, moderator, rude.id, Ground.INSULT, WHY_HIDDEN, now=first + 24 * HOUR)
    await service.appeal(session, people[4], rude.id, APPEAL, now=first + 25 * HOUR)
    await service.report_comment(
        session, people[0], said[2].id, Ground.OFF_TOPIC, "Nu este despre tarif.", now=first + 26 * HOUR
    )
    await _seed_on_text(session, act, people, first=first + 5 * HOUR)


async def _seed_on_text(session: AsyncSession, act: Act, people: list[Actor], *, first: datetime) -> None:
    text = queries.read_version(await queries.last_version(session, act.id))
    article = next(unit for unit in text.units if unit.type == "article")
    key = f"{act.id}:{article.id}"
    subject = (await find_units(session, None, [key]))[key]
    await _say(session, people[1], subject, ON_UNIT, at=first)
    gone = await _say(session, people[2], subject, "Am citit greșit, mă retrag.", at=first + HOUR)
    await service.withdraw_comment(session, people[2], gone.id)


async def _say(
    session: AsyncSession,
    person: Actor,
    subject: Subject,
    body: str,
    *,
    to: Comment | None = None,
    at: datetime,
) -> Comment:
    return await service.write_comment(
        session, person, subject, body, parent_id=to.id if to else None, now=at
    )


# ── on ideas ──────────────────────────────────────────────────────────────────
ON_IDEAS = (
    (
        "Semnez cu două mâini. Am copii de patru și șapte ani și ocolim zilnic două străzi.",
        "Și eu. Dar să nu rămânem fără locurile de parcare de lângă școală.",
    ),
    (
        "Știe cineva dacă terenul este al primăriei? Din câte îmi amintesc, o parte este retrocedată.",
        "Am verificat pe portalul ANCPI: parcela este a sectorului.",
    ),
    ("Bună idee, dar cine îngrijește după ce se termină banii proiectului?", ""),
)


async def seed_idea_comments(
    session: AsyncSession, ideas: Sequence[Idea], people: Sequence[Actor], *, first: datetime
) -> None:
    """Some of the cycle's newest ideas are argued about."""
    subjects = await find_ideas(session, None, [str(idea.id) for idea in ideas])
    for place, (idea, (question, answer)) in enumerate(zip(ideas, ON_IDEAS, strict=False)):
        subject = subjects[str(idea.id)]
        others = [one for one in people if one.id != idea.author_id]
        asked = await _say(session, others[place], subject, question, at=first + place * HOUR)
        await service.support_comment(
            session, others[place + 1], asked.id, wanted=True, now=first + (place + 2) * HOUR
        )
        if answer:
            await _say(session, others[place + 2], subject, answer, to=asked, at=first + (place + 4) * HOUR)
