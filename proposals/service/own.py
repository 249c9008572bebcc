"""What remains of somebody who closes their account, and the copy of one's own data.

What was published stays without the name. Public facts of the register and the entries of timelines cannot be
altered; pages show the author's entries by the name that the idea has now (proposals.pages.ideas).
"""

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.events import AccountClosed
from accounts.policy import Actor
from accounts.service import CLOSED_NAME
from proposals import queries
from proposals.models import (
    Attachment,
    CoAuthor,
    Idea,
    Invitation,
    Opinion,
    Photo,
    Support,
    Telling,
    WorksPhoto,
)
from proposals.states import IdeaState, TellingEnd


async def leave_no_name(session: AsyncSession, closed: AccountClosed) -> None:
    """Take the name off ideas, opinions and their photos; drafts, which nobody else has seen, are deleted.

    Locks: the ideas, in order.
    """
    query = select(Idea).where(Idea.author_id == closed.account_id).order_by(Idea.id).with_for_update()
    ideas = (await session.execute(query.execution_options(populate_existing=True))).scalars().all()
    drafts = [idea for idea in ideas if idea.state == IdeaState.DRAFT]
    for rows in (Photo, Attachment, CoAuthor, Invitation):
        await session.execute(delete(rows).where(rows.idea_id.in_([draft.id for draft in drafts])))
    for idea in ideas:
        if idea in drafts:
            await session.delete(idea)
        elif idea.author_name:  # an empty one never was there
            idea.author_name = CLOSED_NAME
    own = select(Opinion.id).where(Opinion.account_id == closed.account_id)
    for change in (
        update(WorksPhoto).where(WorksPhoto.opinion_id.in_(own)).values(by_name=CLOSED_NAME),
        update(CoAuthor)
        .where(CoAuthor.account_id == closed.account_id, CoAuthor.name != "")
        .values(name=CLOSED_NAME),
        update(Opinion).where(Opinion.account_id == closed.account_id).values(author_name=CLOSED_NAME),
    ):
        await session.execute(change.execution_options(synchronize_session=False))
    ended = update(Telling).where(Telling.account_id == closed.account_id, Telling.ended_at.is_(None))
    gone = ended.values(ended_at=closed.at, ended_as=TellingEnd.FORGOTTEN.value)
    await session.execute(gone.execution_options(synchronize_session=False))
    await session.flush()


async def export_proposals(session: AsyncSession, actor: Actor) -> object:
    """The actor's ideas, drafts too, those with them as a co-author, what they support, and what they said
    of finished works.
    """
    ideas = await session.execute(select(Idea).where(Idea.author_id == actor.id).order_by(Idea.created_at))
    joined = await session.execute(
        select(Idea, CoAuthor.name, CoAuthor.at)
        .join(CoAuthor, CoAuthor.idea_id == Idea.id)
        .where(CoAuthor.account_id == actor.id)
        .order_by(CoAuthor.at)
    )
    supports = await session.execute(
        select(Idea.number, Idea.title, Support.at)
        .join(Idea, Idea.id == Support.idea_id)
        .where(Support.account_id == actor.id)
        .order_by(Support.at)
    )
    opinions = await session.execute(
        select(Opinion).where(Opinion.account_id == actor.id).order_by(Opinion.at)
    )
    said = list(opinions.scalars())
    words = await queries.list_words(session, said)
    return {
        "ideas": [_idea(one) for one in ideas.scalars()],
        "co_authored": [
            {**_idea(one), "named": name, "joined_at": at.isoformat()} for one, name, at in joined.all()
        ],
        "supports": [
            {"number": row.number, "title": row.title, "at": row.at.isoformat()} for row in supports.all()
        ],
        "opinions": [
            {
                "works": f"/works/{one.project_id}",
                "choice": one.choice,
                "text": words[one.id].text if one.id in words else "",
                "at": one.at.isoformat(),
                "changed_at": one.changed_at.isoformat(),
                "hidden_why": words[one.id].why if one.id in words else "",
            }
            for one in said
        ],
    }


def _idea(idea: Idea) -> dict[str, object]:
    return {
        "number": idea.number,
        "state": idea.state,
        "title": idea.title,
        "text": idea.body,
        "location": idea.location,
        "landmark": idea.landmark,
        "latitude": idea.latitude,
        "longitude": idea.longitude,
        "estimate_bani": idea.estimate_bani,
        "created_at": idea.created_at.isoformat(),
        "submitted_at": idea.submitted_at.isoformat() if idea.submitted_at else None,
    }
