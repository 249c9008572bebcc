"""Public debates on projects with a large effect on the budget: when, where, and what came of them."""

import uuid
from datetime import date, datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.clock import local_date
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.policy import require
from proposals import queries
from proposals.errors import DebateChangedMeanwhile
from proposals.models import ProjectDebate
from proposals.policy import may_enter_debate, may_touch, needs_debate


class DebateEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a debate; `outcome` is empty until it was held."""

    held_on: date
    place: str
    hour: str = ""
    act_path: str = ""
    outcome: str = ""


async def enter_debate(
    session: AsyncSession,
    actor: Actor,
    project_id: uuid.UUID,
    entry: DebateEntry,
    *,
    seen: DebateEntry | None,
    now: datetime,
) -> ProjectDebate:
    """Write down the debate on a project, or change what is written, in public. `seen`: what stood there.

    Locks: the cycle, the register's head. Raises: Forbidden, DebateChangedMeanwhile, FormErrors.
    """
    project = await queries.get_project_by_id(session, project_id)
    await queries.lock_cycle(session, project.cycle_id)
    project = await queries.get_project_by_id(session, project_id, lock=True)
    rules = await queries.get_rules(session, project.cycle_id)
    frozen = await queries.is_frozen(session, project.cycle_id)
    is_due = needs_debate(project.cost_bani, limit_bani=rules.debate_bani)
    require(may_enter_debate(actor, is_due=is_due and project.withdrawn_at is None, is_frozen=frozen))
    if project.idea_id is not None:
        idea = await queries.get_idea(session, project.idea_id)
        off = await queries.has_conflict(session, idea.id, actor.id) or actor.id in idea.author_ids
        require(may_touch(has_conflict=off))
    if entry.outcome and entry.held_on > local_date(now):
        raise FormErrors({"outcome": Invalid(N_("A debate that is still to come has no outcome yet."))})
    debate = await queries.find_debate(session, project_id)
    before = read_debate(debate)
    if before != seen:
        raise DebateChangedMeanwhile()
    debate = debate or ProjectDebate(project_id=project_id)
    for name, value in msgspec.structs.asdict(entry).items():
        setattr(debate, name, value)
    debate.entered_at, debate.entered_by_name = now, actor.name
    session.add(debate)
    await session.flush()
    facts: dict[str, object] = {"project": project.number, "title": project.title, "by": actor.name}
    facts |= {"before": msgspec.to_builtins(before), "after": msgspec.to_builtins(entry)}
    await register.record(session, "project.debate", f"project:{project.id}", facts, now=now)
    return debate


def read_debate(debate: ProjectDebate | None) -> DebateEntry | None:
    """A stored debate as values."""
    if debate is None:
        return None
    return DebateEntry(**{name: getattr(debate, name) for name in DebateEntry.__struct_fields__})
