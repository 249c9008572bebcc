"""Reminders of deadlines: once before, once after, whatever it is that is due."""

import uuid
from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.days_off import list_days_off
from proposals import queries
from proposals.models import Reminder
from proposals.service.advice import mail_advice
from proposals.service.timeline import mail_official
from proposals.service.verdicts import whose
from proposals.states import REMIND_DAYS, days_left


async def remind_of_deadline(session: AsyncSession, idea_id: uuid.UUID, *, now: datetime) -> bool:
    """Tell the reviewer of a deadline that is near; once it has passed, the reviewer and the heads of the
    department. Each once for a deadline: the note and the messages are one transaction. Returns whether
    somebody was told.

    Locks: the idea. Queues: messages.
    """
    idea = await queries.get_idea(session, idea_id, lock=True)
    if idea.state not in queries.RUNNING or idea.due_on is None:
        return False
    kind = await _find_kind(session, idea.id, idea.due_on, now=now)
    if kind is None:
        return False
    told = {idea.reviewer_id} if idea.reviewer_id else set()
    if kind == "after" or not told:
        told |= set(await queries.list_head_ids(session, idea.department_id))
    template = "overdue" if kind == "after" else "due_soon"
    for account_id in sorted(told):
        await mail_official(
            session, account_id, idea, template, due_on=idea.due_on, reviewer=idea.reviewer_name
        )
    return await _note(session, idea.id, kind, idea.due_on, told, now=now)


async def remind_of_advice(session: AsyncSession, advice_id: uuid.UUID, *, now: datetime) -> bool:
    """Tell who works in a department of an answer that is due soon; once it is late, who asked as well.

    Locks: the idea. Queues: messages.
    """
    unlocked, _, _ = await queries.get_advice(session, advice_id)
    await queries.get_idea(session, unlocked.idea_id, lock=True)
    advice, department, idea = await queries.get_advice(session, advice_id, fresh=True)
    if advice.answered_at is not None or advice.ended_at is not None:
        return False
    kind = await _find_kind(session, advice.id, advice.due_on, now=now)
    if kind is None:
        return False
    told = {account_id for account_id, _ in await queries.list_people(session, department.id, idea)}
    if kind == "after":
        told.add(advice.asked_by_id)
    template = "advice_overdue" if kind == "after" else "advice_due_soon"
    for account_id in sorted(told):
        await mail_advice(session, account_id, idea, advice, template, department=department.name)
    return await _note(session, advice.id, kind, advice.due_on, told, now=now)


async def remind_of_contestation(session: AsyncSession, idea_id: uuid.UUID, *, now: datetime) -> bool:
    """Tell of a contestation that is to be decided: who may do that in the department of the idea, all heads
    where it has none; once it is late, its heads too, whoever has decided before.

    Locks: the idea. Queues: messages.
    """
    idea = await queries.get_idea(session, idea_id, lock=True)
    one, verdict = (
        await queries.find_open_contestation(session, idea_id),
        await queries.find_verdict(session, idea_id),
    )
    if one is None or verdict is None:
        return False
    kind = await _find_kind(session, one.id, one.due_on, now=now)
    if kind is None:
        return False
    people = await queries.list_people(session, idea.department_id, idea)
    told = {account_id for account_id, _ in people} - whose(verdict)
    if kind == "after" or not told:
        told |= {account_id for account_id, is_head in people if is_head}
    if not told:
        heads = await queries.list_people(session, None, idea)
        told = {account_id for account_id, is_head in heads if is_head}
    template = "contest_overdue" if kind == "after" else "contest_due_soon"
    for account_id in sorted(told):
        await mail_official(session, account_id, idea, template, due_on=one.due_on)
    return await _note(session, one.id, kind, one.due_on, told, now=now)


def remind_until(today: date) -> date:
    """No deadline later than this is near, however many holidays there are."""
    return today + timedelta(days=3 * REMIND_DAYS + 7)


async def _find_kind(
    session: AsyncSession, subject_id: uuid.UUID, due_on: date, *, now: datetime
) -> str | None:
    """Which reminder of a deadline is to be given now: `before`, `after`, or none."""
    today, days_off = local_date(now), await list_days_off(session)
    kind = "after" if due_on < today else "before"
    if days_left(due_on, today=today, days_off=days_off) > REMIND_DAYS:
        return None
    return None if await queries.is_reminded(session, subject_id, kind, due_on) else kind


async def _note(
    session: AsyncSession,
    subject_id: uuid.UUID,
    kind: str,
    due_on: date,
    told: Collection[uuid.UUID],
    *,
    now: datetime,
) -> bool:
    """Write down that somebody was told, in the transaction of the messages. Returns whether somebody was."""
    if told:
        session.add(Reminder(subject_id=subject_id, kind=kind, due_on=due_on, at=now))
    await session.flush()
    return bool(told)
