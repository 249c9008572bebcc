"""Deciding on ideas: at once, or prepared until a second reviewer or the cycle's moment of publication.

What is prepared leaves no trace outside the department: no entry, no fact, no number, no message.
"""

import uuid
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.db import new_id
from app.kit.errors import DomainError
from app.kit.policy import require
from proposals import queries
from proposals.errors import AlreadyEnded, AlreadyJudged
from proposals.models import PreparedVerdict, Verdict
from proposals.policy import (
    is_held,
    may_confirm,
    may_correct,
    may_judge,
    may_release,
    may_see_inside,
    may_touch,
    needs_second,
)
from proposals.service.settings import record_release
from proposals.service.timeline import mail_official
from proposals.service.verdicts import Case, Ruling, Signed, check_ruling, lock_case, publish_ruling
from proposals.states import VERDICT_STATES


async def judge_idea(
    session: AsyncSession,
    actor: Actor,
    idea_id: uuid.UUID,
    ruling: Ruling,
    *,
    correcting: uuid.UUID | None = None,
    now: datetime,
) -> Verdict | PreparedVerdict:
    """Decide on an idea. `correcting`: the verdict to supersede. Returns the verdict, which is public; or
    what is prepared, when the cycle's rules ask for a second reviewer or for a moment of publication.

    Locks: cycle, the ideas. Raises: Forbidden, AlreadyJudged, and what publish_ruling refuses.
    """
    case = await lock_case(session, idea_id, also=ruling.into_id)
    await _require_turn(session, actor, case, correcting)
    rules = await queries.get_rules(session, case.idea.cycle_id)
    total_bani = ruling.costing.total_bani if ruling.costing else None
    takes_two = needs_second(total_bani, limit_bani=rules.second_eyes_bani)
    if not takes_two and not is_held(rules.publish_at, now=now):
        return await publish_ruling(
            session, case, ruling, Signed(by_id=actor.id, by_name=actor.name), now=now
        )
    await check_ruling(session, case.idea, ruling)
    prepared = PreparedVerdict(
        id=new_id(),
        idea_id=case.idea.id,
        kind=ruling.kind.value,
        ruling=msgspec.json.encode(ruling).decode(),
        corrects_id=case.standing.id if case.standing else None,
        needs_second=takes_two,
        at=now,
        by_id=actor.id,
        by_name=actor.name,
    )
    session.add(prepared)
    await session.flush()
    return prepared


async def _require_turn(
    session: AsyncSession, actor: Actor, case: Case, correcting: uuid.UUID | None
) -> None:
    """Raises: AlreadyJudged when somebody was first; Forbidden."""
    idea, standing, is_prepared = case.idea, case.standing, case.prepared is not None
    require(may_touch(has_conflict=await queries.has_conflict(session, idea.id, actor.id)))
    if correcting is None:
        if standing is not None and idea.state in VERDICT_STATES:
            raise AlreadyJudged(name=standing.reviewer_name)
        require(may_judge(actor, idea, is_prepared=is_prepared))
        return
    at_vote = case.project is not None and await queries.is_frozen(session, idea.cycle_id)
    require(may_correct(actor, idea, at_vote=at_vote, is_prepared=is_prepared, barred=case.barred))
    if standing is None or standing.id != correcting:
        raise AlreadyJudged(name=standing.reviewer_name if standing else "")


async def confirm_prepared(
    session: AsyncSession, actor: Actor, prepared_id: uuid.UUID, *, now: datetime
) -> Verdict | PreparedVerdict:
    """Be the second pair of eyes. The verdict is public at once, unless the cycle waits for its moment.

    Locks: cycle, the ideas, the prepared verdict. Raises: Forbidden, AlreadyEnded, and what publish_ruling
    refuses.
    """
    case, prepared = await _lock_prepared(session, prepared_id)
    require(may_confirm(actor, case.idea, prepared, barred=case.barred))
    require(may_touch(has_conflict=await queries.has_conflict(session, case.idea.id, actor.id)))
    prepared.second_id, prepared.second_name, prepared.confirmed_at = actor.id, actor.name, now
    await session.flush()
    rules = await queries.get_rules(session, case.idea.cycle_id)
    if is_held(rules.publish_at, now=now):
        return prepared
    return await _publish(session, case, prepared, now=now)


async def send_back_prepared(
    session: AsyncSession, actor: Actor, prepared_id: uuid.UUID, *, why: str, now: datetime
) -> PreparedVerdict:
    """End a prepared verdict without publishing it, with reasons that the department reads: the second
    reviewer disagrees, or who prepared it has second thoughts. The idea can be decided on anew.

    Locks: cycle, the ideas, the prepared verdict. Raises: Forbidden, AlreadyEnded. Queues: a message to who
    prepared it.
    """
    case, prepared = await _lock_prepared(session, prepared_id)
    off = await queries.has_conflict(session, case.idea.id, actor.id)
    require(may_see_inside(actor, case.idea, has_conflict=off))
    _end(prepared, "sent_back", actor.name, now=now)
    prepared.why = why
    await session.flush()
    if prepared.by_id != actor.id:
        facts = {"why": why, "by": actor.name}
        await mail_official(session, prepared.by_id, case.idea, "sent_back", **facts)
    return prepared


async def publish_prepared(session: AsyncSession, prepared_id: uuid.UUID, *, now: datetime) -> Verdict | None:
    """Publish a verdict whose time has come; None when it waits, or was published already. Safe to run twice.

    Locks: cycle, the ideas, the prepared verdict. Raises: what publish_ruling refuses.
    """
    try:
        case, prepared = await _lock_prepared(session, prepared_id)
    except AlreadyEnded:
        return None
    rules = await queries.get_rules(session, case.idea.cycle_id)
    waits = prepared.needs_second and prepared.second_id is None
    if waits or is_held(rules.publish_at, now=now):
        return None
    return await _publish(session, case, prepared, now=now)


async def note_problem(session: AsyncSession, prepared_id: uuid.UUID, problem: DomainError) -> None:
    """Write down what kept a prepared verdict from being published, for the department to see."""
    prepared = await queries.get_prepared(session, prepared_id, lock=True)
    prepared.problem = problem.message
    await session.flush()


async def release_verdicts(session: AsyncSession, actor: Actor, cycle_id: uuid.UUID, *, now: datetime) -> int:
    """Bring the moment forward at which a cycle publishes its verdicts: to now. A job publishes those that
    are ready, each in a transaction of its own. Returns how many.

    Locks: the cycle's row. Raises: Forbidden.
    """
    await queries.lock_cycle(session, cycle_id)
    rules = await queries.get_rules(session, cycle_id)
    require(may_release(actor, publish_at=rules.publish_at, now=now))
    before, rules.publish_at = rules.publish_at, now
    await session.flush()
    count = len(await queries.list_ready(session, now=now))
    await record_release(session, actor, cycle_id, before=before, count=count, now=now)
    return count


# ── steps that these share ────────────────────────────────────────────────────
async def _lock_prepared(session: AsyncSession, prepared_id: uuid.UUID) -> tuple[Case, PreparedVerdict]:
    """Raises: PreparedNotFound, AlreadyEnded."""
    unlocked = await queries.get_prepared(session, prepared_id)
    case = await lock_case(session, unlocked.idea_id, also=read_ruling(unlocked).into_id)
    prepared = await queries.get_prepared(session, prepared_id, lock=True)
    if prepared.ended_at is not None:
        raise AlreadyEnded()
    return case, prepared


async def _publish(session: AsyncSession, case: Case, prepared: PreparedVerdict, *, now: datetime) -> Verdict:
    standing = case.standing.id if case.standing else None
    if standing != prepared.corrects_id:
        raise AlreadyJudged(name=case.standing.reviewer_name if case.standing else "")
    _end(prepared, "published", prepared.second_name or prepared.by_name, now=now)
    signed = Signed(
        by_id=prepared.by_id,
        by_name=prepared.by_name,
        second_id=prepared.second_id,
        second_name=prepared.second_name,
    )
    return await publish_ruling(session, case, read_ruling(prepared), signed, now=now)


def _end(prepared: PreparedVerdict, how: str, by_name: str, *, now: datetime) -> None:
    prepared.ended_at, prepared.ended_as, prepared.ended_by_name = now, how, by_name


def read_ruling(prepared: PreparedVerdict) -> Ruling:
    """The ruling that was prepared."""
    return msgspec.json.decode(prepared.ruling, type=Ruling)
