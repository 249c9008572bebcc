"""Reading the yearly report: what happened here in a year, what was entered, what was published."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from amendments.models import Act, ActEvent, AmendmentRow, Answer, Debate, YearlyEntry, YearlyReport
from amendments.rules.procedure import Event
from amendments.states import INTO_TEXT, ActState, AmendmentState, DebateState
from app.kit.clock import BUCHAREST


def bounds(year: int) -> tuple[datetime, datetime]:
    """The moments at which a year begins and ends here."""
    first, after = (datetime.combine(date(one, 1, 1), time(), BUCHAREST) for one in (year, year + 1))
    return first, after


async def count_year(session: AsyncSession, year: int) -> dict[str, int]:
    """The figures that are known. A recommendation is of the year in which it was registered, an adopted act
    of that of its last sitting.
    """
    received, included = await _count_recommendations(session, year)
    announced = await _announced(session, year)
    return {
        "a": received,
        "b": included,
        "c_debates": await _count_attendance(session, year),
        "d": await _count_steps(session, year, Event.DEBATE_ENDED),
        "A1": await _count_adopted(session, year),
        "A2": len(announced),
        "A6": len({officer for _, officer in announced}),
        "A7": received,
        "A8": included,
        "A9": await _count_steps(session, year, Event.DEBATE_REQUESTED),
    }


async def _count_attendance(session: AsyncSession, year: int) -> int:
    """How many people were at the debate meetings of a year, by their published minutes."""
    first, after = bounds(year)
    query = select(func.sum(Debate.attendance)).where(
        Debate.state == DebateState.PUBLISHED.value, Debate.starts_at >= first, Debate.starts_at < after
    )
    return (await session.execute(query)).scalar_one() or 0


async def _announced(session: AsyncSession, year: int) -> Sequence[tuple[uuid.UUID, str]]:
    query = select(Act.id, Act.officer).where(
        Act.announced_on >= date(year, 1, 1), Act.announced_on < date(year + 1, 1, 1)
    )
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


async def _count_adopted(session: AsyncSession, year: int) -> int:
    """Acts that were adopted, by the day of their last sitting."""
    sat = (
        select(ActEvent.act_id, func.max(ActEvent.happened_on).label("on"))
        .where(ActEvent.event == Event.SITTING.value)
        .group_by(ActEvent.act_id)
        .subquery()
    )
    query = (
        select(func.count())
        .select_from(Act)
        .join(sat, sat.c.act_id == Act.id)
        .where(
            Act.state == ActState.ADOPTED.value,
            sat.c.on >= date(year, 1, 1),
            sat.c.on < date(year + 1, 1, 1),
        )
    )
    return (await session.execute(query)).scalar_one()


async def _count_steps(session: AsyncSession, year: int, event: Event) -> int:
    query = (
        select(func.count())
        .select_from(ActEvent)
        .where(
            ActEvent.event == event.value,
            ActEvent.happened_on >= date(year, 1, 1),
            ActEvent.happened_on < date(year + 1, 1, 1),
        )
    )
    return (await session.execute(query)).scalar_one()


async def _count_recommendations(session: AsyncSession, year: int) -> tuple[int, int]:
    """How many were received, and how many of them are in a text by the answer that holds."""
    first, after = bounds(year)
    received = (
        AmendmentRow.rank.is_not(None),
        AmendmentRow.submitted_at >= first,
        AmendmentRow.submitted_at < after,
    )
    newest = (
        select(Answer.amendment_id, func.max(Answer.position).label("position"))
        .group_by(Answer.amendment_id)
        .subquery()
    )
    included = (
        select(func.count())
        .select_from(AmendmentRow)
        .join(newest, newest.c.amendment_id == AmendmentRow.id)
        .join(
            Answer,
            (Answer.amendment_id == newest.c.amendment_id) & (Answer.position == newest.c.position),
        )
        .where(
            *received,
            AmendmentRow.state != AmendmentState.SUBMITTED.value,
            Answer.outcome.in_([one.value for one in INTO_TEXT]),
        )
    )
    all_received = select(func.count()).select_from(AmendmentRow).where(*received)
    return (
        (await session.execute(all_received)).scalar_one(),
        (await session.execute(included)).scalar_one(),
    )


# ── what was entered and published ────────────────────────────────────────────
async def list_entries(session: AsyncSession, year: int) -> Sequence[YearlyEntry]:
    """Everything that was entered for a year, in its order."""
    query = select(YearlyEntry).where(YearlyEntry.year == year).order_by(YearlyEntry.position)
    return (await session.execute(query)).scalars().all()


async def list_reports(session: AsyncSession, year: int) -> Sequence[YearlyReport]:
    """The published reports of a year, corrections after the first."""
    query = select(YearlyReport).where(YearlyReport.year == year).order_by(YearlyReport.position)
    return (await session.execute(query)).scalars().all()


async def list_years(session: AsyncSession) -> list[int]:
    """The years in which a draft was announced or for which something was published, the newest first."""
    announced = (
        await session.execute(select(Act.announced_on).where(Act.announced_on.is_not(None)))
    ).scalars()
    published = (await session.execute(select(YearlyReport.year).distinct())).scalars()
    return sorted({day.year for day in announced if day} | set(published), reverse=True)
