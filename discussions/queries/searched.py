"""Comments as pages that are found: what can be read, on what can be read."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.markdown import plain
from app.kit.text import uuids
from discussions.models import Comment
from discussions.queries.comments import _READABLE
from discussions.queries.subjects import list_subjects
from search.queries import Found


class CommentSource:
    """Every comment that can be read."""

    async def list_stamps(self, session: AsyncSession) -> Mapping[str, str]:
        query = select(Comment.id, Comment.edited_at, Comment.author_name).where(_READABLE)
        return {
            str(row.id): f"{row.edited_at.isoformat() if row.edited_at else ''} {row.author_name}"
            for row in (await session.execute(query)).all()
        }

    async def read(self, session: AsyncSession, keys: Collection[str]) -> Sequence[Found]:
        query = select(Comment).where(Comment.id.in_(uuids(keys)), _READABLE)
        comments = (await session.execute(query)).scalars().all()
        subjects = await list_subjects(session, None, [one.subject for one in comments])
        return [
            Found(
                key=str(one.id),
                title=f"{one.author_name}: {subjects[one.subject].title}",
                place=" · ".join(title for title, _ in subjects[one.subject].parents),
                body=plain(one.body),
                path=f"/comments/{one.id}",
                at=one.created_at,
            )
            for one in comments
            if one.subject in subjects
        ]
