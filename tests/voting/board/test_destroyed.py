"""Whose code was whose is gone when a sealed vote is over: from the tables, and from the database's files."""

from pathlib import Path

import pytest
from sqlalchemy import delete, make_url, select, text

from app.kit.db import Database
from app.kit.front import Front
from tests.conftest import skip_or_fail
from tests.make.sealed_polls import cast, make_sealed_poll
from tests.make.voting import cancel
from voting import jobs
from voting.models import CredentialHolder


async def files_of(database: Database) -> list[Path]:
    """The files that hold the tables; of PostgreSQL without its log, which is the operator's."""
    if database.is_sqlite:
        path = Path(str(make_url(database.url).database))
        return list(path.parent.glob(path.name + "*"))
    async with database.read() as session:
        await session.execute(text("CHECKPOINT"))
        where = (await session.execute(text("SHOW data_directory"))).scalar_one()
        number = (
            await session.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
        ).scalar_one()
    folder = Path(where) / "base" / str(number)
    try:
        return [path for path in folder.iterdir() if path.is_file()]
    except OSError as reason:
        skip_or_fail(f"PostgreSQL's files cannot be read: {reason}")
        raise


async def holds(database: Database, needle: bytes) -> bool:
    """Whether the bytes stand in a file of the database."""
    return any(needle in path.read_bytes() for path in await files_of(database))


async def test_nothing_of_a_holder_stays_in_the_files(app: Front, run_jobs, clock) -> None:  # type: ignore[no-untyped-def]
    database = app.services.database
    async with database.write() as session:
        sealed = await make_sealed_poll(session, voters=2, threshold=None)
        await cast(session, sealed, 0, ["P01"])
        mark = (await session.execute(select(CredentialHolder.mark))).scalar_one()
    assert await holds(database, mark.encode())
    if not database.is_sqlite:
        async with database.write() as session:  # as PostgreSQL does by itself, now and then
            await session.execute(text("ANALYZE"))
    async with database.write() as session:
        await cancel(session, sealed.poll, reason="Tipografia a greșit codurile.")
    await run_jobs()
    assert not await holds(database, mark.encode())


async def test_a_long_backup_keeps_nothing_in_the_table(database: Database) -> None:
    if database.is_sqlite:
        return  # the reader of an old state keeps its log: `_empty_log` waits for it
    async with database.write() as session:
        sealed = await make_sealed_poll(session, voters=2, threshold=None)
        await cast(session, sealed, 0, ["P01"])
        mark = (await session.execute(select(CredentialHolder.mark))).scalar_one()
    backup = database.writer.execution_options(isolation_level="REPEATABLE READ")
    async with backup.connect() as connection:
        await connection.execute(text("SELECT count(*) FROM accounts"))  # its snapshot stands from here on
        async with database.write() as session:
            await session.execute(delete(CredentialHolder))
        await database.scrub(CredentialHolder.__tablename__)
        assert not await holds(database, mark.encode())


async def test_only_tables_that_exist_are_scrubbed(database: Database) -> None:
    with pytest.raises(ValueError, match="no table"):
        await database.scrub("accounts; DROP TABLE accounts")


async def test_scrubbing_twice_does_no_harm(app: Front) -> None:
    await jobs.scrub_traces(app.services)
    await jobs.scrub_traces(app.services)
