"""Reading projects."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.paging import Paging, paging
from app.kit.text import words
from cycles.models import Area, Cycle
from proposals.errors import ProjectNotFound
from proposals.models import Idea, Project
from voting.queries import find_poll_of_cycle
from voting.states import PollState

# What the list pages need of a project, and nothing else: Core rows, not objects.
_COLUMNS = (
    Project.id,
    Project.number,
    Project.position,
    Project.title,
    Project.summary,
    Project.cost_bani,
    Project.outcome,
    Project.idea_id,
    Area.name.label("area_name"),
    Area.code.label("area_code"),
)
ORDERS = {
    "number": (Project.position,),
    "cost": (Project.cost_bani, Project.position),
    "cost-down": (Project.cost_bani.desc(), Project.position),
    "area": (Area.name, Project.position),
}


async def get_project(session: AsyncSession, cycle_id: uuid.UUID, number: str) -> Project:
    """The project of a cycle by its permanent number. Raises: ProjectNotFound."""
    query = select(Project).where(Project.cycle_id == cycle_id, Project.number == number)
    project = (await session.execute(query)).scalar_one_or_none()
    if project is None:
        raise ProjectNotFound()
    return project


async def find_project_of_idea(session: AsyncSession, idea_id: uuid.UUID) -> Project | None:
    """The project that an idea has become."""
    return (await session.execute(select(Project).where(Project.idea_id == idea_id))).scalar_one_or_none()


async def list_valid_projects(session: AsyncSession, cycle_id: uuid.UUID) -> list[Project]:
    """Those that are (or were) voted on, by number."""
    query = select(Project).where(Project.cycle_id == cycle_id, Project.withdrawn_at.is_(None))
    return list((await session.execute(query.order_by(Project.position))).scalars())


async def count_projects(session: AsyncSession, cycle_id: uuid.UUID) -> int:
    """How many valid projects a cycle has."""
    query = select(func.count()).where(Project.cycle_id == cycle_id, Project.withdrawn_at.is_(None))
    return (await session.execute(query)).scalar_one()


def _filtered(cycle_id: uuid.UUID, area_code: str, text: str) -> Select[*tuple[Any, ...]]:
    query = (
        select(*_COLUMNS)
        .select_from(Project)
        .outerjoin(Area, Area.id == Project.area_id)
        .where(Project.cycle_id == cycle_id, Project.withdrawn_at.is_(None))
    )
    if area_code:
        query = query.where(Area.code == area_code)
    for word in words(text)[:8]:
        query = query.where(Project.folded.like(f"%{word}%"))
    return query


async def list_projects_page(
    session: AsyncSession,
    cycle_id: uuid.UUID,
    *,
    area_code: str = "",
    text: str = "",
    order: str = "number",
    page: str = "",
    size: int = 24,
) -> tuple[Sequence[Row[*tuple[Any, ...]]], Paging]:
    """One page of a cycle's projects; two queries however many there are."""
    query = _filtered(cycle_id, area_code, text)
    total = (await session.execute(select(func.count()).select_from(query.subquery()))).scalar_one()
    place = paging(page, total, size=size)
    ordered = query.order_by(*ORDERS.get(order, ORDERS["number"])).limit(place.size).offset(place.offset)
    return (await session.execute(ordered)).all(), place


async def list_all_projects(session: AsyncSession, cycle_id: uuid.UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every valid project with its idea's registration number, for printing and export."""
    query = _filtered(cycle_id, "", "").add_columns(Idea.number.label("idea_number"), Project.body)
    query = query.outerjoin(Idea, Idea.id == Project.idea_id).order_by(Project.position)
    return (await session.execute(query)).all()


async def lock_cycle(session: AsyncSession, cycle_id: uuid.UUID) -> None:
    """Hold the cycle's row until the transaction ends: numbers are given, and lists frozen, one at a time."""
    await session.execute(select(Cycle.id).where(Cycle.id == cycle_id).with_for_update())


async def is_frozen(session: AsyncSession, cycle_id: uuid.UUID) -> bool:
    """Whether the cycle's projects have been put to a vote that was not cancelled."""
    poll = await find_poll_of_cycle(session, cycle_id)
    return poll is not None and poll.state != PollState.CANCELLED
