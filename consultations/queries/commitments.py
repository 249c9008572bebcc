"""Reading commitments: those of answers, lists of them with who owns them, their history and evidence."""

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consultations.models import Commitment


async def list_by_answers(
    session: AsyncSession, answer_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, Commitment]:
    """The commitments that were made by some answers, by the answer."""
    query = select(Commitment).where(Commitment.answer_id.in_(answer_ids))
    rows = (await session.execute(query)).scalars()
    return {row.answer_id: row for row in rows if row.answer_id is not None}
