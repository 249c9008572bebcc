"""The seam: the box takes an opaque paper and gives back its place in the chain. Sealed ballots will come
in here; nothing above looks inside `paper`.
"""

import uuid
from collections.abc import Iterable
from datetime import date

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from voting import queries
from voting.errors import KeyUsed
from voting.models import BoxEntry, Poll
from voting.sealing import box

BATCH = 2000  # rows of an imported box in one statement


async def put_in_box(
    session: AsyncSession, poll: Poll, paper: bytes, *, code: str, replaces: str | None, on: date
) -> None:
    """Append a paper. The caller holds the lock of the poll. Raises: KeyUsed when it was replaced already."""
    newest = await queries.last_entry(session, poll.id)
    head = box.genesis(poll.contest_digest) if newest is None else box.BoxHead(newest.position, newest.hash)
    try:
        async with session.begin_nested():
            session.add(_row(poll.id, head, paper, code=code, replaces=replaces, on=on))
            await session.flush()
    except IntegrityError as clash:
        raise KeyUsed() from clash


def _row(
    poll_id: uuid.UUID, head: box.BoxHead, paper: bytes, *, code: str, replaces: str | None, on: date
) -> BoxEntry:
    salt = box.new_salt()
    entry = box.append(head, code=code, commitment=box.commit(salt, paper), replaces=replaces)
    return BoxEntry(
        poll_id=poll_id,
        position=entry.position,
        code=code,
        replaces_code=replaces,
        paper=paper,
        salt=salt,
        commitment=entry.commitment,
        cast_on=on,
        hash=entry.hash,
    )


async def fill_box(session: AsyncSession, poll: Poll, papers: Iterable[bytes], *, on: date) -> box.BoxHead:
    """Put the ballots of a finished election elsewhere into an empty box; return its head.

    Each gets a check code whose secret nobody keeps.
    """
    head = box.genesis(poll.contest_digest)
    rows: list[dict[str, object]] = []
    for paper in papers:
        salt, code = box.new_salt(), box.new_receipt(str(poll.id))[1]
        entry = box.append(head, code=code, commitment=box.commit(salt, paper))
        head = entry.head
        rows.append(
            {
                "poll_id": poll.id,
                "position": entry.position,
                "code": code,
                "replaces_code": None,
                "paper": paper,
                "salt": salt,
                "commitment": entry.commitment,
                "cast_on": on,
                "hash": entry.hash,
            }
        )
        if len(rows) == BATCH:
            await session.execute(insert(BoxEntry), rows)
            rows = []
    if rows:
        await session.execute(insert(BoxEntry), rows)
    return head
