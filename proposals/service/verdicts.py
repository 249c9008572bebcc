"""Verdicts as they become public: what each kind does. A correction is a new entry, never an alteration.

Locks are taken in one order everywhere: cycle, ideas by id, register's head.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import new_id
from app.kit.markdown import excerpt
from app.kit.text import words
from proposals import queries
from proposals.errors import MergeTargetInvalid
from proposals.models import Contestation, CostLine, Idea, PreparedVerdict, Project, Reason, Verdict
from proposals.policy import NOBODY
from proposals.rules.costing import Costing, describe_lines
from proposals.service.advice import describe_advice, lapse_advice
from proposals.service.authors import join_authors, part_authors
from proposals.service.projects import create_project
from proposals.service.timeline import mail_author, publish_fact, tell
from proposals.states import (
    ACCEPTING,
    SUPPORTABLE_STATES,
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


class Case(msgspec.Struct):
    """An idea under lock, the verdict that holds so far, the project it has become, and what is prepared."""

    idea: Idea
    former: list[Idea]  # into which it is merged now, and those into which these were merged in turn
    standing: Verdict | None
    project: Project | None
    prepared: PreparedVerdict | None
    contestation: Contestation | None  # of the verdict that holds, not decided yet

    @property
    def barred(self) -> frozenset[uuid.UUID]:
        """Whose verdict is contested: they do not decide on it again."""
        if self.contestation is None or self.standing is None:
            return NOBODY
        return whose(self.standing)


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """Whose verdict it is: the reviewer's, and the second one's where it takes two."""

    by_id: uuid.UUID
    by_name: str
    second_id: uuid.UUID | None = None
    second_name: str | None = None


def whose(verdict: Verdict) -> frozenset[uuid.UUID]:
    """The reviewers of a verdict."""
    return frozenset(one for one in (verdict.reviewer_id, verdict.second_id) if one is not None)


async def read_case(session: AsyncSession, idea_id: uuid.UUID) -> Case:
    """An idea with all that a verdict touches but the other idea, to be shown."""
    return await _fill_case(session, await queries.get_idea(session, idea_id), [])


async def lock_case(session: AsyncSession, idea_id: uuid.UUID, *, also: uuid.UUID | None = None) -> Case:
    """Lock what a verdict touches, in the one order: cycle, ideas by id."""
    unlocked = await queries.get_idea(session, idea_id)
    await queries.lock_cycle(session, unlocked.cycle_id)
    return await _fill_case(session, *await queries.lock_merged(session, idea_id, also=also))


async def _fill_case(session: AsyncSession, idea: Idea, former: list[Idea]) -> Case:
    return Case(
        idea=idea,
        former=former,
        standing=await queries.find_verdict(session, idea.id),
        project=await queries.find_project_of_idea(session, idea.id),
        prepared=await queries.find_prepared(session, idea.id),
        contestation=await queries.find_open_contestation(session, idea.id),
    )


async def check_ruling(
    session: AsyncSession, idea: Idea, ruling: Ruling
) -> tuple[Reason | None, Idea | None]:
    """The reason and the other idea that a ruling names. Raises: ReasonNotFound, MergeTargetInvalid."""
    reason = await queries.get_reason(session, ruling.reason_code) if ruling.reason_code else None
    target = await queries.get_idea(session, ruling.into_id) if ruling.into_id else None
    if target is not None and not can_receive(idea, target):
        raise MergeTargetInvalid()
    return reason, target


async def publish_ruling(
    session: AsyncSession, case: Case, ruling: Ruling, signed: Signed, *, now: datetime
) -> Verdict:
    """Make a ruling the verdict that holds, in public. An accepted idea becomes a project under its permanent
    number; of a merged one both texts stay, and supporters are asked, never moved. Whether it may be given
    was asked before; the case is locked.

    Raises: ReasonNotFound, MergeTargetInvalid, AlreadyAtVote, IllegalMove. Queues: mail to the author.
    """
    reason, target = await check_ruling(session, case.idea, ruling)
    rules = await queries.get_rules(session, case.idea.cycle_id)
    verdict = _make_verdict(case, signed, ruling, reason, now=now)
    verdict.contest_days = rules.contest_days
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
    session: AsyncSession, case: Case, verdict: Verdict, reason: Reason, *, now: datetime
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
    session: AsyncSession, case: Case, verdict: Verdict, target: Idea, *, now: datetime
) -> dict[str, object]:
    into = {"into": str(target.id), "into_number": target.number, "into_title": target.title}
    _tell(session, case, verdict, into, now=now)
    source = {"from": str(case.idea.id), "from_number": case.idea.number, "from_title": case.idea.title}
    source["from_author"] = case.idea.author_name
    tell(session, target, EventKind.RECEIVED, by_name=verdict.reviewer_name, facts=source, now=now)
    link = {"into_path": f"/ideas/{target.id}", "into_number": target.number, "into_title": target.title}
    await _mail(session, case, verdict, **link)
    await join_authors(session, case.idea, [target], now=now)
    return {"into": str(target.id), "into_number": target.number}


async def _accept(
    session: AsyncSession, case: Case, verdict: Verdict, costing: Costing, *, now: datetime
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
    session: AsyncSession, case: Case, verdict: Verdict, *, now: datetime
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
    session: AsyncSession, case: Case, verdict: Verdict, facts: Mapping[str, object], *, now: datetime
) -> None:
    kind, by = EventKind(verdict.kind), verdict.reviewer_name
    if verdict.second_name is not None:
        facts = {**facts, "confirmed_by": verdict.second_name}
    tell(session, case.idea, kind, by_name=by, text=verdict.text, facts=facts, now=now)


async def _mail(session: AsyncSession, case: Case, verdict: Verdict, **facts: object) -> None:
    supporters = case.idea.support_count
    said: dict[str, object] = {"text": verdict.text, "supporters": supporters, **facts}
    await mail_author(session, case.idea, verdict.kind, now=verdict.at, **said)


# ── steps that all share ──────────────────────────────────────────────────────
def can_receive(idea: Idea, target: Idea) -> bool:
    """Whether `target` is one into which `idea` may be merged."""
    same = target.id == idea.id or target.merged_into_id == idea.id
    return not same and target.cycle_id == idea.cycle_id and target.state in SUPPORTABLE_STATES


def _make_verdict(
    case: Case, signed: Signed, ruling: Ruling, reason: Reason | None, *, now: datetime
) -> Verdict:
    is_changed, is_forwarded = ruling.kind is VerdictKind.CHANGED, ruling.kind is VerdictKind.FORWARDED
    costing = ruling.costing if ruling.kind in ACCEPTING else None
    return Verdict(
        id=new_id(),
        idea_id=case.idea.id,
        position=case.standing.position + 1 if case.standing else 1,
        kind=ruling.kind.value,
        at=now,
        reviewer_id=signed.by_id,
        reviewer_name=signed.by_name,
        second_id=signed.second_id,
        second_name=signed.second_name,
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


async def _settle(session: AsyncSession, case: Case, verdict: Verdict, *, now: datetime) -> None:
    """Move the idea; when a verdict is superseded, say so first and undo what it did."""
    await lapse_advice(session, case.idea, now=now)
    if case.standing is not None:
        facts: dict[str, object] = {"superseded": case.standing.kind}
        if case.contestation is not None:
            facts["contested"] = True
        tell(session, case.idea, EventKind.CORRECTED, by_name=verdict.reviewer_name, facts=facts, now=now)
    state = STATES[VerdictKind(verdict.kind)]
    case.idea.move_to(state)
    case.idea.merged_into_id = verdict.merged_into_id
    for former in case.former:
        await part_authors(session, former)
    if case.project is not None and state is not IdeaState.ACCEPTED:
        case.project.withdrawn_at = now
    session.add(verdict)
    await session.flush()
    if case.contestation is not None:
        answered = case.contestation
        answered.decided_at, answered.outcome, answered.answer_id = now, "superseded", verdict.id
        answered.decided_by_id, answered.decided_by_name = verdict.reviewer_id, verdict.reviewer_name
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
    session: AsyncSession, case: Case, verdict: Verdict, costing: Costing, *, now: datetime
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
    session: AsyncSession, case: Case, verdict: Verdict, facts: Mapping[str, object], *, now: datetime
) -> None:
    public: dict[str, object] = {**facts, "verdict": str(verdict.id), "text": verdict.text}
    public |= {"by": verdict.reviewer_name, "supporters": case.idea.support_count}
    since = case.standing.at if case.standing else None
    if advice := await describe_advice(session, case.idea, since=since):
        public["advice"] = advice
    if verdict.second_name is not None:
        public["confirmed_by"] = verdict.second_name
    if verdict.supersedes_id is not None:
        public["supersedes"] = str(verdict.supersedes_id)
    if case.contestation is not None:
        public["contestation"] = str(case.contestation.id)
    await publish_fact(session, f"idea.{verdict.kind}", case.idea, public, now=now)
