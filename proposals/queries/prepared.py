"""Reading verdicts that are not public yet, and contestations of those that are."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cycles.models import Cycle
from proposals.errors import PreparedNotFound
from proposals.models import Advice, Contestation, Idea, PreparedVerdict, ReviewRules
from proposals.queries.advice import is_asked_of, is_awaited
from proposals.queries.debates import list_to_debate
from proposals.queries.review import get_rules


async def find_prepared(session: AsyncSession, idea_id: uuid.UUID) -> PreparedVerdict | None:
    """The verdict on an idea that is prepared and not public yet."""
    query = select(PreparedVerdict).where(
        PreparedVerdict.idea_id == idea_id, PreparedVerdict.ended_at.is_(None)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def get_prepared(
    session: AsyncSession, prepared_id: uuid.UUID, *, lock: bool = False
) -> PreparedVerdict:
    """Raises: PreparedNotFound. `lock`: hold its row until the transaction ends, with what is there now."""
    query = select(PreparedVerdict).where(PreparedVerdict.id == prepared_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    prepared = (await session.execute(query)).scalar_one_or_none()
    if prepared is None:
        raise PreparedNotFound()
    return prepared


async def list_prepared(
    session: AsyncSession, *, leave_out: Collection[uuid.UUID], limit: int = 200
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every verdict that waits, the oldest first; not on the ideas `leave_out`, of who reads them."""
    query = (
        select(
            PreparedVerdict,
            Idea.number,
            Idea.title,
            Idea.lang,
            Cycle.slug.label("cycle_slug"),
            Cycle.title.label("cycle_title"),
            Cycle.title_en.label("cycle_title_en"),
            ReviewRules.publish_at,
        )
        .join(Idea, Idea.id == PreparedVerdict.idea_id)
        .join(Cycle, Cycle.id == Idea.cycle_id)
        .outerjoin(ReviewRules, ReviewRules.cycle_id == Idea.cycle_id)
        .where(PreparedVerdict.ended_at.is_(None), Idea.id.not_in(leave_out))
        .order_by(PreparedVerdict.at, PreparedVerdict.id)
        .limit(limit)
    )
    return (await session.execute(query)).all()


# ── contestations ─────────────────────────────────────────────────────────────
async def find_open_contestation(session: AsyncSession, idea_id: uuid.UUID) -> Contestation | None:
    """The contestation of an idea's verdict that is not decided yet."""
    query = select(Contestation).where(Contestation.idea_id == idea_id, Contestation.outcome.is_(None))
    return (await session.execute(query)).scalar_one_or_none()


async def is_final(session: AsyncSession, verdict_id: uuid.UUID) -> bool:
    """Whether a verdict was contested already, or is the answer to a contestation."""
    query = select(Contestation.id).where(
        or_(Contestation.verdict_id == verdict_id, Contestation.answer_id == verdict_id)
    )
    return (await session.execute(query.limit(1))).first() is not None


async def list_open_contestations(session: AsyncSession) -> list[tuple[Contestation, Idea]]:
    """Contestations that are not decided yet, the most urgent first."""
    query = (
        select(Contestation, Idea)
        .join(Idea, Idea.id == Contestation.idea_id)
        .where(Contestation.outcome.is_(None))
        .order_by(Contestation.due_on, Contestation.at)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


# ── prepared verdicts ─────────────────────────────────────────────────────────
async def count_beside_queue(session: AsyncSession, account_id: uuid.UUID) -> tuple[int, int, int]:
    """How many verdicts are prepared, how many are contested, and how many questions the departments of an
    official have to answer, in one query.
    """
    prepared = select(func.count()).select_from(PreparedVerdict).where(PreparedVerdict.ended_at.is_(None))
    contested = select(func.count()).select_from(Contestation).where(Contestation.outcome.is_(None))
    asked = select(func.count()).select_from(Advice).where(is_awaited(), is_asked_of(account_id))
    counts = [one.scalar_subquery() for one in (prepared, contested, asked)]
    row = (await session.execute(select(*counts))).one()
    return row[0], row[1], row[2]


class Pending(NamedTuple):
    """What of a cycle is open: contestations that are not decided, verdicts that are not public, projects
    that its rules want debated in public and whose debate has no outcome.
    """

    contested: int = 0
    prepared: int = 0
    undebated: int = 0


async def count_pending(session: AsyncSession, cycle_id: uuid.UUID) -> Pending:
    """What has to be looked at before a cycle's list of projects is frozen."""
    contested = select(func.count()).select_from(Contestation).join(Idea, Idea.id == Contestation.idea_id)
    prepared = (
        select(func.count()).select_from(PreparedVerdict).join(Idea, Idea.id == PreparedVerdict.idea_id)
    )
    counts = (
        contested.where(Contestation.outcome.is_(None), Idea.cycle_id == cycle_id),
        prepared.where(PreparedVerdict.ended_at.is_(None), Idea.cycle_id == cycle_id),
    )
    row = (await session.execute(select(*(one.scalar_subquery() for one in counts)))).one()
    above = (await get_rules(session, cycle_id)).debate_bani
    debates = [debate for _, debate in await list_to_debate(session, cycle_id, above_bani=above)]
    return Pending(row[0], row[1], sum(one is None or not one.outcome for one in debates))


async def list_ready(session: AsyncSession, *, now: datetime) -> list[uuid.UUID]:
    """Prepared verdicts that wait for nothing any more: confirmed where that was needed, and their cycle's
    moment of publication has come, or there is none.
    """
    query = (
        select(PreparedVerdict.id)
        .join(Idea, Idea.id == PreparedVerdict.idea_id)
        .outerjoin(ReviewRules, ReviewRules.cycle_id == Idea.cycle_id)
        .where(
            PreparedVerdict.ended_at.is_(None),
            or_(PreparedVerdict.needs_second.is_(False), PreparedVerdict.second_id.is_not(None)),
            or_(ReviewRules.publish_at.is_(None), ReviewRules.publish_at <= now),
        )
        .order_by(Idea.number)
    )
    return list((await session.execute(query)).scalars())


async def list_held_cycles(session: AsyncSession, *, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Cycles whose verdicts wait for a moment, with how many do."""
    query = (
        select(
            Cycle.slug,
            Cycle.title,
            Cycle.title_en,
            ReviewRules.publish_at,
            func.count(PreparedVerdict.id).label("waiting"),
        )
        .join(ReviewRules, ReviewRules.cycle_id == Cycle.id)
        .outerjoin(Idea, Idea.cycle_id == Cycle.id)
        .outerjoin(PreparedVerdict, (PreparedVerdict.idea_id == Idea.id) & PreparedVerdict.ended_at.is_(None))
        .where(ReviewRules.publish_at > now)
        .group_by(Cycle.slug, Cycle.title, Cycle.title_en, ReviewRules.publish_at)
        .order_by(Cycle.slug)
    )
    return (await session.execute(query)).all()
