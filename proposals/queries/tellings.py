"""Reading who is still to be told of something without e-mail, and where they can be reached."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from proposals.errors import TellingNotFound
from proposals.models import ClockPause, Idea, Intake, Telling, Verdict
from proposals.states import TOLD_WAYS

TellingRow = Row[*tuple[Any, ...]]
"""`Telling`, `Idea`, and where there are: `Intake`, the `Verdict` and the `ClockPause` of which it tells."""


def _rows() -> Select[Telling, Idea, Intake, Verdict, ClockPause]:
    unclaimed = and_(Intake.idea_id == Telling.idea_id, Telling.account_id.is_(None))
    decided = and_(Verdict.idea_id == Telling.idea_id, Verdict.at == Telling.at, Verdict.kind == Telling.kind)
    asked = and_(
        ClockPause.idea_id == Telling.idea_id, ClockPause.paused_at == Telling.at, Telling.kind == "question"
    )
    return (
        select(Telling, Idea, Intake, Verdict, ClockPause)
        .join(Idea, Idea.id == Telling.idea_id)
        .outerjoin(Intake, unclaimed)
        .outerjoin(Verdict, decided)
        .outerjoin(ClockPause, asked)
    )


async def list_open_tellings(session: AsyncSession, *, limit: int) -> Sequence[TellingRow]:
    """What is still to be told, the oldest first."""
    query = _rows().where(Telling.ended_at.is_(None)).order_by(Telling.at, Telling.id).limit(limit)
    return _once((await session.execute(query)).all())


async def list_told(session: AsyncSession, *, limit: int) -> Sequence[TellingRow]:
    """What was told last."""
    ways = [way.value for way in TOLD_WAYS]
    query = _rows().where(Telling.ended_as.in_(ways)).order_by(Telling.ended_at.desc(), Telling.id)
    return _once((await session.execute(query.limit(limit))).all())


def _once(rows: Sequence[TellingRow]) -> list[TellingRow]:
    """Each telling once, though two verdicts of one kind may have been given in the same moment."""
    return list({row.Telling.id: row for row in rows}.values())


async def count_open_tellings(session: AsyncSession) -> int:
    """How much is still to be told."""
    query = select(func.count()).select_from(Telling).where(Telling.ended_at.is_(None))
    return int((await session.execute(query)).scalar_one())


async def get_telling_row(session: AsyncSession, telling_id: uuid.UUID) -> TellingRow:
    """One of them, ended or not. Raises: TellingNotFound."""
    row: TellingRow | None = (await session.execute(_rows().where(Telling.id == telling_id).limit(1))).first()
    if row is None:
        raise TellingNotFound()
    return row


async def get_telling(session: AsyncSession, telling_id: uuid.UUID, *, lock: bool = False) -> Telling:
    """The row alone. Raises: TellingNotFound."""
    query = select(Telling).where(Telling.id == telling_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    telling = (await session.execute(query)).scalar_one_or_none()
    if telling is None:
        raise TellingNotFound()
    return telling
