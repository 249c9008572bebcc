"""Before the council's vote: who is in office, the sitting that is called, and what is put to the vote.

A citizen's amendment is a recommendation. What the initiator did not take in is voted only when a councillor
takes it over, with a reason, or writes an amendment on the final text; both in writing and before the vote
begins. The order of voting is written down when it begins, and from then on nothing is added.

Source: Law 52/2003, art. 8 (the announcement of public sittings); Administrative Code, art. 133 to 141; in
the sitting only corrections of grammar may be proposed by word of mouth (Order 25/2021 as changed by Order
846/2021).
"""

import uuid
from collections.abc import Collection
from datetime import date, datetime
from itertools import pairwise

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries
from amendments.errors import NoQuorum, NotOnFinalText, SittingOpen
from amendments.models import (
    Act,
    ActVersion,
    AmendmentAnchor,
    AmendmentRow,
    Councillor,
    CouncilOrder,
    Sitting,
    TakeOver,
)
from amendments.policy import (
    may_begin_vote,
    may_call_sitting,
    may_cancel_sitting,
    may_keep_roll,
    may_take_back,
    may_take_over,
)
from amendments.queries.sitting import Member
from amendments.rules.majority import quorum
from amendments.rules.procedure import Event
from amendments.rules.voting_order import OrderPolicy
from amendments.service.acts import check_term, happened_of, publish_fact, record_event
from amendments.service.answering import list_accepted
from amendments.service.comparing import forget_conflicts, keep_conflicts
from amendments.service.consolidating import write_anchor
from amendments.service.following import CALLED_OFF, tell_followers
from amendments.service.telling import mail_author, publish_amendment_fact, tell
from amendments.states import ActState, AmendmentState, Outcome, SittingState
from amendments.text.operations import Amendment
from amendments.text.rebase import Rebased, rebase
from amendments.text.record import record_changes
from amendments.text.replay import Consolidated, consolidate, replay_recorded
from app.kit import register
from app.kit.clock import local_date
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.policy import require


# ── the council ───────────────────────────────────────────────────────────────
async def add_councillor(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    since_on: date,
    account_id: uuid.UUID | None = None,
    now: datetime,
) -> Councillor:
    """Put somebody on the roll of the council; public; twice is once. The account of a term that is over goes
    with the new one. Locks: the register's head. Raises: Forbidden, FormErrors for an account that is on it
    already.
    """
    require(may_keep_roll(actor))
    await register.hold(session)
    name, today = name.strip(), local_date(now)
    for one in await queries.list_councillors(session):
        if (one.name, one.since_on, one.account_id, one.until_on) == (name, since_on, account_id, None):
            return one  # a second click
        if account_id is None or one.account_id != account_id:
            continue
        if one.until_on is None or one.until_on >= min(since_on, today):
            raise FormErrors({"email": Invalid(N_("This account is on the roll already."))})
        one.account_id = None
        await session.flush()
    councillor = Councillor(name=name, account_id=account_id, since_on=since_on)
    session.add(councillor)
    await session.flush()
    await _note_roll(session, actor, councillor, "council.member_added", {"since": since_on}, now=now)
    return councillor


async def end_term(
    session: AsyncSession, actor: Actor, councillor_id: uuid.UUID, *, until_on: date, now: datetime
) -> None:
    """Write down the last day of somebody in office. Raises: Forbidden, FormErrors."""
    require(may_keep_roll(actor))
    councillor = await session.get(Councillor, councillor_id, with_for_update=True)
    if councillor is None or councillor.until_on is not None or until_on < councillor.since_on:
        raise FormErrors({"until_on": Invalid(N_("Choose somebody in office, and a day in their term."))})
    councillor.until_on = until_on
    await session.flush()
    await _note_roll(session, actor, councillor, "council.term_ended", {"until": until_on}, now=now)


async def set_order(
    session: AsyncSession, actor: Actor, policy: OrderPolicy, *, reason: str, now: datetime
) -> CouncilOrder:
    """Write down in which order the council votes on amendments, and by which provision; it holds for the
    sittings that are called from now on. The same again is the same. Locks: the register's head. Raises:
    Forbidden.
    """
    require(may_keep_roll(actor))
    await register.hold(session)
    holds = await queries.find_order(session)
    if holds is not None and (holds.policy, holds.reason) == (policy.value, reason):
        return holds
    order = CouncilOrder(
        position=holds.position + 1 if holds else 1,
        policy=policy.value,
        reason=reason,
        at=now,
        by_name=actor.name,
    )
    session.add(order)
    await session.flush()
    facts: dict[str, object] = {"policy": policy.value, "reason": reason, "by": actor.name}
    await register.record(session, "council.order_set", "council", facts, now=now)
    return order


async def _note_roll(
    session: AsyncSession,
    actor: Actor,
    councillor: Councillor,
    kind: str,
    days: dict[str, date],
    *,
    now: datetime,
) -> None:
    facts = {name: day.isoformat() for name, day in days.items()}
    said: dict[str, object] = {"name": councillor.name, "by": actor.name, **facts}
    await register.record(session, kind, f"councillor:{councillor.id}", said, now=now)


# ── calling ───────────────────────────────────────────────────────────────────
class SittingDraft(msgspec.Struct, frozen=True, kw_only=True):
    """When and where the council sits. `policy`: the order of voting; None: the one that the council set."""

    held_on: date
    begins_at: str
    place: str
    link: str = ""
    policy: OrderPolicy | None = None


async def call_sitting(
    session: AsyncSession, actor: Actor, act_id: uuid.UUID, draft: SittingDraft, *, now: datetime
) -> Sitting:
    """Publish when and where the council votes on an act, at least as many days before as the law asks.

    Locks: the act. Raises: Forbidden, SittingOpen, TooEarly. Queues: mail to who follows the act.
    """
    act = await queries.get_act(session, act_id, lock=True)
    require(may_call_sitting(actor, act))
    before = await queries.list_sittings(session, act_id)
    if any(one.state in (SittingState.CALLED, SittingState.VOTING) for one in before):
        raise SittingOpen()
    today = local_date(now)
    happened = {**await happened_of(session, act), Event.SITTING_CALLED: today}
    await check_term(session, Event.SITTING, draft.held_on, happened)
    said = f"{draft.held_on:%d.%m.%Y}, {draft.begins_at}, {draft.place}" + (
        f", {draft.link}" if draft.link else ""
    )
    await record_event(session, actor, act_id, Event.SITTING_CALLED, on=today, text=said, now=now)
    version = await queries.last_version(session, act_id)
    policy = draft.policy or await queries.get_order_policy(session)
    sitting = Sitting(
        **msgspec.structs.asdict(draft) | {"policy": policy.value},
        act_id=act_id,
        position=len(before) + 1,
        version_id=version.id,
        state=SittingState.CALLED.value,
        called_at=now,
        called_by=actor.name,
    )
    session.add(sitting)
    facts: dict[str, object] = {
        "held_on": draft.held_on.isoformat(),
        "place": draft.place,
        "policy": policy.value,
        "text": version.content_hash,
        "by": actor.name,
    }
    await publish_fact(session, "act.sitting_called", act, facts, now=now)
    return sitting


async def cancel_sitting(
    session: AsyncSession, actor: Actor, act_id: uuid.UUID, *, reason: str, now: datetime
) -> None:
    """The sitting is not held, or was broken off: another has to be called, and the vote is held anew. What
    was voted stays readable. Locks: the act. Raises: Forbidden, SittingNotFound, IllegalMove. Queues: mail to
    who follows the act.
    """
    act = await queries.get_act(session, act_id, lock=True)
    sitting = await queries.get_sitting(session, act_id)
    require(may_cancel_sitting(actor, act, sitting))
    if act.state == ActState.VOTING:
        act.move_to(ActState.COUNCIL)
    await call_off_sitting(session, actor, act, sitting, reason=reason, now=now)


async def call_off_sitting(
    session: AsyncSession, actor: Actor, act: Act, sitting: Sitting, *, reason: str, now: datetime
) -> None:
    """Write down that a sitting is cancelled, and tell who was told that it is called. The caller holds the
    act's lock. Raises: IllegalMove.
    """
    sitting.move_to(SittingState.CANCELLED)
    sitting.ended_at, sitting.ended_by, sitting.end_reason = now, actor.name, reason
    said = f"{sitting.held_on:%d.%m.%Y}, {sitting.begins_at}, {sitting.place}\n\n{reason}"
    tell_followers(session, act, CALLED_OFF, on=local_date(now), text=said, now=now)
    facts: dict[str, object] = {
        "held_on": sitting.held_on.isoformat(),
        "by": actor.name,
        "reason": reason,
    }
    await publish_fact(session, "act.sitting_cancelled", act, facts, now=now)


# ── what is put to the vote ───────────────────────────────────────────────────
async def list_untaken(session: AsyncSession, act: Act) -> list[tuple[AmendmentRow, Rebased]]:
    """The answered amendments that are not in the final text and that no councillor stands for, each as it
    would stand there; by the register.
    """
    answers = await queries.last_answers(session, act.id)
    taken = await queries.list_take_overs(session, act.id)
    rows = await queries.list_amendments(session, act.id, states=[AmendmentState.ANSWERED])
    carried = await _carry_to_last(session, act)
    return [
        (row, carried[str(row.id)])
        for row in rows
        if row.id not in taken
        and answers[row.id].outcome != Outcome.ACCEPTED
        and str(row.id) in carried
        and queries.read_operations(bytes(row.operations))  # what was said without words is no text to vote
    ]


async def _carry_to_last(session: AsyncSession, act: Act) -> dict[str, Rebased]:
    """Every amendment on the newest text, carried from version to version by what each took in."""
    found: dict[str, Rebased] = {}
    going: dict[str, Amendment] = {}
    for base, after in pairwise(await queries.list_versions(session, act.id)):
        going |= {str(row.id): one for row, one in await queries.list_standing(session, base)}
        carried = rebase(await _redo(session, base, after), going.values())
        found |= {one.id: one for one in carried}
        going = {one.id: one.amendment for one in carried if one.amendment is not None}
    return found


async def _redo(session: AsyncSession, base: ActVersion, after: ActVersion) -> Consolidated:
    """How a version was made of the one before; by its words alone where the secretariat corrected some."""
    text, wanted = queries.read_version(base), queries.read_version(after)
    rulings = await queries.list_rulings(session, base.id)
    done = consolidate(text, await list_accepted(session, base), rulings)
    if done.version == wanted:
        return done
    return replay_recorded(text, record_changes(text, wanted, id=str(after.id)))


async def take_over(
    session: AsyncSession, actor: Actor, amendment_id: uuid.UUID, *, reason: str, now: datetime
) -> TakeOver:
    """A councillor in office stands for an amendment that was not taken in: the council votes on it.

    Locks: the act. Raises: Forbidden, NotOnFinalText. Queues: mail to its author.
    """
    unlocked = await queries.get_amendment(session, amendment_id)
    act = await queries.get_act(session, unlocked.act_id, lock=True)
    row = await queries.get_amendment(session, amendment_id)
    councillor = await queries.find_councillor(session, actor.id, on=local_date(now))
    taken = await queries.list_take_overs(session, act.id)
    require(
        may_take_over(actor, act, row, is_in_office=councillor is not None, is_taken=amendment_id in taken)
    )
    untaken = {one.id: carried for one, carried in await list_untaken(session, act)}
    carried = untaken.get(amendment_id)
    if carried is None or carried.amendment is None or councillor is None:
        raise NotOnFinalText()
    version = await queries.last_version(session, act.id)
    if row.version_id != version.id and await session.get(AmendmentAnchor, (row.id, version.id)) is None:
        session.add(write_anchor(row, version, carried, now))
    taken_over = await _write_entry(session, row, councillor, stands=True, reason=reason, now=now)
    await keep_conflicts(session, version, row)
    await tell(session, row, "taken_over", by_name=councillor.name, text=reason, now=now)
    await mail_author(session, act, row, "taken_over", councillor=councillor.name, reason=reason)
    facts: dict[str, object] = {"act": act.number, "by": councillor.name, "reason": reason}
    await publish_amendment_fact(session, "amendment.taken_over", row, facts, now=now)
    return taken_over


async def take_back(
    session: AsyncSession, actor: Actor, amendment_id: uuid.UUID, *, reason: str, now: datetime
) -> TakeOver:
    """A councillor stands for an amendment no longer: the council does not vote on it, unless another one
    takes it over. Both entries stay public.

    Locks: the act. Raises: Forbidden. Queues: mail to its author.
    """
    unlocked = await queries.get_amendment(session, amendment_id)
    act = await queries.get_act(session, unlocked.act_id, lock=True)
    row = await queries.get_amendment(session, amendment_id)
    councillor = await queries.find_councillor(session, actor.id, on=local_date(now))
    taken = (await queries.list_take_overs(session, act.id)).get(amendment_id)
    stands = councillor is not None and taken is not None and taken.councillor_id == councillor.id
    require(may_take_back(actor, act, stands=stands))
    if councillor is None:
        raise NotOnFinalText()
    entry = await _write_entry(session, row, councillor, stands=False, reason=reason, now=now)
    version = await queries.last_version(session, act.id)
    await forget_conflicts(session, row.id, version_id=version.id)
    await tell(session, row, "taken_back", by_name=councillor.name, text=reason, now=now)
    await mail_author(session, act, row, "taken_back", councillor=councillor.name, reason=reason)
    facts: dict[str, object] = {"act": act.number, "by": councillor.name, "reason": reason}
    await publish_amendment_fact(session, "amendment.taken_back", row, facts, now=now)
    return entry


async def _write_entry(
    session: AsyncSession,
    row: AmendmentRow,
    councillor: Councillor,
    *,
    stands: bool,
    reason: str,
    now: datetime,
) -> TakeOver:
    """Who stands for an amendment from now on, or does so no longer. The caller holds the act's lock."""
    entry = TakeOver(
        amendment_id=row.id,
        position=await queries.count_take_overs(session, row.id) + 1,
        stands=stands,
        councillor_id=councillor.id,
        by_name=councillor.name,
        reason=reason,
        at=now,
    )
    session.add(entry)
    await session.flush()
    return entry


# ── the vote begins ───────────────────────────────────────────────────────────
async def begin_vote(
    session: AsyncSession, actor: Actor, act_id: uuid.UUID, present: Collection[str], *, now: datetime
) -> Sitting:
    """Write down who is there and the order of voting; from then on nothing is added to it. `present`: ids of
    councillors. Begun twice, it is begun once.

    Locks: the act. Raises: Forbidden, SittingNotFound, FormErrors for somebody who is not in office,
    NoQuorum.
    """
    act = await queries.get_act(session, act_id, lock=True)
    sitting = await queries.get_sitting(session, act_id)
    if sitting.state == SittingState.VOTING and queries.read_present(sitting) == frozenset(present):
        return sitting
    today = local_date(now)
    require(may_begin_vote(actor, act, sitting, today=today))
    await check_term(session, Event.SITTING, today, await happened_of(session, act))
    roll = [
        Member(str(one.id), one.name) for one in await queries.list_councillors(session, on=sitting.held_on)
    ]
    there = set(present)
    if not there <= {one.id for one in roll}:
        raise FormErrors({"present": Invalid(N_("Somebody of these is not in office on that day."))})
    if len(there) < quorum(len(roll)):
        raise NoQuorum(present=len(there), needed=quorum(len(roll)))
    order = await queries.make_order(session, sitting)
    sitting.roll = msgspec.json.encode(roll).decode()
    sitting.present = msgspec.json.encode(sorted(there)).decode()
    sitting.voting_order = msgspec.json.encode(order).decode()
    sitting.begun_at, sitting.begun_by = now, actor.name
    sitting.move_to(SittingState.VOTING)
    act.move_to(ActState.VOTING)
    facts: dict[str, object] = {
        "by": actor.name,
        "present": [one.name for one in roll if one.id in there],
        "absent": [one.name for one in roll if one.id not in there],
        "order": [one.id for one in order.votes],
    }
    await publish_fact(session, "act.vote_begun", act, facts, now=now)
    return sitting
