"""Reading departments, their members, conflicts of interest, and what is overdue."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.queries import list_same_person
from proposals.errors import DepartmentNotFound
from proposals.models import (
    CoAuthor,
    Contestation,
    Department,
    DepartmentMember,
    Idea,
    OfficerConflict,
    Reminder,
)
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
    """Whether an official has an interest in an idea: declared it, or is one of its authors under another
    account, or an author of one that was merged into it.
    """
    declared = select(OfficerConflict.idea_id).where(
        OfficerConflict.idea_id == idea_id, OfficerConflict.account_id == account_id
    )
    query = select(Idea.id, Idea.author_id, Idea.co_author_ids, declared.exists().label("is_declared"))
    query = query.where(or_(Idea.id == idea_id, Idea.merged_into_id == idea_id))
    rows = (await session.execute(query)).all()
    if any(row.is_declared for row in rows):
        return True
    found = {(row.id, str(one)) for row in rows for one in (row.author_id, *row.co_author_ids) if one}
    authors = {uuid.UUID(one) for _, one in found - {(idea_id, str(account_id))}}
    return not authors.isdisjoint(await list_same_person(session, account_id))


async def list_interests(session: AsyncSession, account_id: uuid.UUID) -> set[uuid.UUID]:
    """The ideas in which an official has an interest, their own ones among them: for lists that leave these
    out.
    """
    accounts = await list_same_person(session, account_id)
    joined = select(CoAuthor.idea_id).where(CoAuthor.account_id.in_(accounts))
    own = Idea.author_id.in_(accounts) | Idea.id.in_(joined)
    declared = select(OfficerConflict.idea_id).where(OfficerConflict.account_id == account_id)
    found = set((await session.execute(declared)).scalars())
    for row in await session.execute(select(Idea.id, Idea.merged_into_id).where(own)):
        found |= {row.id, row.merged_into_id or row.id}
    return found


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


def reminded(subject_id: Any, due_on: Any, today: date) -> ColumnElement[bool]:
    """That everything there is to tell of a deadline by `today` was told."""
    told = select(Reminder.subject_id).where(
        Reminder.subject_id == subject_id,
        Reminder.due_on == due_on,
        or_(Reminder.kind == "after", due_on >= today),
    )
    return told.exists()


async def list_to_remind(session: AsyncSession, *, today: date, until: date) -> list[uuid.UUID]:
    """Ideas whose clock runs and ends by `until`, and of whose deadline there is something to tell yet."""
    told = reminded(Idea.id, Idea.due_on, today)
    query = select(Idea.id).where(Idea.state.in_(RUNNING), Idea.due_on <= until, ~told)
    return list((await session.execute(query.order_by(Idea.id))).scalars())


async def list_contestations_to_remind(session: AsyncSession, *, today: date, until: date) -> list[uuid.UUID]:
    """Ideas with a contestation due by `until`, of whose deadline there is something to tell yet."""
    told = reminded(Contestation.id, Contestation.due_on, today)
    query = select(Contestation.idea_id).where(
        Contestation.outcome.is_(None), Contestation.due_on <= until, ~told
    )
    return list((await session.execute(query.order_by(Contestation.idea_id))).scalars())


async def is_reminded(session: AsyncSession, subject_id: uuid.UUID, kind: str, due_on: date) -> bool:
    """Whether somebody was told of this deadline already."""
    return await session.get(Reminder, (subject_id, kind, due_on)) is not None
