"""Keeping the index equal to its sources."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import Database, insert_once
from search import queries
from search.models import SearchDocument, SearchRefresh, SearchWord
from search.queries import LONGEST_BODY, Found, Source, reference
from search.rules import weigh

_WORDS: Any = SearchWord.__table__  # rows by the thousand: as objects they would cost twice as much
BATCH = 100  # documents of one transaction: nobody waits long for the database


class Difference(msgspec.Struct, frozen=True):
    """What has to be read again, with its new stamp, and what has to go; keys of a source."""

    changed: Mapping[str, str]
    gone: Collection[str]


async def refresh(database: Database, *, now: datetime) -> int:
    """Write what has changed since the last time; returns how many documents were written or removed.

    Twice at once does the work twice and no harm.
    """
    written = 0
    for kind, source in queries.sources().items():
        async with database.read() as session:
            difference = await compare(session, kind, source)
        work = [*difference.changed.items(), *((key, "") for key in difference.gone)]
        for batch in (work[at : at + BATCH] for at in range(0, len(work), BATCH)):
            async with database.write() as session:
                await write_batch(session, kind, source, dict(batch), now=now)
            written += len(batch)
    async with database.write() as session:
        await _lock(session, now=now)
    return written


async def compare(session: AsyncSession, kind: str, source: Source) -> Difference:
    """What differs between a source and the index."""
    there = await source.list_stamps(session)
    indexed = await queries.list_stamps(session, kind)
    changed = {key: stamp for key, stamp in there.items() if indexed.get(reference(kind, key)) != stamp}
    known = {reference(kind, key) for key in there}
    return Difference(changed, [ref.partition(":")[2] for ref in indexed if ref not in known])


async def write_batch(
    session: AsyncSession, kind: str, source: Source, stamps: Mapping[str, str], *, now: datetime
) -> None:
    """Write some documents anew; those that the source no longer finds go. Locks: the index."""
    await _lock(session, now=now)
    found = await source.read(session, stamps)
    await _remove(session, [reference(kind, key) for key in stamps])
    if not found:
        return
    rows = [_row(kind, one, stamps[one.key]) for one in sorted(found, key=lambda one: one.key)]
    written = insert(SearchDocument).returning(SearchDocument.ref, SearchDocument.id)
    ids = {row.ref: row.id for row in await session.execute(written, rows)}
    words = [word for one in found for word in _words(ids[reference(kind, one.key)], kind, one)]
    if words:
        await session.execute(insert(_WORDS), words)


async def forget(session: AsyncSession, kind: str, key: str) -> None:
    """Take a page out of the index now, with what takes its words away: not in a minute."""
    await _remove(session, [reference(kind, key)])


async def _remove(session: AsyncSession, refs: Collection[str]) -> None:
    gone = select(SearchDocument.id).where(SearchDocument.ref.in_(refs))
    await session.execute(delete(SearchWord).where(SearchWord.document_id.in_(gone)))
    await session.execute(delete(SearchDocument).where(SearchDocument.ref.in_(refs)))


async def _lock(session: AsyncSession, *, now: datetime) -> None:
    """Let nobody else write the index until the transaction ends, and note the time."""
    await insert_once(session, SearchRefresh, id=1, at=now)
    await session.execute(select(SearchRefresh.id).where(SearchRefresh.id == 1).with_for_update())
    await session.execute(update(SearchRefresh).where(SearchRefresh.id == 1).values(at=now))


def _row(kind: str, one: Found, stamp: str) -> dict[str, object]:
    return {
        "ref": reference(kind, one.key),
        "kind": kind,
        "stamp": stamp,
        "title": one.title,
        "place": one.place,
        "body": one.body[:LONGEST_BODY],
        "path": one.path,
        "at": one.at,
    }


def _words(document_id: int, kind: str, one: Found) -> list[dict[str, object]]:
    shared = {"document_id": document_id, "kind": kind, "at": one.at}
    return [
        {"stem": stem, "weight": weight} | shared
        for stem, weight in weigh(one.title, one.place, one.body).items()
    ]
