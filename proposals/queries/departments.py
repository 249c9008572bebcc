"""Reading departments, their members, conflicts of interest, and what is overdue."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from proposals.errors import DepartmentNotFound
from proposals.models import Contestation, Department, DepartmentMember, Idea, OfficerConflict, Reminder
from proposals.states import IdeaState

RUNNING = (IdeaState.SUBMITTED.value, IdeaState.IN_REVIEW.value)


async def list_departments(session: AsyncSession) -> list[Department]:
    """Every department, by name."""
    return list((await session.execute(select(Department).order_by(Department.name))).scalars())


async def get_department(session: AsyncSession, department_id: uuid.UUID) -> Department:
    """Raises: DepartmentNotFound."""
    found = await session.get(Department, department_id)
    if found is None:
        raise DepartmentNotFound()
    return found


async def list_members(session: AsyncSession) -> Sequence[Row[*tuple[Any, ...]]]:
    """Who works in which department, heads first."""
    query = (
        select(DepartmentMember.department_id, Account.id, Account.name, DepartmentMember.is_head)
        .join(Account, Account.id == DepartmentMember.account_id)
        .where(Account.closed_at.is_(None))
        .order_by(DepartmentMember.is_head.desc(), Account.name)
    )
    return (await session.execute(query)).all()


async def list_head_ids(session: AsyncSession, department_id: uuid.UUID | None) -> list[uuid.UUID]:
    """The heads of a department; of all of them for an idea that nobody owns yet."""
    query = select(DepartmentMember.account_id).where(DepartmentMember.is_head)
    if department_id is not None:
        query = query.where(DepartmentMember.department_id == department_id)
    return sorted(set((await session.execute(query)).scalars()))


async def has_conflict(session: AsyncSession, idea_id: uuid.UUID, account_id: uuid.UUID) -> bool:
    """Whether an official has declared an interest in an idea."""
    return await session.get(OfficerConflict, (idea_id, account_id)) is not None


async def list_conflicts(session: AsyncSession, idea_id: uuid.UUID) -> list[OfficerConflict]:
    """Who is off a file, for the department."""
    query = select(OfficerConflict).where(OfficerConflict.idea_id == idea_id).order_by(OfficerConflict.at)
    return list((await session.execute(query)).scalars())


async def list_overdue(session: AsyncSession, *, today: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """Ideas whose verdict is overdue, the latest first; those whose author is asked are not."""
    query = (
        select(Idea.id, Idea.number, Idea.title, Idea.lang, Idea.due_on, Idea.department_id)
        .where(Idea.state.in_(RUNNING), Idea.due_on < today)
        .order_by(Idea.due_on, Idea.number)
        .limit(2000)
    )
    return (await session.execute(query)).all()


async def list_overdue_contestations(
    session: AsyncSession, *, today: date
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Contestations whose decision is overdue, the latest first."""
    query = (
        select(Idea.id, Idea.number, Idea.title, Idea.lang, Contestation.due_on, Idea.department_id)
        .join(Contestation, Contestation.idea_id == Idea.id)
        .where(Contestation.outcome.is_(None), Contestation.due_on < today)
        .order_by(Contestation.due_on, Idea.number)
        .limit(2000)
    )
    return (await session.execute(query)).all()


async def list_to_remind(session: AsyncSession, *, today: date, until: date) -> list[uuid.UUID]:
    """Ideas whose clock runs and ends by `until`, and of whose deadline there is something to tell yet."""
    told = select(Reminder.idea_id).where(
        Reminder.idea_id == Idea.id,
        Reminder.due_on == Idea.due_on,
        or_(Reminder.kind == "after", Idea.due_on >= today),
    )
    query = select(Idea.id).where(Idea.state.in_(RUNNING), Idea.due_on <= until, ~told.exists())
    return list((await session.execute(query.order_by(Idea.id))).scalars())


async def is_reminded(session: AsyncSession, idea_id: uuid.UUID, kind: str, due_on: date) -> bool:
    """Whether somebody was told of this deadline already."""
    return await session.get(Reminder, (idea_id, kind, due_on)) is not None
