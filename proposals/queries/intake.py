"""Reading how ideas came in that staff entered."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from proposals.errors import IntakeNotFound
from proposals.models import Idea, Intake


async def find_intake(session: AsyncSession, idea_id: uuid.UUID, *, lock: bool = False) -> Intake | None:
    """How an idea came in, if staff entered it."""
    query = select(Intake).where(Intake.idea_id == idea_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(query)).scalar_one_or_none()


async def get_intake(session: AsyncSession, idea_id: uuid.UUID, *, lock: bool = False) -> Intake:
    """As `find_intake`. Raises: IntakeNotFound."""
    intake = await find_intake(session, idea_id, lock=lock)
    if intake is None:
        raise IntakeNotFound()
    return intake


async def find_entered(session: AsyncSession, form_id: uuid.UUID) -> uuid.UUID | None:
    """The idea that a form has made."""
    query = select(Intake.idea_id).where(Intake.form_id == form_id)
    return (await session.execute(query)).scalar_one_or_none()


async def list_intakes(session: AsyncSession, *, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The ideas that staff entered last, without the people who sent them."""
    query = (
        select(
            Idea.id,
            Idea.number,
            Idea.title,
            Idea.lang,
            Intake.channel,
            Intake.received_on,
            Intake.entered_at,
            Intake.entered_by_name,
            Intake.claimed_at,
        )
        .join(Idea, Idea.id == Intake.idea_id)
        .order_by(Intake.entered_at.desc(), Idea.id)
        .limit(limit)
    )
    return (await session.execute(query)).all()
