"""Reading projects."""

import functools
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.paging import Paging, paging
from app.kit.text import words
from cycles.models import Area, Cycle
from proposals.errors import ProjectNotFound
from proposals.models import Idea, Project
from voting.queries import find_poll_state
from voting.states import PollState

# What the list pages need of a project, and nothing else; of tables, and made once for each shape of filter,
# as in `queries/ideas.py`. Parameters: cycle, area, and the words.
_PROJECTS, _AREAS, _IDEAS = Project.__table__, Area.__table__, Idea.__table__
_ROWS: Select[*tuple[Any, ...]] = (
    select(
        *_PROJECTS.c["id", "number", "position", "title", "summary", "cost_bani", "outcome", "idea_id"],
        _AREAS.c.name.label("area_name"),
        _AREAS.c.code.label("area_code"),
    )
    .select_from(_PROJECTS)
    .outerjoin(_AREAS, _AREAS.c.id == _PROJECTS.c.area_id)
    .where(_PROJECTS.c.cycle_id == bindparam("cycle"), _PROJECTS.c.withdrawn_at.is_(None))
)
ORDERS = {
    "number": (_PROJECTS.c.position,),
    "cost": (_PROJECTS.c.cost_bani, _PROJECTS.c.position),
    "cost-down": (_PROJECTS.c.cost_bani.desc(), _PROJECTS.c.position),
    "area": (_AREAS.c.name, _PROJECTS.c.position),
}
PROJECT_COUNT_OF_CYCLE = (
    select(func.count())
    .select_from(Project)
    .where(Project.cycle_id == bindparam("cycle"), Project.withdrawn_at.is_(None))
    .scalar_subquery()
)
"""How many valid projects the cycle `cycle` (a parameter) has, to be read together with other figures."""


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


@functools.lru_cache(64)
def _filtered(has_area: bool, word_count: int) -> Select[*tuple[Any, ...]]:
    query = _ROWS.where(_AREAS.c.code == bindparam("area")) if has_area else _ROWS
    places = range(word_count)
    return query.where(*(_PROJECTS.c.folded.like(bindparam(f"word{place}")) for place in places))


@functools.lru_cache(64)
def _count(has_area: bool, word_count: int) -> Select[int]:
    return select(func.count()).select_from(_filtered(has_area, word_count).subquery())


@functools.lru_cache(256)
def _ordered(has_area: bool, word_count: int, order: str) -> Select[*tuple[Any, ...]]:
    query = _filtered(has_area, word_count).order_by(*ORDERS[order])
    return query.limit(bindparam("size")).offset(bindparam("offset"))


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
    searched = words(text)[:8]
    shape = bool(area_code), len(searched)
    values: dict[str, object] = {f"word{place}": f"%{word}%" for place, word in enumerate(searched)}
    values |= {"cycle": cycle_id, "area": area_code}
    place = paging(page, (await session.execute(_count(*shape), values)).scalar_one(), size=size)
    ordered = _ordered(*shape, order if order in ORDERS else "number")
    return (
        await session.execute(ordered, values | {"size": place.size, "offset": place.offset})
    ).all(), place


async def list_all_projects(session: AsyncSession, cycle_id: uuid.UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every valid project with its idea's registration number, for printing and export."""
    query = _ROWS.add_columns(_IDEAS.c.number.label("idea_number"), _PROJECTS.c.body)
    query = query.outerjoin(_IDEAS, _IDEAS.c.id == _PROJECTS.c.idea_id).order_by(_PROJECTS.c.position)
    return (await session.execute(query, {"cycle": cycle_id})).all()


async def lock_cycle(session: AsyncSession, cycle_id: uuid.UUID) -> None:
    """Hold the cycle's row until the transaction ends: numbers are given, and lists frozen, one at a time."""
    await session.execute(select(Cycle.id).where(Cycle.id == cycle_id).with_for_update())


async def is_frozen(session: AsyncSession, cycle_id: uuid.UUID) -> bool:
    """Whether the cycle's projects have been put to a vote that was not cancelled."""
    poll = await find_poll_state(session, cycle_id)
    return poll is not None and poll[1] is not PollState.CANCELLED
