"""Creating cycles and changing dates, on both databases."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.states import Role
from app.kit import register
from app.kit.db import Database
from app.kit.errors import DomainError, Forbidden
from app.kit.events import subscribe
from cycles import queries, service
from cycles.errors import BadDates, DatesChangedMeanwhile, SlugTaken
from cycles.events import StageDatesChanged
from cycles.models import Cycle
from cycles.states import StageKind
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import DAY, NOON, make_cycle, stage_dates

pytestmark = pytest.mark.usefixtures("clock")
REASON = "Platforma nu a mers două zile."


async def make_officer(session: AsyncSession):
    account = await make_account(session, name="Sorin Pop", roles=[Role.ADMIN], totp="JBSWY3DPEHPK3PXP")
    return actor_of(account, roles=[Role.ADMIN])


async def test_change_of_dates_is_public_with_who_why_before_and_after(session: AsyncSession) -> None:
    heard: list[StageDatesChanged] = []

    async def listen(_: AsyncSession, event: StageDatesChanged) -> None:
        heard.append(event)

    subscribe(StageDatesChanged, listen)
    cycle = await make_cycle(session)
    officer = await make_officer(session)
    resident = actor_of(await make_account(session, verified=True), verified=True)
    stage = await queries.get_stage(session, cycle.id, StageKind.SUBMISSION)
    before = (stage.opens_at, stage.closes_at)
    new = {"opens_at": before[0], "closes_at": before[1] + 3 * DAY, "reason": REASON, "now": NOON}
    with pytest.raises(Forbidden):
        await service.change_stage_dates(session, resident, stage.id, **new)
    await service.change_stage_dates(session, officer, stage.id, **new)
    session.expunge_all()
    changed = await queries.get_stage(session, cycle.id, StageKind.SUBMISSION)
    assert changed.closes_at == before[1] + 3 * DAY
    (change,) = await queries.list_stage_changes(session, cycle.id)
    assert (change.actor_name, change.reason, change.closes_before) == ("Sorin Pop", REASON, before[1])
    fact = (await register.list_facts(session, subject=f"cycle:{cycle.slug}"))[0]
    assert (fact.kind, fact.facts["by"], fact.facts["reason"]) == ("stage.dates-changed", "Sorin Pop", REASON)
    assert [(event.stage_id, event.closes_after) for event in heard if event.cycle_id == cycle.id] == [
        (stage.id, before[1] + 3 * DAY)
    ]


async def test_impossible_dates_and_outdated_forms_change_nothing(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    officer = await make_officer(session)
    stage = await queries.get_stage(session, cycle.id, StageKind.SUBMISSION)
    opens_at, closes_at = stage.opens_at, stage.closes_at
    with pytest.raises(BadDates):
        await service.change_stage_dates(
            session, officer, stage.id, opens_at=opens_at, closes_at=NOON - DAY, reason=REASON, now=NOON
        )
    with pytest.raises(DatesChangedMeanwhile):
        await service.change_stage_dates(
            session,
            officer,
            stage.id,
            opens_at=opens_at,
            closes_at=closes_at + DAY,
            reason=REASON,
            seen=(opens_at, closes_at - DAY),
            now=NOON,
        )
    assert await queries.list_stage_changes(session, cycle.id) == []


async def test_changes_cannot_be_altered_even_by_sql(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    officer = await make_officer(session)
    stage = await queries.get_stage(session, cycle.id, StageKind.SUBMISSION)
    await service.change_stage_dates(
        session,
        officer,
        stage.id,
        opens_at=stage.opens_at,
        closes_at=stage.closes_at + DAY,
        reason=REASON,
        now=NOON,
    )
    with pytest.raises(DBAPIError, match="append-only"):
        await session.execute(text("DELETE FROM stage_changes"))


async def test_slug_is_taken_once_and_windows_must_be_in_order(session: AsyncSession) -> None:
    await make_cycle(session, slug="bp-x")
    with pytest.raises(SlugTaken):
        await make_cycle(session, slug="bp-x")
    with pytest.raises(BadDates):
        await make_cycle(session, stages={StageKind.VOTE: (NOON, NOON)})


async def find_current(session: AsyncSession) -> Cycle | None:
    found = (await queries.read_calendar(session)).current(NOON)
    return None if found is None else await queries.get_cycle(session, found.id)


async def test_current_cycle_is_the_running_one_then_the_next_then_the_latest(session: AsyncSession) -> None:
    assert await find_current(session) is None
    imported = await make_cycle(session, year=2030, is_imported=True)
    assert await find_current(session) == imported
    past = await make_cycle(session, year=2025, stages=stage_dates(now=NOON - 900 * DAY))
    assert await find_current(session) == past
    coming = await make_cycle(session, year=2028, stages=stage_dates(now=NOON + 900 * DAY))
    assert await find_current(session) == coming
    running = await make_cycle(session, year=2027)
    assert await find_current(session) == running


async def test_ideas_go_to_the_cycle_that_collects_them_while_another_votes(session: AsyncSession) -> None:
    voting = await make_cycle(session, year=2027, open_stage=StageKind.VOTE)
    assert await queries.find_collecting_cycle(session, NOON) == voting, "none collects: the current one"
    coming = await make_cycle(session, year=2029, stages=stage_dates(None, now=NOON + 400 * DAY))
    assert await queries.find_collecting_cycle(session, NOON) == coming
    collecting = await make_cycle(session, year=2028)
    assert await queries.find_collecting_cycle(session, NOON) == collecting
    assert await find_current(session) in (voting, collecting)


async def test_two_officials_at_once_change_the_dates_they_saw_only_once(database: Database) -> None:
    async with database.write() as session:
        cycle = await make_cycle(session)
        officer = await make_officer(session)
        stage = await queries.get_stage(session, cycle.id, StageKind.SUBMISSION)

    async def change(days: int) -> object:
        try:
            async with database.write() as session:
                return await service.change_stage_dates(
                    session,
                    officer,
                    stage.id,
                    opens_at=stage.opens_at,
                    closes_at=stage.closes_at + days * DAY,
                    reason=REASON,
                    seen=(stage.opens_at, stage.closes_at),
                    now=NOON,
                )
        except DomainError as refused:
            return type(refused)

    answers = await asyncio.gather(*(change(days) for days in range(1, 9)))
    assert answers.count(DatesChangedMeanwhile) == 7
    async with database.read() as session:
        assert len(await queries.list_stage_changes(session, cycle.id)) == 1
