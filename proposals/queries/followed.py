"""Ideas and projects as what may be followed, and who is linked to them; `app/wiring.py` hands them over.

A project that began as an idea is followed as that idea: one file from the first draft to the reception.
"""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.text import uuids
from cycles.models import Area, Cycle
from notices.queries import Topic
from notices.states import Link
from proposals.models import Idea, Project, Support
from proposals.policy import may_view
from proposals.states import IdeaState


def project_topic(project: Project) -> str:
    """What is followed of a project."""
    return f"project:{project.id}" if project.idea_id is None else f"idea:{project.idea_id}"


class IdeaTopics:
    """Ideas that were sent; their authors, co-authors and supporters are linked to them."""

    async def find(self, session: AsyncSession, actor: Actor | None, keys: Sequence[str]) -> dict[str, Topic]:
        """Those that this reader may know of."""
        query = select(Idea).where(Idea.id.in_(uuids(keys)), Idea.state != IdeaState.DRAFT.value)
        return {
            str(idea.id): Topic(f"idea:{idea.id}", f"{idea.number}, {idea.title}", f"/ideas/{idea.id}")
            for idea in (await session.execute(query)).scalars()
            if may_view(actor, idea)
        }

    async def list_linked(
        self, session: AsyncSession, key: str, link: Link, *, after: uuid.UUID, limit: int
    ) -> list[uuid.UUID]:
        """Authors or supporters, in the order of their ids."""
        idea_id = uuid.UUID(key)
        if link is Link.OWN:
            ideas = (await session.execute(select(Idea).where(Idea.id == idea_id))).scalars()
            return sorted(one for idea in ideas for one in idea.author_ids if one > after)
        query = select(Support.account_id).where(Support.idea_id == idea_id, Support.account_id > after)
        return list((await session.execute(query.order_by(Support.account_id).limit(limit))).scalars())

    async def find_area(self, session: AsyncSession, key: str) -> str:
        """The neighbourhood for which it is proposed."""
        query = select(Area.name).join(Idea, Idea.area_id == Area.id).where(Idea.id == uuid.UUID(key))
        return (await session.execute(query)).scalar_one_or_none() or ""


class ProjectTopics:
    """Projects that did not begin as an idea here; nobody but followers is linked to them."""

    async def find(self, session: AsyncSession, actor: Actor | None, keys: Sequence[str]) -> dict[str, Topic]:
        """All of them are public."""
        query = (
            select(Project.id, Project.number, Project.title, Cycle.slug)
            .join(Cycle, Cycle.id == Project.cycle_id)
            .where(Project.id.in_(uuids(keys)), Project.idea_id.is_(None))
        )
        return {
            str(row.id): Topic(
                f"project:{row.id}", f"{row.number}, {row.title}", f"/cycles/{row.slug}/projects/{row.number}"
            )
            for row in (await session.execute(query)).all()
        }

    async def list_linked(
        self, session: AsyncSession, key: str, link: Link, *, after: uuid.UUID, limit: int
    ) -> list[uuid.UUID]:
        """Nobody."""
        return []

    async def find_area(self, session: AsyncSession, key: str) -> str:
        """The neighbourhood in which it is."""
        query = (
            select(Area.name).join(Project, Project.area_id == Area.id).where(Project.id == uuid.UUID(key))
        )
        return (await session.execute(query)).scalar_one_or_none() or ""
