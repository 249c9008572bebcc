"""The cursor that makes one trip: it begins when the first statement comes, and gives what sqlite3 gives."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from app.kit.db import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite+aiosqlite:///{tmp_path / 'one.sqlite3'}")
    async with made.write() as session:
        await session.execute(text("CREATE TABLE words (word TEXT PRIMARY KEY, number INTEGER)"))
    yield made
    await made.dispose()


async def count(database: Database) -> int:
    async with database.read() as session:
        return int((await session.execute(text("SELECT count(*) FROM words"))).scalar_one())


async def test_rows_counts_and_returning(database):
    async with database.write() as session:
        await session.execute(
            text("INSERT INTO words VALUES (:word, :number)"),
            [{"word": word, "number": number} for number, word in enumerate("abc")],
        )
        back = await session.execute(text("UPDATE words SET number = number + 1 RETURNING word"))
        assert sorted(back.scalars()) == ["a", "b", "c"]
        changed = await session.execute(text("UPDATE words SET number = 9 WHERE word = 'a'"))
        assert changed.rowcount == 1
    async with database.read() as session:
        rows = await session.execute(text("SELECT word, number FROM words ORDER BY word"))
        assert list(rows.keys()) == ["word", "number"]
        assert rows.all() == [("a", 9), ("b", 2), ("c", 3)]
        streamed = await session.stream(text("SELECT word FROM words ORDER BY word"))
        assert [row.word async for row in streamed] == ["a", "b", "c"]


async def test_nothing_is_kept_when_the_block_raises(database):
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            await session.execute(text("INSERT INTO words VALUES ('a', 1)"))
            await session.execute(text("INSERT INTO words VALUES ('a', 2)"))
    assert await count(database) == 0


async def test_a_block_without_a_statement_leaves_nothing_begun(database):
    async with database.write() as session:
        await session.connection()
    async with database.write() as session:
        await session.connection()
        await session.rollback()
    async with database.write() as session:
        await session.execute(text("INSERT INTO words VALUES ('a', 1)"))
    assert await count(database) == 1


async def test_the_first_statement_of_a_writer_takes_the_lock(database):
    """Read, then write: a deferred BEGIN would fail here when somebody else writes in between."""
    other = Database(database.url)

    async def add(to: Database) -> None:
        for _ in range(20):
            async with to.write() as session:
                here = (await session.execute(text("SELECT count(*) FROM words"))).scalar_one()
                await session.execute(text("INSERT INTO words VALUES (:word, 0)"), {"word": str(here)})

    await asyncio.gather(add(database), add(other))
    await other.dispose()
    assert await count(database) == 40


async def test_a_reader_sees_one_moment(database):
    async with database.read() as session:
        before = (await session.execute(text("SELECT count(*) FROM words"))).scalar_one()
        async with database.write() as writer:
            await writer.execute(text("INSERT INTO words VALUES ('a', 1)"))
        assert (await session.execute(text("SELECT count(*) FROM words"))).scalar_one() == before
    assert await count(database) == before + 1


async def test_an_error_is_told_and_the_connection_goes_on(database):
    async with database.read() as session:
        with pytest.raises(OperationalError, match="no such table"):
            await session.execute(text("SELECT * FROM absent"))
    assert await count(database) == 0
