"""Reading minutes, their drafts, and photographs."""

import uuid
from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consultations.errors import MinutesNotFound, PhotographNotFound
from consultations.models import (
    Change,
    Consultation,
    ConsultationPhoto,
    Minutes,
    MinutesDraft,
    MinutesReminder,
)
from consultations.queries.programme import Chosen, Listed, list_listed
from consultations.rules.minutes import MinutesText
from consultations.states import ChangeKind, State


def read_minutes(content: str) -> MinutesText:
    """The minutes as they were stored."""
    return msgspec.json.decode(content, type=MinutesText)


def write_minutes(text: MinutesText) -> str:
    """As they are stored: the same minutes give the same letters."""
    return msgspec.json.encode(text, order="deterministic").decode()


async def find_draft(session: AsyncSession, consultation_id: uuid.UUID) -> MinutesDraft | None:
    """What is written so far, as it is now."""
    query = select(MinutesDraft).where(MinutesDraft.consultation_id == consultation_id)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def list_minutes(session: AsyncSession, consultation_id: uuid.UUID) -> list[Minutes]:
    """The minutes and their corrections, the newest last."""
    query = select(Minutes).where(Minutes.consultation_id == consultation_id)
    return list((await session.execute(query.order_by(Minutes.position))).scalars())


async def get_minutes(session: AsyncSession, consultation_id: uuid.UUID, position: int) -> Minutes:
    """One version. Raises: MinutesNotFound."""
    query = select(Minutes).where(Minutes.consultation_id == consultation_id, Minutes.position == position)
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise MinutesNotFound()
    return found


async def map_first_minutes(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Minutes]:
    """The minutes of consultations as they were first published."""
    query = select(Minutes).where(Minutes.consultation_id.in_(ids), Minutes.position == 1)
    return {one.consultation_id: one for one in (await session.execute(query)).scalars()}


async def list_held(
    session: AsyncSession, chosen: Chosen | None = None, *, limit: int | None = None, offset: int = 0
) -> list[Listed]:
    """Those that were held, the latest first."""
    rows = await list_listed(session, chosen, newest_first=True)
    held = [one for one in rows if one.row.state == State.HELD]
    return held[offset : None if limit is None else offset + limit]


async def list_without_minutes(session: AsyncSession) -> list[uuid.UUID]:
    """Those that were held and whose minutes nobody has published yet, the oldest first."""
    written = select(Minutes.consultation_id).where(Minutes.position == 1)
    query = select(Consultation.id).where(
        Consultation.state == State.HELD.value, Consultation.id.not_in(written)
    )
    return list((await session.execute(query.order_by(Consultation.ends_at, Consultation.id))).scalars())


async def find_reporter(session: AsyncSession, consultation_id: uuid.UUID) -> uuid.UUID | None:
    """Who said last that it was held."""
    kinds = [ChangeKind.HELD.value, ChangeKind.CORRECTED.value]
    query = select(Change.by_id).where(Change.consultation_id == consultation_id, Change.kind.in_(kinds))
    return (await session.execute(query.order_by(Change.position.desc()).limit(1))).scalar_one_or_none()


async def is_reminded(session: AsyncSession, consultation_id: uuid.UUID, kind: str) -> bool:
    """Whether organizers were told of its minutes already."""
    query = select(MinutesReminder.id).where(
        MinutesReminder.consultation_id == consultation_id, MinutesReminder.kind == kind
    )
    return (await session.execute(query)).first() is not None


# ── photographs ───────────────────────────────────────────────────────────────
async def list_photographs(session: AsyncSession, consultation_id: uuid.UUID) -> list[ConsultationPhoto]:
    """Those that are shown, in the order in which they were added."""
    query = select(ConsultationPhoto).where(
        ConsultationPhoto.consultation_id == consultation_id, ConsultationPhoto.withdrawn_at.is_(None)
    )
    ordered = query.order_by(ConsultationPhoto.created_at, ConsultationPhoto.id)
    return list((await session.execute(ordered)).scalars())


async def get_photograph(session: AsyncSession, photo_id: uuid.UUID) -> ConsultationPhoto:
    """One that is shown. Raises: PhotographNotFound."""
    query = select(ConsultationPhoto).where(
        ConsultationPhoto.id == photo_id, ConsultationPhoto.withdrawn_at.is_(None)
    )
    found = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if found is None:
        raise PhotographNotFound()
    return found


async def count_photographs(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many are shown of each."""
    query = (
        select(ConsultationPhoto.consultation_id, func.count(ConsultationPhoto.id).label("shown"))
        .where(ConsultationPhoto.consultation_id.in_(ids), ConsultationPhoto.withdrawn_at.is_(None))
        .group_by(ConsultationPhoto.consultation_id)
    )
    return {row.consultation_id: int(row.shown) for row in (await session.execute(query)).all()}
