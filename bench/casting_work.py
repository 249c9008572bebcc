"""Sealed ballots that arrive at the services many at once, each checked and stored by itself."""

import asyncio
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime

from accounts.policy import Actor
from app.kit import clock
from app.kit.db import Database
from voting import service
from voting.service import SealedReceipt

Cast = tuple[Actor, bytes]


async def cast_one(
    database: Database, poll_id: uuid.UUID, cast: Cast, *, now: datetime | None = None
) -> SealedReceipt:
    """What the page of the ballot does: check with a reader, then one transaction."""
    actor, raw = cast
    moment = now or clock.now()
    async with database.read() as session:
        election = await service.load_election(session, poll_id)
    ballot = await service.check_sealed(election, raw, voter=actor.id)
    async with database.write() as session:
        return await service.cast_sealed(session, actor, poll_id, raw, ballot, now=moment)


async def cast_many(
    database: Database,
    poll_id: uuid.UUID,
    casts: Sequence[Cast],
    *,
    connections: int,
    now: datetime | None = None,
) -> list[SealedReceipt]:
    """Cast them all, so many at a time; the receipts in the order of `casts`."""
    receipts: dict[int, SealedReceipt] = {}
    waiting: Iterator[tuple[int, Cast]] = iter(enumerate(casts))

    async def voter_after_voter() -> None:
        for place, cast in waiting:
            receipts[place] = await cast_one(database, poll_id, cast, now=now)

    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(voter_after_voter())
    return [receipts[place] for place in range(len(casts))]
