"""Departments: naming them and their members, giving ideas out in bulk, conflicts of interest."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.db import new_id
from app.kit.errors import DomainError, Invalid
from app.kit.i18n import N_
from app.kit.policy import require
from proposals import queries
from proposals.errors import DepartmentNameTaken
from proposals.models import Department, DepartmentMember, Idea, OfficerConflict
from proposals.policy import may_assign, may_declare, may_review, may_run_departments, may_touch
from proposals.service.review import assign_idea
from proposals.service.timeline import publish_fact, tell
from proposals.states import EventKind

CONFLICT = "conflict of interest"  # why a prepared verdict was sent back; internal


async def add_department(
    session: AsyncSession, actor: Actor, *, name: str, name_en: str, email: str, now: datetime
) -> Department:
    """Name a department. Raises: Forbidden, DepartmentNameTaken."""
    require(may_run_departments(actor))
    department = Department(id=new_id(), name=name, name_en=name_en or name, email=email, created_at=now)
    try:
        async with session.begin_nested():
            session.add(department)
            await session.flush()
    except IntegrityError:
        raise DepartmentNameTaken() from None
    facts: dict[str, object] = {"name": name, "email": email, "by": actor.name}
    await register.record(session, "department.added", f"department:{department.id}", facts, now=now)
    return department


async def set_member(
    session: AsyncSession,
    actor: Actor,
    department_id: uuid.UUID,
    account_id: uuid.UUID,
    *,
    place: str,
    now: datetime,
) -> None:
    """Put a reviewer into a department as `member` or `head`, or take them `out`, in public.

    Raises: Forbidden, DepartmentNotFound; Invalid when they are no reviewer.
    """
    require(may_run_departments(actor))
    department = await queries.get_department(session, department_id)
    name = dict(await queries.list_reviewers(session)).get(account_id)
    found = await session.get(DepartmentMember, (department_id, account_id))
    if place == "out":
        if found is not None:
            await session.delete(found)
    elif name is None:
        raise Invalid(N_("Choose somebody of the idea review."))
    elif found is None:
        session.add(
            DepartmentMember(department_id=department_id, account_id=account_id, is_head=place == "head")
        )
    else:
        found.is_head = place == "head"
    await session.flush()
    facts: dict[str, object] = {"department": department.name, "name": name, "place": place, "by": actor.name}
    await register.record(session, "department.member", f"department:{department_id}", facts, now=now)


async def assign_ideas(
    session: AsyncSession,
    actor: Actor,
    idea_ids: Sequence[uuid.UUID],
    *,
    to: uuid.UUID | None = None,
    department_id: uuid.UUID | None = None,
    now: datetime,
) -> tuple[int, int]:
    """Give several ideas to a colleague, to a department, or to both. Returns how many were given and how
    many could not be, because they are decided already, are one's own, or somebody has an interest in them.

    Locks: the ideas, by id. Raises: Forbidden, DepartmentNotFound.
    """
    require(may_review(actor))
    if department_id is not None:
        await queries.get_department(session, department_id)
    given = 0
    for idea in await queries.lock_ideas(session, idea_ids):  # all, before the first writes to the register
        try:
            require(may_assign(actor, idea))
            require(may_touch(has_conflict=await queries.has_conflict(session, idea.id, actor.id)))
            if to is not None:
                await assign_idea(session, actor, idea.id, to=to, now=now)
        except DomainError:  # raised before anything of this idea is written
            continue
        if department_id is not None:
            idea.department_id, idea.updated_at = department_id, now
        given += 1
    await session.flush()
    return given, len(set(idea_ids)) - given


async def declare_conflict(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID, *, why: str, now: datetime
) -> None:
    """Declare an interest in an idea, and be off its file. That somebody did is public; who and why is not.

    Locks: the idea. Raises: Forbidden.
    """
    idea = await queries.get_idea(session, idea_id, lock=True)
    off = await queries.has_conflict(session, idea_id, actor.id)
    require(may_declare(actor, idea, has_conflict=off))
    session.add(OfficerConflict(idea_id=idea_id, account_id=actor.id, name=actor.name, why=why, at=now))
    await step_off(session, idea, actor.id, now=now)
    tell(session, idea, EventKind.CONFLICT, now=now)
    await publish_fact(session, "idea.conflict", idea, {}, now=now)


async def step_off(session: AsyncSession, idea: Idea, account_id: uuid.UUID, *, now: datetime) -> None:
    """Take somebody with an interest off the file of an idea whose row is locked: another reviewer is needed,
    and what they have prepared goes back.
    """
    if idea.reviewer_id == account_id:
        idea.reviewer_id, idea.reviewer_name = None, ""
    prepared = await queries.find_prepared(session, idea.id)
    if prepared is not None and account_id in (prepared.by_id, prepared.second_id):
        name = prepared.by_name if account_id == prepared.by_id else prepared.second_name or ""
        prepared.ended_at, prepared.ended_as = now, "sent_back"
        prepared.ended_by_name, prepared.why = name, CONFLICT
    await session.flush()
