"""What the department reads: its queue, the file of an idea, the catalogue of reasons."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account, RoleGrant
from accounts.states import Role
from app.kit.paging import Paging, paging
from cycles.models import Area
from proposals.errors import ReasonNotFound
from proposals.models import (
    ClockPause,
    Contestation,
    CostLine,
    Department,
    Idea,
    IdeaNote,
    Reason,
    ReviewRules,
    Verdict,
)
from proposals.states import (
    ANSWER_DAYS,
    CONTEST_DAYS,
    DEBATE_BANI,
    DECIDE_DAYS,
    KEEP_DAYS,
    MOST_SUPPORTS,
    OPEN_STATES,
    SECOND_EYES_BANI,
    IdeaState,
)

QUEUE_SIZE = 40


class QueueFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What the queue is narrowed to. `show`: all, mine, unassigned, overdue, waiting, decided."""

    show: str = "all"
    area_code: str = ""
    department_id: uuid.UUID | None = None
    officer_id: uuid.UUID | None = None


_BY_URGENCY = (Idea.state == IdeaState.WAITING.value, Idea.due_on, Idea.submitted_at, Idea.id)


# ── the queue ─────────────────────────────────────────────────────────────────
def _conditions(wanted: QueueFilter, reviewer_id: uuid.UUID, today: date) -> list[ColumnElement[bool]]:
    still_open = Idea.state.in_([state.value for state in OPEN_STATES])
    conditions: list[ColumnElement[bool]] = [still_open]
    if wanted.show == "mine":
        conditions.append(Idea.reviewer_id == reviewer_id)
    elif wanted.show == "unassigned":
        conditions.append(Idea.reviewer_id.is_(None))
    elif wanted.show == "overdue":
        conditions += [Idea.due_on < today, Idea.state != IdeaState.WAITING.value]
    elif wanted.show == "waiting":
        conditions.append(Idea.state == IdeaState.WAITING.value)
    if wanted.area_code:
        conditions.append(Area.code == wanted.area_code)
    if wanted.department_id is not None:
        conditions.append(Idea.department_id == wanted.department_id)
    if wanted.officer_id is not None:
        conditions.append(Idea.reviewer_id == wanted.officer_id)
    return conditions


def _queue() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Idea.id,
            Idea.number,
            Idea.state,
            Idea.title,
            Idea.author_id,
            Idea.submitted_at,
            Idea.due_on,
            Idea.support_count,
            Idea.reviewer_id,
            Idea.reviewer_name,
            Area.name.label("area_name"),
            Department.name.label("department_name"),
        )
        .select_from(Idea)
        .outerjoin(Department, Department.id == Idea.department_id)
        .outerjoin(Area, Area.id == Idea.area_id)
    )


async def list_queue(
    session: AsyncSession, wanted: QueueFilter, *, reviewer_id: uuid.UUID, today: date, page: str
) -> tuple[Sequence[Row[*tuple[Any, ...]]], Paging]:
    """A page of the ideas on which a verdict is due, the most urgent first; stopped clocks come last."""
    query = _queue().where(*_conditions(wanted, reviewer_id, today))
    total = (await session.execute(select(func.count()).select_from(query.subquery()))).scalar_one()
    place = paging(page, total, size=QUEUE_SIZE)
    ordered = query.order_by(*_BY_URGENCY)
    return (await session.execute(ordered.limit(place.size).offset(place.offset))).all(), place


async def list_whole_queue(
    session: AsyncSession, wanted: QueueFilter, *, reviewer_id: uuid.UUID, today: date
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every idea of a view of the queue, for export."""
    query = _queue().where(*_conditions(wanted, reviewer_id, today)).order_by(*_BY_URGENCY)
    return (await session.execute(query)).all()


async def count_queue(session: AsyncSession, *, reviewer_id: uuid.UUID, today: date) -> dict[str, int]:
    """How many ideas each view of the queue holds, in one query."""
    waiting = Idea.state == IdeaState.WAITING.value
    query = select(
        func.count().label("all"),
        func.count().filter(Idea.reviewer_id == reviewer_id).label("mine"),
        func.count().filter(Idea.reviewer_id.is_(None)).label("unassigned"),
        func.count().filter((Idea.due_on < today) & ~waiting).label("overdue"),
        func.count().filter(waiting).label("waiting"),
    ).where(Idea.state.in_([state.value for state in OPEN_STATES]))
    return dict((await session.execute(query)).one()._mapping)


async def list_pauses_of(
    session: AsyncSession, idea_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[tuple[datetime, datetime | None]]]:
    """When the clocks of several ideas stood still."""
    found: dict[uuid.UUID, list[tuple[datetime, datetime | None]]] = {one: [] for one in idea_ids}
    if idea_ids:
        query = select(ClockPause.idea_id, ClockPause.paused_at, ClockPause.resumed_at)
        query = query.where(ClockPause.idea_id.in_(idea_ids)).order_by(ClockPause.paused_at)
        for row in (await session.execute(query)).all():
            found[row.idea_id].append((row.paused_at, row.resumed_at))
    return found


async def lock_undecided(session: AsyncSession) -> None:
    """Hold every idea that has a deadline of any kind until the transaction ends; by id, as all do."""
    contested = select(Contestation.idea_id).where(Contestation.outcome.is_(None))
    has_deadline = or_(Idea.state.in_([state.value for state in OPEN_STATES]), Idea.id.in_(contested))
    await session.execute(select(Idea.id).where(has_deadline).order_by(Idea.id).with_for_update())


async def list_running_ideas(session: AsyncSession) -> list[Idea]:
    """Ideas whose legal clock runs, by number."""
    running = (IdeaState.SUBMITTED.value, IdeaState.IN_REVIEW.value)
    query = select(Idea).where(Idea.state.in_(running)).order_by(Idea.number)
    return list((await session.execute(query.execution_options(populate_existing=True))).scalars())


async def find_open_pause(session: AsyncSession, idea_id: uuid.UUID) -> ClockPause | None:
    """The pause that the clock is in."""
    query = select(ClockPause).where(ClockPause.idea_id == idea_id, ClockPause.resumed_at.is_(None))
    return (await session.execute(query)).scalars().first()


async def list_open_questions(session: AsyncSession) -> list[tuple[ClockPause, Idea]]:
    """Questions to authors that wait for an answer, by number of the idea."""
    query = (
        select(ClockPause, Idea)
        .join(Idea, Idea.id == ClockPause.idea_id)
        .where(ClockPause.resumed_at.is_(None), Idea.state == IdeaState.WAITING.value)
        .order_by(Idea.number)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


async def list_unanswered(session: AsyncSession, *, today: date) -> list[uuid.UUID]:
    """Ideas whose author has let the term for the answer pass."""
    query = select(ClockPause.idea_id).where(
        ClockPause.resumed_at.is_(None), ClockPause.answer_due_on < today
    )
    return list((await session.execute(query.order_by(ClockPause.answer_due_on))).scalars())


async def get_rules(session: AsyncSession, cycle_id: uuid.UUID, *, lock: bool = False) -> ReviewRules:
    """The rules of a cycle's review; the usual ones, not stored, when nobody has changed them."""
    query = select(ReviewRules).where(ReviewRules.cycle_id == cycle_id)
    query = query.with_for_update() if lock else query
    found = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    return found or usual_rules(cycle_id)


def usual_rules(cycle_id: uuid.UUID) -> ReviewRules:
    """What holds for a cycle whose rules nobody has changed."""
    return ReviewRules(
        cycle_id=cycle_id,
        second_eyes_bani=SECOND_EYES_BANI,
        answer_days=ANSWER_DAYS,
        contest_days=CONTEST_DAYS,
        decide_days=DECIDE_DAYS,
        most_supports=MOST_SUPPORTS,
        debate_bani=DEBATE_BANI,
        keep_days=KEEP_DAYS,
    )


async def list_reviewers(session: AsyncSession) -> list[tuple[uuid.UUID, str]]:
    """The colleagues of the department, by name."""
    query = (
        select(Account.id, Account.name)
        .join(RoleGrant, (RoleGrant.account_id == Account.id) & RoleGrant.ended_at.is_(None))
        .where(RoleGrant.role == Role.REVIEWER.value, Account.closed_at.is_(None))
        .order_by(Account.name)
    )
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


async def list_notes(session: AsyncSession, idea_id: uuid.UUID) -> list[IdeaNote]:
    """Internal notes, oldest first."""
    query = select(IdeaNote).where(IdeaNote.idea_id == idea_id).order_by(IdeaNote.at, IdeaNote.id)
    return list((await session.execute(query)).scalars())


# ── verdicts ──────────────────────────────────────────────────────────────────
async def list_verdicts(session: AsyncSession, idea_id: uuid.UUID) -> list[Verdict]:
    """Every verdict on an idea, the first first; the last one holds."""
    query = select(Verdict).where(Verdict.idea_id == idea_id).order_by(Verdict.position)
    return list((await session.execute(query)).scalars())


async def find_verdict(session: AsyncSession, idea_id: uuid.UUID) -> Verdict | None:
    """The verdict that holds."""
    query = select(Verdict).where(Verdict.idea_id == idea_id).order_by(Verdict.position.desc()).limit(1)
    return (await session.execute(query)).scalar_one_or_none()


async def list_cost_lines(session: AsyncSession, verdict_id: uuid.UUID) -> list[CostLine]:
    """The costing of a verdict, in order."""
    query = select(CostLine).where(CostLine.verdict_id == verdict_id).order_by(CostLine.position)
    return list((await session.execute(query)).scalars())


# ── reasons ───────────────────────────────────────────────────────────────────
def _latest() -> Any:
    return select(Reason.code, func.max(Reason.version).label("version")).group_by(Reason.code).subquery()


async def list_reasons(session: AsyncSession, *, with_retired: bool = False) -> list[Reason]:
    """The catalogue as it is now, by code."""
    latest = _latest()
    query = select(Reason).join(latest, (latest.c.code == Reason.code) & (latest.c.version == Reason.version))
    if not with_retired:
        query = query.where(Reason.is_retired.is_(False))
    return list((await session.execute(query.order_by(Reason.code))).scalars())


async def get_reason(session: AsyncSession, code: str, *, version: int | None = None) -> Reason:
    """A reason in its latest version, or the one asked for. Raises: ReasonNotFound."""
    query = select(Reason).where(Reason.code == code).order_by(Reason.version.desc()).limit(1)
    if version is not None:
        query = select(Reason).where(Reason.code == code, Reason.version == version)
    reason = (await session.execute(query)).scalar_one_or_none()
    if reason is None:
        raise ReasonNotFound()
    return reason


async def list_reason_versions(session: AsyncSession, code: str) -> list[Reason]:
    """Every version of a reason, newest first."""
    query = select(Reason).where(Reason.code == code).order_by(Reason.version.desc())
    return list((await session.execute(query)).scalars())


async def list_reasons_of(session: AsyncSession, codes: Collection[str]) -> list[Reason]:
    """Every version of these reasons: timelines name the one that was in force."""
    if not codes:
        return []
    return list((await session.execute(select(Reason).where(Reason.code.in_(codes)))).scalars())


async def count_rejections(session: AsyncSession) -> dict[str, int]:
    """How many ideas stand rejected for each reason: verdicts that hold, by code."""
    newest = (
        select(Verdict.idea_id, func.max(Verdict.position).label("position"))
        .group_by(Verdict.idea_id)
        .subquery()
    )
    query = (
        select(Reason.code, func.count())
        .select_from(Verdict)
        .join(newest, (newest.c.idea_id == Verdict.idea_id) & (newest.c.position == Verdict.position))
        .join(Reason, Reason.id == Verdict.reason_id)
        .group_by(Reason.code)
    )
    return {row[0]: row[1] for row in (await session.execute(query)).all()}
