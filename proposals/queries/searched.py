"""Ideas, projects and the catalogue of reasons as pages that are found."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.markdown import plain
from app.kit.text import uuids
from cycles.models import Area, Cycle
from proposals.models import Advice, AdviceAnswer, Attachment, Idea, IdeaEvent, Project, Verdict
from proposals.queries.review import list_reasons
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
        told = await _told_of(session, ids)
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
                        *told[idea.id],
                    )
                    if one
                ),
                path=f"/ideas/{idea.id}",
                at=idea.submitted_at or idea.created_at,
            )
            for idea, cycle, area in (await session.execute(query)).all()
        ]


async def _told_of(session: AsyncSession, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, list[str]]:
    """What stands on the pages of ideas besides what their authors wrote first: questions and answers,
    verdicts and contestations, departments' opinions once they are public, the titles of documents.
    """
    told: defaultdict[uuid.UUID, list[str]] = defaultdict(list)
    events = select(IdeaEvent.idea_id, IdeaEvent.text).where(IdeaEvent.idea_id.in_(ids), IdeaEvent.text != "")
    for idea_id, words in (await session.execute(events.order_by(IdeaEvent.position))).all():
        told[idea_id].append(plain(words))
    decided = (
        select(Verdict.idea_id, func.max(Verdict.at).label("at"))
        .group_by(Verdict.idea_id)
        .subquery("decided")
    )
    opinions = (
        select(Advice.idea_id, AdviceAnswer.text)
        .join(Advice, Advice.id == AdviceAnswer.advice_id)
        .join(decided, decided.c.idea_id == Advice.idea_id)
        .where(Advice.idea_id.in_(ids), Advice.asked_at <= decided.c.at, AdviceAnswer.at <= decided.c.at)
    )
    for idea_id, words in (await session.execute(opinions.order_by(AdviceAnswer.at))).all():
        told[idea_id].append(plain(words))
    titles = select(Attachment.idea_id, Attachment.title).where(Attachment.idea_id.in_(ids))
    for idea_id, title in (await session.execute(titles.order_by(Attachment.position))).all():
        told[idea_id].append(title)
    return told


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


class ReasonSource:
    """The reasons for which ideas are refused, in their latest versions."""

    async def list_stamps(self, session: AsyncSession) -> Mapping[str, str]:
        reasons = await list_reasons(session, with_retired=True)
        return {one.code: f"{one.version}" for one in reasons}

    async def read(self, session: AsyncSession, keys: Collection[str]) -> Sequence[Found]:
        return [
            Found(
                key=one.code,
                title=one.title,
                place=f"{one.code} · {one.legal_ground}",
                body=f"{plain(one.text)}\n{one.title_en}\n{plain(one.text_en)}",
                path=f"/reasons/{one.code}",
                at=one.created_at,
            )
            for one in await list_reasons(session, with_retired=True)
            if one.code in keys
        ]
