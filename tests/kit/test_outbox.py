"""A promise is kept once the transaction commits, and only then; two takers never both get it."""

import asyncio
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.kit import outbox
from app.kit.clock import now
from app.kit.db import Database


async def promise(database: Database) -> uuid.UUID:
    async with database.write() as session:
        return outbox.enqueue(session, "app.worker.sweep_outbox")


async def test_the_courier_is_told_after_commit_and_not_after_rollback(database: Database) -> None:
    told: list[uuid.UUID] = []

    async def courier(promises: list[tuple[uuid.UUID, str]]) -> None:
        told.extend(message_id for message_id, _ in promises)

    database.courier = courier
    kept = await promise(database)
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            outbox.enqueue(session, "app.worker.sweep_outbox")
            raise RuntimeError
    assert told == [kept]


async def test_one_of_many_takers_gets_the_job(database: Database) -> None:
    message_id = await promise(database)

    async def take() -> object:
        async with database.write() as session:
            return await outbox.claim(session, message_id, now())

    taken = await asyncio.gather(*(take() for _ in range(6)))
    assert len([one for one in taken if one is not None]) == 1


async def test_a_failed_job_is_due_again_later(database: Database) -> None:
    message_id, moment = await promise(database), now()
    async with database.write() as session:
        assert await outbox.claim(session, message_id, moment)
    async with database.write() as session:
        await outbox.fail(session, message_id, moment, "the mail server is away")
    async with database.read() as session:
        assert await outbox.list_due(session, moment) == []
        assert [row for row, _ in await outbox.list_due(session, moment + timedelta(minutes=2))] == [
            message_id
        ]


async def test_a_finished_job_leaves_nothing_behind(database: Database) -> None:
    message_id = await promise(database)
    async with database.write() as session:
        await outbox.finish(session, message_id)
    async with database.read() as session:
        assert (await session.execute(select(outbox.OutboxMessage))).all() == []
