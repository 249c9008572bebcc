"""Handing the works on a project over: to another department, or to somebody in one. Who answered for them
before stays on record.
"""

import uuid
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.queries import list_contacts
from app.kit import register
from app.kit.db import new_id
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.mail import send_mail
from app.kit.policy import require
from proposals import queries
from proposals.errors import WorksChangedMeanwhile
from proposals.models import Project, WorksCharge
from proposals.policy.works import may_hand_over


class Handover(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers for the works from now on, and why. `seen`: how many such entries were looked at."""

    department_id: uuid.UUID
    officer_id: uuid.UUID | None
    reason: str
    seen: int


async def hand_over(
    session: AsyncSession, actor: Actor, project_id: uuid.UUID, to: Handover, *, now: datetime
) -> WorksCharge:
    """Give the works to a department, or to one of its members, in public.

    Locks: the project, the register's head. Queues: a message to the colleague. Raises: Forbidden,
    FormErrors, DepartmentNotFound; WorksChangedMeanwhile when somebody has handed them over just now.
    """
    project, cycle = await queries.get_works(session, project_id, lock=True)
    require(may_hand_over(actor, answers=await queries.answers_for(session, project, actor.id)))
    charge = await queries.get_charge(session, project)
    if len(charge.history) != to.seen:
        raise WorksChangedMeanwhile()
    department = await queries.get_department(session, to.department_id)
    name = await _member_name(session, to)
    before = (charge.department.id if charge.department else None, charge.officer_name)
    if before == (department.id, name):
        raise FormErrors({"department": Invalid(N_("They answer for these works already."))})
    row = WorksCharge(
        id=new_id(),
        project_id=project.id,
        position=to.seen + 1,
        department_id=department.id,
        officer_id=to.officer_id,
        officer_name=name,
        reason=to.reason,
        at=now,
        by_id=actor.id,
        by_name=actor.name,
    )
    session.add(row)
    await session.flush()
    await _mail_officer(session, project, row)
    facts: dict[str, object] = {
        "cycle": cycle.slug,
        "project": project.number,
        "title": project.title,
        "department": department.name,
        "before": charge.department.name if charge.department else None,
        "officer": name,
        "reason": to.reason,
        "by": actor.name,
    }
    await register.record(session, "works.handed-over", f"works:{project.id}", facts, now=now)
    return row


async def _member_name(session: AsyncSession, to: Handover) -> str:
    """The name of the colleague who gets the works; empty without one. Raises: FormErrors."""
    if to.officer_id is None:
        return ""
    for row in await queries.list_members(session):
        if (row.department_id, row.id) == (to.department_id, to.officer_id):
            return str(row.name)
    raise FormErrors({"officer": Invalid(N_("Choose somebody of that department, or nobody."))})


async def _mail_officer(session: AsyncSession, project: Project, row: WorksCharge) -> None:
    for contact in await list_contacts(session, [row.officer_id] if row.officer_id else []):
        send_mail(
            session,
            to=contact.email,
            template="proposals/mail/works_given.txt",
            locale=contact.locale,
            name=contact.name,
            number=project.number,
            title=project.title,
            who=row.by_name,
            reason=row.reason,
            works_path=f"/works/{project.id}",
        )
