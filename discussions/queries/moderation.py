"""Reading reports, decisions and appeals; and the public log, which names nobody."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import Row, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.paging import Paging
from discussions.models import Comment, CommentAppeal, CommentDecision, CommentReport
from discussions.states import CommentState, Decision

QUEUE = 50  # shown at once; who has more begins with the most reported


async def find_report(
    session: AsyncSession, comment_id: uuid.UUID, account_id: uuid.UUID
) -> CommentReport | None:
    """Whether somebody has reported a comment."""
    query = select(CommentReport).where(
        CommentReport.comment_id == comment_id, CommentReport.account_id == account_id
    )
    return (await session.execute(query)).scalar_one_or_none()


async def list_open_reports(session: AsyncSession, comment_id: uuid.UUID) -> Sequence[CommentReport]:
    """The reports of a comment that nobody has decided on, as they came."""
    query = (
        select(CommentReport)
        .where(CommentReport.comment_id == comment_id, CommentReport.closed_at.is_(None))
        .order_by(CommentReport.at, CommentReport.id)
    )
    return (await session.execute(query)).scalars().all()


async def list_reported(session: AsyncSession) -> Sequence[Row[Comment, int]]:
    """Comments with open reports and how many: the most reported first, then as they were reported."""
    count, first = func.count(CommentReport.id), func.min(CommentReport.at)
    open_ones = (
        select(CommentReport.comment_id, count.label("reports"), first.label("first"))
        .where(CommentReport.closed_at.is_(None))
        .group_by(CommentReport.comment_id)
        .subquery()
    )
    query = (
        select(Comment, open_ones.c.reports)
        .join(open_ones, open_ones.c.comment_id == Comment.id)
        .where(Comment.state == CommentState.VISIBLE.value)
        .order_by(open_ones.c.reports.desc(), open_ones.c.first, Comment.id)
        .limit(QUEUE)
    )
    return (await session.execute(query)).all()


async def count_reported(session: AsyncSession) -> int:
    """How many comments have open reports."""
    query = (
        select(func.count(distinct(CommentReport.comment_id)))
        .join(Comment, Comment.id == CommentReport.comment_id)
        .where(CommentReport.closed_at.is_(None), Comment.state == CommentState.VISIBLE.value)
    )
    return (await session.execute(query)).scalar_one()


async def list_appealed(session: AsyncSession) -> Sequence[Row[Comment, CommentAppeal, CommentDecision]]:
    """Comments whose authors appealed and wait, the longest first, with the decision appealed against."""
    query = (
        select(Comment, CommentAppeal, CommentDecision)
        .join(CommentAppeal, CommentAppeal.comment_id == Comment.id)
        .join(CommentDecision, CommentDecision.id == CommentAppeal.decision_id)
        .where(CommentAppeal.decided_at.is_(None))
        .order_by(CommentAppeal.at, Comment.id)
        .limit(QUEUE)
    )
    return (await session.execute(query)).all()


async def list_decisions(session: AsyncSession, comment_id: uuid.UUID) -> Sequence[CommentDecision]:
    """Everything that was decided on a comment, in its order."""
    query = (
        select(CommentDecision)
        .where(CommentDecision.comment_id == comment_id)
        .order_by(CommentDecision.position)
    )
    return (await session.execute(query)).scalars().all()


async def last_hidings(
    session: AsyncSession, comment_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, CommentDecision]:
    """By which decision each of some comments is hidden: the last that hid it."""
    query = (
        select(CommentDecision)
        .where(CommentDecision.comment_id.in_(comment_ids), CommentDecision.decision == Decision.HIDDEN.value)
        .order_by(CommentDecision.position)
    )
    return {one.comment_id: one for one in (await session.execute(query)).scalars()}


async def find_appeal(session: AsyncSession, decision_id: uuid.UUID) -> CommentAppeal | None:
    """The appeal against a decision."""
    return await session.get(CommentAppeal, decision_id, populate_existing=True)


async def count_decisions(session: AsyncSession) -> int:
    """How many decisions there are."""
    return (await session.execute(select(func.count()).select_from(CommentDecision))).scalar_one()


async def list_log(session: AsyncSession, paging: Paging) -> Sequence[Row[str, uuid.UUID, CommentDecision]]:
    """(subject, comment, decision), the newest first."""
    query = (
        select(Comment.subject, Comment.id, CommentDecision)
        .join(CommentDecision, CommentDecision.comment_id == Comment.id)
        .order_by(CommentDecision.at.desc(), CommentDecision.id.desc())
        .offset(paging.offset)
        .limit(paging.size)
    )
    return (await session.execute(query)).all()
