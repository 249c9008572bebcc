"""The roll of the council, and the numbers of its decisions, when two do the same at once."""

import asyncio
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries, service
from amendments.errors import NumberTaken
from amendments.models import Act
from amendments.rules.procedure import Event
from app.kit.db import Database
from app.kit.errors import FormErrors
from tests.make.accounts import NOON
from tests.make.acts import AFTER, TO_COUNCIL, make_act, make_clerk, make_councillor
from tests.make.sittings import HELD_ON, IN_OFFICE_SINCE, SITTING, call, make_council, vote

DAY = timedelta(days=1)


async def test_a_councillor_is_put_on_the_roll_once(database: Database) -> None:
    async with database.write() as session:
        clerk = await make_clerk(session)
        account = await make_councillor(session)

    async def put(name: str, own: Actor | None) -> None:
        async with database.write() as session:
            account_id = own.id if own else None
            await service.add_councillor(
                session, clerk, name=name, since_on=IN_OFFICE_SINCE, account_id=account_id, now=NOON
            )

    who = (("Ion Consilieru", None), (account.name, account))
    await asyncio.gather(*(put(*one) for one in who for _ in range(3)))
    async with database.read() as session:
        names = [one.name for one in await queries.list_councillors(session)]
    assert sorted(names) == sorted(["Ion Consilieru", account.name])


async def test_who_is_elected_again_comes_with_the_same_account(session: AsyncSession) -> None:
    clerk, own = await make_clerk(session), await make_councillor(session)
    given = {"name": own.name, "account_id": own.id, "now": NOON}
    first = await service.add_councillor(session, clerk, **given, since_on=IN_OFFICE_SINCE)
    ended = NOON.date() - 30 * DAY
    with pytest.raises(FormErrors):
        await service.add_councillor(session, clerk, **given, since_on=NOON.date())
    await service.end_term(session, clerk, first.id, until_on=ended, now=NOON)
    with pytest.raises(FormErrors):  # in the term that is over
        await service.add_councillor(session, clerk, **given, since_on=ended)
    again = await service.add_councillor(session, clerk, **given, since_on=NOON.date())
    found = await queries.find_councillor(session, own.id, on=NOON.date())
    assert found is not None
    assert found.id == again.id != first.id


async def voted(session: AsyncSession, clerk: Actor, folder: Path) -> Act:
    """An act on which everything is voted."""
    act = await make_act(session, clerk, folder)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    await service.consolidate_act(session, clerk, act.id, now=TO_COUNCIL)
    await call(session, clerk, act)
    there = [str(one.id) for one in await queries.list_councillors(session, on=HELD_ON)]
    sitting = await service.begin_vote(session, clerk, act.id, there, now=SITTING)
    await vote(session, clerk, sitting, "act", "+++++")
    return act


async def test_two_acts_are_not_given_one_number_at_once(database: Database, tmp_path: Path) -> None:
    async with database.write() as session:
        clerk = await make_clerk(session)
        await make_council(session, clerk)
        acts = [await voted(session, clerk, tmp_path) for _ in range(4)]

    async def end(act: Act) -> str:
        async with database.write() as session:
            try:
                await service.end_vote(session, clerk, act.id, number=7, now=SITTING)
            except NumberTaken:
                return (await queries.get_sitting(session, act.id)).state  # the page that says so
            return "given"

    assert sorted(await asyncio.gather(*map(end, acts))) == ["given", "voting", "voting", "voting"]


async def test_no_step_is_written_down_before_the_announcement(session: AsyncSession, tmp_path: Path) -> None:
    clerk = await make_clerk(session)
    act = await make_act(session, clerk, tmp_path)
    announced = act.announced_on
    assert announced is not None
    for on in (date.min, announced - DAY):
        with pytest.raises(FormErrors) as refused:
            await service.record_event(session, clerk, act.id, Event.DEBATE_CALLED, on=on, now=NOON)
        assert set(refused.value.errors) == {"happened_on"}
    await service.record_event(session, clerk, act.id, Event.DEBATE_CALLED, on=announced, now=NOON)
