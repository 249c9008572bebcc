"""What the workers do for polls: sweeps by the clock, and the count."""

import asyncio
import uuid

import structlog

from app.kit import clock
from app.kit.access_log import AccessLogEntry
from app.kit.context import Services
from voting import service
from voting.models import TRACES, CredentialHolder
from voting.sealing.crew import cores

log = structlog.get_logger()


async def open_due_polls(services: Services) -> None:
    """Sweep: mark confirmed polls whose date has come. Casting does not wait for it."""
    now = clock.now()
    async with services.database.read() as session:
        due = await service.list_due_to_open(session, now=now)
    for poll_id in due:
        async with services.database.write() as session:
            await service.open_poll(session, poll_id, now=now)


async def close_due_polls(services: Services) -> None:
    """Sweep: freeze the boxes whose closing date has come."""
    now = clock.now()
    async with services.database.read() as session:
        due = await service.list_due_to_close(session, now=now)
    for poll_id in due:
        async with services.database.write() as session:
            if await service.close_poll(session, poll_id, now=now):
                log.info("poll closed", poll=str(poll_id))


async def count_due_polls(services: Services) -> None:
    """Sweep: queue again what is closed, confirmed and not counted."""
    async with services.database.read() as session:
        due = await service.list_due_to_count(session)
    for poll_id in due:
        async with services.database.write() as session:
            await service.promise_again(session, "voting.jobs.count_poll", poll_id)


async def advance_due_sealings(services: Services) -> None:
    """Sweep: queue again sealed votes of which something may wait for a worker."""
    async with services.database.read() as session:
        due = await service.list_due_to_advance(session)
    for poll_id in due:
        async with services.database.write() as session:
            await service.promise_again(session, "voting.jobs.advance_sealing", poll_id)


async def advance_sealing(services: Services, *, poll_id: str) -> None:
    """Do what a closed sealed vote waits for, step by step: put together, check mixes and openings, open.

    Each step is written when it is done, so that a worker that is killed loses one at the most. Two at once
    do the same work, and the second finds it done.
    """
    one = uuid.UUID(poll_id)
    while True:
        async with services.database.read() as session:
            task = await service.load_task(session, one)
        if task is None:
            return
        done = await asyncio.to_thread(service.work, task, processes=cores())
        async with services.database.write() as session:
            published = await service.publish_done(session, done, now=clock.now())
        log.info("sealed step", poll=poll_id, step=task.kind, published=published, refused=done.refused)


async def scrub_traces(services: Services) -> None:
    """Let what was destroyed when a vote ended leave the database's files too. Twice does no harm."""
    for table in (CredentialHolder, *TRACES, AccessLogEntry):
        await services.database.scrub(table.__tablename__)


async def count_poll(services: Services, *, poll_id: str) -> None:
    """Count a frozen box and publish the result. Running twice changes nothing."""
    one = uuid.UUID(poll_id)
    async with services.database.read() as session:
        content = await service.load_box(session, one)
    if content is None:
        return
    counted = await asyncio.to_thread(service.count_box, content)
    files = await service.store_files(services.storage, counted)
    async with services.database.write() as session:
        await service.publish_result(session, one, counted, files, now=clock.now())
