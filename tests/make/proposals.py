"""Ideas and projects for tests: plain functions with keyword defaults, made by the services themselves."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.policy import Actor
from accounts.states import Role
from cycles.models import Cycle
from cycles.queries import list_areas
from proposals import queries, service
from proposals.models import Contestation, Idea, Project
from proposals.rules.costing import Costing, Line
from proposals.service import Ruling
from proposals.states import STEPS, IdeaState, Outcome, VerdictKind
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON

TITLE = "Piste pentru biciclete pe Calea 13 Septembrie"
BODY = (
    "Propun piste pentru biciclete separate prin borduri, de la Piața Arsenalului până la Drumul Sării, "
    "cu treceri denivelate și rasteluri lângă stații."
)


async def make_reviewer(session: AsyncSession, *, name: str = "Irina Marin", now: datetime = NOON) -> Account:
    """An official of the idea-review department."""
    return await make_account(session, name=name, roles=[Role.REVIEWER], totp="JBSWY3DPEHPK3PXP", now=now)


async def make_draft(
    session: AsyncSession,
    *,
    cycle: Cycle,
    author: Account | None = None,
    title: str = TITLE,
    body: str = BODY,
    area_code: str | None = "rahova",
    location: str = "Calea 13 Septembrie, între nr. 90 și 120",
    landmark: str = "Parcul Sebastian",
    now: datetime = NOON,
) -> Idea:
    """A complete draft of `author`."""
    author = author or await make_account(session, verified=True, now=now)
    actor = actor_of(author, verified=True)
    areas = {area.code: area.id for area in await list_areas(session, cycle.id)}
    draft = await service.create_draft(session, actor, cycle_id=cycle.id, now=now)
    fields = {
        "title": title,
        "body": body,
        "area_id": areas.get(area_code or ""),
        "location": location,
        "landmark": landmark,
    }
    return await service.save_draft(session, actor, draft.id, fields, now=now)


async def make_idea(
    session: AsyncSession,
    *,
    cycle: Cycle,
    author: Account | None = None,
    state: IdeaState = IdeaState.SUBMITTED,
    reviewer: Account | None = None,
    now: datetime = NOON,
    **draft: str | None,
) -> Idea:
    """An idea that was sent, and brought to `state` by the services: submitted, in_review, waiting, rejected,
    accepted, forwarded or withdrawn.
    """
    author = author or await make_account(session, verified=True, now=now)
    idea = await make_draft(session, cycle=cycle, author=author, now=now, **draft)  # type: ignore[arg-type]
    actor = actor_of(author, verified=True)
    await service.submit_idea(session, actor, idea.id, now=now)
    if state is IdeaState.SUBMITTED:
        return idea
    if state is IdeaState.WITHDRAWN:
        return await service.withdraw_idea(session, actor, idea.id, now=now)
    reviewer = reviewer or await make_reviewer(session, now=now)
    judge = actor_of(reviewer, roles=[Role.REVIEWER])
    await service.assign_idea(session, judge, idea.id, to=reviewer.id, now=now)
    if state is IdeaState.WAITING:
        await service.ask_author(session, judge, idea.id, question="Pe ce parte a străzii?", now=now)
    elif state is IdeaState.REJECTED:
        await service.judge_idea(session, judge, idea.id, rejection(), now=now)
    elif state is IdeaState.ACCEPTED:
        await service.judge_idea(session, judge, idea.id, acceptance(), now=now)
    elif state is IdeaState.FORWARDED:
        await service.judge_idea(session, judge, idea.id, forwarding(), now=now)
    return idea


async def make_contestation(
    session: AsyncSession, idea: Idea, author: Account, *, now: datetime = NOON
) -> Contestation:
    """The author contests the verdict that holds."""
    verdict = await queries.find_verdict(session, idea.id)
    assert verdict is not None
    return await service.contest_verdict(
        session,
        actor_of(author, verified=True),
        idea.id,
        verdict_id=verdict.id,
        text="Terenul este al sectorului; iată extrasul de carte funciară.",
        now=now,
    )


def rejection(code: str = "R02", text: str = "Teren privat.") -> Ruling:
    """A rejection with a reason of the catalogue."""
    return Ruling(kind=VerdictKind.REJECTED, text=text, reason_code=code)


def merger(into: uuid.UUID, text: str = "Aceeași stradă.") -> Ruling:
    """A merger into another idea."""
    return Ruling(kind=VerdictKind.MERGED, text=text, into_id=into)


def acceptance(text: str = "Se poate.", *, unit_price_bani: int = 50_000_00) -> Ruling:
    """An acceptance with the costing of `make_costing`."""
    return Ruling(kind=VerdictKind.ACCEPTED, text=text, costing=make_costing(unit_price_bani=unit_price_bani))


def alteration(title: str = "Piste pe o parte a străzii", body: str = BODY + " Pe o parte.") -> Ruling:
    """An acceptance with changes."""
    return Ruling(
        kind=VerdictKind.CHANGED,
        text="Se poate, pe o parte a străzii.",
        costing=make_costing(),
        title=title,
        body=body,
        changes="Piste pe o singură parte, fiindcă strada e îngustă.",
    )


def forwarding(authority: str = "Metrorex SA") -> Ruling:
    """Not in our competence: sent on."""
    return Ruling(
        kind=VerdictKind.FORWARDED,
        text="Stația aparține Metrorex.",
        authority=authority,
        reference="812/2027",
    )


def make_costing(*, unit_price_bani: int = 50_000_00, margin_percent: int = 10) -> Costing:
    """Two lines: 2.5 of something at `unit_price_bani`, and a design; 21 % VAT."""
    lines = (
        Line(
            description="Pistă",
            quantity_milli=2500,
            unit="km",
            unit_price_bani=unit_price_bani,
            vat_percent=21,
            source="oferta 14/2027",
        ),
        Line(
            description="Proiectare",
            quantity_milli=1000,
            unit="buc.",
            unit_price_bani=8_000_00,
            vat_percent=21,
        ),
    )
    return Costing(lines=lines, margin_percent=margin_percent, yearly_bani=3_000_00)


async def make_project(
    session: AsyncSession,
    *,
    cycle: Cycle,
    number: str | None = None,
    title: str = "Grădină urbană în Rahova",
    summary: str = "Straturi înalte, apă și umbră pentru vecini.",
    cost_bani: int = 100_000_00,
    area_id: uuid.UUID | None = None,
    now: datetime = NOON,
) -> Project:
    """A project without an idea, as an import makes it."""
    return await service.create_project(
        session,
        cycle_id=cycle.id,
        number=number,
        title=title,
        summary=summary,
        cost_bani=cost_bani,
        area_id=area_id,
        now=now,
    )


async def make_funded(
    session: AsyncSession, *, cycle: Cycle, now: datetime = NOON, **project: Any
) -> Project:
    """A project that the vote has funded; with `idea`, made of that accepted idea."""
    idea: Idea | None = project.pop("idea", None)
    made = (await queries.find_project_of_idea(session, idea.id)) if idea else None
    made = made or await make_project(session, cycle=cycle, now=now, **project)
    made.outcome, made.decided_at = Outcome.FUNDED.value, now
    await session.flush()
    return made


async def make_works(
    session: AsyncSession, official: Actor, project: Project, *days: date | None, now: datetime = NOON
) -> None:
    """Enter the days on which contract, beginning, end and reception were; None leaves one out."""
    for kind, day in zip(STEPS, days, strict=False):
        if day is not None:
            seen = len(await queries.list_milestones(session, project.id))
            entry = service.MilestoneEntry(kind=kind, actual_on=day)
            await service.enter_milestone(session, official, project.id, entry, seen=seen, now=now)
