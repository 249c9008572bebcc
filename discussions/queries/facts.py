"""Comments and decisions on them as rows of data, for the nightly packages."""

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.i18n import N_
from cycles.models import Cycle
from discussions.models import Comment, CommentDecision
from discussions.queries.comments import _READABLE

BATCH = 500
Scope = Callable[[uuid.UUID], str]
"""The wider subject under which all that is said of a cycle stands; whoever owns the subject knows it."""


class CommentRow(msgspec.Struct, frozen=True):
    """A comment that can be read. What was withdrawn or hidden is not here."""

    id: str
    subject: Annotated[str, Meta(description="what it is on: kind and id")]
    reply_to: Annotated[str | None, Meta(description="id of another comment")]
    author: Annotated[str, Meta(description="as shown in public")]
    role: Annotated[str, Meta(description="in which an official wrote it")]
    text: Annotated[str, Meta(description="Markdown")]
    at: datetime
    edited_at: datetime | None
    supporters: int
    url: str


class DecisionRow(msgspec.Struct, frozen=True):
    """A moderator's decision with its reason. Neither who decided nor who wrote the comment is named."""

    comment: Annotated[str, Meta(description="id; of a hidden one there are no words")]
    position: Annotated[int, Meta(description="of the decisions on this comment, from 1")]
    at: datetime
    decision: str
    ground: Annotated[str, Meta(description="of what was hidden")]
    reason: Annotated[str, Meta(description="Markdown")]
    reports: Annotated[int, Meta(description="that were open then")]


class CommentTable:
    """All that can be read under the scope of a cycle, as it came."""

    title = N_("Comments that can be read")
    row = CommentRow

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def read(
        self, session: AsyncSession, cycle: Cycle, base_url: str
    ) -> AsyncIterator[Sequence[CommentRow]]:
        columns = Comment.__table__.c
        query = select(*columns).where(columns.scope == self.scope(cycle.id), _READABLE)
        async for rows in _in_time(session, query, columns.created_at, columns.id):
            yield [_comment(row, base_url) for row in rows]


def _comment(row: Row[*tuple[Any, ...]], base_url: str) -> CommentRow:
    return CommentRow(
        id=str(row.id),
        subject=row.subject,
        reply_to=str(row.parent_id) if row.parent_id else None,
        author=row.author_name,
        role=row.role,
        text=row.body,
        at=row.created_at,
        edited_at=row.edited_at,
        supporters=row.support_count,
        url=f"{base_url}/comments/{row.id}",
    )


class DecisionTable:
    """Every decision of moderators under the scope of a cycle, as it was taken."""

    title = N_("Decisions of moderators, with their reasons")
    row = DecisionRow

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def read(
        self, session: AsyncSession, cycle: Cycle, base_url: str
    ) -> AsyncIterator[Sequence[DecisionRow]]:
        async for rows in read_decisions(session, self.scope(cycle.id)):
            yield rows


async def read_decisions(session: AsyncSession, scope: str = "") -> AsyncIterator[Sequence[DecisionRow]]:
    """Every decision of moderators, or those of a scope, as they were taken."""
    columns = CommentDecision.__table__.c
    query = select(*columns).join(Comment, Comment.id == columns.comment_id)
    if scope:
        query = query.where(Comment.scope == scope)
    async for rows in _in_time(session, query, columns.at, columns.id):
        yield [
            DecisionRow(
                comment=str(row.comment_id),
                position=row.position,
                at=row.at,
                decision=row.decision,
                ground=row.ground,
                reason=row.reason,
                reports=row.report_count,
            )
            for row in rows
        ]


async def _in_time(
    session: AsyncSession, query: Select[*tuple[Any, ...]], at: Any, key: Any
) -> AsyncIterator[Sequence[Row[*tuple[Any, ...]]]]:
    """The rows of a query by their time, some at a time, each stretch beginning behind the last one."""
    stretch = query.order_by(at, key).limit(BATCH)
    while rows := (await session.execute(stretch)).all():
        yield rows
        last = rows[-1]._mapping
        behind = or_(at > last[at], and_(at == last[at], key > last[key]))
        stretch = query.where(behind).order_by(at, key).limit(BATCH)
