"""What other days off make of deadlines of ideas: of the review, an author's answer, a contestation,
another department's advice.
"""

import uuid
from collections.abc import Mapping
from datetime import date, datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.clock import local_date
from proposals import queries
from proposals.models import Advice, ClockPause, Contestation, Idea
from proposals.service.timeline import tell
from proposals.states import EventKind, IdeaState, moved_deadline, review_deadline


class MovedIdea(msgspec.Struct, frozen=True, kw_only=True):
    """An idea of which other days off move a deadline. `of`: review, answer, contestation, or advice, of a
    `department`.
    """

    id: uuid.UUID
    number: str
    title: str
    author_ids: frozenset[uuid.UUID]
    reviewer_id: uuid.UUID | None
    of: str
    before: date
    after: date
    department: str = ""


class _Term(msgspec.Struct):
    """A deadline as it is stored, and where."""

    idea: Idea
    of: str
    row: Idea | ClockPause | Contestation | Advice
    before: date
    after: date
    department: str = ""  # that was asked for advice


async def list_moved_ideas(
    session: AsyncSession, before: frozenset[date], after: frozenset[date], *, today: date
) -> list[MovedIdea]:
    """Ideas of which a deadline would move. While an author is asked, the department's clock stands still and
    has no end yet: it is computed when the clock runs again; but the author's own term moves.
    """
    return [_moved(term) for term in await _compare(session, before, after, today)]


async def move_deadlines(
    session: AsyncSession,
    actor: Actor,
    before: frozenset[date],
    after: frozenset[date],
    *,
    source: str,
    now: datetime,
) -> list[MovedIdea]:
    """Write the deadlines anew that other days off move, each with an entry on the idea's timeline. The
    caller holds the days off, and puts it on the register. Locks: every idea that has a deadline.
    """
    await queries.lock_undecided(session)
    found = await _compare(session, before, after, local_date(now))
    for term in found:
        if isinstance(term.row, ClockPause):
            term.row.answer_due_on = term.after
        else:
            term.row.due_on = term.after
        facts = {"before": term.before.isoformat(), "after": term.after.isoformat(), "source": source}
        facts |= {"of": term.of, "department": term.department}
        tell(session, term.idea, EventKind.DEADLINE_MOVED, by_name=actor.name, facts=facts, now=now)
    await session.flush()
    return [_moved(term) for term in found]


async def _compare(
    session: AsyncSession, before: frozenset[date], after: frozenset[date], today: date
) -> list[_Term]:
    terms = await _review_terms(session, before, after, today)
    for pause, idea in await queries.list_open_questions(session):
        if (due_on := pause.answer_due_on) is not None:
            then = moved_deadline(pause.paused_at, due_on, before, after)
            terms.append(_Term(idea, "answer", pause, due_on, then))
    for one, idea in await queries.list_open_contestations(session):
        then = moved_deadline(one.at, one.due_on, before, after)
        terms.append(_Term(idea, "contestation", one, one.due_on, then))
    terms += await _advice_terms(session, before, after, limits={term.idea.id: term.after for term in terms})
    return [term for term in terms if term.before != term.after]


async def _advice_terms(
    session: AsyncSession,
    before: frozenset[date],
    after: frozenset[date],
    *,
    limits: Mapping[uuid.UUID, date],
) -> list[_Term]:
    """What departments are asked is never due later than what it is asked for (`limits`, by idea)."""
    terms = []
    for advice, department, idea in await queries.list_open_advice(session, limit=None, fresh=True):
        then = moved_deadline(advice.asked_at, advice.due_on, before, after)
        if idea.state != IdeaState.WAITING:  # the clock of an idea that waits has no end yet
            then = min(then, limits.get(idea.id, then))
        terms.append(_Term(idea, "advice", advice, advice.due_on, then, department.name))
    return terms


async def _review_terms(
    session: AsyncSession, before: frozenset[date], after: frozenset[date], today: date
) -> list[_Term]:
    ideas = await queries.list_running_ideas(session)
    pauses = await queries.list_pauses_of(session, [idea.id for idea in ideas])
    terms = []
    for idea in ideas:
        was, is_then = (
            review_deadline(
                idea.submitted_at or idea.created_at, pauses[idea.id], today=today, days_off=days_off
            ).due_on
            for days_off in (before, after)
        )
        terms.append(_Term(idea, "review", idea, was, is_then))
    return terms


def _moved(term: _Term) -> MovedIdea:
    idea = term.idea
    return MovedIdea(
        id=idea.id,
        number=idea.number or "",
        title=idea.title,
        author_ids=idea.author_ids,
        reviewer_id=idea.reviewer_id,
        of=term.of,
        before=term.before,
        after=term.after,
        department=term.department,
    )
