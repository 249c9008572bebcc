"""After the vote: the ballots that count are put together, mixed, opened, and the rankings go to the count.

One step at a time: what is needed is loaded, worked on away from the event loop, and written if the board has
not moved meanwhile. A worker that is killed at any moment has written whole steps or nothing of one, and the
next one goes on from there. Every contribution is checked before it is published.
"""

import json
import uuid
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.outbox import enqueue
from app.kit.policy import require
from voting import queries
from voting.policy import STEP_OF_PHASE, may_end_mixing
from voting.queries import PollInFull
from voting.sealing.crew import Crew
from voting.sealing.decryption import Factors, check_decryption, open_ballots
from voting.sealing.election import read_election
from voting.sealing.group import read_element
from voting.sealing.refused import Refused
from voting.sealing.shuffle_check import check_shuffle
from voting.sealing.tally import Ciphertexts, encrypted_tally, read_tally
from voting.sealing.trustees import read_trustees
from voting.sealing.wire import (
    Ballot,
    Event,
    Owned,
    PartialDecryption,
    Result,
    Setup,
    Shuffle,
    SizedTally,
    read,
    write,
)
from voting.service.board import open_board
from voting.service.deliveries import drop_content, drop_waiting
from voting.states import Act, Delivery, SealingPhase, Step

Kind = Literal["tally", "shuffle", "decryption", "result"]


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One step as plain values, which may leave the event loop. `head` is the board's when it was loaded.

    `raws`: the ballots of a tally, or what a trustee delivered, with its digest `sha256`; `opened`: the
    decryptions on the board, by number of trustee.
    """

    poll_id: uuid.UUID
    kind: Kind
    head: str
    election: bytes
    trustees: bytes
    mixed: bytes = b""
    raws: tuple[bytes, ...] = ()
    sha256: str = ""
    number: int = 0
    opened: tuple[tuple[int, bytes], ...] = ()


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: the content to be published, or why not."""

    task: Task
    content: bytes = b""
    count: int = 0
    refused: str = ""
    facts: dict[str, str | int] = {}


# ── what is to be done ────────────────────────────────────────────────────────
async def load_task(session: AsyncSession, poll_id: uuid.UUID) -> Task | None:
    """The next thing a worker can do for a closed, confirmed, sealed poll; None when it has to wait."""
    full = await queries.get_poll(session, poll_id)
    phase = full.facts.sealing
    if phase is SealingPhase.ENDED and full.facts.is_confirmed(Act.CLOSE):
        ballots = tuple(await queries.list_last_ballots(session, poll_id))
        return await _task(session, full, "tally", raws=ballots)
    if phase in (SealingPhase.MIXING, SealingPhase.OPENING):
        waiting = await queries.find_waiting(session, poll_id, STEP_OF_PHASE[phase])
        if waiting is not None:
            kind: Kind = "shuffle" if phase is SealingPhase.MIXING else "decryption"
            raw = await queries.read_content(session, waiting)
            task = await _task(session, full, kind, raws=(raw,), number=waiting.number)
            return msgspec.structs.replace(task, sha256=waiting.sha256)
    if phase is SealingPhase.OPENING and await _are_enough(session, full):
        return await _task(session, full, "result")
    return None


async def _task(
    session: AsyncSession, full: PollInFull, kind: Kind, *, raws: tuple[bytes, ...] = (), number: int = 0
) -> Task:
    poll_id = full.poll.id
    events = await queries.list_events(session, poll_id)
    head = await queries.board_head(session, poll_id)
    setup = read(Setup, await queries.get_member(session, poll_id, events[0].payload or ""))
    mixed, opened = b"", []
    for event in events:
        if event.type in ("EncryptedTally", "Shuffle"):
            mixed = await _pointed_to(session, poll_id, event)
        elif event.type == "PartialDecryption" and kind == "result":
            owned = read(Owned, await queries.get_member(session, poll_id, event.payload or ""))
            opened.append((owned.owner, await queries.get_member(session, poll_id, owned.payload)))
    return Task(
        poll_id=poll_id,
        kind=kind,
        head=head.hash or "",
        election=await queries.get_member(session, poll_id, setup.election),
        trustees=await queries.get_member(session, poll_id, setup.trustees),
        mixed=mixed,
        raws=raws,
        number=number,
        opened=tuple(opened),
    )


async def _pointed_to(session: AsyncSession, poll_id: uuid.UUID, event: Event) -> bytes:
    """The big record that the small record of an event names."""
    small = await queries.get_member(session, poll_id, event.payload or "")
    name = (
        read(SizedTally, small).encrypted_tally
        if event.type == "EncryptedTally"
        else read(Owned, small).payload
    )
    return await queries.get_member(session, poll_id, name)


async def _are_enough(session: AsyncSession, full: PollInFull) -> bool:
    election = await queries.get_election(session, full.poll.id)
    needed = election.threshold or len(await queries.list_trustees(session, full.poll.id))
    return len(await list_owners(session, full.poll.id, "PartialDecryption")) >= needed


async def list_owners(session: AsyncSession, poll_id: uuid.UUID, event: str) -> list[int]:
    """The numbers of the trustees whose contributions of a kind are on the board, in order."""
    owners = []
    for one in await queries.list_events(session, poll_id):
        if one.type == event:
            owned = await queries.get_member(session, poll_id, one.payload or "")
            owners.append(read(Owned, owned).owner)
    return owners


# ── doing it ──────────────────────────────────────────────────────────────────
def work(task: Task, *, processes: int = 1) -> Done:
    """Do one step; pure, and slow for a large vote. What does not hold is told in the answer."""
    with Crew(processes) as crew:
        try:
            return _WORK[task.kind](task, crew)
        except Refused as problem:
            return Done(task=task, refused=problem.reason, facts=dict(problem.facts))


def _make_tally(task: Task, crew: Crew) -> Done:
    ballots = [read(Ballot, raw).answers[0].choices for raw in task.raws]
    return Done(task=task, content=encrypted_tally(ballots), count=len(ballots))


def _check_shuffle(task: Task, crew: Crew) -> Done:
    check_shuffle(read_election(task.election), _ciphertexts(task.mixed), task.raws[0], crew)
    return Done(task=task, content=task.raws[0])


def _check_decryption(task: Task, crew: Crew) -> Done:
    key = read_trustees(task.trustees).key(task.number)
    if key is None:
        raise Refused("decryption_owner", owner=task.number)
    check_decryption(read_election(task.election), _ciphertexts(task.mixed), key, task.raws[0], crew)
    return Done(task=task, content=task.raws[0])


def _make_result(task: Task, crew: Crew) -> Done:
    """The decryptions were checked before they were published."""
    opened: dict[int, Factors] = {
        owner: [read_element(factor) for factor in read(PartialDecryption, raw).decryption_factors[0]]
        for owner, raw in task.opened
    }
    mixed = _ciphertexts(task.mixed)
    raw = open_ballots(read_election(task.election), read_trustees(task.trustees), mixed, opened, crew)
    return Done(task=task, content=raw, count=len(mixed))


def _ciphertexts(raw: bytes) -> Ciphertexts:
    """Of an encrypted tally or of a shuffle, whose numbers were checked when they were published."""
    return read(Shuffle, raw).ciphertexts[0] if raw.startswith(b'{"ciphertexts"') else read_tally(raw)


_WORK = {
    "tally": _make_tally,
    "shuffle": _check_shuffle,
    "decryption": _check_decryption,
    "result": _make_result,
}
_PHASE: dict[Kind, SealingPhase] = {
    "tally": SealingPhase.ENDED,
    "shuffle": SealingPhase.MIXING,
    "decryption": SealingPhase.OPENING,
    "result": SealingPhase.OPENING,
}


# ── writing it down ───────────────────────────────────────────────────────────
async def publish_done(session: AsyncSession, done: Done, *, now: datetime) -> bool:
    """Publish what a step gave, or tell its trustee why not; False when the vote has moved on meanwhile.

    Locks: the poll. Queues: count_poll when the rankings are there.
    """
    task = done.task
    full = await queries.get_poll(session, task.poll_id, lock=True)
    if full.facts.sealing is not _PHASE[task.kind]:
        return False
    if (await queries.board_head(session, task.poll_id)).hash != task.head:
        return False
    if task.number and not await _note_delivery(session, done):
        return False
    if not done.refused:
        await _PUBLISH[task.kind](session, full, done, now)
    await session.flush()
    return True


async def _note_delivery(session: AsyncSession, done: Done) -> bool:
    """Write down what became of a delivery; False when it is no longer what was checked."""
    task = done.task
    step = Step.SHUFFLE if task.kind == "shuffle" else Step.DECRYPTION
    message = await queries.find_message(session, task.poll_id, task.number, step)
    if message is None or message.state != Delivery.WAITING or message.sha256 != task.sha256:
        return False
    await drop_content(session, message)
    if done.refused:
        message.state, message.reason = Delivery.REFUSED.value, done.refused
        message.facts = json.dumps(done.facts)
    else:
        message.state = Delivery.ACCEPTED.value
    await session.flush()
    return True


async def _publish_tally(session: AsyncSession, full: PollInFull, done: Done, now: datetime) -> None:
    if not done.count:  # nobody voted: there is nothing to mix or to open
        full.poll.turn_to(SealingPhase.OPENED)
        enqueue(session, "voting.jobs.count_poll", poll_id=str(full.poll.id))
        return
    board = await open_board(session, full.poll.id)
    name = await board.add_data(done.content)
    head = await board.add_event(
        "EncryptedTally", await board.add_data(write(SizedTally(done.count, done.count, name)))
    )
    full.poll.turn_to(SealingPhase.MIXING)
    await session.flush()
    facts: dict[str, object] = {"ballots": done.count, "board_head": head.hash}
    await register.record(session, "poll.tally_published", f"poll:{full.poll.id}", facts, now=now)


async def _publish_owned(session: AsyncSession, full: PollInFull, done: Done, now: datetime) -> None:
    task, poll_id = done.task, full.poll.id
    board = await open_board(session, poll_id)
    owned = write(Owned(task.number, await board.add_data(done.content)))
    is_mix = task.kind == "shuffle"
    head = await board.add_event("Shuffle" if is_mix else "PartialDecryption", await board.add_data(owned))
    trustees = await queries.list_trustees(session, poll_id)
    name = next(one.name for one in trustees if one.number == task.number)
    facts: dict[str, object] = {"trustee": name, "board_head": head.hash}
    await session.flush()
    if not is_mix:
        await register.record(session, "poll.opening_published", f"poll:{poll_id}", facts, now=now)
        return
    await register.record(session, "poll.mix_published", f"poll:{poll_id}", facts, now=now)
    if len(await list_owners(session, poll_id, "Shuffle")) == len(trustees):
        await _end_mixing(session, full, now)


async def end_mixing(session: AsyncSession, actor: Actor, poll_id: uuid.UUID, *, now: datetime) -> None:
    """Go on to the opening although not every trustee has mixed. Locks: the poll. Raises: Forbidden."""
    full = await queries.get_poll(session, poll_id, lock=True)
    election = await queries.get_election(session, poll_id)
    mixed = len(await list_owners(session, poll_id, "Shuffle"))
    require(may_end_mixing(actor, full.facts, mixed=mixed, needed=election.mixes_needed or 0))
    await _end_mixing(session, full, now)


async def _end_mixing(session: AsyncSession, full: PollInFull, now: datetime) -> None:
    board = await open_board(session, full.poll.id)
    head = await board.add_event("EndShuffles")
    await drop_waiting(session, full.poll.id, Step.SHUFFLE)
    full.poll.turn_to(SealingPhase.OPENING)
    await session.flush()
    facts: dict[str, object] = {"board_head": head.hash}
    await register.record(session, "poll.mixing_ended", f"poll:{full.poll.id}", facts, now=now)


async def _publish_result(session: AsyncSession, full: PollInFull, done: Done, now: datetime) -> None:
    board = await open_board(session, full.poll.id)
    head = await board.add_event("Result", await board.add_data(done.content))
    full.poll.turn_to(SealingPhase.OPENED)
    await drop_waiting(session, full.poll.id, Step.DECRYPTION)
    await session.flush()
    facts: dict[str, object] = {"ballots": done.count, "board_head": head.hash}
    await register.record(session, "poll.ballots_opened", f"poll:{full.poll.id}", facts, now=now)
    enqueue(session, "voting.jobs.count_poll", poll_id=str(full.poll.id))


_PUBLISH = {
    "tally": _publish_tally,
    "shuffle": _publish_owned,
    "decryption": _publish_owned,
    "result": _publish_result,
}


async def list_due_to_advance(session: AsyncSession) -> list[uuid.UUID]:
    """Closed sealed polls of which something can be done now."""
    due = await queries.list_due_to_advance(session)
    return [poll_id for poll_id in due if await _has_work(session, poll_id)]


async def _has_work(session: AsyncSession, poll_id: uuid.UUID) -> bool:
    full = await queries.get_poll(session, poll_id)
    if full.facts.sealing is SealingPhase.ENDED:
        return full.facts.is_confirmed(Act.CLOSE)
    step = STEP_OF_PHASE.get(full.facts.sealing) if full.facts.sealing else None
    if step is not None and await queries.find_waiting(session, poll_id, step) is not None:
        return True
    return full.facts.sealing is SealingPhase.OPENING and await _are_enough(session, full)


async def load_rankings(session: AsyncSession, poll_id: uuid.UUID) -> tuple[tuple[int, ...], ...]:
    """The vectors of ranks that the trustees opened, in mixed order; none when nobody voted."""
    for event in await queries.list_events(session, poll_id):
        if event.type == "Result":
            return read(Result, await queries.get_member(session, poll_id, event.payload or "")).result[0]
    return ()
