"""Creating a cycle and changing the dates of its stages."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.db import new_id
from app.kit.events import publish
from app.kit.policy import require
from cycles import queries
from cycles.errors import BadDates, DatesChangedMeanwhile, SlugTaken
from cycles.events import StageDatesChanged
from cycles.models import Area, Cycle, Stage, StageChange
from cycles.policy import check_dates, may_change_dates, may_change_vote
from cycles.states import CycleKind, StageKind

Dates = tuple[datetime, datetime]


async def create_cycle(
    session: AsyncSession,
    *,
    slug: str,
    title: str,
    title_en: str = "",
    summary: str = "",
    summary_en: str = "",
    year: int,
    budget_bani: int,
    currency: str = "lei",
    max_ranked: int = 6,
    min_ranked: int = 1,
    rule: str = "greedy",
    rule_params: Mapping[str, object] | None = None,
    tie_seed_commitment: str | None = None,
    areas: Sequence[tuple[str, str]] = (),
    stages: Mapping[StageKind, Dates],
    is_imported: bool = False,
    kind: CycleKind = CycleKind.BUDGET,
    now: datetime,
) -> Cycle:
    """Create a cycle with its areas, given as (code, name), and the half-open dates of its stages.

    Raises: SlugTaken; BadDates when a stage would end before it begins.
    """
    if await queries.find_cycle_by_slug(session, slug) is not None:
        raise SlugTaken()
    if any(opens_at >= closes_at for opens_at, closes_at in stages.values()):
        raise BadDates()
    cycle = Cycle(
        id=new_id(),
        kind=kind.value,
        slug=slug,
        title=title,
        title_en=title_en or title,
        summary=summary,
        summary_en=summary_en or summary,
        year=year,
        budget_bani=budget_bani,
        currency=currency,
        max_ranked=max_ranked,
        min_ranked=min_ranked,
        rule=rule,
        rule_params=json.dumps(dict(rule_params or {}), sort_keys=True),
        tie_seed_commitment=tie_seed_commitment,
        created_at=now,
        is_imported=is_imported,
    )
    session.add(cycle)
    await session.flush()
    session.add_all(Area(id=new_id(), cycle_id=cycle.id, code=code, name=name) for code, name in areas)
    session.add_all(
        Stage(id=new_id(), cycle_id=cycle.id, kind=one.value, opens_at=opens_at, closes_at=closes_at)
        for one, (opens_at, closes_at) in stages.items()
    )
    await session.flush()
    await register.record(
        session, "cycle.created", f"cycle:{cycle.slug}", _creation_facts(cycle, stages), now=now
    )
    return cycle


def _creation_facts(cycle: Cycle, stages: Mapping[StageKind, Dates]) -> dict[str, object]:
    money = {"budget_bani": cycle.budget_bani, "currency": cycle.currency}
    return {
        "slug": cycle.slug,
        "title": cycle.title,
        **(money if cycle.kind == CycleKind.BUDGET else {"kind": cycle.kind}),
        "rule": cycle.rule,
        "rule_params": json.loads(cycle.rule_params),
        "max_ranked": cycle.max_ranked,
        "is_imported": cycle.is_imported,
        "stages": {
            kind.value: [register.moment_text(moment) for moment in dates] for kind, dates in stages.items()
        },
    }


async def change_vote_settings(
    session: AsyncSession,
    actor: Actor,
    cycle_id: uuid.UUID,
    *,
    rule: str,
    rule_params: Mapping[str, object],
    min_ranked: int,
    max_ranked: int,
    titles: tuple[str, str] | None = None,
    now: datetime,
) -> Cycle:
    """Write down by which rule and with which limits the cycle's vote will be prepared, in public; `titles`
    (Romanian, English) of an election. What the rule needs is voting's to check.

    Locks: the cycle. Raises: Forbidden, CycleNotFound.
    """
    query = select(Cycle).where(Cycle.id == cycle_id).with_for_update()
    await session.execute(query.execution_options(populate_existing=True))
    cycle = await queries.get_cycle(session, cycle_id)
    stage = await queries.get_stage(session, cycle_id, StageKind.VOTE)
    require(may_change_vote(actor, stage, is_imported=cycle.is_imported, now=now))
    before = {"rule": cycle.rule, "rule_params": json.loads(cycle.rule_params or "{}")}
    cycle.rule, cycle.rule_params = rule, json.dumps(dict(rule_params), sort_keys=True)
    cycle.min_ranked, cycle.max_ranked = min_ranked, max_ranked
    if titles is not None:
        cycle.title, cycle.title_en = titles
    await session.flush()
    facts: dict[str, object] = {
        "before": before,
        "rule": rule,
        "rule_params": dict(rule_params),
        "min_ranked": min_ranked,
        "max_ranked": max_ranked,
        "by": actor.name,
    }
    await register.record(session, "cycle.vote-settings-changed", f"cycle:{cycle.slug}", facts, now=now)
    return cycle


async def change_stage_dates(
    session: AsyncSession,
    actor: Actor,
    stage_id: uuid.UUID,
    *,
    opens_at: datetime,
    closes_at: datetime,
    reason: str,
    now: datetime,
    seen: Dates | None = None,
) -> StageChange:
    """Give a stage other dates, in public. `seen`: the dates the official was looking at.

    Locks: the stage. Raises: Forbidden, BadDates, DatesChangedMeanwhile. Emits: StageDatesChanged.
    """
    stage = await queries.get_stage_by_id(session, stage_id, lock=True)
    require(may_change_dates(actor, stage, now=now))
    if seen is not None and seen != (stage.opens_at, stage.closes_at):
        raise DatesChangedMeanwhile()
    others = [other for other in await queries.list_stages(session, stage.cycle_id) if other.id != stage.id]
    verdict = check_dates(stage, others, opens_at=opens_at, closes_at=closes_at, now=now)
    if not verdict:
        raise BadDates(verdict.reason, **verdict.facts)
    change = StageChange(
        id=new_id(),
        cycle_id=stage.cycle_id,
        stage_id=stage.id,
        at=now,
        actor_id=actor.id,
        actor_name=actor.name,
        reason=reason,
        opens_before=stage.opens_at,
        closes_before=stage.closes_at,
        opens_after=opens_at,
        closes_after=closes_at,
    )
    session.add(change)
    stage.opens_at, stage.closes_at = opens_at, closes_at
    await session.flush()
    await publish(session, _event(stage, change))
    cycle = await queries.get_cycle(session, stage.cycle_id)
    await register.record(
        session, "stage.dates-changed", f"cycle:{cycle.slug}", _facts(stage, change), now=now
    )
    return change


def _event(stage: Stage, change: StageChange) -> StageDatesChanged:
    return StageDatesChanged(
        stage.cycle_id,
        stage.id,
        stage.kind,
        change.opens_before,
        change.closes_before,
        change.opens_after,
        change.closes_after,
        change.at,
    )


def _facts(stage: Stage, change: StageChange) -> dict[str, object]:
    return {
        "stage": stage.kind,
        "before": [register.moment_text(change.opens_before), register.moment_text(change.closes_before)],
        "after": [register.moment_text(change.opens_after), register.moment_text(change.closes_after)],
        "by": change.actor_name,
        "reason": change.reason,
    }
