"""Reading the public board of a sealed vote: its head, ballots, members and what they are found by."""

import uuid
from collections.abc import Sequence
from datetime import date

import msgspec
from sqlalchemy import BindParameter, Row, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from voting.models import NO_BALLOT, BoardBallot, BoardMember, BoardPart
from voting.sealing.board import BoardHead
from voting.sealing.wire import Event, EventType, Owned, read

# Made once: casting asks for it.
_OF_POLL: BindParameter[uuid.UUID] = bindparam("poll")
_HEAD = (
    select(BoardMember.name, BoardMember.height)
    .where(BoardMember.poll_id == _OF_POLL, BoardMember.height.is_not(None))
    .order_by(BoardMember.height.desc())
    .limit(1)
)
_LAST_POSITION = (
    select(BoardMember.position)
    .where(BoardMember.poll_id == _OF_POLL)
    .order_by(BoardMember.position.desc())
    .limit(1)
)
_END = (
    select(BoardMember.position, BoardMember.name, BoardMember.height)
    .where(BoardMember.poll_id == _OF_POLL)
    .order_by(BoardMember.position.desc())
    .limit(1)
)
_BALLOT = select(BoardBallot).where(
    BoardBallot.poll_id == _OF_POLL, BoardBallot.tracker == bindparam("tracker")
)
STEPS = (
    select(BoardMember.content).where(BoardMember.poll_id == _OF_POLL, NO_BALLOT).order_by(BoardMember.height)
)
_BALLOT_COUNT = select(func.count()).select_from(BoardBallot).where(BoardBallot.poll_id == _OF_POLL)
MOST_SIZES = 200  # kept by a process
_sizes: dict[uuid.UUID, tuple[int, int]] = {}
MEMBERS_AT_ONCE = 200  # of a download; a ballot and its event have 4 KB


class FoundBallot(msgspec.Struct, frozen=True, kw_only=True):
    """What anyone may learn of a sealed ballot: where it is, since when, whether a newer one counts."""

    poll_id: uuid.UUID
    tracker: str
    number: int
    cast_on: date
    replaced_on: date | None


class BoardStep(msgspec.Struct, frozen=True):
    """An event that is no ballot; `owner` is the number of the trustee who mixed or opened."""

    type: EventType
    owner: int | None


async def board_head(session: AsyncSession, poll_id: uuid.UUID) -> BoardHead:
    """The last event of a board; before the first, a head of height -1."""
    row = (await session.execute(_HEAD, {"poll": poll_id})).one_or_none()
    return BoardHead() if row is None else BoardHead(row.name, row.height)


async def board_end(session: AsyncSession, poll_id: uuid.UUID) -> tuple[int, BoardHead]:
    """The position of the newest member and the last event, which are one: read together, they agree.

    The board has begun; before that, (0, a head of height -1).
    """
    row = (await session.execute(_END, {"poll": poll_id})).one_or_none()
    return (0, BoardHead()) if row is None else (row.position, BoardHead(row.name, row.height))


async def last_position(session: AsyncSession, poll_id: uuid.UUID) -> int:
    """The position of the newest member; 0 before the first."""
    return (await session.execute(_LAST_POSITION, {"poll": poll_id})).scalar_one_or_none() or 0


async def board_size(session: AsyncSession, poll_id: uuid.UUID, *, last: int) -> int:
    """Bytes of the archive's members up to that position, framed: 512 of header, content in blocks of 512.

    A board only grows, so this process adds up what is new since it was last asked.
    """
    known, size = _sizes.get(poll_id, (0, 0))
    if known > last:
        known, size = 0, 0
    framed = 512 + BoardMember.size + (512 - BoardMember.size % 512) % 512
    query = select(func.sum(framed)).where(
        BoardMember.poll_id == poll_id, BoardMember.position > known, BoardMember.position <= last
    )
    size += int((await session.execute(query)).scalar_one() or 0)
    if len(_sizes) >= MOST_SIZES:
        _sizes.clear()
    _sizes[poll_id] = last, size
    return size


async def list_members(
    session: AsyncSession, poll_id: uuid.UUID, *, after: int, last: int
) -> Sequence[Row[int, str, str | None, int, bytes | None]]:
    """The next (position, name, event, size, content) after a position, a handful at once, in order.

    The content of a large member is in parts, which are read one by one.
    """
    query = (
        select(
            BoardMember.position, BoardMember.name, BoardMember.event, BoardMember.size, BoardMember.content
        )
        .where(BoardMember.poll_id == poll_id, BoardMember.position > after, BoardMember.position <= last)
        .order_by(BoardMember.position)
        .limit(MEMBERS_AT_ONCE)
    )
    return (await session.execute(query)).all()


async def find_part(session: AsyncSession, poll_id: uuid.UUID, position: int, part: int) -> bytes | None:
    """A part of a large member, from 0; None after the last."""
    found = await session.get(BoardPart, (poll_id, position, part))
    return None if found is None else bytes(found.content)


async def _pieces(session: AsyncSession, poll_id: uuid.UUID, position: int) -> list[bytes]:
    query = (
        select(BoardPart.content)
        .where(BoardPart.poll_id == poll_id, BoardPart.position == position)
        .order_by(BoardPart.part)
    )
    return list((await session.execute(query)).scalars())


async def get_member(session: AsyncSession, poll_id: uuid.UUID, name: str) -> bytes:
    """The content of a member by its name; a board whose events point to nothing is broken: KeyError."""
    query = select(BoardMember.position, BoardMember.content).where(
        BoardMember.poll_id == poll_id, BoardMember.name == name
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise KeyError(name)
    return row.content if row.content is not None else b"".join(await _pieces(session, poll_id, row.position))


async def list_events(session: AsyncSession, poll_id: uuid.UUID) -> list[Event]:
    """Every event but the ballots', in order."""
    found = (await session.execute(STEPS, {"poll": poll_id})).scalars()
    return [read(Event, bytes(content or b"")) for content in found]


async def list_steps(session: AsyncSession, poll_id: uuid.UUID) -> list[BoardStep]:
    """What happened on the board besides ballots, in order."""
    steps = []
    for event in await list_events(session, poll_id):
        owner = None
        if event.type in ("Shuffle", "PartialDecryption"):
            owner = read(Owned, await get_member(session, poll_id, event.payload or "")).owner
        steps.append(BoardStep(event.type, owner))
    return steps


async def list_last_ballots(session: AsyncSession, poll_id: uuid.UUID) -> Sequence[bytes]:
    """The ballots that count: the last of each credential."""
    newest = (
        select(func.max(BoardBallot.position))
        .where(BoardBallot.poll_id == poll_id)
        .group_by(BoardBallot.credential_hash)
    )
    query = select(BoardMember.content).where(
        BoardMember.poll_id == poll_id, BoardMember.position.in_(newest)
    )
    return [bytes(content) for content in (await session.execute(query)).scalars() if content is not None]


async def count_ballots(session: AsyncSession, poll_id: uuid.UUID) -> int:
    """Sealed ballots on the board, replaced ones included."""
    return (await session.execute(_BALLOT_COUNT, {"poll": poll_id})).scalar_one()


async def find_ballot(session: AsyncSession, poll_id: uuid.UUID, tracker: str) -> BoardBallot | None:
    """The ballot of a tracker in one poll."""
    found = await session.execute(_BALLOT, {"poll": poll_id, "tracker": tracker})
    return found.scalar_one_or_none()


async def find_ballots(session: AsyncSession, code: str) -> list[FoundBallot]:
    """The sealed ballots of a check code on every board, with the day of the ballot that replaced it."""
    newer, earlier = aliased(BoardBallot), aliased(BoardBallot)
    replaced_on = (
        select(func.max(newer.cast_on))
        .where(
            newer.poll_id == BoardBallot.poll_id,
            newer.credential_hash == BoardBallot.credential_hash,
            newer.position > BoardBallot.position,
        )
        .scalar_subquery()
    )
    number = (
        select(func.count())
        .where(earlier.poll_id == BoardBallot.poll_id, earlier.position <= BoardBallot.position)
        .scalar_subquery()
    )
    query = select(BoardBallot.poll_id, BoardBallot.tracker, BoardBallot.cast_on, replaced_on, number).where(
        BoardBallot.code == code
    )
    return [
        FoundBallot(poll_id=row[0], tracker=row[1], cast_on=row[2], replaced_on=row[3], number=row[4])
        for row in (await session.execute(query)).all()
    ]


async def list_trackers(
    session: AsyncSession, poll_id: uuid.UUID, *, offset: int = 0, limit: int | None = None
) -> Sequence[Row[str, str, bool]]:
    """(code, tracker, is_replaced) sorted by code, which has nothing to do with when it was cast."""
    newer = aliased(BoardBallot)
    is_replaced = (
        select(newer.position)
        .where(
            newer.poll_id == BoardBallot.poll_id,
            newer.credential_hash == BoardBallot.credential_hash,
            newer.position > BoardBallot.position,
        )
        .exists()
    )
    query = (
        select(BoardBallot.code, BoardBallot.tracker, is_replaced.label("is_replaced"))
        .where(BoardBallot.poll_id == poll_id)
        .order_by(BoardBallot.code, BoardBallot.tracker)
        .offset(offset)
        .limit(limit)
    )
    return (await session.execute(query)).all()
