"""Ideas as what may be commented on; all that is said of a cycle's ideas stands together. And what residents
say of finished works, which is only moderated there.

Handed to discussions/ by `app/wiring.py`, which asks for many at once.
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.i18n import N_
from app.kit.policy import deny
from app.kit.text import uuids
from cycles.models import Cycle
from discussions.queries import Picture, Subject
from proposals.models import Idea, Opinion, Project
from proposals.policy import may_view, takes_comments
from proposals.queries.works import list_words_photos
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


def opinion_subject(
    opinion: Opinion, project: Project, cycle: Cycle, pictures: Mapping[uuid.UUID, Picture] | None = None
) -> Subject:
    """What a resident says of finished works, as what is reported and judged."""
    return Subject(
        ref=f"opinion:{opinion.id}",
        scope=f"works:{project.id}",
        title=f"{project.number}, {project.title}",
        path=f"/works/{project.id}",
        parents=((cycle.title, f"/cycles/{cycle.slug}"),),
        takes_comments=deny(
            N_("Each resident says once whether it was built as promised; the department answers beside it.")
        ),
        only_moderated=True,
        pictures=pictures or {},
    )


async def find_opinions(
    session: AsyncSession, actor: Actor | None, keys: Sequence[str]
) -> dict[str, Subject]:
    """What residents say of finished works, with the photos that belong to it."""
    query = (
        select(Opinion, Project, Cycle)
        .join(Project, Project.id == Opinion.project_id)
        .join(Cycle, Cycle.id == Project.cycle_id)
        .where(Opinion.id.in_(uuids(keys)))
    )
    rows = (await session.execute(query)).all()
    pictures: dict[uuid.UUID | None, dict[uuid.UUID, Picture]] = defaultdict(dict)
    for one in await list_words_photos(session, [opinion.id for opinion, _, _ in rows]):
        base = f"/works/photos/{one.id}"
        shown = Picture(f"{base}/large.jpg", f"{base}/small.jpg", one.width, one.height, one.alt)
        if one.words_id:
            pictures[one.opinion_id][one.words_id] = shown
    return {
        str(opinion.id): opinion_subject(opinion, project, cycle, pictures[opinion.id])
        for opinion, project, cycle in rows
    }
