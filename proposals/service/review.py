"""The department at work: taking ideas, asking authors, letting the clock stop and run, internal notes."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.clock import local_date
from app.kit.days_off import list_days_off
from app.kit.db import new_id
from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.policy import require
from proposals import queries
from proposals.models import ClockPause, Idea, IdeaNote
from proposals.policy import may_answer, may_ask, may_assign, may_resume, may_see_inside, may_touch
from proposals.service.timeline import mail_author, publish_fact, tell
from proposals.states import EventKind, IdeaState, review_deadline, working_deadline


async def assign_idea(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID, *, to: uuid.UUID, now: datetime
) -> Idea:
    """Give an idea to a reviewer: oneself, or a colleague of the department who is not its author.

    Locks: the idea. Raises: Forbidden; Invalid when `to` can't review it.
    """
    idea = await queries.get_idea(session, idea_id, lock=True)
    require(may_assign(actor, idea))
    require(may_touch(has_conflict=await queries.has_conflict(session, idea_id, actor.id)))
    name = dict(await queries.list_reviewers(session)).get(to)
    is_off = await queries.has_conflict(session, idea_id, to)
    if name is None or to in idea.author_ids or is_off:
        raise Invalid(N_("Choose a colleague of the department who is not the author."))
    is_new = idea.state == IdeaState.SUBMITTED
    if is_new:
        idea.move_to(IdeaState.IN_REVIEW)
        tell(session, idea, EventKind.TAKEN, now=now)
    idea.reviewer_id, idea.reviewer_name, idea.updated_at = to, name, now
    await session.flush()
    if is_new:
        await publish_fact(session, "idea.taken", idea, {}, now=now)
    return idea


async def ask_author(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID, *, question: str, now: datetime
) -> Idea:
    """Return an idea to its author in public, saying what is missing; the legal clock stands still until the
    answer, or until the author's own term for it has passed.

    Locks: the days off (shared), the idea. Raises: Forbidden. Queues: a message to the author.
    """
    days_off = await list_days_off(session, hold=True)
    idea = await queries.get_idea(session, idea_id, lock=True)
    is_prepared = await queries.find_prepared(session, idea_id) is not None
    require(may_ask(actor, idea, is_prepared=is_prepared))
    require(may_touch(has_conflict=await queries.has_conflict(session, idea_id, actor.id)))
    term_days = (await queries.get_rules(session, idea.cycle_id)).answer_days
    due_on = working_deadline(now, term_days, days_off=days_off).due_on
    idea.move_to(IdeaState.WAITING)
    session.add(ClockPause(id=new_id(), idea_id=idea.id, paused_at=now, answer_due_on=due_on))
    facts = {"answer_due_on": due_on.isoformat()}
    tell(session, idea, EventKind.QUESTION, by_name=actor.name, text=question, facts=facts, now=now)
    await mail_author(
        session, idea, "question", question=question, due_on=due_on, term_days=term_days, now=now
    )
    facts |= {"question": question, "by": actor.name}
    await publish_fact(session, "idea.question", idea, facts, now=now)
    return idea


async def answer_question(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID, *, answer: str, now: datetime
) -> Idea:
    """The author answers, in public; the clock runs again.

    Locks: the days off (shared), the idea. Raises: Forbidden.
    """
    days_off = await list_days_off(session, hold=True)
    idea = await queries.get_idea(session, idea_id, lock=True)
    require(may_answer(actor, idea))
    await take_answer(session, idea, days_off, answer, came_at=now, now=now)
    return idea


async def take_answer(
    session: AsyncSession,
    idea: Idea,
    days_off: frozenset[date],
    answer: str,
    *,
    came_at: datetime,
    facts: Mapping[str, object] | None = None,
    now: datetime,
) -> None:
    """Publish an answer to a question; the clock runs again from the moment it came, unless it does already.
    Whether it may be given was asked before; the idea is locked. `facts`: of how it came.
    """
    if idea.state == IdeaState.WAITING:
        await _resume(session, idea, days_off, at=came_at, now=now)
    shown = dict(facts or {})
    tell(session, idea, EventKind.ANSWER, by_name=idea.author_name, text=answer, facts=shown, now=now)
    await publish_fact(session, "idea.answer", idea, {**_due(idea), **shown}, now=now)


async def resume_clock(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID, *, reason: str, now: datetime
) -> Idea:
    """Let the clock run again without an answer, saying why.

    Locks: the days off (shared), the idea. Raises: Forbidden.
    """
    days_off = await list_days_off(session, hold=True)
    idea = await queries.get_idea(session, idea_id, lock=True)
    require(may_resume(actor, idea))
    require(may_touch(has_conflict=await queries.has_conflict(session, idea_id, actor.id)))
    await _resume(session, idea, days_off, now=now)
    tell(session, idea, EventKind.RESUMED, by_name=actor.name, text=reason, now=now)
    await publish_fact(
        session, "idea.resumed", idea, {**_due(idea), "by": actor.name, "reason": reason}, now=now
    )
    return idea


async def resume_unanswered(session: AsyncSession, idea_id: uuid.UUID, *, now: datetime) -> bool:
    """Let the clock run again when the author's term for the answer has passed; returns whether it did. Safe
    to run twice.

    Locks: the days off (shared), the idea. Queues: a message to the author.
    """
    days_off = await list_days_off(session, hold=True)
    idea = await queries.get_idea(session, idea_id, lock=True)
    pause = await queries.find_open_pause(session, idea_id)
    due_on = pause.answer_due_on if pause else None
    if idea.state != IdeaState.WAITING or due_on is None or due_on >= local_date(now):
        return False
    await _resume(session, idea, days_off, now=now)
    facts = {"answer_due_on": due_on.isoformat()}
    tell(session, idea, EventKind.UNANSWERED, facts=facts, now=now)
    await mail_author(session, idea, "unanswered", due_on=due_on, now=now)
    await publish_fact(session, "idea.unanswered", idea, {**_due(idea), **facts}, now=now)
    return True


async def _resume(
    session: AsyncSession,
    idea: Idea,
    days_off: frozenset[date],
    *,
    at: datetime | None = None,
    now: datetime,
) -> None:
    """`at`: when the clock began to run again, if it was before now."""
    idea.move_to(IdeaState.IN_REVIEW)
    pause = await queries.find_open_pause(session, idea.id)
    if pause is not None:
        pause.resumed_at = max(pause.paused_at, at or now)
    await session.flush()
    if idea.submitted_at is not None:
        pauses = [(one.paused_at, one.resumed_at) for one in await queries.list_pauses(session, idea.id)]
        today = local_date(now)
        idea.due_on = review_deadline(idea.submitted_at, pauses, today=today, days_off=days_off).due_on


def _due(idea: Idea) -> dict[str, object]:
    return {"due_on": idea.due_on.isoformat() if idea.due_on else None}


async def add_note(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID, *, text: str, now: datetime
) -> IdeaNote:
    """Write an internal note that only the department reads. Raises: Forbidden."""
    idea = await queries.get_idea(session, idea_id)
    off = await queries.has_conflict(session, idea_id, actor.id)
    require(may_see_inside(actor, idea, has_conflict=off))
    note = IdeaNote(
        id=new_id(), idea_id=idea.id, author_id=actor.id, author_name=actor.name, at=now, text=text
    )
    session.add(note)
    await session.flush()
    return note
