"""Reading which projects have to be debated in public before the vote."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from proposals.errors import ProjectNotFound
from proposals.models import Project, ProjectDebate


async def get_project_by_id(session: AsyncSession, project_id: uuid.UUID, *, lock: bool = False) -> Project:
    """Raises: ProjectNotFound. `lock`: hold its row until the transaction ends, with what is there now."""
    query = select(Project).where(Project.id == project_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    project = (await session.execute(query)).scalar_one_or_none()
    if project is None:
        raise ProjectNotFound()
    return project


async def find_debate(session: AsyncSession, project_id: uuid.UUID) -> ProjectDebate | None:
    """The debate on a project, as it is entered now."""
    query = select(ProjectDebate).where(ProjectDebate.project_id == project_id)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def list_to_debate(
    session: AsyncSession, cycle_id: uuid.UUID, *, above_bani: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The valid projects of a cycle that cost more than `above_bani`, with their debates; at 0, none."""
    if not above_bani:
        return []
    query = (
        select(Project, ProjectDebate)
        .outerjoin(ProjectDebate, ProjectDebate.project_id == Project.id)
        .where(Project.cycle_id == cycle_id, Project.withdrawn_at.is_(None), Project.cost_bani > above_bani)
        .order_by(Project.position)
    )
    return (await session.execute(query)).all()
