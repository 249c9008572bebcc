"""The published rules of a cycle's review: what takes two reviewers, terms, when verdicts are published."""

import uuid
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.policy import require
from cycles.queries import get_cycle
from proposals import queries
from proposals.errors import RulesChangedMeanwhile
from proposals.models import ReviewRules
from proposals.policy import may_change_rules
from proposals.states import DEBATE_BANI, KEEP_DAYS, MOST_SUPPORTS


class ReviewTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules of a cycle's review say."""

    second_eyes_bani: int
    answer_days: int
    contest_days: int
    decide_days: int
    publish_at: datetime | None
    most_supports: int = MOST_SUPPORTS
    debate_bani: int = DEBATE_BANI
    keep_days: int = KEEP_DAYS


async def change_review_rules(
    session: AsyncSession,
    actor: Actor,
    cycle_id: uuid.UUID,
    terms: ReviewTerms,
    *,
    seen: ReviewTerms,
    reason: str,
    now: datetime,
) -> ReviewRules:
    """Give a cycle other rules of the review, in public. `seen`: those that were looked at. What was begun
    under other terms keeps them.

    Locks: the cycle's row. Raises: Forbidden, RulesChangedMeanwhile.
    """
    await queries.lock_cycle(session, cycle_id)
    frozen = await queries.is_frozen(session, cycle_id)
    require(may_change_rules(actor, is_frozen=frozen, publish_at=terms.publish_at, now=now))
    rules = await queries.get_rules(session, cycle_id)
    if read_terms(rules) != seen:
        raise RulesChangedMeanwhile()
    for name, value in msgspec.structs.asdict(terms).items():
        setattr(rules, name, value)
    rules.changed_at, rules.changed_by_name = now, actor.name
    session.add(rules)
    await session.flush()
    cycle = await get_cycle(session, cycle_id)
    facts: dict[str, object] = {
        "before": _facts(seen),
        "after": _facts(terms),
        "by": actor.name,
        "reason": reason,
    }
    await register.record(session, "cycle.review-rules-changed", f"cycle:{cycle.slug}", facts, now=now)
    return rules


async def record_release(
    session: AsyncSession,
    actor: Actor,
    cycle_id: uuid.UUID,
    *,
    before: datetime | None,
    count: int,
    now: datetime,
) -> None:
    """Write in the register that a cycle's verdicts are published before their moment."""
    cycle = await get_cycle(session, cycle_id)
    facts: dict[str, object] = {"count": count, "by": actor.name}
    facts["before"] = register.moment_text(before) if before else None
    await register.record(session, "cycle.verdicts-released", f"cycle:{cycle.slug}", facts, now=now)


def read_terms(rules: ReviewRules) -> ReviewTerms:
    """The rules as values."""
    return ReviewTerms(**{name: getattr(rules, name) for name in ReviewTerms.__struct_fields__})


def _facts(terms: ReviewTerms) -> dict[str, object]:
    facts = msgspec.structs.asdict(terms)
    moment = terms.publish_at
    return {**facts, "publish_at": register.moment_text(moment) if moment else None}
