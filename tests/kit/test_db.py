"""The database kit: connections that died, and rows of several tables in one statement."""

from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import db
from app.kit.db import Database, insert_together
from app.kit.outbox import OutboxMessage, list_due, message_row
from tests import servers
from tests.conftest import NOON


async def use_at_once(database: Database, connections: int) -> None:
    """Have so many connections in the pool."""
    sessions = [database.reader.connect() for _ in range(connections)]
    for one in sessions:
        await (await one.start()).execute(text("SELECT 1"))
    for one in sessions:
        await one.close()


def end_connections(database: Database) -> None:
    """As a restart of PostgreSQL does."""
    with psycopg.connect(servers.conninfo(servers.postgres_url()), autocommit=True) as link:
        name = database.reader.url.database
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        link.execute(others + " AND pid <> pg_backend_pid()", [name])


async def ask(database: Database) -> int:
    async with database.read() as session:
        return int((await session.execute(text("SELECT 1"))).scalar_one())


async def test_a_connection_that_died_while_nobody_used_it_is_noticed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        return  # it has no connection that could die
    await use_at_once(database, 4)
    end_connections(database)
    monkeypatch.setattr(db, "PING_AFTER_SECONDS", 0)
    assert await ask(database) == 1


async def test_only_who_is_at_it_just_then_fails_when_the_database_goes_away(database: Database) -> None:
    if database.is_sqlite:
        return  # it has no connection that could die
    await use_at_once(database, 4)
    end_connections(database)
    with pytest.raises(DBAPIError):
        await ask(database)
    assert [await ask(database) for _ in range(4)] == [1] * 4


async def test_a_reader_keeps_nothing(database: Database) -> None:
    """On PostgreSQL it has no transaction whose end could undo it: so it is refused."""
    async with database.read() as session:
        session.add(OutboxMessage(**row("a")[1]))
        with nullcontext() if database.is_sqlite else pytest.raises(DBAPIError, match="read-only"):
            await session.flush()
    stored = select(func.count()).select_from(OutboxMessage)
    async with database.read() as session:
        assert (await session.execute(stored)).scalar_one() == 0


async def test_a_reader_sees_at_once_what_was_committed(database: Database) -> None:
    stored = select(func.count()).select_from(OutboxMessage)
    async with database.write() as session:
        await insert_together(session, [row("a")])
        async with database.read() as reader:
            assert (await reader.execute(stored)).scalar_one() == 0
    async with database.read() as reader:
        assert (await reader.execute(stored)).scalar_one() == 1


def row(job: str, **changes: Any) -> tuple[type[OutboxMessage], dict[str, object]]:
    return OutboxMessage, message_row(job, queue="low", due_at=NOON, ă="Ț") | changes


async def test_rows_are_inserted_together_or_not_at_all(session: AsyncSession) -> None:
    statements: list[str] = []
    connection = await session.connection()

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(connection.sync_connection, "before_cursor_execute", note)
    await insert_together(session, [row("a"), row("b", due_at=NOON + timedelta(days=1)), row("c")])
    await insert_together(session, [row("d")])
    is_sqlite = connection.dialect.name == "sqlite"
    assert len(statements) == (4 if is_sqlite else 2)
    assert len(await list_due(session, NOON)) == 3
    same = row("e")
    with pytest.raises(IntegrityError):
        async with session.begin_nested():
            await insert_together(session, [same, row("f"), same])
    stored = select(func.count()).select_from(OutboxMessage)
    assert (await session.execute(stored)).scalar_one() == 4
