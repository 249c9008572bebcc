"""The register grows one entry at a time, and every tampering is found."""

import asyncio

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import register
from app.kit.clock import now
from app.kit.db import Database
from voting.verify import Unreadable, verify_record


async def all_facts(session: AsyncSession) -> list[register.Fact]:
    return [fact async for fact in register.stream_facts(session, batch=3)]


async def fill(database: Database, count: int) -> None:
    async def one(number: int) -> None:
        async with database.write() as session:
            await register.record(session, "test.noted", f"test:{number}", {"ș": number}, now=now())

    await asyncio.gather(*(one(number) for number in range(count)))


async def test_concurrent_entries_make_one_chain(database: Database) -> None:
    await fill(database, 8)
    async with database.read() as session:
        facts = await all_facts(session)
        head = await register.get_head(session)
    assert [fact.position for fact in facts] == list(range(1, 9))
    assert register.check_chain(facts) is None
    assert head.hash == facts[-1].hash


@pytest.mark.parametrize("verb", ["UPDATE register_entries SET kind = 'x'", "DELETE FROM register_entries"])
async def test_the_database_refuses_to_change_an_entry(database: Database, verb: str) -> None:
    await fill(database, 1)
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.write() as session:
            await session.execute(text(verb))


async def test_every_tampering_is_found(database: Database) -> None:
    await fill(database, 5)
    async with database.read() as session:
        facts = await all_facts(session)
    altered = [*facts[:2], msgspec.structs.replace(facts[2], facts={"ș": 99}), *facts[3:]]
    assert "altered" in (register.check_chain(altered) or "")
    assert "missing" in (register.check_chain([*facts[:2], *facts[3:]]) or "")
    swapped = [facts[1], facts[0], *facts[2:]]
    assert register.check_chain(swapped) is not None


async def test_a_rolled_back_entry_leaves_no_gap(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            await register.record(session, "test.lost", "test:0", {}, now=now())
            raise RuntimeError
    await fill(database, 1)
    async with database.read() as session:
        assert [fact.position for fact in await all_facts(session)] == [1]


async def test_the_downloaded_register_is_checked_without_a_database(database: Database) -> None:
    await fill(database, 4)
    async with database.read() as session:
        facts = await all_facts(session)
    lines = [msgspec.json.encode(fact) for fact in facts]
    assert verify_record(b"\n".join(lines), expected_digest=facts[-1].hash).ok
    altered = b"\n".join([*lines[:2], lines[2].replace(b"test.noted", b"test.moved"), lines[3]])
    assert [check.name for check in verify_record(altered).failed] == ["chain"]
    assert [
        check.name for check in verify_record(b"\n".join(lines[:3]), expected_digest=facts[-1].hash).failed
    ] == ["head"]
    with pytest.raises(Unreadable, match="line 2"):
        verify_record(b"\n".join([lines[0], b"{"]))
