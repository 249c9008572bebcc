"""Ideas and projects as pages that are found."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.markdown import plain
from app.kit.text import uuids
from cycles.models import Area, Cycle
from proposals.models import Idea, Project, Verdict
from proposals.states import PUBLIC_STATES
from search.queries import Found

_PUBLIC = Idea.state.in_([state.value for state in PUBLIC_STATES])


class IdeaSource:
    """Every idea that was sent, with what the department decided last."""

    async def list_stamps(self, session: AsyncSession) -> Mapping[str, str]:
        rows = await session.execute(select(Idea.id, Idea.event_count, Idea.state).where(_PUBLIC))
        return {str(row.id): f"{row.event_count}:{row.state}" for row in rows.all()}

    async def read(self, session: AsyncSession, keys: Collection[str]) -> Sequence[Found]:
        ids = uuids(keys)
        query = (
            select(Idea, Cycle.title.label("cycle"), Area.name.label("area"))
            .join(Cycle, Cycle.id == Idea.cycle_id)
            .outerjoin(Area, Area.id == Idea.area_id)
            .where(Idea.id.in_(ids), _PUBLIC)
        )
        decided: dict[object, str] = {}
        verdicts = select(Verdict.idea_id, Verdict.text).where(Verdict.idea_id.in_(ids))
        for row in (await session.execute(verdicts.order_by(Verdict.position))).all():
            decided[row.idea_id] = row.text
        return [
            Found(
                key=str(idea.id),
                title=idea.title,
                place=" · ".join(one for one in (idea.number, area, cycle) if one),
                body="\n".join(
                    one
                    for one in (
                        plain(idea.body),
                        idea.location,
                        idea.landmark,
                        plain(decided.get(idea.id, "")),
                    )
                    if one
                ),
                path=f"/ideas/{idea.id}",
                at=idea.submitted_at or idea.created_at,
            )
            for idea, cycle, area in (await session.execute(query)).all()
        ]


class ProjectSource:
    """Every project of a list that holds."""

    async def list_stamps(self, session: AsyncSession) -> Mapping[str, str]:
        columns = (Project.id, Project.outcome, Project.cost_bani, Project.title, Project.body)
        query = select(*columns).where(Project.withdrawn_at.is_(None))
        return {str(row.id): _stamp(row) for row in (await session.execute(query)).all()}

    async def read(self, session: AsyncSession, keys: Collection[str]) -> Sequence[Found]:
        query = (
            select(
                Project, Cycle.title.label("cycle"), Cycle.slug, func.coalesce(Area.name, "").label("area")
            )
            .join(Cycle, Cycle.id == Project.cycle_id)
            .outerjoin(Area, Area.id == Project.area_id)
            .where(Project.id.in_(uuids(keys)), Project.withdrawn_at.is_(None))
        )
        return [
            Found(
                key=str(project.id),
                title=project.title,
                place=" · ".join(one for one in (project.number, area, cycle) if one),
                body=plain(project.body or project.summary),
                path=f"/cycles/{slug}/projects/{project.number}",
                at=project.decided_at or project.created_at,
            )
            for project, cycle, slug, area in (await session.execute(query)).all()
        ]


def _stamp(row: Row[*tuple[Any, ...]]) -> str:
    """What of a project may change: a correction of its verdict gives it another text."""
    text = hashlib.sha256(f"{row.title}\n{row.body}".encode()).hexdigest()[:16]
    return f"{row.outcome}:{row.cost_bani}:{text}"
