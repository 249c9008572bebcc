"""What the workers do: find who is told, and send the digests."""

import uuid

from app.kit import clock
from app.kit.context import Services
from notices import queries, service
from notices.states import BATCH, digest_due


async def spread(services: Services, *, event_id: str) -> None:
    """Find everybody who is told of an event, a batch in a transaction."""
    more = True
    while more:
        async with services.database.write() as session:
            more = await service.spread(session, uuid.UUID(event_id), now=clock.now())


async def send_digests(services: Services) -> None:
    """Sweep: what happened before the last Monday morning and waits goes out, a batch in a transaction. In
    all other hours it finds nothing, unless on Monday nothing ran.
    """
    before, after = digest_due(clock.now()), queries.FIRST
    while True:
        async with services.database.read() as session:
            waiting = await queries.list_waiting(session, before=before, after=after, limit=BATCH)
        if not waiting:
            return
        async with services.database.write() as session:
            await service.send_digests(session, waiting, before=before, now=clock.now())
        after = waiting[-1]
