"""Ideas of the demonstration: written, sent, supported and judged through the services of the site."""

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.clock import local_date
from app.kit.images import StoredPhoto, store_photo
from app.kit.storage import Storage
from app.seed.content import ANSWER_ABOUT_DOGS, PINS, WISHES, WORKS, Wish, Work
from app.seed.pictures import draw_street
from cycles.models import Cycle
from cycles.queries import list_areas
from proposals import service
from proposals.models import Idea, PreparedVerdict
from proposals.queries import list_departments
from proposals.rules.costing import Costing, Line
from proposals.service import Ruling
from proposals.states import Channel, VerdictKind

DAY = timedelta(days=1)
# Whose ideas can be tried as somebody of the demonstration: Elena's first, Ana's second.
_OWNERS = {"asked": 0, "draft": 0, "answered": 1, "forwarded": 0}
DEPARTMENTS = (
    ("Direcția Spații Verzi", "Parks and Gardens", "spatii.verzi@exemplu.ro"),
    ("Direcția Drumuri și Iluminat", "Streets and Lighting", "drumuri@exemplu.ro"),
)
# What the second department is asked about the wishes of these fates, and what it answers, if it has.
ASKED = {
    "answered": ("Trec cabluri sau conducte pe sub spațiul verde? La ce adâncime?", ""),
    "rejected:R03": (
        "Este prevăzută aici vreo lucrare la carosabil în următorii doi ani?",
        "Da: strada este în programul de reabilitare, cu licitația în curs. Nu recomandăm alte lucrări.",
    ),
}
ACCEPTED = "Ideea este de competența sectorului, terenul este public, iar lucrarea se poate face într-un an."


async def send(
    session: AsyncSession,
    author: Actor,
    cycle: Cycle,
    wish: Work | Wish,
    *,
    lei: int,
    now: datetime,
    picture: StoredPhoto | None = None,
) -> Idea:
    """Write a draft and send it."""
    areas = {area.code: area.id for area in await list_areas(session, cycle.id)}
    draft = await service.create_draft(session, author, cycle_id=cycle.id, now=now)
    fields: dict[str, object] = {
        "title": wish.title,
        "body": wish.body,
        "area_id": areas[wish.area],
        "location": wish.place,
        "estimate_bani": lei * 100,
    }
    if wish.place in PINS:
        fields["latitude"], fields["longitude"] = PINS[wish.place]
    idea = await service.save_draft(session, author, draft.id, fields, now=now)
    if picture is not None:
        await service.add_photo(session, author, idea.id, picture, alt=f"Desen: {wish.place}", now=now)
    if isinstance(wish, Wish) and wish.fate == "draft":
        return idea
    return await service.submit_idea(session, author, idea.id, now=now + timedelta(minutes=20))


async def support(
    session: AsyncSession, lot: random.Random, idea: Idea, crowd: Sequence[Actor], *, now: datetime
) -> None:
    """Let some of the crowd stand beside an idea."""
    for actor in lot.sample(list(crowd), lot.randrange(3, 45)):
        if actor.id != idea.author_id:
            await service.support_idea(session, actor, idea.id, now=now)


async def seed_works(
    session: AsyncSession,
    lot: random.Random,
    cycle: Cycle,
    crowd: Sequence[Actor],
    reviewers: Sequence[Actor],
    *,
    sent: datetime,
    judged: datetime,
) -> None:
    """Ideas that were accepted with a costing and so became the projects of the contest."""
    for number, work in enumerate(WORKS):
        author, reviewer = crowd[number], reviewers[number % len(reviewers)]
        at = sent + number * timedelta(hours=19)
        lei = sum(count * price for _, count, _, price in work.lines)
        idea = await send(session, author, cycle, work, lei=lei * 4 // 5, now=at)
        await support(session, lot, idea, crowd, now=at + DAY)
        await service.assign_idea(session, reviewer, idea.id, to=reviewer.id, now=at + 3 * DAY)
    ideas = await list_sent(session, cycle)
    for number, (idea, work) in enumerate(zip(ideas, WORKS, strict=True)):
        reviewer = reviewers[number % len(reviewers)]
        at = judged + number * timedelta(hours=5)
        ruling = Ruling(kind=VerdictKind.ACCEPTED, text=ACCEPTED, costing=_costing(work))
        given = await service.judge_idea(session, reviewer, idea.id, ruling, now=at)
        if isinstance(given, PreparedVerdict):  # it costs more than one reviewer may accept alone
            colleague = reviewers[(number + 1) % len(reviewers)]
            await service.confirm_prepared(session, colleague, given.id, now=at + timedelta(hours=3))


async def list_sent(session: AsyncSession, cycle: Cycle) -> list[Idea]:
    """The cycle's sent ideas in the order in which they came."""
    query = select(Idea).where(Idea.cycle_id == cycle.id, Idea.number.is_not(None)).order_by(Idea.number)
    return list((await session.execute(query)).scalars())


def _costing(work: Work) -> Costing:
    lines = tuple(
        Line(
            description=what,
            quantity_milli=count * 1000,
            unit=unit,
            unit_price_bani=price * 100,
            vat_percent=21,
            source="lista de prețuri a contractului-cadru 31/2025",
        )
        for what, count, unit, price in work.lines
    )
    return Costing(lines=lines, margin_percent=5, yearly_bani=lines[0].net_bani // 50)


async def draw_photo(storage: Storage, number: int) -> StoredPhoto:
    """A drawing, encoded and stored as an uploaded photo is."""
    return await store_photo(storage, draw_street(number))


async def seed_departments(
    session: AsyncSession, admin: Actor, reviewers: Sequence[Actor], *, now: datetime
) -> None:
    """Two departments, each with one of the reviewers as its head."""
    for (name, name_en, email), head in zip(DEPARTMENTS, reviewers, strict=True):
        made = await service.add_department(session, admin, name=name, name_en=name_en, email=email, now=now)
        await service.set_member(session, admin, made.id, head.id, place="head", now=now)


async def seed_wishes(
    session: AsyncSession,
    storage: Storage,
    lot: random.Random,
    cycle: Cycle,
    authors: Sequence[Actor],
    crowd: Sequence[Actor],
    reviewers: Sequence[Actor],
    *,
    first: datetime,
    step: timedelta,
) -> None:
    """Ideas of the cycle that is collecting them, each brought as far as its `fate` says."""
    for number, wish in enumerate(WISHES):
        owner = _OWNERS.get(wish.fate.partition(":")[0], 2 + number % (len(authors) - 2)) if number else 0
        author = authors[owner]
        at = first + number * step
        picture = await draw_photo(storage, number) if number % 3 == 2 else None
        idea = await send(session, author, cycle, wish, lei=wish.lei, now=at, picture=picture)
        if wish.fate != "draft":
            await support(session, lot, idea, crowd, now=at + timedelta(hours=5))
    for idea, wish in zip(await list_sent(session, cycle), _sent(), strict=True):
        reviewer = reviewers[0] if wish.fate != "answered" else reviewers[-1]
        await _take(session, idea, wish, reviewer, reviewers, now=first + 17 * step)
        await _judge(session, idea, wish, reviewer, authors, now=first + 17 * step)


async def seed_taken_in(session: AsyncSession, official: Actor, reviewer: Actor, *, now: datetime) -> None:
    """An idea that came on paper and that nobody has claimed yet; its author, who left no e-mail address, is
    asked something, and is still to be told.
    """
    sender = service.Sender(
        channel=Channel.PAPER,
        received_on=local_date(now - DAY),
        name="Maria Stoica",
        is_named=True,
        phone="0721 000 000",
        address="Strada Petre Ispirescu 12",
    )
    fields = {
        "title": "Bănci cu spătar pe drumul spre policlinică",
        "body": "Merg la policlinică pe jos și nu am unde să mă așez. Vă rog să puneți bănci cu spătar și cu "
        "brațe, la fiecare două sute de metri, mai ales la umbră.",
        "location": "Strada Petre Ispirescu, de la nr. 10 la policlinică",
        "lang": "ro",
    }
    form_id = uuid.uuid5(uuid.NAMESPACE_URL, fields["title"])
    idea, _ = await service.take_in(session, official, sender, fields, form_id=form_id, now=now)
    await service.assign_idea(session, reviewer, idea.id, to=reviewer.id, now=now)
    question = "Pe care parte a străzii vă ajută mai mult băncile: pe cea cu policlinica sau pe cealaltă?"
    await service.ask_author(session, reviewer, idea.id, question=question, now=now)


def _sent() -> list[Wish]:
    return [wish for wish in WISHES if wish.fate != "draft"]


async def _take(
    session: AsyncSession, idea: Idea, wish: Wish, reviewer: Actor, heads: Sequence[Actor], *, now: datetime
) -> None:
    """Give the idea to a reviewer; the first department's head asks the second department about some."""
    if wish.fate == "sent":
        return
    owner, other = await list_departments(session)
    if owner.name != DEPARTMENTS[0][0]:
        owner, other = other, owner
    await service.assign_ideas(session, reviewer, [idea.id], to=reviewer.id, department_id=owner.id, now=now)
    if wish.fate not in ASKED:
        return
    question, answer = ASKED[wish.fate]
    asker, adviser = heads
    advice = await service.ask_advice(
        session, asker, idea.id, department_ids=[other.id], question=question, term_days=10, now=now
    )
    if answer:
        await service.answer_advice(session, adviser, advice[0].id, text=answer, seen=0, now=now)


async def _judge(
    session: AsyncSession, idea: Idea, wish: Wish, reviewer: Actor, authors: Sequence[Actor], *, now: datetime
) -> None:
    if wish.fate in ("asked", "answered"):
        await service.ask_author(session, reviewer, idea.id, question=wish.note, now=now)
    if wish.fate == "answered":
        author = next(actor for actor in authors if actor.id == idea.author_id)
        await service.answer_question(session, author, idea.id, answer=ANSWER_ABOUT_DOGS, now=now + DAY)
    if (ruling := _rule(idea, wish)) is not None:
        verdict = await service.judge_idea(session, reviewer, idea.id, ruling, now=now)
        if wish.contest:
            author = next(actor for actor in authors if actor.id == idea.author_id)
            at = now + timedelta(hours=7)
            await service.contest_verdict(
                session, author, idea.id, verdict_id=verdict.id, text=wish.contest, now=at
            )


def _rule(idea: Idea, wish: Wish) -> Ruling | None:
    """What the department decides on a wish, if it has decided."""
    kind, _, more = wish.fate.partition(":")
    if kind == "rejected":
        return Ruling(kind=VerdictKind.REJECTED, text=wish.note, reason_code=more)
    if kind == "forwarded":
        return Ruling(kind=VerdictKind.FORWARDED, text=wish.note, authority=more, reference="4471")
    if kind not in ("accepted", "changed"):
        return None
    price = wish.lei * 100
    line = Line(
        description=wish.title,
        quantity_milli=1000,
        unit="set",
        unit_price_bani=price,
        vat_percent=21,
        source="trei oferte, cea mai mică",
    )
    costing = Costing(lines=(line,), margin_percent=5, yearly_bani=wish.lei * 2)
    if kind == "accepted":
        return Ruling(kind=VerdictKind.ACCEPTED, text=ACCEPTED, costing=costing)
    return Ruling(
        kind=VerdictKind.CHANGED,
        text=ACCEPTED,
        costing=costing,
        title=idea.title,
        body=f"{idea.body}\n\n{wish.note}",
        changes=wish.note,
    )
