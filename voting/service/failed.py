"""What a worker does for a poll and could not do: seen by the officer, and tried again when they ask."""

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import outbox
from app.kit.policy import require
from voting.policy import may_officiate

JOBS = ("voting.jobs.advance_sealing", "voting.jobs.count_poll")


async def promise_again(session: AsyncSession, job: str, poll_id: uuid.UUID) -> None:
    """Queue a job of a poll unless it is promised already: what fails is tried later, not more often."""
    if await outbox.find_open(session, job, poll_id=str(poll_id)) is None:
        outbox.enqueue(session, job, poll_id=str(poll_id))


async def find_trouble(session: AsyncSession, poll_id: uuid.UUID) -> outbox.OutboxMessage | None:
    """The job of a poll that has failed and will be tried again."""
    for job in JOBS:
        found = await outbox.find_open(session, job, poll_id=str(poll_id))
        if found is not None and found.last_error:
            return found
    return None


async def try_again(session: AsyncSession, actor: Actor | None, poll_id: uuid.UUID, *, now: datetime) -> bool:
    """Have what failed tried now instead of later; whether there was anything. Raises: Forbidden."""
    require(may_officiate(actor))
    found = await find_trouble(session, poll_id)
    if found is None:
        return False
    outbox.hasten(session, found, now)
    return True
