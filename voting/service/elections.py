"""Elections: votes of their own, for people or for a single choice; and choosing how votes are counted.

An election is a cycle with a vote and nothing else, so its dates, confirmations, box, count and files are
those of every other vote.
"""

import secrets
import uuid
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import cycles.service
from accounts.policy import Actor
from app.kit import crypto
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.text import words
from app.settings import get_settings
from cycles.models import Cycle
from cycles.queries import find_cycle_by_slug, get_cycle, get_stage, list_areas
from cycles.states import CycleKind, StageKind
from voting import queries
from voting.errors import AlreadyFrozen
from voting.models import Poll
from voting.policy import may_change_election, may_officiate
from voting.rules import get_rule
from voting.rules.papers import Contest, Option, canonical, digest
from voting.rules.ties import TiePolicy
from voting.service.prepare import OptionDraft, add_options, contest_options, freeze
from voting.service.settings import Settings, contest_of_settings, criteria_of, refuse_unsuitable
from voting.states import PollState, SealingPhase

MAX_CANDIDATES = 60  # with their numbers they fit the cookie of a draft and one printed page
SLUG_WORDS = 6


class Candidate(msgspec.Struct, frozen=True):
    """Somebody, or something, to be chosen."""

    name: str
    text: str = ""


class Election(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer writes down of an election."""

    title: str
    title_en: str
    summary: str = ""
    candidates: tuple[Candidate, ...]
    settings: Settings


async def create_election(
    session: AsyncSession,
    actor: Actor,
    election: Election,
    *,
    opens_at: datetime,
    closes_at: datetime,
    now: datetime,
) -> Poll:
    """Make a draft that election officers see, with its contest frozen for now.

    Raises: Forbidden; FormErrors when the dates or the rule do not fit.
    """
    require(may_officiate(actor))
    if opens_at <= now or closes_at <= opens_at:
        raise FormErrors({"closes_on": Invalid(N_("The vote must begin in the future and end after that."))})
    contest = _contest(election)
    cycle = await cycles.service.create_cycle(
        session,
        kind=CycleKind.ELECTION,
        slug=await _free_slug(session, election.title, opens_at.year),
        title=election.title,
        title_en=election.title_en,
        summary=election.summary,
        year=opens_at.year,
        budget_bani=0,
        stages={StageKind.VOTE: (opens_at, closes_at)},
        rule=election.settings.rule,
        rule_params=election.settings.params,
        min_ranked=contest.min_length,
        max_ranked=contest.max_length or len(contest.options),
        now=now,
    )
    stage = await get_stage(session, cycle.id, StageKind.VOTE)
    poll = freeze(
        contest=contest,
        rule=election.settings.rule,
        criteria=criteria_of(election.settings),
        seed=crypto.new_token(),
        cycle_id=cycle.id,
        stage_id=stage.id,
        sealed=election.settings.sealed,
        server_sealing=election.settings.server_sealing,
        now=now,
    )
    poll.title, poll.title_en = election.title, election.title_en or election.title
    session.add(poll)
    await session.flush()
    add_options(session, poll, _drafts(election), {})
    await session.flush()
    return poll


async def change_election(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, election: Election, *, now: datetime
) -> Poll:
    """Freeze a draft anew. The sealed lot stays the same one.

    Locks: the poll. Raises: Forbidden, PollNotFound, FormErrors.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    require(may_change_election(actor, full.facts, is_election=full.is_election))
    contest, poll = _contest(election), full.poll
    titles = (election.title, election.title_en or election.title)
    await cycles.service.change_vote_settings(
        session,
        actor,
        full.cycle.id,
        rule=election.settings.rule,
        rule_params=election.settings.params,
        min_ranked=contest.min_length,
        max_ranked=contest.max_length or len(contest.options),
        titles=titles,
        now=now,
    )
    rule = get_rule(election.settings.rule)
    poll.title, poll.title_en = titles
    poll.rule, poll.rule_version, poll.rule_params_digest = rule.name, rule.version, rule.params_digest
    poll.contest, poll.contest_digest = canonical(contest).decode(), digest(contest)
    ties = msgspec.json.decode(poll.ties, type=TiePolicy)
    ties = msgspec.structs.replace(ties, criteria=criteria_of(election.settings))
    poll.ties, poll.prepared_at = canonical(ties).decode(), now
    poll.sealing = (poll.sealing or SealingPhase.CHOSEN) if election.settings.sealed else None
    poll.server_sealing = election.settings.sealed and election.settings.server_sealing
    poll.one_machine = election.settings.sealed and get_settings().is_demo
    for option in await queries.list_options(session, poll.id):
        await session.delete(option)
    await session.flush()
    add_options(session, poll, _drafts(election), {})
    await session.flush()
    return poll


async def choose_settings(
    session: AsyncSession, actor: Actor, cycle_id: uuid.UUID, settings: Settings, *, now: datetime
) -> Cycle:
    """Choose how the vote on a cycle's projects will be counted, before its list is frozen.

    Locks: the cycle. Raises: Forbidden, AlreadyFrozen, FormErrors.
    """
    await session.execute(select(Cycle.id).where(Cycle.id == cycle_id).with_for_update())
    existing = await queries.find_poll_of_cycle(session, cycle_id)
    if existing is not None and existing.state != PollState.CANCELLED:
        raise AlreadyFrozen()
    cycle = await get_cycle(session, cycle_id)
    areas = {area.code: area.name for area in await list_areas(session, cycle_id)}
    refuse_unsuitable(_specimen(settings, cycle, areas), settings.rule, sealed=settings.sealed)
    return await cycles.service.change_vote_settings(
        session,
        actor,
        cycle_id,
        rule=settings.rule,
        rule_params=settings.params,
        min_ranked=settings.min_length,
        max_ranked=settings.max_length or settings.min_length,
        now=now,
    )


def _specimen(settings: Settings, cycle: Cycle, areas: dict[str, str]) -> Contest:
    """A contest as it will be, before there is a list of projects: one in each area."""
    names: list[str | None] = [*areas.values()] or [None]
    count = max(len(names), settings.max_length or 1, settings.min_length)
    options = [
        Option(id=f"{place} of as many", title="-", cost=1, area=names[place % len(names)])
        for place in range(count)
    ]
    numbers = {number for group in settings.exclusive for number in group}
    options += [Option(id=number, title="-", cost=1) for number in sorted(numbers)]
    return contest_of_settings(
        settings, options, budget_bani=cycle.budget_bani, currency=cycle.currency, areas=areas
    )


def _contest(election: Election) -> Contest:
    """Raises: FormErrors."""
    settings, count = election.settings, len(election.candidates)
    if count < 2 or count > MAX_CANDIDATES:
        message = Invalid(N_("Write the names of 2 to %(most)s candidates."), most=MAX_CANDIDATES)
        raise FormErrors({"name-1": message})
    if settings.seats >= count:
        raise FormErrors({"seats": Invalid(N_("There must be more candidates than seats."))})
    if settings.min_length > min(settings.max_length or count, count):
        raise FormErrors({"min_length": Invalid(N_("The least cannot be more than the most."))})
    contest = contest_of_settings(settings, contest_options(_drafts(election), {}))
    refuse_unsuitable(contest, settings.rule, sealed=settings.sealed)
    return contest


def _drafts(election: Election) -> list[OptionDraft]:
    return [
        OptionDraft(
            number=f"C{place:02d}", title=one.name, summary=one.text, subject=f"candidate:C{place:02d}"
        )
        for place, one in enumerate(election.candidates, start=1)
    ]


async def _free_slug(session: AsyncSession, title: str, year: int) -> str:
    base = "-".join([*words(title)[:SLUG_WORDS], str(year)])[:70] or str(year)
    slug = base
    while await find_cycle_by_slug(session, slug) is not None:
        slug = f"{base}-{secrets.token_hex(2)}"
    return slug
