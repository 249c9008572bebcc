"""Three draft decisions, with the amendments of residents, associations and businesses; made through the same
services as in real life.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries, service
from amendments.models import Act
from amendments.service import ActDraft, AmendmentDraft, AnswerDraft
from amendments.states import AuthorKind, Outcome
from amendments.text.derive import derive_splices
from amendments.text.labels import cite
from amendments.text.operations import DeleteUnit, InsertUnit, Operation
from amendments.text.reading import read_markdown
from amendments.text.units import NewUnit, Version
from app.kit.clock import local_date
from app.kit.context import Services
from app.kit.days_off import DayOffChange, last_position
from app.kit.deadlines import is_holiday, is_working_day
from app.seed import parking, quiet
from app.seed.debate import seed_held_debate

DAY = timedelta(days=1)
PAPER = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


async def seed_day_off(session: AsyncSession, clerk: Actor, *, now: datetime) -> None:
    """The next working day beside a public holiday is declared off, by an act of the town hall."""
    day = local_date(now) + 2 * DAY
    while not is_working_day(day) or not (is_holiday(day - DAY) or is_holiday(day + DAY)):
        day += DAY
    change = DayOffChange(
        day=day,
        source=f"Dispoziția primarului nr. 318/{local_date(now).year}",
        note="Zi de punte pentru angajații primăriei; programul cu publicul se recuperează sâmbăta.",
    )
    await service.change_days_off(session, clerk, change, seen=await last_position(session), now=now)


async def seed_act(
    session: AsyncSession, services: Services, clerk: Actor, authors: list[Actor], *, announced: datetime
) -> Act:
    """The draft on parking, announced some days ago; a day later the first amendments come in."""
    return await seed_debate(
        session,
        services,
        clerk,
        authors,
        (parking.TITLE, parking.SUMMARY, parking.TEXT),
        parking.PROPOSALS,
        announced=announced,
        days=30,
    )


async def seed_answered(
    session: AsyncSession,
    services: Services,
    clerk: Actor,
    councillor: Actor,
    authors: list[Actor],
    *,
    announced: datetime,
) -> Act:
    """The draft on playgrounds: its proposals are in, and most are answered."""
    act = await seed_debate(
        session,
        services,
        clerk,
        authors,
        (parking.GROUNDS_TITLE, parking.GROUNDS_SUMMARY, parking.GROUNDS),
        parking.GROUNDS_PROPOSALS,
        announced=announced,
        days=16,
    )
    await seed_held_debate(session, act, clerk, authors, called=announced + timedelta(days=3))
    closed = announced + timedelta(days=18)
    await service.close_debate(session, clerk, act.id, now=closed)
    rows = await queries.list_amendments(session, act.id)
    answers = (
        (Outcome.ACCEPTED, ""),
        (
            Outcome.REJECTED,
            "Patru verificări pe an costă cât două locuri de joacă noi.",
        ),
        (Outcome.ACCEPTED, ""),
    )
    for row, (outcome, reason) in zip(rows, answers, strict=False):
        draft = AnswerDraft(outcome=outcome, reason=reason, function="consilier local, comisia de urbanism")
        await service.answer_amendment(session, councillor, row.id, draft, now=closed + timedelta(days=1))
    return act


async def seed_second_round(
    session: AsyncSession,
    services: Services,
    clerk: Actor,
    councillor: Actor,
    authors: list[Actor],
    *,
    announced: datetime,
) -> Act:
    """The draft on street quiet: its second text is debated, and an author is asked for other words."""
    texts = (quiet.TITLE, quiet.SUMMARY, quiet.TEXT)
    act = await seed_debate(
        session, services, clerk, authors, texts, quiet.PROPOSALS, announced=announced, days=14
    )
    closed = announced + timedelta(days=15)
    await service.close_debate(session, clerk, act.id, now=closed)
    for row, (outcome, reason) in zip(
        await queries.list_amendments(session, act.id), quiet.ANSWERS, strict=True
    ):
        draft = AnswerDraft(outcome=Outcome(outcome), reason=reason, function="consilier local")
        await service.answer_amendment(session, councillor, row.id, draft, now=closed + timedelta(days=1))
    text = queries.read_version(await queries.last_version(session, act.id))
    place, wrong, right, why = quiet.CORRECTION
    [unit] = [unit for unit in text.units if cite(text, unit.id) == place]
    begun = closed + timedelta(days=2)
    better = unit.text.replace(wrong, right)
    await service.correct(session, clerk, act.id, unit.id, better, reason=why, now=begun)
    until = local_date(begun) + timedelta(days=20)
    await service.consolidate_act(session, clerk, act.id, proposals_until=until, now=begun)
    return act


async def seed_debate(
    session: AsyncSession,
    services: Services,
    clerk: Actor,
    authors: list[Actor],
    texts: tuple[str, str, str],
    proposals: Sequence[parking.Proposal],
    *,
    announced: datetime,
    days: int,
) -> Act:
    title, summary, text = texts
    read = read_markdown(text, new_id=lambda: f"u{secrets.token_hex(5)}")
    draft = ActDraft(
        title=title,
        summary=summary,
        initiator=parking.INITIATOR,
        department=parking.DEPARTMENT,
        officer=parking.OFFICER,
        contact=parking.CONTACT,
    )
    act = await service.create_act(session, clerk, draft, read.version, remarks=read.remarks, now=announced)
    for title in ("Referat de aprobare", "Studiu privind ocuparea locurilor de parcare"):
        await service.add_paper(
            session,
            services.storage,
            clerk,
            act.id,
            title=title,
            content=PAPER,
            media_type="application/pdf",
            suffix=".pdf",
            now=announced,
        )
    until = local_date(announced) + timedelta(days=days)
    await service.announce_act(session, clerk, act.id, proposals_until=until, now=announced)
    first = announced + timedelta(days=1)
    await _seed_amendments(session, act, read.version, authors, proposals, first=first)
    return act


async def seed_prepared(session: AsyncSession, act: Act, department: Actor, *, now: datetime) -> None:
    """The department has prepared answers to the first amendments, for who gives them."""
    rows = await queries.list_amendments(session, act.id)
    for row, (outcome, reason) in zip(rows, parking.PREPARED, strict=False):
        draft = AnswerDraft(outcome=Outcome(outcome), reason=reason, function="")
        await service.prepare_answer(session, department, row.id, draft, revision=0, now=now)


async def _seed_amendments(
    session: AsyncSession,
    act: Act,
    text: Version,
    authors: list[Actor],
    proposals: Sequence[parking.Proposal],
    *,
    first: datetime,
) -> None:
    units = {cite(text, unit.id): unit.id for unit in text.units}
    for number, one in enumerate(proposals):
        author, at = authors[number % len(authors)], first + timedelta(hours=5 * number)
        draft = AmendmentDraft(
            operations=_operations(text, units[one.place], one.do, one.new),
            reason=one.reason,
            author_kind=AuthorKind(one.author_kind),
            on_behalf_of=one.on_behalf_of,
        )
        row = await service.begin_amendment(session, author, act.id, draft, now=at)
        await service.submit_amendment(session, author, row.id, now=at)
        for fan in authors[number + 1 : number + 1 + (number * 7) % 5]:
            if fan.id != author.id:
                await service.stand_behind(session, fan, row.id, by_name=fan is authors[number + 1], now=at)


def _operations(text: Version, unit: str, do: str, new: str) -> tuple[Operation, ...]:
    match do:
        case "delete":
            return (DeleteUnit(unit=unit),)
        case "insert":
            state = text[unit]
            added = NewUnit(id=f"u{secrets.token_hex(5)}", type=state.type, text=new)
            return (InsertUnit(parent=state.parent or text.act.id, after=unit, new=added),)
        case _:
            return derive_splices(text[unit], new)
