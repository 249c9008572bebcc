"""Who read whose personal data, shown to that person.

Private: unlike the register it names people. Reading somebody's personal data without a line here
is a defect.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id

BATCH = 2000  # rows in one statement


class AccessLogEntry(Base):
    """One look at personal data."""

    __tablename__ = "access_log"
    __table_args__ = (
        Index("ix_access_log_subject_id_at", "subject_id", "at"),
        Index("ix_access_log_about", "about"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime]
    reader_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), comment="who looked")
    subject_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), comment="whose data")
    what: Mapped[str] = mapped_column(String(200), comment="msgid: what was seen and why")
    about: Mapped[str | None] = mapped_column(String(60), comment="what it goes with, as poll:<id>")


def log_access(
    session: AsyncSession,
    *,
    reader_id: uuid.UUID,
    subject_id: uuid.UUID,
    what: str,
    about: str | None = None,
    now: datetime,
) -> None:
    """Write down that `reader_id` saw personal data of `subject_id`. `about`: set on a line that itself tells
    what may not be kept of a person; `forget_accesses` takes it away.
    """
    session.add(
        AccessLogEntry(
            id=new_id(), at=now, reader_id=reader_id, subject_id=subject_id, what=what, about=about
        )
    )


async def forget_accesses(session: AsyncSession, *, about: str) -> None:
    """Destroy the lines that go with something whose traces are destroyed."""
    await session.execute(delete(AccessLogEntry).where(AccessLogEntry.about == about))


async def log_accesses(
    session: AsyncSession,
    *,
    reader_id: uuid.UUID,
    subject_ids: Sequence[uuid.UUID],
    what: str,
    once_in: timedelta | None = None,
    now: datetime,
) -> None:
    """The same for many people at once, as when a whole roll is read. `once_in`: of a list
    that is read again and again by whoever works with it, one line in so long says so.
    """
    if once_in is not None:
        said = select(AccessLogEntry.subject_id).where(
            AccessLogEntry.reader_id == reader_id,
            AccessLogEntry.what == what,
            AccessLogEntry.at > now - once_in,
            AccessLogEntry.subject_id.in_(subject_ids),
        )
        known = set((await session.execute(said)).scalars())
        subject_ids = [one for one in subject_ids if one not in known]
    for start in range(0, len(subject_ids), BATCH):
        rows = [
            {"id": new_id(), "at": now, "reader_id": reader_id, "subject_id": one, "what": what}
            for one in subject_ids[start : start + BATCH]
        ]
        await session.execute(insert(AccessLogEntry), rows)


async def list_accesses(
    session: AsyncSession, subject_id: uuid.UUID, *, limit: int = 200
) -> list[AccessLogEntry]:
    """Newest first."""
    query = (
        select(AccessLogEntry)
        .where(AccessLogEntry.subject_id == subject_id)
        .order_by(AccessLogEntry.at.desc())
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())
