"""Sending an idea, withdrawing it, and supporting the ideas of others."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.queries import list_same_person, lock_accounts
from app.kit.clock import local_date
from app.kit.days_off import list_days_off
from app.kit.deadlines import Deadline
from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.numbers import next_number
from app.kit.policy import require
from app.kit.text import public_name
from cycles.queries import find_stage, get_cycle, list_areas
from cycles.states import StageKind, is_open
from proposals import queries
from proposals.errors import AlreadySupported, NotSupported, OwnIdea
from proposals.models import Idea, Support
from proposals.policy import may_submit, may_support, may_withdraw
from proposals.service.advice import lapse_advice
from proposals.service.timeline import mail_author, publish_fact, tell
from proposals.states import EventKind, IdeaState, review_deadline

SERIES = "ID"
MIN_BODY = 60  # characters: less cannot be assessed by anybody


def find_missing(idea: Idea) -> dict[str, DomainError]:
    """What a draft still lacks before it can be sent, by field."""
    missing: dict[str, DomainError] = {}
    if len(idea.title) < 8:
        missing["title"] = Invalid(N_("Give the idea a title of at least 8 characters."))
    if len(idea.body) < MIN_BODY:
        missing["body"] = Invalid(N_("Describe the idea in at least %(limit)s characters."), limit=MIN_BODY)
    if not idea.location:
        missing["location"] = Invalid(N_("Say in words where it is: street, number or crossing."))
    return missing


async def is_submission_open(session: AsyncSession, cycle_id: uuid.UUID, *, now: datetime) -> bool:
    """Whether ideas can be sent in this cycle now: by the dates alone."""
    stage = await find_stage(session, cycle_id, StageKind.SUBMISSION)
    return stage is not None and is_open(stage.opens_at, stage.closes_at, now)


async def submit_idea(session: AsyncSession, actor: Actor, idea_id: uuid.UUID, *, now: datetime) -> Idea:
    """Send a draft: it gets its registration number, and the legal clock begins.

    Locks: the days off (shared), the idea, the series of numbers, the register's head. Queues: a message to
    the author. Raises: Forbidden; FormErrors when incomplete.
    """
    days_off = await list_days_off(session, hold=True)
    idea = await queries.get_idea(session, idea_id, lock=True)
    open_now = await is_submission_open(session, idea.cycle_id, now=now)
    require(may_submit(actor, idea, submission_open=open_now))
    missing = find_missing(idea)
    if missing:
        raise FormErrors(missing)
    idea.author_name = public_name(actor.name)
    deadline = await register_idea(session, idea, days_off, received_at=now, now=now)
    await mail_author(
        session, idea, "submitted", due_on=deadline.due_on, term_days=deadline.term.days, now=now
    )
    await publish_submission(session, idea, {}, now=now)
    return idea


async def register_idea(
    session: AsyncSession,
    idea: Idea,
    days_off: frozenset[date],
    *,
    received_at: datetime,
    facts: Mapping[str, object] | None = None,
    now: datetime,
) -> Deadline:
    """Give a complete draft its number and begin its clock at `received_at`. `facts`: of how it came, for the
    timeline. Locks: the series of numbers.
    """
    deadline = review_deadline(received_at, [], today=local_date(now), days_off=days_off)
    idea.number = await next_number(session, SERIES, local_date(now).year)
    idea.move_to(IdeaState.SUBMITTED)
    idea.submitted_at, idea.due_on = received_at, deadline.due_on
    shown = {"number": idea.number, **(facts or {})}
    tell(session, idea, EventKind.SUBMITTED, by_name=idea.author_name, facts=shown, now=now)
    return deadline


async def publish_submission(
    session: AsyncSession, idea: Idea, facts: Mapping[str, object], *, now: datetime
) -> None:
    """Record that an idea was registered. Locks: the register's head; so last."""
    cycle = await get_cycle(session, idea.cycle_id)
    areas = {area.id: area.name for area in await list_areas(session, idea.cycle_id)}
    public = {
        "cycle": cycle.slug,
        "area": areas.get(idea.area_id) if idea.area_id else None,
        "due_on": idea.due_on.isoformat() if idea.due_on else None,
    }
    await publish_fact(session, "idea.submitted", idea, {**public, **facts}, now=now)


async def withdraw_idea(session: AsyncSession, actor: Actor, idea_id: uuid.UUID, *, now: datetime) -> Idea:
    """Take an idea back before there is a verdict; its page stays and says so.

    Locks: the idea. Raises: Forbidden.
    """
    idea = await queries.get_idea(session, idea_id, lock=True)
    require(may_withdraw(actor, idea))
    await take_back(session, idea, now=now)
    return idea


async def take_back(
    session: AsyncSession, idea: Idea, *, facts: Mapping[str, object] | None = None, now: datetime
) -> None:
    """Withdraw a locked idea; whether it may be was asked before. `facts`: how its author said so."""
    pause = await queries.find_open_pause(session, idea.id)
    if pause is not None:
        pause.resumed_at = now
    prepared = await queries.find_prepared(session, idea.id)
    if prepared is not None:  # nobody decides any more; that something was prepared stays inside
        prepared.ended_at, prepared.ended_as, prepared.ended_by_name = now, "lapsed", idea.author_name
    await lapse_advice(session, idea, now=now)
    idea.move_to(IdeaState.WITHDRAWN)
    tell(session, idea, EventKind.WITHDRAWN, by_name=idea.author_name, facts=facts, now=now)
    await publish_fact(session, "idea.withdrawn", idea, facts or {}, now=now)


# ── support ───────────────────────────────────────────────────────────────────
async def support_idea(session: AsyncSession, actor: Actor, idea_id: uuid.UUID, *, now: datetime) -> None:
    """Support an idea, once, within the limit of its cycle. Locks: the person where there is a limit, the
    idea. Raises: Forbidden, AlreadySupported.
    """
    cycle_id = (await queries.get_idea(session, idea_id)).cycle_id
    most = (await queries.get_rules(session, cycle_id)).most_supports
    accounts = await list_same_person(session, actor.id)  # also from another account of theirs
    if most:
        await lock_accounts(session, accounts)  # two ideas at once, in two windows
    idea = await queries.get_idea(session, idea_id, lock=True)
    for account_id in accounts:
        if await queries.find_support(session, idea_id, account_id) is not None:
            raise AlreadySupported()
    used = await queries.count_supports(session, cycle_id, accounts) if most else 0
    vote = await find_stage(session, cycle_id, StageKind.VOTE)
    began = vote is not None and vote.opens_at <= now
    require(may_support(actor, idea, supports=False, used=used, most=most, voting_began=began))
    if idea.author_ids & set(accounts):
        raise OwnIdea()
    try:
        async with session.begin_nested():
            session.add(Support(idea_id=idea_id, account_id=actor.id, at=now))
            await session.flush()
    except IntegrityError:
        raise AlreadySupported() from None
    await _count(session, idea, 1)


async def withdraw_support(session: AsyncSession, actor: Actor, idea_id: uuid.UUID) -> None:
    """Take one's support back; the row goes. Locks: the idea. Raises: NotSupported."""
    await drop_support(session, actor.id, await queries.get_idea(session, idea_id, lock=True))


async def drop_support(session: AsyncSession, account_id: uuid.UUID, idea: Idea) -> None:
    """Take the support of somebody back; the idea's row is locked. Raises: NotSupported."""
    query = delete(Support).where(Support.idea_id == idea.id, Support.account_id == account_id)
    result = await session.execute(query.returning(Support.idea_id))
    if result.first() is None:
        raise NotSupported()
    await _count(session, idea, -1)


async def carry_support(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID, *, now: datetime
) -> uuid.UUID:
    """Support the idea into which a supported one was merged, be it in several steps; only the supporter
    decides that.

    Returns the other idea's id. Raises: NotSupported, Forbidden, AlreadySupported.
    """
    targets = await queries.list_merge_targets(session, idea_id)
    if not targets or await queries.find_support(session, idea_id, actor.id) is None:
        raise NotSupported()
    await support_idea(session, actor, targets[-1], now=now)
    return targets[-1]


async def _count(session: AsyncSession, idea: Idea, change: int) -> None:
    """Keep the count beside the rows; both change under the idea's lock, in one transaction."""
    await session.execute(
        update(Idea).where(Idea.id == idea.id).values(support_count=Idea.support_count + change)
    )
    await session.refresh(idea, ["support_count"])
