"""Days off that are declared and taken back: entries, refusals, two clerks at once."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.days_off import (
    DayOffChange,
    DaysOffChanged,
    check_change,
    last_position,
    list_days_off,
    list_entries,
    write_entry,
)
from app.kit.db import Database
from app.kit.errors import DomainError, FormErrors
from tests.make.accounts import NOON, make_account

pytestmark = pytest.mark.usefixtures("clock")
TODAY = date(2027, 3, 1)
THURSDAY = date(2027, 4, 29)  # before Good Friday
NONE: frozenset[date] = frozenset()


def change(day: date = THURSDAY, *, is_off: bool = True) -> DayOffChange:
    return DayOffChange(day=day, is_off=is_off, source="HG nr. 12/2027", note="Zi de punte înainte de Paște")


async def write(session: AsyncSession, one: DayOffChange, seen: int) -> None:
    clerk = await make_account(session)
    await write_entry(session, one, seen=seen, by_id=clerk.id, by_name="Dana", today=TODAY, now=NOON)


async def test_a_day_is_declared_taken_back_and_declared_again(session: AsyncSession) -> None:
    assert await list_days_off(session) == NONE
    await write(session, change(), 0)
    assert await list_days_off(session) == {THURSDAY}
    await write(session, change(is_off=False), 1)
    assert await list_days_off(session) == NONE
    await write(session, change(), 2)
    assert await list_days_off(session) == {THURSDAY}
    assert [one.is_off for one in await list_entries(session, 2027)] == [True, False, True]
    assert await list_entries(session, 2026) == []
    assert await last_position(session) == 3
    with pytest.raises(DBAPIError, match="append-only"):
        await session.execute(text("UPDATE days_off SET note = ''"))


@pytest.mark.parametrize(
    ("day", "is_off", "words"),
    [
        (TODAY, True, "still to come"),
        (TODAY - timedelta(days=3), False, "still to come"),
        (date(2032, 3, 1), True, "two years"),
        (date(2027, 4, 30), True, "not counted anyway"),  # Good Friday
        (date(2027, 5, 1), True, "not counted anyway"),  # a Saturday, and a holiday
        (date(2027, 4, 28), True, "already"),
        (THURSDAY, False, "not declared"),
    ],
)
def test_what_changes_nothing_or_what_was_judged_is_refused(day: date, is_off: bool, words: str) -> None:
    with pytest.raises(FormErrors) as refused:
        check_change(change(day, is_off=is_off), frozenset({date(2027, 4, 28)}), today=TODAY)
    assert words in str(refused.value.errors["day"])


async def test_who_looked_at_other_days_off_looks_again(session: AsyncSession) -> None:
    await write(session, change(), 0)
    with pytest.raises(DaysOffChanged):
        await write(session, change(date(2027, 5, 31)), 0)
    assert await list_days_off(session) == {THURSDAY}


async def test_two_clerks_declare_the_same_day_at_once(database: Database) -> None:
    async def declare() -> str:
        try:
            async with database.write() as session:
                await write(session, change(), 0)
        except DomainError as refused:
            return type(refused).__name__
        return "declared"

    said = await asyncio.gather(*(declare() for _ in range(6)))
    assert sorted(said) == ["FormErrors"] * 5 + ["declared"]
    async with database.read() as session:
        assert len(await list_entries(session, 2027)) == 1
