"""The turns of a poll that the clock takes, once two officials have confirmed them; all in the register."""

import hashlib
import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import register
from app.kit.events import publish
from cycles.models import Stage
from voting import queries
from voting.events import PollClosed, PollOpened
from voting.models import Poll
from voting.queries import PollInFull
from voting.sealing.box import genesis
from voting.service.board import open_board
from voting.states import Act, PaperPhase, PollState, SealingPhase


def protocol_digest(poll: Poll) -> str:
    """SHA-256 of the closing protocol's canonical JSON."""
    return hashlib.sha256(register.canonical(protocol_facts(poll)).encode()).hexdigest()


def protocol_facts(poll: Poll) -> dict[str, object]:
    """The closing protocol: what was in the box when it was frozen; and, settled after that, on paper."""
    paper: dict[str, object] = {} if poll.paper_digest is None else {"paper_digest": poll.paper_digest}
    return paper | {
        "poll": str(poll.id),
        "contest_digest": poll.contest_digest,
        "box_size": poll.box_size,
        "box_head": poll.box_head,
        "voters": poll.voter_count,
    }


async def mark_open(session: AsyncSession, full: PollInFull, *, now: datetime) -> bool:
    """Write down that the poll is open, if it is and nobody has yet. The caller holds the poll's lock.

    Emits: PollOpened.
    """
    poll = full.poll
    if poll.state != PollState.ANNOUNCED or not full.facts.is_ready or now < full.stage.opens_at:
        return False
    poll.move_to(PollState.OPEN)
    poll.opened_at = max(full.stage.opens_at, _last_confirmation(full))
    await session.flush()
    await publish(session, PollOpened(poll_id=poll.id, cycle_id=poll.cycle_id))
    facts: dict[str, object] = {
        "contest_digest": poll.contest_digest,
        "box_head": poll.board_start or genesis(poll.contest_digest).hash,
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

    Locks: the poll. Emits: PollClosed.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    if now < full.stage.closes_at:
        return False
    await mark_open(session, full, now=now)  # confirmed, but never noticed to be open: an empty box
    poll = full.poll
    if poll.state != PollState.OPEN:
        return False
    await _freeze_box(session, poll)
    poll.voter_count = await queries.count_voters(session, poll_id)
    poll.closed_at = full.stage.closes_at
    poll.move_to(PollState.CLOSED)
    await session.flush()
    await publish(session, PollClosed(poll_id=poll_id, cycle_id=poll.cycle_id))
    await register.record(session, "poll.closed", f"poll:{poll_id}", protocol_facts(poll), now=now)
    return True


async def _freeze_box(session: AsyncSession, poll: Poll) -> None:
    """Write down how many ballots there are and last hash; of a board, the event that ends the ballots."""
    if poll.sealing is not None:
        board = await open_board(session, poll.id)
        poll.box_head = (await board.add_event("EndBallots")).hash
        poll.box_size = await queries.count_ballots(session, poll.id)
        poll.turn_to(SealingPhase.ENDED)
        return
    newest = await queries.last_entry(session, poll.id)
    poll.box_size = newest.position if newest else 0
    poll.box_head = newest.hash if newest else genesis(poll.contest_digest).hash


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
    return [full.poll.id for full in fulls if may_be_counted(full)]


def may_be_counted(full: PollInFull) -> bool:
    """Whether the box is frozen, confirmed and, if it was sealed, opened; papers are settled."""
    confirmed = full.poll.is_imported or full.facts.is_confirmed(Act.CLOSE)
    is_legible = full.facts.sealing in (None, SealingPhase.OPENED)
    is_settled = full.facts.paper in (None, PaperPhase.SETTLED)
    return full.poll.state == PollState.CLOSED and confirmed and is_legible and is_settled
