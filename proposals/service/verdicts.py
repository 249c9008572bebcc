"""Verdicts: what is decided on an idea; and correcting one, which is a new public entry, never an alteration.

Locks are taken in one order everywhere: cycle, ideas by id, register's head.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.db import new_id
from app.kit.markdown import excerpt
from app.kit.policy import require
from app.kit.text import words
from proposals import queries
from proposals.errors import AlreadyJudged, MergeTargetInvalid
from proposals.models import CostLine, Idea, Project, Reason, Verdict
from proposals.policy import may_correct, may_judge
from proposals.rules.costing import Costing, describe_lines
from proposals.service.projects import create_project
from proposals.service.timeline import mail_author, mail_supporters, publish_fact, tell
from proposals.states import (
    ACCEPTING,
    SUPPORTABLE_STATES,
    VERDICT_STATES,
    EventKind,
    IdeaState,
    VerdictKind,
)

# Source: see proposals.states.FORWARD_TERM; in the register as the act is named in Romanian.
FORWARD_GROUND = "OG 27/2002, art. 6^1"
STATES: dict[VerdictKind, IdeaState] = {
    VerdictKind.REJECTED: IdeaState.REJECTED,
    VerdictKind.MERGED: IdeaState.MERGED,
    VerdictKind.ACCEPTED: IdeaState.ACCEPTED,
    VerdictKind.CHANGED: IdeaState.ACCEPTED,
    VerdictKind.FORWARDED: IdeaState.FORWARDED,
}


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be decided on an idea, complete and checked; which fields count depends on the kind."""

    kind: VerdictKind
    text: str
    reason_code: str = ""  # rejected
    into_id: uuid.UUID | None = None  # merged
    costing: Costing | None = None  # accepted, changed
    changes: str = ""  # changed: what, in words; title and body are the project's
    title: str = ""
    body: str = ""
    authority: str = ""  # forwarded: to whom, under which number
    reference: str = ""


class _Case(msgspec.Struct):
    """An idea under lock, the verdict that holds so far, and the project it has become."""

    idea: Idea
    standing: Verdict | None
    project: Project | None


async def judge_idea(
    session: AsyncSession,
    actor: Actor,
    idea_id: uuid.UUID,
    ruling: Ruling,
    *,
    correcting: uuid.UUID | None = None,
    now: datetime,
) -> Verdict:
    """Decide on an idea. `correcting`: the verdict to supersede. An accepted idea becomes a project under its
    permanent number; of a merged one both texts stay, and supporters are asked, never moved.

    Locks: cycle, the ideas. Raises: Forbidden, AlreadyJudged, ReasonNotFound, MergeTargetInvalid,
    AlreadyAtVote. Queues: mail to the author, of a merger also to the supporters.
    """
    case = await _open_case(session, actor, idea_id, correcting=correcting, also=ruling.into_id)
    reason = await queries.get_reason(session, ruling.reason_code) if ruling.reason_code else None
    target = await _find_target(session, case.idea, ruling)
    verdict = _make_verdict(case, actor, ruling, reason, now=now)
    await _settle(session, case, verdict, now=now)
    if reason is not None:
        facts = await _reject(session, case, verdict, reason, now=now)
    elif target is not None:
        facts = await _merge(session, case, verdict, target, now=now)
    elif ruling.costing is not None:
        facts = await _accept(session, case, verdict, ruling.costing, now=now)
    else:
        facts = await _forward(session, case, verdict, now=now)
    await _publish(session, case, verdict, facts, now=now)
    return verdict


# ── what each kind does ───────────────────────────────────────────────────────
async def _reject(
    session: AsyncSession, case: _Case, verdict: Verdict, reason: Reason, *, now: datetime
) -> dict[str, object]:
    facts = reason_facts(reason)
    _tell(session, case, verdict, facts, now=now)
    await _mail(
        session,
        case,
        verdict,
        reason_title=reason.title,
        reason_title_en=reason.title_en,
        legal_ground=reason.legal_ground,
    )
    return facts


async def _merge(
    session: AsyncSession, case: _Case, verdict: Verdict, target: Idea, *, now: datetime
) -> dict[str, object]:
    into = {"into": str(target.id), "into_number": target.number, "into_title": target.title}
    _tell(session, case, verdict, into, now=now)
    source = {"from": str(case.idea.id), "from_number": case.idea.number, "from_title": case.idea.title}
    source["from_author"] = case.idea.author_name
    tell(session, target, EventKind.RECEIVED, by_name=verdict.reviewer_name, facts=source, now=now)
    link = {"into_path": f"/ideas/{target.id}", "into_number": target.number, "into_title": target.title}
    await _mail(session, case, verdict, **link)
    await mail_supporters(session, case.idea, "merged_supporter", {"text": verdict.text, **link})
    return {"into": str(target.id), "into_number": target.number}


async def _accept(
    session: AsyncSession, case: _Case, verdict: Verdict, costing: Costing, *, now: datetime
) -> dict[str, object]:
    _add_lines(session, verdict, costing)
    project = await _make_project(session, case, verdict, costing, now=now)
    facts: dict[str, object] = {
        "project": project.number,
        "total_bani": costing.total_bani,
        "yearly_bani": costing.yearly_bani,
    }
    if verdict.changes is not None:
        facts["changes"] = verdict.changes
    _tell(session, case, verdict, facts, now=now)
    await _mail(session, case, verdict, **facts)
    if verdict.changes is not None:
        facts |= {"project_title": project.title, "project_text": project.body}
    lines = {"lines": describe_lines(costing.lines), "margin_percent": costing.margin_percent}
    return {**facts, **lines}


async def _forward(
    session: AsyncSession, case: _Case, verdict: Verdict, *, now: datetime
) -> dict[str, object]:
    facts: dict[str, object] = {
        "authority": verdict.authority,
        "reference": verdict.reference,
        "legal_ground": FORWARD_GROUND,
    }
    _tell(session, case, verdict, facts, now=now)
    await _mail(session, case, verdict, **facts)
    return facts


def _tell(
    session: AsyncSession, case: _Case, verdict: Verdict, facts: Mapping[str, object], *, now: datetime
) -> None:
    kind, by = EventKind(verdict.kind), verdict.reviewer_name
    tell(session, case.idea, kind, by_name=by, text=verdict.text, facts=facts, now=now)


async def _mail(session: AsyncSession, case: _Case, verdict: Verdict, **facts: object) -> None:
    supporters = case.idea.support_count
    await mail_author(session, case.idea, verdict.kind, text=verdict.text, supporters=supporters, **facts)


# ── steps that all share ──────────────────────────────────────────────────────
async def _open_case(
    session: AsyncSession,
    actor: Actor,
    idea_id: uuid.UUID,
    *,
    correcting: uuid.UUID | None,
    also: uuid.UUID | None = None,
) -> _Case:
    """Lock what the verdict touches, in the one order, and check that it may be given."""
    unlocked = await queries.get_idea(session, idea_id)
    await queries.lock_cycle(session, unlocked.cycle_id)
    locked = [await queries.get_idea(session, one, lock=True) for one in sorted({idea_id, also or idea_id})]
    idea = next(one for one in locked if one.id == idea_id)
    standing = await queries.find_verdict(session, idea_id)
    project = await queries.find_project_of_idea(session, idea_id)
    if correcting is None:
        if standing is not None and idea.state in VERDICT_STATES:
            raise AlreadyJudged(name=standing.reviewer_name)
        require(may_judge(actor, idea))
    else:
        at_vote = project is not None and await queries.is_frozen(session, idea.cycle_id)
        require(may_correct(actor, idea, at_vote=at_vote))
        if standing is None or standing.id != correcting:
            raise AlreadyJudged(name=standing.reviewer_name if standing else "")
    return _Case(idea, standing, project)


async def _find_target(session: AsyncSession, idea: Idea, ruling: Ruling) -> Idea | None:
    """The idea into which this one is to be merged. Raises: MergeTargetInvalid."""
    if ruling.into_id is None:
        return None
    target = await queries.get_idea(session, ruling.into_id)
    if not can_receive(idea, target):
        raise MergeTargetInvalid()
    return target


def can_receive(idea: Idea, target: Idea) -> bool:
    """Whether `target` is one into which `idea` may be merged."""
    same = target.id == idea.id or target.merged_into_id == idea.id
    return not same and target.cycle_id == idea.cycle_id and target.state in SUPPORTABLE_STATES


def _make_verdict(
    case: _Case, actor: Actor, ruling: Ruling, reason: Reason | None, *, now: datetime
) -> Verdict:
    is_changed, is_forwarded = ruling.kind is VerdictKind.CHANGED, ruling.kind is VerdictKind.FORWARDED
    costing = ruling.costing if ruling.kind in ACCEPTING else None
    return Verdict(
        id=new_id(),
        idea_id=case.idea.id,
        position=case.standing.position + 1 if case.standing else 1,
        kind=ruling.kind.value,
        at=now,
        reviewer_id=actor.id,
        reviewer_name=actor.name,
        text=ruling.text,
        supersedes_id=case.standing.id if case.standing else None,
        reason_id=reason.id if reason else None,
        merged_into_id=ruling.into_id,
        total_bani=costing.total_bani if costing else None,
        margin_bani=costing.margin_bani if costing else None,
        margin_percent=costing.margin_percent if costing else None,
        yearly_bani=costing.yearly_bani if costing else None,
        changes=ruling.changes if is_changed else None,
        title=ruling.title if is_changed else None,
        body=ruling.body if is_changed else None,
        authority=ruling.authority if is_forwarded else None,
        reference=ruling.reference if is_forwarded else None,
    )


async def _settle(session: AsyncSession, case: _Case, verdict: Verdict, *, now: datetime) -> None:
    """Move the idea; when a verdict is superseded, say so first and undo what it did."""
    if case.standing is not None:
        facts = {"superseded": case.standing.kind}
        tell(session, case.idea, EventKind.CORRECTED, by_name=verdict.reviewer_name, facts=facts, now=now)
    state = STATES[VerdictKind(verdict.kind)]
    case.idea.move_to(state)
    case.idea.merged_into_id = verdict.merged_into_id
    if case.project is not None and state is not IdeaState.ACCEPTED:
        case.project.withdrawn_at = now
    session.add(verdict)
    await session.flush()


def _add_lines(session: AsyncSession, verdict: Verdict, costing: Costing) -> None:
    session.add_all(
        CostLine(
            id=new_id(),
            verdict_id=verdict.id,
            position=position,
            net_bani=line.net_bani,
            vat_bani=line.vat_bani,
            **msgspec.structs.asdict(line),
        )
        for position, line in enumerate(costing.lines, start=1)
    )


async def _make_project(
    session: AsyncSession, case: _Case, verdict: Verdict, costing: Costing, *, now: datetime
) -> Project:
    """The idea's project, with the text that the verdict gives it: a new one, or the one it had, under the
    number that it keeps.
    """
    title, body = verdict.title or case.idea.title, verdict.body or case.idea.body
    summary, project = excerpt(body, 220), case.project
    if project is not None:
        project.title, project.summary, project.body = title, summary, body
        project.folded = " ".join(words(f"{title} {summary} {project.number}"))
        project.cost_bani, project.withdrawn_at = costing.total_bani, None
        await session.flush()
        return project
    return await create_project(
        session,
        cycle_id=case.idea.cycle_id,
        title=title,
        summary=summary,
        body=body,
        area_id=case.idea.area_id,
        cost_bani=costing.total_bani,
        idea_id=case.idea.id,
        now=now,
    )


def reason_facts(reason: Reason) -> dict[str, object]:
    """A reason as the timeline and the register keep it: the version that was in force."""
    return {"reason": reason.code, "version": reason.version, "legal_ground": reason.legal_ground}


async def _publish(
    session: AsyncSession, case: _Case, verdict: Verdict, facts: Mapping[str, object], *, now: datetime
) -> None:
    public: dict[str, object] = {**facts, "verdict": str(verdict.id), "text": verdict.text}
    public |= {"by": verdict.reviewer_name, "supporters": case.idea.support_count}
    if verdict.supersedes_id is not None:
        public["supersedes"] = str(verdict.supersedes_id)
    await publish_fact(session, f"idea.{verdict.kind}", case.idea, public, now=now)
