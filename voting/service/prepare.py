"""Freezing a list of projects into a contest that nobody can change any more."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import crypto, register
from app.kit.errors import FormErrors
from app.kit.policy import require
from app.settings import get_settings
from cycles.models import Cycle
from cycles.queries import get_cycle, get_stage, list_areas
from cycles.states import StageKind
from voting import queries
from voting.errors import GroupsOutdated, NothingToVoteOn, PollExists, SettingsUnsuitable
from voting.models import Poll, PollOption
from voting.policy import may_announce, may_prepare
from voting.rules import get_rule
from voting.rules.papers import Contest, Option, canonical, digest
from voting.rules.ties import Criterion, Lot, TiePolicy, commitment_of
from voting.service.places import announce_places
from voting.service.settings import (
    CRITERIA,
    Settings,
    contest_of_settings,
    criteria_of,
    refuse_unsuitable,
    settings_of_cycle,
)
from voting.states import PollState, SealingPhase

SEED_PURPOSE = "tie-seed"


class OptionDraft(msgspec.Struct, frozen=True, kw_only=True):
    """An option to be frozen. `subject` says whose it is (project:<uuid>), `href` where its page lies;
    `area_code` is one of the cycle's areas.
    """

    number: str
    title: str
    summary: str = ""
    cost_bani: int = 0
    area_code: str | None = None
    subject: str
    href: str = ""


async def prepare_poll(
    session: AsyncSession,
    actor: Actor,
    *,
    cycle_id: uuid.UUID,
    title: str,
    title_en: str,
    options: Sequence[OptionDraft],
    announce: bool = True,
    now: datetime,
) -> Poll:
    """Freeze the contest of a cycle and publish it (or keep it a draft that election officers see).

    The seed of the lot that breaks the last ties is drawn here; its SHA-256 is published now, itself after
    the count. Locks: the cycle's row. Raises: Forbidden, PollExists, NothingToVoteOn, SettingsUnsuitable.
    """
    require(may_prepare(actor))
    await session.execute(select(Cycle.id).where(Cycle.id == cycle_id).with_for_update())
    existing = await queries.find_poll_of_cycle(session, cycle_id)
    if existing is not None and existing.state != PollState.CANCELLED:
        raise PollExists()
    if not options:
        raise NothingToVoteOn()
    cycle = await get_cycle(session, cycle_id)
    _check_groups(settings_of_cycle(cycle), options)
    stage = await get_stage(session, cycle_id, StageKind.VOTE)
    areas = {area.code: area.name for area in await list_areas(session, cycle_id)}
    contest = make_contest(cycle, options, areas)
    try:
        refuse_unsuitable(contest, cycle.rule, sealed=settings_of_cycle(cycle).sealed)
    except FormErrors as problem:
        first = next(iter(problem.errors.values()))
        raise SettingsUnsuitable(first.message, **first.facts) from problem
    poll = freeze(
        contest=contest,
        rule=cycle.rule,
        criteria=criteria_of(settings_of_cycle(cycle)),
        seed=crypto.new_token(),
        cycle_id=cycle_id,
        stage_id=stage.id,
        sealed=settings_of_cycle(cycle).sealed,
        server_sealing=settings_of_cycle(cycle).server_sealing,
        now=now,
    )
    poll.title, poll.title_en = title, title_en or title
    session.add(poll)
    await session.flush()
    add_options(session, poll, options, areas)
    await session.flush()
    if announce:
        await _announce(session, poll, now=now)
    return poll


def _check_groups(settings: Settings, options: Sequence[OptionDraft]) -> None:
    """Raises: GroupsOutdated."""
    listed = {option.number for option in options}
    unknown = sorted({number for group in settings.exclusive for number in group} - listed)
    if unknown:
        raise GroupsOutdated(numbers=", ".join(unknown))


async def announce_poll(session: AsyncSession, actor: Actor, poll_id: uuid.UUID, *, now: datetime) -> Poll:
    """Publish a draft. Locks: the poll. Raises: Forbidden, PollNotFound."""
    full = await queries.get_poll(session, poll_id, lock=True)
    require(may_announce(actor, full.facts, now=now))
    await _announce(session, full.poll, now=now)
    await announce_places(session, actor, full.poll, now=now)
    return full.poll


async def _announce(session: AsyncSession, poll: Poll, *, now: datetime) -> None:
    poll.move_to(PollState.ANNOUNCED)
    await register.record(session, "poll.announced", f"poll:{poll.id}", announcement_facts(poll), now=now)


def announcement_facts(poll: Poll) -> dict[str, object]:
    """What the register keeps of a contest: enough to notice any later change."""
    return {
        "cycle": str(poll.cycle_id),
        "contest_digest": poll.contest_digest,
        "rule": poll.rule,
        "rule_version": poll.rule_version,
        "rule_params_digest": poll.rule_params_digest,
        "ties": json.loads(poll.ties),
    }


def make_contest(cycle: Cycle, options: Sequence[OptionDraft], areas: Mapping[str, str]) -> Contest:
    """The contest of a cycle's vote on projects, by the cycle's settings."""
    return contest_of_settings(
        settings_of_cycle(cycle),
        contest_options(options, areas),
        budget_bani=cycle.budget_bani,
        currency=cycle.currency,
        areas=areas,
    )


def contest_options(options: Sequence[OptionDraft], areas: Mapping[str, str]) -> list[Option]:
    """Options as the contest freezes them."""
    return [
        Option(
            id=option.number,
            title=option.title,
            cost=option.cost_bani,
            area=areas.get(option.area_code or "", option.area_code),
        )
        for option in options
    ]


def freeze(
    *,
    contest: Contest,
    rule: str,
    criteria: tuple[Criterion, ...] = CRITERIA,
    seed: str,
    cycle_id: uuid.UUID,
    stage_id: uuid.UUID,
    sealed: bool = False,
    server_sealing: bool = False,
    now: datetime,
) -> Poll:
    """A poll row of a contest, not yet in the session and without titles. Raises: UnknownRule."""
    published = get_rule(rule)
    ties = TiePolicy(criteria=criteria, lot=Lot(commitment=commitment_of(seed)))
    return Poll(
        id=uuid.uuid4(),
        cycle_id=cycle_id,
        stage_id=stage_id,
        state=PollState.DRAFT,
        rule=rule,
        rule_version=published.version,
        rule_params_digest=published.params_digest,
        contest=canonical(contest).decode(),
        contest_digest=digest(contest),
        ties=canonical(ties).decode(),
        tie_seed_sealed=crypto.seal(get_settings().secret_key, SEED_PURPOSE, seed),
        is_imported=False,
        prepared_at=now,
        sealing=SealingPhase.CHOSEN if sealed else None,
        server_sealing=sealed and server_sealing,
        one_machine=sealed and get_settings().is_demo,
    )


def add_options(
    session: AsyncSession, poll: Poll, options: Sequence[OptionDraft], areas: Mapping[str, str]
) -> None:
    """The rows that pages list; what counts is the contest."""
    session.add_all(
        PollOption(
            poll_id=poll.id,
            number=option.number,
            position=position,
            title=option.title,
            summary=option.summary,
            cost_bani=option.cost_bani,
            area=areas.get(option.area_code or "", option.area_code),
            subject=option.subject,
            href=option.href,
        )
        for position, option in enumerate(options, start=1)
    )
