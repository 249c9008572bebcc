"""Ideas as what may be commented on; all that is said of a cycle's ideas stands together.

Handed to discussions/ by `app/wiring.py`, which asks for many at once.
"""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.i18n import N_
from app.kit.policy import deny
from app.kit.text import uuids
from cycles.models import Cycle
from discussions.queries import Subject
from proposals.models import Idea
from proposals.policy import may_view, takes_comments
from proposals.states import IdeaState


def comment_scope(cycle_id: uuid.UUID) -> str:
    """The reference under which all that is said of a cycle's ideas stands."""
    return f"ideas:{cycle_id}"


def idea_ref(idea_id: uuid.UUID | str) -> str:
    """The reference of an idea."""
    return f"idea:{idea_id}"


async def find_ideas(session: AsyncSession, actor: Actor | None, keys: Sequence[str]) -> dict[str, Subject]:
    """Ideas that were sent."""
    query = (
        select(Idea, Cycle)
        .join(Cycle, Cycle.id == Idea.cycle_id)
        .where(Idea.id.in_(uuids(keys)), Idea.state != IdeaState.DRAFT.value)
    )
    return {
        str(idea.id): Subject(
            ref=idea_ref(idea.id),
            scope=comment_scope(cycle.id),
            title=f"{idea.number}, {idea.title}",
            path=f"/ideas/{idea.id}",
            parents=((cycle.title, f"/cycles/{cycle.slug}"),),
            takes_comments=takes_comments(idea),
        )
        for idea, cycle in (await session.execute(query)).all()
        if may_view(actor, idea)
    }


async def find_idea_lists(
    session: AsyncSession, actor: Actor | None, keys: Sequence[str]
) -> dict[str, Subject]:
    """The ideas of cycles, of which as a whole nothing is said: they hold what is said of each."""
    cycles = (await session.execute(select(Cycle).where(Cycle.id.in_(uuids(keys))))).scalars()
    return {
        str(cycle.id): Subject(
            ref=comment_scope(cycle.id),
            scope=comment_scope(cycle.id),
            title=cycle.title,
            path=f"/cycles/{cycle.slug}",
            parents=(),
            takes_comments=deny(N_("Choose one of the ideas.")),
        )
        for cycle in cycles
    }
