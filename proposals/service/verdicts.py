"""Verdicts: reject, merge, accept; and correcting one, which is a new public entry, never an alteration.

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
from proposals import queries
from proposals.errors import AlreadyJudged, MergeTargetInvalid
from proposals.models import CostLine, Idea, Project, Reason, Verdict
from proposals.policy import may_correct, may_judge
from proposals.rules.costing import Costing, describe_lines
from proposals.service.projects import create_project
from proposals.service.timeline import mail_author, mail_supporters, publish_fact, tell
from proposals.states import SUPPORTABLE_STATES, VERDICT_STATES, EventKind, IdeaState, VerdictKind


class _Case(msgspec.Struct):
    """An idea under lock, the verdict that holds so far, and the project it has become."""

    idea: Idea
    standing: Verdict | None
    project: Project | None


async def reject_idea(
    session: AsyncSession,
    actor: Actor,
    idea_id: uuid.UUID,
    *,
    reason_code: str,
    text: str,
    correcting: uuid.UUID | None = None,
    now: datetime,
) -> Verdict:
    """Reject with a reason of the catalogue and words of one's own. `correcting`: the verdict to supersede.

    Locks: cycle, idea. Raises: Forbidden, AlreadyJudged, ReasonNotFound. Queues: mail to the author.
    """
    case = await _open_case(session, actor, idea_id, correcting=correcting)
    reason = await queries.get_reason(session, reason_code)
    verdict = _make_verdict(case, actor, VerdictKind.REJECTED, text=text, reason_id=reason.id, now=now)
    await _settle(session, case, verdict, IdeaState.REJECTED, now=now)
    facts = reason_facts(reason)
    tell(session, case.idea, EventKind.REJECTED, by_name=actor.name, text=text, facts=facts, now=now)
    await mail_author(
        session,
        case.idea,
        "rejected",
        reason_title=reason.title,
        reason_title_en=reason.title_en,
        legal_ground=reason.legal_ground,
        text=text,
        supporters=case.idea.support_count,
    )
    await _publish(session, case, verdict, facts, now=now)
    return verdict


async def merge_idea(
    session: AsyncSession,
    actor: Actor,
    idea_id: uuid.UUID,
    *,
    into_id: uuid.UUID,
    text: str,
    correcting: uuid.UUID | None = None,
    now: datetime,
) -> Verdict:
    """Merge a duplicate into another idea. Both texts stay; supporters are asked, never moved.

    Locks: cycle, both ideas. Raises: Forbidden, AlreadyJudged, MergeTargetInvalid. Queues: mail to both
    authors and to the supporters.
    """
    case = await _open_case(session, actor, idea_id, correcting=correcting, also=into_id)
    target = await queries.get_idea(session, into_id)
    if not _can_receive(case.idea, target):
        raise MergeTargetInvalid()
    verdict = _make_verdict(case, actor, VerdictKind.MERGED, text=text, merged_into_id=into_id, now=now)
    await _settle(session, case, verdict, IdeaState.MERGED, merged_into_id=into_id, now=now)
    into = {"into": str(target.id), "into_number": target.number, "into_title": target.title}
    tell(session, case.idea, EventKind.MERGED, by_name=actor.name, text=text, facts=into, now=now)
    source = {"from": str(case.idea.id), "from_number": case.idea.number, "from_title": case.idea.title}
    source["from_author"] = case.idea.author_name
    tell(session, target, EventKind.RECEIVED, by_name=actor.name, facts=source, now=now)
    link = {"into_path": f"/ideas/{target.id}", "into_number": target.number, "into_title": target.title}
    await mail_author(session, case.idea, "merged", text=text, supporters=case.idea.support_count, **link)
    await mail_supporters(session, case.idea, "merged_supporter", {"text": text, **link})
    await _publish(session, case, verdict, {"into": str(target.id), "into_number": target.number}, now=now)
    return verdict


async def accept_idea(
    session: AsyncSession,
    actor: Actor,
    idea_id: uuid.UUID,
    *,
    text: str,
    costing: Costing,
    correcting: uuid.UUID | None = None,
    now: datetime,
) -> tuple[Verdict, Project]:
    """Accept with a costing; the idea becomes a project under its permanent number.

    Locks: cycle, idea. Raises: Forbidden, AlreadyJudged, AlreadyAtVote. Queues: mail to the author.
    """
    case = await _open_case(session, actor, idea_id, correcting=correcting)
    verdict = _make_verdict(
        case,
        actor,
        VerdictKind.ACCEPTED,
        text=text,
        total_bani=costing.total_bani,
        margin_bani=costing.margin_bani,
        margin_percent=costing.margin_percent,
        yearly_bani=costing.yearly_bani,
        now=now,
    )
    await _settle(session, case, verdict, IdeaState.ACCEPTED, now=now)
    _add_lines(session, verdict, costing)
    project = await _make_project(session, case, costing, now=now)
    facts = {"project": project.number, "total_bani": costing.total_bani, "yearly_bani": costing.yearly_bani}
    tell(session, case.idea, EventKind.ACCEPTED, by_name=actor.name, text=text, facts=facts, now=now)
    await mail_author(session, case.idea, "accepted", text=text, supporters=case.idea.support_count, **facts)
    lines = {"lines": describe_lines(costing.lines), "margin_percent": costing.margin_percent}
    await _publish(session, case, verdict, {**facts, **lines}, now=now)
    return verdict, project


# ── steps that the three share ────────────────────────────────────────────────
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


def _make_verdict(
    case: _Case, actor: Actor, kind: VerdictKind, *, text: str, now: datetime, **more: object
) -> Verdict:
    return Verdict(
        id=new_id(),
        idea_id=case.idea.id,
        position=case.standing.position + 1 if case.standing else 1,
        kind=kind.value,
        at=now,
        reviewer_id=actor.id,
        reviewer_name=actor.name,
        text=text,
        supersedes_id=case.standing.id if case.standing else None,
        **more,
    )


async def _settle(
    session: AsyncSession,
    case: _Case,
    verdict: Verdict,
    state: IdeaState,
    *,
    merged_into_id: uuid.UUID | None = None,
    now: datetime,
) -> None:
    """Move the idea; when a verdict is superseded, say so first and undo what it did."""
    if case.standing is not None:
        facts = {"superseded": case.standing.kind}
        tell(session, case.idea, EventKind.CORRECTED, by_name=verdict.reviewer_name, facts=facts, now=now)
    case.idea.move_to(state)
    case.idea.merged_into_id = merged_into_id
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


async def _make_project(session: AsyncSession, case: _Case, costing: Costing, *, now: datetime) -> Project:
    """The idea's project: a new one, or the one it had, under the number that it keeps."""
    if case.project is not None:
        case.project.cost_bani, case.project.withdrawn_at = costing.total_bani, None
        await session.flush()
        return case.project
    return await create_project(
        session,
        cycle_id=case.idea.cycle_id,
        title=case.idea.title,
        summary=excerpt(case.idea.body, 220),
        body=case.idea.body,
        area_id=case.idea.area_id,
        cost_bani=costing.total_bani,
        idea_id=case.idea.id,
        now=now,
    )


def _can_receive(idea: Idea, target: Idea) -> bool:
    same = target.id == idea.id or target.merged_into_id == idea.id
    return not same and target.cycle_id == idea.cycle_id and target.state in SUPPORTABLE_STATES


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
