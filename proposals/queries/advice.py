"""Reading what other departments are asked about ideas, and what they answer."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from proposals.errors import AdviceNotFound
from proposals.models import (
    Advice,
    AdviceAnswer,
    Contestation,
    Department,
    DepartmentMember,
    Idea,
    OfficerConflict,
    Verdict,
)
from proposals.queries.departments import reminded

AdviceRow = tuple[Advice, Department, Idea]


def is_awaited() -> ColumnElement[bool]:
    """That an answer is awaited."""
    return Advice.answered_at.is_(None) & Advice.ended_at.is_(None)


def is_asked_of(account_id: uuid.UUID) -> ColumnElement[bool]:
    """That the department is one in which this official works."""
    own = select(DepartmentMember.department_id).where(DepartmentMember.account_id == account_id)
    return Advice.department_id.in_(own)


def _rows() -> Select[Advice, Department, Idea]:
    return (
        select(Advice, Department, Idea)
        .join(Department, Department.id == Advice.department_id)
        .join(Idea, Idea.id == Advice.idea_id)
    )


async def get_advice(session: AsyncSession, advice_id: uuid.UUID, *, fresh: bool = False) -> AdviceRow:
    """What was asked, of whom, about which idea. `fresh`: as it is there now, for who has locked the idea.
    Raises: AdviceNotFound.
    """
    query = _rows().where(Advice.id == advice_id).execution_options(populate_existing=fresh)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise AdviceNotFound()
    return row[0], row[1], row[2]


async def list_advice(session: AsyncSession, idea_id: uuid.UUID) -> list[tuple[Advice, Department]]:
    """All that departments were asked about an idea, the first first."""
    query = _rows().where(Advice.idea_id == idea_id).order_by(Advice.asked_at, Department.name)
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


async def list_answers(
    session: AsyncSession, advice_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[AdviceAnswer]]:
    """The answers, every version, the first first."""
    found: dict[uuid.UUID, list[AdviceAnswer]] = {one: [] for one in advice_ids}
    if advice_ids:
        query = select(AdviceAnswer).where(AdviceAnswer.advice_id.in_(advice_ids))
        for one in (await session.execute(query.order_by(AdviceAnswer.version))).scalars():
            found[one.advice_id].append(one)
    return found


async def list_open_advice(
    session: AsyncSession,
    *,
    of: uuid.UUID | None = None,
    idea_id: uuid.UUID | None = None,
    limit: int | None = 500,
    fresh: bool = False,
) -> list[AdviceRow]:
    """What waits for an answer, the most urgent first. `of`: asked of the departments of this official.
    `fresh`: as it is there now, for who holds the ideas and has changed nothing that is not flushed.
    """
    query = _rows().where(is_awaited()).order_by(Advice.due_on, Advice.asked_at, Advice.id).limit(limit)
    if of is not None:
        query = query.where(is_asked_of(of))
    if idea_id is not None:
        query = query.where(Advice.idea_id == idea_id)
    query = query.execution_options(populate_existing=fresh)
    return [(row[0], row[1], row[2]) for row in (await session.execute(query)).all()]


async def find_last_decision(session: AsyncSession, idea_id: uuid.UUID) -> datetime | None:
    """When something was last decided on an idea: by a verdict, or by upholding one."""
    moments = union_all(
        select(Verdict.at.label("at")).where(Verdict.idea_id == idea_id),
        select(Contestation.decided_at.label("at")).where(
            Contestation.idea_id == idea_id, Contestation.decided_at.is_not(None)
        ),
    ).subquery()
    found: datetime | None = (await session.execute(select(func.max(moments.c.at)))).scalar_one()
    return found


async def is_member(session: AsyncSession, department_id: uuid.UUID, account_id: uuid.UUID) -> bool:
    """Whether somebody works in a department."""
    return await session.get(DepartmentMember, (department_id, account_id)) is not None


async def list_people(
    session: AsyncSession, department_id: uuid.UUID | None, idea: Idea
) -> list[tuple[uuid.UUID, bool]]:
    """Who works in a department (none: in any) and may be told of an idea, and whether as its head: neither
    its authors nor who has an interest in it.
    """
    off = select(OfficerConflict.account_id).where(OfficerConflict.idea_id == idea.id)
    query = (
        select(DepartmentMember.account_id, DepartmentMember.is_head)
        .join(Account, Account.id == DepartmentMember.account_id)
        .where(
            Account.closed_at.is_(None),
            DepartmentMember.account_id.not_in(idea.author_ids),
            DepartmentMember.account_id.not_in(off),
        )
        .order_by(DepartmentMember.account_id)
    )
    if department_id is not None:
        query = query.where(DepartmentMember.department_id == department_id)
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


async def list_advice_to_remind(session: AsyncSession, *, today: date, until: date) -> list[uuid.UUID]:
    """Advice that is due by `until`, and of whose deadline there is something to tell yet."""
    told = reminded(Advice.id, Advice.due_on, today)
    query = select(Advice.id).where(is_awaited(), Advice.due_on <= until, ~told)
    return list((await session.execute(query.order_by(Advice.id))).scalars())


async def list_overdue_advice(session: AsyncSession, *, today: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """Advice that is overdue, by the department that was asked, the latest first."""
    query = (
        select(Idea.id, Idea.number, Idea.title, Idea.lang, Advice.due_on, Advice.department_id)
        .join(Advice, Advice.idea_id == Idea.id)
        .where(is_awaited(), Advice.due_on < today)
        .order_by(Advice.due_on, Idea.number)
        .limit(2000)
    )
    return (await session.execute(query)).all()
