"""The outbox: what is to happen after a commit is a row of the same commit.

The row is the promise, the queue is the courier: a crash between COMMIT and sending loses nothing,
because a sweep finds rows that nobody has taken. A job may run twice and must not mind (ADR 0020 says what
that means for mail). What has failed for days is given up: it stays, `./obste undelivered` lists it and has
it tried again.
"""

import json
import uuid
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Index, String, Text, case, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.clock import now
from app.kit.db import Base, new_id

log = structlog.get_logger()
CLAIM_FOR = timedelta(minutes=5)  # longer than any job runs; after it another worker may try
MAX_ATTEMPTS = 24  # with the delays below, four days of trying, as RFC 5321 (4.5.4.1) asks for mail
DIED = "the worker that had taken it ended before it could say whether it was done"
QUEUES = ("high", "default", "low")


class OutboxMessage(Base):
    """A job that is to run: dotted path and arguments. The row is deleted when it has run."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due_at", "due_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    job: Mapped[str] = mapped_column(String(120), comment="dotted path of an async function")
    arguments: Mapped[str] = mapped_column(Text, comment="JSON object of keyword arguments")
    queue: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)


def enqueue(
    session: AsyncSession,
    job: str,
    *,
    queue: str = "default",
    due_at: datetime | None = None,
    **arguments: object,
) -> uuid.UUID:
    """Promise that `job(database, **arguments)` will run after this transaction commits.

    `arguments` are JSON values; ids as strings.
    """
    message = OutboxMessage(**message_row(job, queue=queue, due_at=due_at or now(), **arguments))
    session.add(message)
    if due_at is None:
        session.info.setdefault("outbox", []).append((message.id, queue))
    return message.id


def message_row(job: str, *, queue: str, due_at: datetime, **arguments: object) -> dict[str, object]:
    """All values of a message, for whoever inserts it together with other rows; a sweep will find it."""
    if queue not in QUEUES:
        raise ValueError(f"no worker serves the queue {queue!r}")
    row: dict[str, object] = {"id": new_id(), "job": job, "arguments": json.dumps(arguments), "queue": queue}
    return row | {"due_at": due_at, "claimed_until": None, "attempts": 0, "last_error": None}


async def claim(
    session: AsyncSession, message_id: uuid.UUID, moment: datetime
) -> tuple[str, dict[str, object]] | None:
    """Take a message for CLAIM_FOR; None if it is done, not due, or somebody else's."""
    taken = await session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.id == message_id,
            OutboxMessage.due_at <= moment,
            or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until < moment),
        )
        .values(
            claimed_until=moment + CLAIM_FOR,
            attempts=OutboxMessage.attempts + 1,
            last_error=case((OutboxMessage.claimed_until.is_(None), OutboxMessage.last_error), else_=DIED),
        )
        .returning(OutboxMessage.job, OutboxMessage.arguments, OutboxMessage.last_error)
        .execution_options(synchronize_session=False)  # there is nothing in memory to be kept equal
    )
    row = taken.one_or_none()
    if row is None:
        return None
    if row.last_error == DIED:
        log.warning("job taken again; its mail may arrive twice", job=row.job, id=str(message_id))
    return row.job, json.loads(row.arguments)


async def finish(session: AsyncSession, message_id: uuid.UUID) -> None:
    """The job has run: the promise is kept and the row goes (mail bodies do not stay behind)."""
    query = delete(OutboxMessage).where(OutboxMessage.id == message_id)
    await session.execute(query.execution_options(synchronize_session=False))


async def fail(session: AsyncSession, message_id: uuid.UUID, moment: datetime, error: str) -> None:
    """The job has failed: try again later, each time later (1, 2, 4 ... minutes, at most 6 hours)."""
    message = await session.get_one(OutboxMessage, message_id)
    message.last_error = error[:2000]
    message.claimed_until = None
    message.due_at = moment + min(timedelta(minutes=2 ** min(message.attempts - 1, 9)), timedelta(hours=6))
    if message.attempts >= MAX_ATTEMPTS:
        log.error("job given up; see ./obste undelivered", job=message.job, id=str(message_id))


async def find_open(session: AsyncSession, job: str, **arguments: object) -> OutboxMessage | None:
    """The promise to run this very job that was tried most often and is not given up; for a sweep that must
    not promise again and again what fails, and for a page that says what is the matter.
    """
    query = select(OutboxMessage).where(
        OutboxMessage.job == job,
        OutboxMessage.arguments == json.dumps(arguments),
        OutboxMessage.attempts < MAX_ATTEMPTS,
    )
    query = query.order_by(OutboxMessage.attempts.desc(), OutboxMessage.id).limit(1)
    return (await session.execute(query)).scalars().first()


def hasten(session: AsyncSession, message: OutboxMessage, moment: datetime) -> None:
    """Have what failed tried again when this transaction commits, instead of when its turn comes."""
    message.due_at = moment
    session.info.setdefault("outbox", []).append((message.id, message.queue))


async def list_given_up(session: AsyncSession) -> list[OutboxMessage]:
    """What was tried for days and is tried no more, the oldest first."""
    query = select(OutboxMessage).where(OutboxMessage.attempts >= MAX_ATTEMPTS)
    return list((await session.execute(query.order_by(OutboxMessage.due_at, OutboxMessage.id))).scalars())


async def try_again(session: AsyncSession, moment: datetime, *, message_id: uuid.UUID | None = None) -> int:
    """Have what was given up tried from the beginning, all of it or one; returns how many there were. The
    sweep hands them to the courier.
    """
    given_up = update(OutboxMessage).where(OutboxMessage.attempts >= MAX_ATTEMPTS)
    if message_id is not None:
        given_up = given_up.where(OutboxMessage.id == message_id)
    changed = given_up.values(attempts=0, due_at=moment).returning(OutboxMessage.id)
    return len((await session.execute(changed.execution_options(synchronize_session=False))).all())


async def list_due(
    session: AsyncSession, moment: datetime, *, limit: int = 500
) -> list[tuple[uuid.UUID, str]]:
    """What a sweep hands to the courier again: due, unclaimed, not given up."""
    rows = await session.execute(
        select(OutboxMessage.id, OutboxMessage.queue)
        .where(
            OutboxMessage.due_at <= moment,
            OutboxMessage.attempts < MAX_ATTEMPTS,
            or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until < moment),
        )
        .order_by(OutboxMessage.due_at)
        .limit(limit)
    )
    return [(row.id, row.queue) for row in rows]
