"""Writing on the public board: members are appended, never changed, in one chain that cannot fork.

Whoever appends holds the lock of the poll; the unique parent of every event is what the database itself holds
against a fork.
"""

import hashlib
import itertools
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import date

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import NewRow
from voting import queries
from voting.models import BoardBallot, BoardMember, BoardPart
from voting.sealing.archive import archive_start, tar_header
from voting.sealing.ballot import CheckedBallot
from voting.sealing.board import BoardHead
from voting.sealing.box import code_of_tracker
from voting.sealing.wire import EventType, name_of

PART_BYTES = 1 << 20  # a larger member is kept in pieces, so that a download never holds it whole
BLOCK = 512  # bytes of the archive
Reading = Callable[[], AbstractAsyncContextManager[AsyncSession]]


class Writer:
    """Appends to one board in this transaction. `head` is the last event."""

    def __init__(self, session: AsyncSession, poll_id: uuid.UUID, head: BoardHead, position: int) -> None:
        self.session = session
        self.poll_id = poll_id
        self.head = head
        self.position = position

    async def add_data(self, content: bytes) -> str:
        """Append data and return its name."""
        name = name_of(content)
        await self._append(name, content, event=None, height=None, parent=None)
        return name

    async def add_event(self, event: EventType, payload: str | None = None) -> BoardHead:
        """Append the event that follows, pointing to the data named `payload`."""
        content = self.head.next(event, payload)
        height, parent = self.head.height + 1, self.head.hash
        await self._append(name_of(content), content, event=event, height=height, parent=parent)
        self.head = self.head.after(content)
        return self.head

    async def _append(
        self, name: str, content: bytes, *, event: str | None, height: int | None, parent: str | None
    ) -> None:
        self.position += 1
        row = {"poll_id": self.poll_id, "position": self.position, "name": name, "size": len(content)}
        row |= {"event": event, "height": height, "parent": parent}
        is_large = len(content) > PART_BYTES
        await self.session.execute(insert(BoardMember), [row | {"content": None if is_large else content}])
        if is_large:
            for part, start in enumerate(range(0, len(content), PART_BYTES)):
                piece = {"poll_id": self.poll_id, "position": self.position, "part": part}
                await self.session.execute(
                    insert(BoardPart), [piece | {"content": content[start : start + PART_BYTES]}]
                )


async def open_board(session: AsyncSession, poll_id: uuid.UUID) -> Writer:
    """Go on with a board. The caller holds the lock of the poll."""
    head = await queries.board_head(session, poll_id)
    return Writer(session, poll_id, head, await queries.last_position(session, poll_id))


def ballot_rows(
    poll_id: uuid.UUID, raw: bytes, ballot: CheckedBallot, *, head: BoardHead, position: int, on: date
) -> list[NewRow]:
    """What appends a ballot that was checked to a board that ends there: its two members, as `Writer` would
    make them, and where it is. The caller holds the lock of the poll.
    """
    name = name_of(raw)
    event = head.next("Ballot", name)
    nothing = {"poll_id": poll_id, "event": None, "height": None, "parent": None}
    data = nothing | {"position": position + 1, "name": name, "size": len(raw), "content": raw}
    link = {"event": "Ballot", "height": head.height + 1, "parent": head.hash, "content": event}
    following = data | link | {"position": position + 2, "name": name_of(event), "size": len(event)}
    row = {
        "poll_id": poll_id,
        "position": position + 1,
        "tracker": ballot.tracker,
        "code": code_of_tracker(ballot.tracker),
        "credential_hash": credential_hash(ballot.credential),
        "alpha_hash": credential_hash(ballot.ciphertext.alpha),
        "cast_on": on,
    }
    return [(BoardMember, data), (BoardMember, following), (BoardBallot, row)]


def credential_hash(number: str) -> str:
    """How a long number in decimal digits is looked up."""
    return hashlib.sha256(number.encode()).hexdigest()


async def stream_archive(
    session: AsyncSession, poll_id: uuid.UUID, *, timestamp: int, last: int
) -> AsyncIterator[bytes]:
    """The archive up to that member, piece by piece: the same bytes each time, and a beginning of any later
    archive.
    """
    pieces = send_archive(lambda: nullcontext(session), poll_id, timestamp=timestamp, last=last)
    async for piece in pieces:
        yield piece


async def send_archive(
    reading: Reading, poll_id: uuid.UUID, *, timestamp: int, last: int
) -> AsyncIterator[bytes]:
    """As `stream_archive`, with a session of its own for each piece, which ends before the piece is given:
    whoever downloads slowly holds no connection.
    """
    pieces, done = [archive_start(timestamp)], 0
    while done < last:
        async with reading() as session:
            rows = await queries.list_members(session, poll_id, after=done, last=last)
        for row in rows:
            pieces.append(
                tar_header(f"{row.name}.{'event' if row.event else 'data'}.json", row.size, timestamp)
            )
            if row.content is not None:
                pieces.append(bytes(row.content))
            else:
                yield b"".join(pieces)
                pieces = []
                async for part in _parts(reading, poll_id, row.position):
                    yield part
            pieces.append(bytes(-row.size % BLOCK))
        yield b"".join(pieces)
        pieces = []
        done = rows[-1].position if rows else last
    if pieces:
        yield b"".join(pieces)


async def _parts(reading: Reading, poll_id: uuid.UUID, position: int) -> AsyncIterator[bytes]:
    for number in itertools.count():
        async with reading() as session:
            part = await queries.find_part(session, poll_id, position, number)
        if part is None:
            return
        yield part


def archive_size(timestamp: int, members: int) -> int:
    """Bytes of an archive whose members, framed, have so many."""
    return len(archive_start(timestamp)) + members
