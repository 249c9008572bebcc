"""Meetings of the council and public debates, for whoever plans something else for that time."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from amendments.models import Act, Debate, Sitting
from amendments.states import DebateState, SittingState
from app.kit.clock import BUCHAREST, local_date

LASTS = timedelta(hours=2)  # a debate or a sitting whose end nobody has said


class Meeting(NamedTuple):
    """What is public at a time."""

    title: str
    starts_at: datetime
    ends_at: datetime
    path: str


async def list_meetings(session: AsyncSession, since: datetime, until: datetime) -> list[Meeting]:
    """Debates and sittings that are called, on the days from one moment to another."""
    debates = (
        select(Debate, Act.title)
        .join(Act, Act.id == Debate.act_id)
        .where(
            Debate.state == DebateState.CALLED.value,
            Debate.starts_at > since - LASTS,
            Debate.starts_at < until,
        )
    )
    sittings = (
        select(Sitting, Act.title)
        .join(Act, Act.id == Sitting.act_id)
        .where(
            Sitting.state == SittingState.CALLED.value,
            Sitting.held_on >= local_date(since),
            Sitting.held_on <= local_date(until),
        )
    )
    found = [
        Meeting(
            title,
            debate.starts_at,
            debate.starts_at + LASTS,
            f"/acts/{debate.act_id}/debates/{debate.position}",
        )
        for debate, title in (await session.execute(debates)).all()
    ]
    for sitting, title in (await session.execute(sittings)).all():
        starts_at = datetime.combine(sitting.held_on, time.fromisoformat(sitting.begins_at), tzinfo=BUCHAREST)
        path = f"/acts/{sitting.act_id}"
        found.append(Meeting(title, starts_at, starts_at + LASTS, path))
    return found
