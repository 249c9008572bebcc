"""Reading who stands behind an idea."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.crypto import digest
from proposals.errors import InvitationNotFound
from proposals.models import CoAuthor, Invitation, Verdict


async def list_co_authors(session: AsyncSession, idea_id: uuid.UUID) -> list[CoAuthor]:
    """In the order in which they joined."""
    query = select(CoAuthor).where(CoAuthor.idea_id == idea_id).order_by(CoAuthor.at, CoAuthor.account_id)
    return list((await session.execute(query)).scalars())


async def list_invitations(session: AsyncSession, idea_id: uuid.UUID) -> list[Invitation]:
    """Those that wait for an answer, also past their term, the oldest first."""
    query = select(Invitation).where(Invitation.idea_id == idea_id, Invitation.ended_at.is_(None))
    return list((await session.execute(query.order_by(Invitation.at, Invitation.id))).scalars())


async def get_invitation(
    session: AsyncSession, token: str, *, now: datetime, lock: bool = False
) -> Invitation:
    """The invitation of a link. Raises: InvitationNotFound, also once it was answered or is too old."""
    query = select(Invitation).where(
        Invitation.token_digest == digest(token), Invitation.ended_at.is_(None), Invitation.expires_at > now
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    invitation = (await session.execute(query)).scalar_one_or_none()
    if invitation is None:
        raise InvitationNotFound()
    return invitation


async def list_judges(session: AsyncSession, idea_id: uuid.UUID) -> set[uuid.UUID]:
    """Whose verdicts there are on an idea, those included that no longer hold."""
    query = select(Verdict.reviewer_id, Verdict.second_id).where(Verdict.idea_id == idea_id)
    rows = (await session.execute(query)).all()
    return {one for row in rows for one in (row.reviewer_id, row.second_id) if one is not None}
