"""Projects: made of accepted ideas (or imported), frozen into the poll, told their outcome."""

import uuid
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.clock import now as present
from app.kit.db import new_id
from app.kit.policy import require
from app.kit.text import words
from cycles.queries import get_cycle, get_stage, list_areas
from cycles.states import StageKind
from proposals import queries
from proposals.errors import AlreadyAtVote, LeftOpen, NoProjects, NumberTaken
from proposals.models import Project
from proposals.policy import may_put_to_vote
from proposals.queries import Pending
from proposals.service.timeline import mail_author, tell
from proposals.states import EventKind, Outcome
from voting.events import ResultPublished
from voting.models import Poll
from voting.service import OptionDraft, prepare_poll

NOTHING = Pending()
SUBJECT = "project:"


async def create_project(
    session: AsyncSession,
    *,
    cycle_id: uuid.UUID,
    number: str | None = None,
    title: str,
    summary: str,
    body: str = "",
    area_id: uuid.UUID | None = None,
    cost_bani: int,
    idea_id: uuid.UUID | None = None,
    now: datetime,
) -> Project:
    """Make a project with its permanent number: the next one of the cycle, or the one given (imports).

    Locks: the cycle's row. Raises: NumberTaken; AlreadyAtVote when the cycle's list is frozen.
    """
    await queries.lock_cycle(session, cycle_id)
    if await queries.is_frozen(session, cycle_id):
        raise AlreadyAtVote()
    highest = select(func.coalesce(func.max(Project.position), 0)).where(Project.cycle_id == cycle_id)
    position = (await session.execute(highest)).scalar_one() + 1
    taken = select(Project.id).where(Project.cycle_id == cycle_id, Project.number == number)
    if number is not None and (await session.execute(taken)).first() is not None:
        raise NumberTaken()
    project = Project(
        id=new_id(),
        cycle_id=cycle_id,
        number=number or f"P{position:02d}",
        position=position,
        idea_id=idea_id,
        title=title,
        summary=summary,
        body=body,
        area_id=area_id,
        cost_bani=cost_bani,
        folded=" ".join(words(f"{title} {summary} {number or f'P{position:02d}'}")),
        created_at=now,
    )
    session.add(project)
    await session.flush()
    return project


async def put_to_vote(
    session: AsyncSession,
    actor: Actor,
    cycle_id: uuid.UUID,
    *,
    left_open: Pending = NOTHING,
    now: datetime,
) -> Poll:
    """Freeze the cycle's list of projects into its poll. `left_open`: how much that is open whoever does it
    knows of and leaves behind.

    Locks: the cycle's row. Raises: Forbidden, NoProjects, LeftOpen when there are others, and what voting
    refuses.
    """
    await queries.lock_cycle(session, cycle_id)
    stage = await get_stage(session, cycle_id, StageKind.VOTE)
    frozen = await queries.is_frozen(session, cycle_id)
    require(may_put_to_vote(actor, is_frozen=frozen, voting_began=stage.opens_at <= now))
    projects = await queries.list_valid_projects(session, cycle_id)
    if not projects:
        raise NoProjects()
    pending = await queries.count_pending(session, cycle_id)
    if pending not in (NOTHING, left_open):
        raise LeftOpen()
    cycle = await get_cycle(session, cycle_id)
    codes = {area.id: area.code for area in await list_areas(session, cycle_id)}
    options = [
        OptionDraft(
            number=project.number,
            title=project.title,
            summary=project.summary,
            cost_bani=project.cost_bani,
            area_code=codes.get(project.area_id) if project.area_id else None,
            subject=f"{SUBJECT}{project.id}",
            href=f"/cycles/{cycle.slug}/projects/{project.number}",
        )
        for project in projects
    ]
    for project in projects:
        if project.idea_id is not None:  # before the register's head is locked: ideas first, head last
            idea = await queries.get_idea(session, project.idea_id, lock=True)
            tell(session, idea, EventKind.PUT_TO_VOTE, facts={"project": project.number}, now=now)
    poll = await prepare_poll(
        session,
        actor,
        cycle_id=cycle_id,
        title=cycle.title,
        title_en=cycle.title_en,
        options=options,
        now=now,
    )
    for project in projects:
        project.poll_id = poll.id
    await session.flush()
    facts: dict[str, object] = {
        "poll": str(poll.id),
        "projects": [project.number for project in projects],
        "by": actor.name,
    }
    if any(pending):
        facts |= {
            "open_contestations": pending.contested,
            "unpublished_decisions": pending.prepared,
            "undebated_projects": pending.undebated,
        }
    await register.record(session, "projects.put-to-vote", f"cycle:{cycle.slug}", facts, now=now)
    return poll


async def record_outcome(session: AsyncSession, event: ResultPublished) -> None:
    """Listener: write what the count decided on each project and its idea, and tell the authors.

    Time is the moment of the transaction: events carry ids only. Safe to run twice.
    """
    now = present()
    outcomes = dict.fromkeys(event.winners, Outcome.FUNDED)
    outcomes |= dict.fromkeys(event.losers, Outcome.NOT_FUNDED)
    projects = (await session.execute(select(Project).where(Project.cycle_id == event.cycle_id))).scalars()
    decided = False
    for project in sorted(projects, key=lambda one: one.position):
        outcome = outcomes.get(f"{SUBJECT}{project.id}")
        if outcome is None or project.outcome == outcome:
            continue
        decided = True
        project.outcome, project.decided_at = outcome.value, now
        project.poll_id = project.poll_id or event.poll_id
        if project.idea_id is not None:
            idea = await queries.get_idea(session, project.idea_id, lock=True)
            tell(session, idea, EventKind(outcome.value), facts={"project": project.number}, now=now)
            await mail_author(
                session, idea, "outcome", outcome=outcome.value, project=project.number, now=now
            )
    await session.flush()
    if decided:
        facts: dict[str, object] = {"poll": str(event.poll_id), "funded": len(event.winners)}
        await register.record(session, "projects.decided", f"poll:{event.poll_id}", facts, now=now)
