"""Reading how ideas came in that staff entered."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import BUCHAREST
from proposals.errors import AttachmentNotFound, IntakeNotFound
from proposals.models import Attachment, Contestation, Idea, Intake, Paper, ReviewRules
from proposals.states import KEEP_DAYS, OPEN_STATES


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


# ── papers ────────────────────────────────────────────────────────────────────
async def list_papers(session: AsyncSession, idea_id: uuid.UUID) -> list[Paper]:
    """What the author of an idea sent without the web, as it was entered."""
    query = select(Paper).where(Paper.idea_id == idea_id).order_by(Paper.entered_at, Paper.id)
    return list((await session.execute(query)).scalars())


async def find_paper_of_form(session: AsyncSession, form_id: uuid.UUID) -> Paper | None:
    """The paper that a form has made."""
    query = select(Paper).where(Paper.form_id == form_id)
    return (await session.execute(query)).scalar_one_or_none()


async def get_paper(session: AsyncSession, paper_id: uuid.UUID) -> tuple[Paper, Idea]:
    """A paper whose scan is kept, with its idea. Raises: AttachmentNotFound."""
    query = select(Paper, Idea).join(Idea, Idea.id == Paper.idea_id)
    row = (await session.execute(query.where(Paper.id == paper_id, Paper.key != ""))).one_or_none()
    if row is None:
        raise AttachmentNotFound()
    return row[0], row[1]


async def is_kept_elsewhere(session: AsyncSession, paper: Paper) -> bool:
    """Whether the very same file is that of another paper, or of an attachment: the storage has it once."""
    others = exists().where(Paper.key == paper.key, Paper.id != paper.id)
    attached = exists().where(Attachment.key == paper.key)
    return bool((await session.execute(select(or_(others, attached)))).scalar_one())


async def list_to_forget(
    session: AsyncSession, *, today: date, idea_id: uuid.UUID | None = None
) -> list[uuid.UUID]:
    """Decided ideas that staff have entered, to which nothing has happened for as many days as the rules of
    their cycle give, and of whose senders something is known yet; of all, or only `idea_id`.
    """
    known = (Intake.name + Intake.email + Intake.phone + Intake.address) != ""
    scanned = exists().where(Paper.idea_id == Idea.id, Paper.key != "")
    contested = exists().where(Contestation.idea_id == Idea.id, Contestation.outcome.is_(None))
    query = (
        select(Idea.id, Idea.updated_at, func.coalesce(ReviewRules.keep_days, KEEP_DAYS).label("keep_days"))
        .join(Intake, Intake.idea_id == Idea.id)
        .outerjoin(ReviewRules, ReviewRules.cycle_id == Idea.cycle_id)
        .where(Idea.state.not_in([state.value for state in OPEN_STATES]), or_(known, scanned), ~contested)
        .order_by(Idea.id)
    )
    if idea_id is not None:
        query = query.where(Idea.id == idea_id)
    return [
        row.id
        for row in (await session.execute(query)).all()
        if row.updated_at < _day_begins(today - timedelta(days=row.keep_days))
    ]


def _day_begins(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=BUCHAREST)
