"""What other days off make of the deadlines of ideas under review."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.clock import local_date
from proposals import queries
from proposals.models import Idea
from proposals.service.timeline import tell
from proposals.states import EventKind, review_deadline


class MovedIdea(msgspec.Struct, frozen=True, kw_only=True):
    """An idea whose deadline other days off move."""

    id: uuid.UUID
    number: str
    title: str
    author_id: uuid.UUID
    reviewer_id: uuid.UUID | None
    before: date
    after: date


async def list_moved_ideas(
    session: AsyncSession, before: frozenset[date], after: frozenset[date], *, today: date
) -> list[MovedIdea]:
    """Ideas whose clock runs and whose deadline would move. While an author is asked, the clock stands still
    and there is no deadline yet: it is computed when the clock runs again.
    """
    ideas = await queries.list_running_ideas(session)
    return [moved for _, moved in await _compare(session, ideas, before, after, today)]


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
    caller holds the days off, and puts it on the register. Locks: every idea whose clock runs.
    """
    ideas = await queries.list_running_ideas(session, lock=True)
    found = await _compare(session, ideas, before, after, local_date(now))
    for idea, moved in found:
        idea.due_on = moved.after
        facts = {"before": moved.before.isoformat(), "after": moved.after.isoformat(), "source": source}
        tell(session, idea, EventKind.DEADLINE_MOVED, by_name=actor.name, facts=facts, now=now)
    await session.flush()
    return [moved for _, moved in found]


async def _compare(
    session: AsyncSession,
    ideas: Sequence[Idea],
    before: frozenset[date],
    after: frozenset[date],
    today: date,
) -> list[tuple[Idea, MovedIdea]]:
    pauses = await queries.list_pauses_of(session, [idea.id for idea in ideas])
    found = []
    for idea in ideas:
        was, is_then = (
            review_deadline(
                idea.submitted_at or idea.created_at, pauses[idea.id], today=today, days_off=days_off
            ).due_on
            for days_off in (before, after)
        )
        if was != is_then:
            found.append((idea, _moved(idea, was, is_then)))
    return found


def _moved(idea: Idea, was: date, is_then: date) -> MovedIdea:
    return MovedIdea(
        id=idea.id,
        number=idea.number or "",
        title=idea.title,
        author_id=idea.author_id,
        reviewer_id=idea.reviewer_id,
        before=was,
        after=is_then,
    )
