"""Photographs of a consultation: shown with what is on them in words, withdrawn with a reason."""

import uuid
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.db import new_id
from app.kit.images import StoredPhoto
from app.kit.policy import require
from consultations import queries
from consultations.errors import PhotographThere, TooManyPhotographs
from consultations.models import ConsultationPhoto
from consultations.policy import may_organize, may_write_minutes
from consultations.queries import minutes as stored

MOST_PHOTOGRAPHS = 12


async def show_photograph(
    session: AsyncSession,
    actor: Actor,
    consultation_id: uuid.UUID,
    photo: StoredPhoto,
    *,
    alt: str,
    now: datetime,
) -> ConsultationPhoto:
    """Show a photograph. Locks: the consultation, the register's head. Raises: Forbidden, PhotographThere,
    TooManyPhotographs.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    require(may_write_minutes(actor, row, now=now))
    shown = await stored.list_photographs(session, row.id)
    if photo.large_key in {one.large_key for one in shown}:
        raise PhotographThere()
    if len(shown) >= MOST_PHOTOGRAPHS:
        raise TooManyPhotographs(limit=MOST_PHOTOGRAPHS)
    own = ConsultationPhoto(
        id=new_id(),
        consultation_id=row.id,
        alt=alt,
        created_at=now,
        by_name=actor.name,
        withdrawn_why="",
        **msgspec.structs.asdict(photo),
    )
    session.add(own)
    await session.flush()
    sha256 = photo.large_key.partition(".")[0]
    facts: dict[str, object] = {"number": row.number, "alt": alt, "sha256": sha256, "by": actor.name}
    await register.record(session, "consultation.photo", f"consultation:{row.id}", facts, now=now)
    return own


async def withdraw_photograph(
    session: AsyncSession, actor: Actor, photo_id: uuid.UUID, *, why: str, now: datetime
) -> ConsultationPhoto:
    """No longer show one, for instance because somebody on it asks; the reason is published.

    Locks: the consultation, the register's head. Raises: Forbidden, PhotographNotFound.
    """
    require(may_organize(actor))
    found = await stored.get_photograph(session, photo_id)
    row = await queries.get_consultation(session, found.consultation_id, lock=True)
    found = await stored.get_photograph(session, photo_id)  # as it is under the lock
    found.withdrawn_at, found.withdrawn_why = now, why
    await session.flush()
    facts: dict[str, object] = {"number": row.number, "alt": found.alt, "reason": why, "by": actor.name}
    kind = "consultation.photo-withdrawn"
    await register.record(session, kind, f"consultation:{row.id}", facts, now=now)
    return found
