"""Ideas and projects for tests: plain functions with keyword defaults, made by the services themselves."""

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.states import Role
from cycles.models import Cycle
from cycles.queries import list_areas
from proposals import service
from proposals.models import Idea, Project
from proposals.rules.costing import Costing, Line
from proposals.states import IdeaState
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
    accepted or withdrawn.
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
        await service.reject_idea(session, judge, idea.id, reason_code="R02", text="Teren privat.", now=now)
    elif state is IdeaState.ACCEPTED:
        await service.accept_idea(session, judge, idea.id, text="Se poate.", costing=make_costing(), now=now)
    return idea


def make_costing(*, unit_price_bani: int = 50_000_00, margin_percent: int = 10) -> Costing:
    """Two lines: 2.5 of something at `unit_price_bani`, and a design; 21 % VAT."""
    lines = (
        Line(
            description="Pistă",
            quantity_milli=2500,
            unit="km",
            unit_price_bani=unit_price_bani,
            vat_percent=21,
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
