"""What remains of the comments of somebody who closes their account, and the copy of one's own data."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.events import AccountClosed
from accounts.policy import Actor
from accounts.service import CLOSED_NAME
from discussions.models import Comment, CommentReport, CommentSupport


async def leave_no_name(session: AsyncSession, closed: AccountClosed) -> None:
    """Take the name off the comments, which stay for who answered them; replies are told no more."""
    own = update(Comment).where(Comment.author_id == closed.account_id)
    await session.execute(
        own.values(author_name=CLOSED_NAME, wants_mail=False).execution_options(synchronize_session=False)
    )


async def export_comments(session: AsyncSession, actor: Actor) -> object:
    """The actor's comments, what they support and what they reported."""
    written = select(Comment).where(Comment.author_id == actor.id).order_by(Comment.created_at)
    supported = select(CommentSupport).where(CommentSupport.account_id == actor.id)
    reported = select(CommentReport).where(CommentReport.account_id == actor.id)
    return {
        "written": [
            {
                "path": f"/comments/{one.id}",
                "on": one.subject,
                "text": one.body,
                "state": one.state,
                "at": one.created_at.isoformat(),
            }
            for one in (await session.execute(written)).scalars()
        ],
        "supports": [
            {"path": f"/comments/{one.comment_id}", "at": one.at.isoformat()}
            for one in (await session.execute(supported.order_by(CommentSupport.at))).scalars()
        ],
        "reports": [
            {
                "path": f"/comments/{one.comment_id}",
                "ground": one.ground,
                "text": one.text,
                "at": one.at.isoformat(),
            }
            for one in (await session.execute(reported.order_by(CommentReport.at))).scalars()
        ],
    }
