"""From accepted amendments to the next text, and the next round of the debate.

Nothing goes forward while an amendment is unanswered. The new version is replayed from the text that was
debated; where accepted amendments meet at one place, a person has ruled on their order. The secretariat's
corrections are amendments of their own, listed as such.
"""

import json
import uuid
from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries
from amendments.errors import AnswerClashes, OrderNeeded, TextRefused, Unanswered
from amendments.models import Act, ActVersion, AmendmentAnchor, AmendmentRow, CorrectionRow, RulingRow
from amendments.policy import may_consolidate
from amendments.rules.procedure import Event
from amendments.service.acts import (
    check_not_far,
    check_term,
    happened_of,
    note_event,
    publish_fact,
    publish_version,
)
from amendments.service.comparing import keep_all_conflicts
from amendments.service.correcting import correction_id, list_merged
from amendments.service.owing import check_said, settle_debates
from amendments.service.telling import mail_author, publish_amendment_fact, tell
from amendments.states import ActState, AmendmentState, Outcome, VersionKind
from amendments.text.labels import cite
from amendments.text.operations import Amendment
from amendments.text.rebase import Rebased, rebase
from amendments.text.refused import Refused
from amendments.text.replay import Consolidated, Unmergeable, consolidate
from amendments.text.weaving import Ruling
from app.kit.clock import local_date
from app.kit.policy import require


async def rule_order(
    session: AsyncSession, actor: Actor, act_id: uuid.UUID, ruling: Ruling, *, now: datetime
) -> None:
    """Decide in which order accepted amendments stand at one place, with the reason.

    Locks: the act. Raises: Forbidden, TextRefused for a place or amendments that are not there.
    """
    act = await queries.get_act(session, act_id, lock=True)
    require(may_consolidate(actor, act))
    version = await queries.last_version(session, act_id)
    known = {one.id for one in await list_merged(session, version)}
    is_order = len(set(ruling.order)) == len(ruling.order) > 0
    if not is_order or not set(ruling.order) <= known or ruling.unit not in queries.read_version(version):
        raise TextRefused("slot_not_there")
    query = select(func.count()).select_from(RulingRow).where(RulingRow.version_id == version.id)
    row = RulingRow(
        version_id=version.id,
        position=(await session.execute(query)).scalar_one() + 1,
        ruling=msgspec.json.encode(ruling).decode(),
        by_name=actor.name,
        at=now,
    )
    session.add(row)
    facts: dict[str, object] = {"by": actor.name, "ruling": msgspec.to_builtins(ruling)}
    await publish_fact(session, "act.order_ruled", act, facts, now=now)


async def preview(session: AsyncSession, act_id: uuid.UUID) -> Consolidated:
    """The next text as it would be now. Raises: TextRefused, AnswerClashes."""
    version = await queries.last_version(session, act_id)
    base = queries.read_version(version)
    try:
        rulings = await queries.list_rulings(session, version.id)
        return consolidate(base, await list_merged(session, version), rulings)
    except Unmergeable as problem:
        numbers = {str(row.id): row.number or "" for row in await queries.list_amendments(session, act_id)}
        numbers |= {correction_id(unit.id): cite(base, unit.id) for unit in base.units}
        clashing = sorted(
            {numbers.get(id, id) for one in problem.conflicts for id in (one.first, one.second)}
        )
        raise AnswerClashes(numbers=", ".join(clashing)) from problem
    except Refused as problem:
        raise TextRefused(problem.code, **problem.facts) from problem


async def consolidate_act(
    session: AsyncSession,
    actor: Actor,
    act_id: uuid.UUID,
    *,
    proposals_until: date | None = None,
    without_debate: str = "",
    now: datetime,
) -> ActVersion:
    """Publish the next version. With a last day for proposals a new round of the debate begins on it, in
    which deferred amendments are open again; else the text goes to the council, `without_debate` for the
    reason that is given where one was asked for.

    Locks: the act. Raises: Forbidden, SaidUnregistered, Unanswered, OrderNeeded, TextRefused, AnswerClashes,
    TooEarly, DebateNotHeld, DebateOwed, MinutesOwed, FormErrors for a day that is too far.
    Queues: mail to the authors of deferred amendments.
    """
    act = await queries.get_act(session, act_id, lock=True)
    require(may_consolidate(actor, act))
    await check_said(session, act)
    deferred = await _list_deferred(session, act)
    waiting = await queries.count_unanswered(session, act_id)
    if waiting or (proposals_until is None and deferred):
        raise Unanswered(number=waiting or len(deferred))
    done = await preview(session, act_id)
    if done.unsettled:
        raise OrderNeeded()
    debated = await queries.last_version(session, act_id)
    today = local_date(now)
    if proposals_until is None:
        await check_term(session, Event.SENT_TO_ENDORSEMENT, today, await happened_of(session, act))
        await settle_debates(session, actor, act, without_debate=without_debate, now=now)
    else:
        check_not_far(proposals_until, today, "proposals_until")
        await check_term(session, Event.PROPOSALS_ENDED, proposals_until, {Event.REOPENED: today})
    corrections = await queries.list_corrections(session, debated.id)
    version = await publish_version(
        session,
        act,
        done.version,
        VersionKind.CONSOLIDATED,
        origins=msgspec.json.encode(done.spans),
        report=report_of(done, corrections),
        now=now,
    )
    facts: dict[str, object] = {"version": version.sequence, "text": version.content_hash, "by": actor.name}
    await publish_fact(session, "act.consolidated", act, facts, now=now)
    for one in corrections:
        said: dict[str, object] = {"version": version.sequence, "unit": one.unit, "reason": one.reason}
        await publish_fact(session, "act.corrected", act, {**said, "by": one.by_name}, now=now)
    if proposals_until is None:
        act.move_to(ActState.COUNCIL)
        await note_event(session, actor, act, Event.SENT_TO_ENDORSEMENT, today, now=now)
        await publish_fact(session, "act.sent_to_council", act, facts, now=now)
    else:
        await _begin_round(session, actor, act, version, done, deferred, proposals_until, now=now)
    return version


def report_of(done: Consolidated, corrections: Sequence[CorrectionRow] = ()) -> str:
    """What was taken in, and by which decisions."""
    report = {
        "corrections": [{"unit": one.unit, "reason": one.reason, "by": one.by_name} for one in corrections],
        "changes": [msgspec.to_builtins(change) for change in done.changes],
        "rulings": [msgspec.to_builtins(ruling) for ruling in done.rulings],
        "removed": done.removed,
        "moved": done.moved,
        "untidy": done.untidy,
    }
    return json.dumps(report, ensure_ascii=False, sort_keys=True)


# ── the next round ────────────────────────────────────────────────────────────
async def _list_deferred(session: AsyncSession, act: Act) -> list[AmendmentRow]:
    """The amendments of this round that stay open."""
    answers = await queries.last_answers(session, act.id)
    rows = await queries.list_amendments(session, act.id, states=[AmendmentState.ANSWERED])
    return [row for row in rows if row.round == act.round and answers[row.id].outcome == Outcome.DEFERRED]


async def _begin_round(
    session: AsyncSession,
    actor: Actor,
    act: Act,
    version: ActVersion,
    done: Consolidated,
    deferred: Sequence[AmendmentRow],
    proposals_until: date,
    *,
    now: datetime,
) -> None:
    act.move_to(ActState.DEBATE)
    act.round, act.proposals_until = act.round + 1, proposals_until
    await note_event(session, actor, act, Event.REOPENED, local_date(now), now=now)
    standing = await _carry(session, act, version, done, deferred, now=now)
    await keep_all_conflicts(session, version, standing)
    facts: dict[str, object] = {"round": act.round, "proposals_until": proposals_until.isoformat()}
    await publish_fact(session, "act.round_begun", act, facts, now=now)


async def _carry(
    session: AsyncSession,
    act: Act,
    version: ActVersion,
    done: Consolidated,
    deferred: Sequence[AmendmentRow],
    *,
    now: datetime,
) -> dict[uuid.UUID, Amendment]:
    """Every deferred amendment is open again, with an anchor on the new text; their authors are told, and
    asked where it cannot go on as it was written: also one that had lost its place in an earlier round.
    Returns those that can.
    """
    before = {row.id: one for row, one in await queries.list_standing(session, await _base(session, version))}
    standing = [row for row in deferred if row.id in before]
    carried = dict(zip(standing, rebase(done, [before[row.id] for row in standing]), strict=True))
    for row in deferred:
        one = carried.setdefault(row, Rebased(id=str(row.id), kind="orphaned", operations=(), amendment=None))
        session.add(write_anchor(row, version, one, now))
        row.move_to(AmendmentState.SUBMITTED)
        row.round = act.round
        await session.flush()
        await tell(session, row, f"carried_{one.kind}", by_name="", now=now)
        facts: dict[str, object] = {"fate": one.kind, "text": version.content_hash, "round": act.round}
        await publish_amendment_fact(session, "amendment.carried", row, facts, now=now)
        await mail_author(session, act, row, "carried", fate=one.kind)
    return {row.id: one.amendment for row, one in carried.items() if one.amendment is not None}


async def _base(session: AsyncSession, version: ActVersion) -> ActVersion:
    """The version before it."""
    versions = await queries.list_versions(session, version.act_id)
    return next(one for one in versions if one.sequence == version.sequence - 1)


def write_anchor(row: AmendmentRow, version: ActVersion, one: Rebased, now: datetime) -> AmendmentAnchor:
    """Where an amendment stands on a later version."""
    operations = one.amendment.operations if one.amendment else ()
    return AmendmentAnchor(
        amendment_id=row.id,
        version_id=version.id,
        fate=one.kind,
        operations=queries.write_operations(operations),
        because_of=json.dumps(one.because),
        computed_at=now,
    )
