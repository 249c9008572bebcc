"""Contesting a verdict: the author's reasons, and a decision by somebody whose verdict it is not.

A new verdict that answers a contestation is given like any other (service.judge_idea, which then asks for
another reviewer); here is what only contestations have: filing one, and upholding the verdict.
"""

import uuid
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.clock import local_date
from app.kit.days_off import list_days_off
from app.kit.db import new_id
from app.kit.policy import require
from proposals import queries
from proposals.errors import AlreadyJudged, ContestationNotFound
from proposals.models import Contestation, Verdict
from proposals.policy import may_contest, may_touch, may_uphold
from proposals.service.advice import describe_advice, lapse_advice
from proposals.service.timeline import mail_author, mail_official, publish_fact, tell
from proposals.service.verdicts import Case, lock_case, whose
from proposals.states import EventKind, working_deadline


def contest_until(verdict: Verdict | None, *, days_off: frozenset[date]) -> date | None:
    """The last day on which a verdict may be contested; it moves with the days off. None: it has no term."""
    if verdict is None or verdict.contest_days is None:
        return None
    return working_deadline(verdict.at, verdict.contest_days, days_off=days_off).due_on


async def contest_verdict(
    session: AsyncSession,
    actor: Actor,
    idea_id: uuid.UUID,
    *,
    verdict_id: uuid.UUID,
    text: str,
    now: datetime,
) -> Contestation:
    """Contest the verdict that holds, once, with public reasons. `verdict_id`: the one that was read.

    Locks: the days off (shared), cycle, idea. Raises: Forbidden, AlreadyJudged when another verdict holds.
    Queues: a message to the reviewers of the verdict, and one to the author.
    """
    days_off = await list_days_off(session, hold=True)
    case = await lock_case(session, idea_id)
    idea, verdict = case.idea, case.standing
    at_vote = case.project is not None and await queries.is_frozen(session, idea.cycle_id)
    until = contest_until(verdict, days_off=days_off)
    final = verdict is not None and await queries.is_final(session, verdict.id)
    today = local_date(now)
    require(may_contest(actor, idea, until=until, today=today, is_final=final, at_vote=at_vote))
    if verdict is None or verdict.id != verdict_id:
        raise AlreadyJudged(name=verdict.reviewer_name if verdict else "")
    return await take_contestation(session, case, verdict, days_off, text, came_at=now, now=now)


async def take_contestation(
    session: AsyncSession,
    case: Case,
    verdict: Verdict,
    days_off: frozenset[date],
    text: str,
    *,
    came_at: datetime,
    how: Mapping[str, object] | None = None,
    now: datetime,
) -> Contestation:
    """Register a contestation; the term for its answer begins when it came. Whether there may be one was
    asked before; the case is locked. `how`: of how it came.
    """
    idea, rules = case.idea, await queries.get_rules(session, case.idea.cycle_id)
    begins = max(came_at, verdict.at)
    contestation = Contestation(
        id=new_id(),
        idea_id=idea.id,
        verdict_id=verdict.id,
        at=begins,
        text=text,
        due_on=working_deadline(begins, rules.decide_days, days_off=days_off).due_on,
    )
    session.add(contestation)
    facts: dict[str, object] = {"due_on": contestation.due_on.isoformat(), **(how or {})}
    tell(session, idea, EventKind.CONTESTED, by_name=idea.author_name, text=text, facts=facts, now=now)
    await mail_author(session, idea, "contested", due_on=contestation.due_on, now=now)
    for reviewer_id in sorted(whose(verdict)):
        await mail_official(
            session, reviewer_id, idea, "contested_official", text=text, due_on=contestation.due_on
        )
    facts |= {"contestation": str(contestation.id), "verdict": str(verdict.id), "text": text}
    await publish_fact(session, "idea.contested", idea, facts, now=now)
    return contestation


async def uphold_verdict(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID, *, text: str, now: datetime
) -> Contestation:
    """Decide that the contested verdict stands, with reasons that are public.

    Locks: cycle, idea. Raises: ContestationNotFound, Forbidden. Queues: a message to the author.
    """
    case = await lock_case(session, idea_id)
    contestation = case.contestation
    if contestation is None:
        raise ContestationNotFound()
    require(may_uphold(actor, case.idea, barred=case.barred, is_prepared=case.prepared is not None))
    require(may_touch(has_conflict=await queries.has_conflict(session, idea_id, actor.id)))
    contestation.decided_at, contestation.outcome = now, "upheld"
    contestation.decided_by_id, contestation.decided_by_name = actor.id, actor.name
    await lapse_advice(session, case.idea, now=now)
    tell(session, case.idea, EventKind.UPHELD, by_name=actor.name, text=text, now=now)
    await mail_author(session, case.idea, "upheld", text=text, now=now)
    facts: dict[str, object] = {"contestation": str(contestation.id)}
    facts |= {"verdict": str(contestation.verdict_id), "by": actor.name, "text": text}
    if advice := await describe_advice(session, case.idea, since=contestation.at):
        facts["advice"] = advice
    await publish_fact(session, "idea.upheld", case.idea, facts, now=now)
    return contestation
