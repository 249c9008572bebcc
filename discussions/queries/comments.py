"""Reading comments: one, a page of them with the first replies of each, the newest of a scope, counts."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, String, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.paging import Paging
from discussions.errors import CommentNotFound
from discussions.models import Comment, CommentSupport, Thread
from discussions.states import CommentState, Sort

FIRST_REPLIES = 5  # of each comment on a page of many; the rest is on the comment's own page

_ORDERS = {
    Sort.NEWEST: (Comment.created_at.desc(), Comment.id.desc()),
    Sort.OLDEST: (Comment.created_at, Comment.id),
    Sort.SUPPORTED: (Comment.support_count.desc(), Comment.created_at.desc(), Comment.id.desc()),
}


async def get_thread(session: AsyncSession, subject: str, *, lock: bool = False) -> Thread | None:
    """What is said on a subject, if anything ever was."""
    query = select(Thread).where(Thread.subject == subject).execution_options(populate_existing=True)
    return (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()


async def get_comment(session: AsyncSession, comment_id: uuid.UUID, *, lock: bool = False) -> Comment:
    """Raises: CommentNotFound. The lock of its thread is taken before that of a comment."""
    query = select(Comment).where(Comment.id == comment_id).execution_options(populate_existing=True)
    found = (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if found is None:
        raise CommentNotFound()
    return found


async def list_comments(
    session: AsyncSession, comment_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, Comment]:
    """Some comments by their id, whatever became of them."""
    query = select(Comment).where(Comment.id.in_(comment_ids))
    return {one.id: one for one in (await session.execute(query)).scalars()}


async def count_first(session: AsyncSession, subject: str) -> int:
    """How many comments that are no replies there are, of whatever state."""
    query = select(func.count()).where(Comment.subject == subject, Comment.parent_id.is_(None))
    return (await session.execute(query)).scalar_one()


async def list_first(session: AsyncSession, subject: str, sort: Sort, paging: Paging) -> Sequence[Comment]:
    """A page of the comments that are no replies."""
    query = select(Comment).where(Comment.subject == subject, Comment.parent_id.is_(None))
    return await _page_of(session, query.order_by(*_ORDERS[sort]), paging)


async def list_replies(session: AsyncSession, parent_id: uuid.UUID, paging: Paging) -> Sequence[Comment]:
    """A page of the replies to one comment, as they came."""
    query = select(Comment).where(Comment.parent_id == parent_id)
    return await _page_of(session, query.order_by(*_ORDERS[Sort.OLDEST]), paging)


async def first_replies(
    session: AsyncSession, parent_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[Comment]]:
    """The first replies to each of several comments, in one query."""
    place = func.row_number().over(partition_by=Comment.parent_id, order_by=(Comment.created_at, Comment.id))
    ranked = select(Comment.id, place.label("place")).where(Comment.parent_id.in_(parent_ids)).subquery()
    query = (
        select(Comment)
        .join(ranked, ranked.c.id == Comment.id)
        .where(ranked.c.place <= FIRST_REPLIES)
        .order_by(Comment.created_at, Comment.id)
    )
    found: dict[uuid.UUID, list[Comment]] = {}
    for comment in (await session.execute(query)).scalars():
        if comment.parent_id is not None:
            found.setdefault(comment.parent_id, []).append(comment)
    return found


async def _page_of(session: AsyncSession, query: Select[Comment], paging: Paging) -> Sequence[Comment]:
    query = query.offset(paging.offset).limit(paging.size)
    return (await session.execute(query)).scalars().all()


# ── of a scope ────────────────────────────────────────────────────────────────
_READABLE = Comment.state == CommentState.VISIBLE.value


async def count_comments(session: AsyncSession, scope: str) -> dict[str, int]:
    """How many comments can be read on each subject of a scope: one query for a whole page of counts."""
    query = select(Thread.subject, Thread.comment_count).where(
        Thread.scope == scope, Thread.comment_count > 0
    )
    return {row.subject: row.comment_count for row in (await session.execute(query)).all()}


async def count_on(session: AsyncSession, subjects: Collection[str]) -> dict[str, int]:
    """How many comments can be read on each of some subjects; those on which nothing is said are left out."""
    query = select(Thread.subject, Thread.comment_count).where(
        Thread.subject.in_(subjects), Thread.comment_count > 0
    )
    return {row.subject: row.comment_count for row in (await session.execute(query)).all()}


COMMENT_COUNT = (
    select(func.coalesce(func.sum(Thread.comment_count), 0))
    .where(Thread.subject == bindparam("topic", type_=String()))
    .scalar_subquery()
)
"""How many comments can be read on `topic` (a parameter), to be read together with what else a page shows."""


async def list_newest(session: AsyncSession, scope: str, paging: Paging) -> Sequence[Comment]:
    """What can be read in a scope, replies too, the newest first."""
    query = select(Comment).where(Comment.scope == scope, _READABLE).order_by(*_ORDERS[Sort.NEWEST])
    return await _page_of(session, query, paging)


async def list_readable(session: AsyncSession, subject: str, paging: Paging) -> Sequence[Comment]:
    """What can be read on a subject, replies too, the newest first."""
    query = select(Comment).where(Comment.subject == subject, _READABLE).order_by(*_ORDERS[Sort.NEWEST])
    return await _page_of(session, query, paging)


# ── of a person ───────────────────────────────────────────────────────────────
async def count_written(session: AsyncSession, accounts: Collection[uuid.UUID], *, since: datetime) -> int:
    """How many comments a person has written since a moment, from whichever account."""
    query = select(func.count()).where(Comment.author_id.in_(accounts), Comment.created_at > since)
    return (await session.execute(query)).scalar_one()


async def find_same(
    session: AsyncSession,
    author_id: uuid.UUID,
    subject: str,
    parent_id: uuid.UUID | None,
    body: str,
    *,
    since: datetime,
) -> Comment | None:
    """The very same words of the same author at the same place: a second click."""
    query = (
        select(Comment)
        .where(
            Comment.author_id == author_id,
            Comment.subject == subject,
            Comment.parent_id == parent_id if parent_id else Comment.parent_id.is_(None),
            Comment.body == body,
            Comment.created_at > since,
            _READABLE,
        )
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def supported_by(
    session: AsyncSession, accounts: Collection[uuid.UUID], comment_ids: Collection[uuid.UUID]
) -> set[uuid.UUID]:
    """Which of some comments a person supports, from whichever account."""
    query = select(CommentSupport.comment_id).where(
        CommentSupport.account_id.in_(accounts), CommentSupport.comment_id.in_(comment_ids)
    )
    return set((await session.execute(query)).scalars())
