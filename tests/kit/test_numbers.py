"""Registration numbers have no gaps, whoever fails and however many come at once."""

import asyncio

import pytest

from app.kit.db import Database
from app.kit.numbers import next_number


async def test_concurrent_takers_get_consecutive_numbers(database: Database) -> None:
    async def take() -> str:
        async with database.write() as session:
            return await next_number(session, "ID", 2027)

    taken = await asyncio.gather(*(take() for _ in range(12)))
    assert sorted(taken) == [f"ID-2027-{number:05d}" for number in range(1, 13)]


async def test_a_failed_transaction_gives_its_number_back(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            assert await next_number(session, "ID", 2027) == "ID-2027-00001"
            raise RuntimeError
    async with database.write() as session:
        assert await next_number(session, "ID", 2027) == "ID-2027-00001"
        assert await next_number(session, "ID", 2028) == "ID-2028-00001"
