"""The turns of a poll: confirmed by two officials, taken by the clock, written into the register."""

import hashlib
import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.db import new_id
from app.kit.events import publish
from app.kit.outbox import enqueue
from app.kit.policy import require
from cycles.models import Stage
from cycles.queries import get_stage_by_id
from voting import queries
from voting.errors import AlreadyConfirmed, WrongDigest
from voting.events import PollClosed, PollOpened
from voting.models import Confirmation, Poll, Tally
from voting.policy import may_cancel, may_confirm, may_withdraw
from voting.queries import PollInFull
from voting.sealing.box import genesis
from voting.states import Act, PollState

REGISTER_KINDS = {
    Act.OPEN: "poll.opening_confirmed",
    Act.CLOSE: "poll.protocol_confirmed",
    Act.CERTIFY: "poll.result_certified",
}


async def confirm_act(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, act: Act, *, digest: str, now: datetime
) -> Poll:
    """Give one of the two confirmations of opening, closing protocol or result.

    `digest` is what the official was shown: contest, protocol or result. The second confirmation takes
    effect: the poll opens by its date, the count is queued, the result is certified.
    Locks: the poll. Raises: Forbidden, AlreadyConfirmed, WrongDigest. Emits: PollOpened. Queues: count_poll.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    require(may_confirm(actor, full.facts, act, now=now))
    if digest != await digest_to_confirm(session, full.poll, act):
        raise WrongDigest()
    await _add_confirmation(session, actor, poll_id, act, digest=digest, now=now)
    full = await queries.get_poll(session, poll_id)
    if full.facts.is_confirmed(act):
        if act is Act.CLOSE:
            enqueue(session, "voting.jobs.count_poll", poll_id=str(poll_id))
        if act is Act.CERTIFY:
            full.poll.move_to(PollState.CERTIFIED)
    await session.flush()
    facts: dict[str, object] = {"by": actor.name, "digest": digest}
    await register.record(session, REGISTER_KINDS[act], f"poll:{poll_id}", facts, now=now)
    if act is Act.OPEN:
        await mark_open(session, full, now=now)
    return full.poll


async def _add_confirmation(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, act: Act, *, digest: str, now: datetime
) -> None:
    try:
        async with session.begin_nested():
            session.add(
                Confirmation(
                    id=new_id(),
                    poll_id=poll_id,
                    act=act,
                    account_id=actor.id,
                    name=actor.name,
                    digest=digest,
                    confirmed_at=now,
                )
            )
            await session.flush()
    except IntegrityError as clash:
        raise AlreadyConfirmed() from clash


async def withdraw_confirmation(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, act: Act, *, now: datetime
) -> Poll:
    """Take one's own confirmation back before it took effect. Locks: the poll. Raises: Forbidden."""
    full = await queries.get_poll(session, poll_id, lock=True)
    require(may_withdraw(actor, full.facts, act, now=now))
    for one in full.confirmations:
        if one.act == act and one.account_id == actor.id and one.withdrawn_at is None:
            one.withdrawn_at = now
    await session.flush()
    facts: dict[str, object] = {"by": actor.name, "act": act.value}
    await register.record(session, "poll.confirmation_withdrawn", f"poll:{poll_id}", facts, now=now)
    return full.poll


async def digest_to_confirm(session: AsyncSession, poll: Poll, act: Act) -> str:
    """The digest that both officials must have seen."""
    if act is Act.OPEN:
        return poll.contest_digest
    if act is Act.CLOSE:
        return protocol_digest(poll)
    result = (
        await session.execute(select(Tally.result).where(Tally.poll_id == poll.id))
    ).scalar_one_or_none()
    return hashlib.sha256((result or "").encode()).hexdigest()


def protocol_digest(poll: Poll) -> str:
    """SHA-256 of the closing protocol's canonical JSON."""
    return hashlib.sha256(register.canonical(protocol_facts(poll)).encode()).hexdigest()


def protocol_facts(poll: Poll) -> dict[str, object]:
    """The closing protocol: what was in the box when it was frozen."""
    return {
        "poll": str(poll.id),
        "contest_digest": poll.contest_digest,
        "box_size": poll.box_size,
        "box_head": poll.box_head,
        "voters": poll.voter_count,
    }


async def cancel_poll(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, *, reason: str, now: datetime
) -> Poll:
    """Call the vote off, for everyone to read why. Locks: the poll. Raises: Forbidden."""
    full = await queries.get_poll(session, poll_id, lock=True)
    require(may_cancel(actor, full.facts, now=now))
    full.poll.move_to(PollState.CANCELLED)
    full.poll.cancel_reason = reason
    await session.flush()
    facts: dict[str, object] = {"by": actor.name, "reason": reason}
    await register.record(session, "poll.cancelled", f"poll:{poll_id}", facts, now=now)
    return full.poll


async def mark_open(session: AsyncSession, full: PollInFull, *, now: datetime) -> bool:
    """Write down that the poll is open, if it is and nobody has yet. The caller holds the poll's lock.

    Emits: PollOpened.
    """
    poll = full.poll
    if (
        poll.state != PollState.ANNOUNCED
        or not full.facts.is_confirmed(Act.OPEN)
        or now < full.stage.opens_at
    ):
        return False
    poll.move_to(PollState.OPEN)
    poll.opened_at = max(full.stage.opens_at, _last_confirmation(full))
    await session.flush()
    await publish(session, PollOpened(poll_id=poll.id, cycle_id=poll.cycle_id))
    facts: dict[str, object] = {
        "contest_digest": poll.contest_digest,
        "box_head": genesis(poll.contest_digest).hash,
        "confirmed_by": [c.name for c in full.confirmations if c.act == Act.OPEN and c.withdrawn_at is None],
    }
    await register.record(session, "poll.opened", f"poll:{poll.id}", facts, now=now)
    return True


def _last_confirmation(full: PollInFull) -> datetime:
    return max(c.confirmed_at for c in full.confirmations if c.act == Act.OPEN and c.withdrawn_at is None)


async def open_poll(session: AsyncSession, poll_id: uuid.UUID, *, now: datetime) -> bool:
    """Sweep: mark a confirmed poll whose date has come. Returns whether it did. Locks: the poll."""
    full = await queries.get_poll(session, poll_id, lock=True)
    return full.facts.is_casting(now) and await mark_open(session, full, now=now)


async def close_poll(session: AsyncSession, poll_id: uuid.UUID, *, now: datetime) -> bool:
    """Freeze the box once the closing date has come; returns whether this call did.

    Locks: the poll, then its stage, whose date cannot move meanwhile. Emits: PollClosed.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    stage = await get_stage_by_id(session, full.poll.stage_id, lock=True)
    if now < stage.closes_at:
        return False
    await mark_open(session, full, now=now)  # confirmed, but never noticed to be open: an empty box
    poll = full.poll
    if poll.state != PollState.OPEN:
        return False
    newest = await queries.last_entry(session, poll_id)
    poll.box_size = newest.position if newest else 0
    poll.box_head = newest.hash if newest else genesis(poll.contest_digest).hash
    poll.voter_count = await queries.count_voters(session, poll_id)
    poll.closed_at = stage.closes_at
    poll.move_to(PollState.CLOSED)
    await session.flush()
    await publish(session, PollClosed(poll_id=poll_id, cycle_id=poll.cycle_id))
    await register.record(session, "poll.closed", f"poll:{poll_id}", protocol_facts(poll), now=now)
    return True


async def list_due_to_open(session: AsyncSession, *, now: datetime) -> list[uuid.UUID]:
    """Announced polls within their dates; whether they are confirmed is checked under the lock."""
    query = (
        select(Poll.id)
        .join(Stage, Stage.id == Poll.stage_id)
        .where(Poll.state == PollState.ANNOUNCED, Stage.opens_at <= now, Stage.closes_at > now)
    )
    return list((await session.execute(query)).scalars())


async def list_due_to_close(session: AsyncSession, *, now: datetime) -> list[uuid.UUID]:
    """Polls that are, or should have been, open and whose closing date has come."""
    query = (
        select(Poll.id)
        .join(Stage, Stage.id == Poll.stage_id)
        .where(Poll.state.in_([PollState.OPEN, PollState.ANNOUNCED]), Stage.closes_at <= now)
    )
    return list((await session.execute(query)).scalars())


async def list_due_to_count(session: AsyncSession) -> list[uuid.UUID]:
    """Closed polls whose protocol two officials have confirmed: a sweep queues a count that was lost."""
    ids = (await session.execute(select(Poll.id).where(Poll.state == PollState.CLOSED))).scalars().all()
    fulls = [await queries.get_poll(session, poll_id) for poll_id in ids]
    return [full.poll.id for full in fulls if full.poll.is_imported or full.facts.is_confirmed(Act.CLOSE)]
