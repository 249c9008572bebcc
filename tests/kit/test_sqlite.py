"""Our way to SQLite: one visit a statement, and everything SQLAlchemy expects of it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.kit.db import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A database with one small table."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/small.sqlite3")
    async with database.write() as session:
        await session.execute(text("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"))
    yield database
    await database.dispose()


async def count(database: Database) -> int:
    async with database.read() as session:
        return int((await session.execute(text("SELECT count(*) FROM things"))).scalar_one())


async def test_rows_counts_and_ids_come_back(database: Database) -> None:
    insert = text("INSERT INTO things (name) VALUES (:name)")
    async with database.write() as session:
        await session.execute(insert, [{"name": "a"}, {"name": "b"}, {"name": "c"}])
        changed = await session.execute(
            text("UPDATE things SET name = name || '!' WHERE id > 1 RETURNING id")
        )
        assert sorted(changed.scalars()) == [2, 3]
        removed = await session.execute(text("DELETE FROM things WHERE id > 1"))
        assert removed.rowcount == 2  # type: ignore[attr-defined]
        added = await session.execute(insert, {"name": "d"})
        assert added.lastrowid == 2  # type: ignore[attr-defined]
    assert await count(database) == 2


async def test_what_raises_or_is_left_is_rolled_back_and_the_connection_is_good(database: Database) -> None:
    insert = text("INSERT INTO things (name) VALUES ('a')")
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            await session.execute(insert)
            await session.execute(insert)
    for _ in range(3):  # more often than there are connections
        async with database.write():
            pass  # began, and did nothing
    assert await count(database) == 0


async def test_a_reader_sees_one_moment_from_its_first_statement_on(database: Database) -> None:
    select = text("SELECT count(*) FROM things")
    async with database.read() as session:
        assert (await session.execute(select)).scalar_one() == 0
        async with database.write() as other:
            await other.execute(text("INSERT INTO things (name) VALUES ('a')"))
        assert (await session.execute(select)).scalar_one() == 0
    assert await count(database) == 1


async def test_a_reader_that_is_cancelled_leaves_a_good_connection(database: Database) -> None:
    slow = text(
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000) "
        "SELECT count(*) FROM n"
    )

    async def read() -> None:
        async with database.read() as session:
            await session.execute(slow)

    for _ in range(5):
        task = asyncio.create_task(read())
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await count(database) == 0
