"""Who comes: places, the waiting list and its order, callers, reminders; many at once."""

import asyncio
import random
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.events import AccountClosed
from app.kit.db import Database
from app.kit.errors import Forbidden, FormErrors
from consultations import queries, service
from consultations.models import Registration
from consultations.service import Caller, Party
from consultations.service.programme import read_plan
from consultations.states import Coming
from tests.consultations.test_programme import mails
from tests.make.consultations import EVENING, MORNING, make_consultation, make_organizer, make_visitor

WHY = "Sala nu mai este liberă în acea seară."


async def test_places_the_waiting_list_and_moving_up(session: AsyncSession) -> None:
    organizer = await make_organizer(session)
    row = await make_consultation(session, organizer, capacity=3)
    ana, ion, dan = [await make_visitor(session, name=name) for name in ("Ana", "Ion", "Dan")]
    first = await service.register(session, ana, row.id, Party(guests=1), now=MORNING)
    second = await service.register(session, ion, row.id, Party(guests=2), now=MORNING)
    third = await service.register(session, dan, row.id, Party(), now=MORNING)  # one place is free
    assert [one.state for one in (first, second, third)] == [
        Coming.CONFIRMED,
        Coming.WAITING,
        Coming.WAITING,  # nobody overtakes who waits
    ]
    with pytest.raises(FormErrors):
        await service.register(session, ana, row.id, Party(guests=2), now=MORNING)  # others wait for it
    assert first.guests == 1
    await service.register(session, ion, row.id, Party(), now=MORNING)  # needs one place only
    assert [second.state, third.state] == [Coming.CONFIRMED, Coming.WAITING]
    await service.withdraw(session, ana, row.id, now=MORNING)
    await service.withdraw(session, ana, row.id, now=MORNING)  # a second click
    assert third.state == Coming.CONFIRMED
    again = await service.register(session, ana, row.id, Party(guests=1), now=MORNING)
    assert (again.id, again.state, again.position) == (first.id, Coming.WAITING, 4)
    told = [(one["to"], one["facts"]["what"]) for one in await mails(session, "registration")]
    assert told.count((dan.email, "promoted")) == 1
    assert told.count((ana.email, "withdrawn")) == 1


async def test_a_larger_room_takes_who_waits(session: AsyncSession) -> None:
    organizer = await make_organizer(session)
    row = await make_consultation(session, organizer, capacity=1)
    people = [await make_visitor(session) for _ in range(3)]
    own = [await service.register(session, one, row.id, Party(), now=MORNING) for one in people]
    plan = msgspec.structs.replace(read_plan(row), capacity=2)
    await service.change(session, organizer, row.id, plan, reason=WHY, seen=0, now=MORNING)
    assert [one.state for one in own] == [Coming.CONFIRMED, Coming.CONFIRMED, Coming.WAITING]


async def test_who_calls_is_written_down_once_and_is_called_back(session: AsyncSession) -> None:
    organizer = await make_organizer(session)
    row = await make_consultation(session, organizer)
    caller = Caller(name="Maria Radu", phone="0721 000 000")
    own = await service.register_caller(
        session, organizer, row.id, caller, Party(needs="Scaun cu rotile"), now=MORNING
    )
    again = await service.register_caller(session, organizer, row.id, caller, Party(), now=MORNING)
    assert again.id == own.id
    assert await mails(session, "registration") == []  # there is no address
    await service.cancel(session, organizer, row.id, reason=WHY, now=MORNING)
    assert own.told_sequence < row.sequence  # has to be called
    assert await queries.list_to_call(session, [row.id]) == {row.id: [own]}
    await service.mark_told(session, organizer, own.id, seen=999)  # nobody knows more than there is
    assert own.told_sequence == row.sequence
    assert await queries.list_to_call(session, [row.id]) == {}
    with pytest.raises(Forbidden):
        await service.mark_told(session, await make_visitor(session), own.id, seen=9)


async def test_a_ticket_withdraws_and_what_is_over_stays(session: AsyncSession) -> None:
    organizer, ana = await make_organizer(session), await make_visitor(session)
    row = await make_consultation(session, organizer)
    own = await service.register(session, ana, row.id, Party(needs="Buclă"), now=MORNING)
    with pytest.raises(Forbidden):
        await service.withdraw_by_ticket(session, own.code, now=EVENING)
    await service.withdraw_by_ticket(session, own.code.lower(), now=MORNING)
    assert (own.state, own.needs) == (Coming.WITHDRAWN, "")
    with pytest.raises(Forbidden):
        await service.register(session, ana, row.id, Party(), now=EVENING)


async def test_a_reminder_is_sent_once_for_each_beginning(session: AsyncSession) -> None:
    organizer, ana = await make_organizer(session), await make_visitor(session)
    row = await make_consultation(session, organizer)
    await service.register(session, ana, row.id, Party(), now=MORNING)
    day_before = EVENING - timedelta(hours=20)
    assert await queries.list_to_remind(session, now=day_before, before=EVENING + timedelta(hours=1)) == [
        row.id
    ]
    assert await service.remind(session, row.id, now=day_before) == 1
    assert await service.remind(session, row.id, now=day_before) == 0
    assert await queries.list_to_remind(session, now=day_before, before=EVENING + timedelta(hours=1)) == []


async def test_needs_and_numbers_are_deleted_afterwards_and_names_with_the_account(
    session: AsyncSession,
) -> None:
    organizer, ana = await make_organizer(session), await make_visitor(session)
    row = await make_consultation(session, organizer, capacity=1)
    own = await service.register(session, ana, row.id, Party(needs="Scaun cu rotile"), now=MORNING)
    caller = Caller(name="Maria Radu", phone="0721 000 000")
    waits = await service.register_caller(session, organizer, row.id, caller, Party(), now=MORNING)
    await service.leave_no_name(session, AccountClosed(ana.id, MORNING))
    assert (own.name, own.needs, own.state) == ("Cont închis", "", Coming.WITHDRAWN)
    assert waits.state == Coming.CONFIRMED
    assert waits.told_sequence < row.sequence  # moved up, and knows only by a call
    assert await service.forget_people(session, now=EVENING + timedelta(days=29)) == 0
    assert await service.forget_people(session, now=EVENING + timedelta(days=31)) == 1
    await session.refresh(waits)
    assert (waits.phone, waits.name) == ("", "Maria Radu")


async def test_a_place_that_became_free_while_it_was_called_off_is_given(session: AsyncSession) -> None:
    organizer = await make_organizer(session)
    row = await make_consultation(session, organizer, capacity=1)
    ana, ion = await make_visitor(session), await make_visitor(session)
    await service.register(session, ana, row.id, Party(), now=MORNING)
    waits = await service.register(session, ion, row.id, Party(), now=MORNING)
    await service.cancel(session, organizer, row.id, reason=WHY, now=MORNING)
    await service.leave_no_name(session, AccountClosed(ana.id, MORNING))
    assert waits.state == Coming.WAITING
    await service.reinstate(session, organizer, row.id, reason=WHY, now=MORNING)
    assert waits.state == Coming.CONFIRMED


async def test_two_hundred_at_once_for_fifty_places(database: Database) -> None:
    """Some come with guests, some click twice, some change their mind: places are never exceeded, and the
    waiting list is served in its order.
    """
    lot = random.Random(7)
    async with database.write() as session:
        organizer = await make_organizer(session)
        row = await make_consultation(session, organizer, capacity=50)
        people = [await make_visitor(session) for _ in range(200)]
    gate = asyncio.Semaphore(24)

    async def come(place: int) -> None:
        async with gate, database.write() as session:
            await service.register(session, people[place], row.id, Party(guests=place % 3), now=MORNING)

    async def leave(place: int) -> None:
        async with gate, database.write() as session:
            await service.withdraw(session, people[place], row.id, now=MORNING)

    clicks = [come(place) for place in [*range(200), *range(0, 200, 7)]] + [
        leave(place) for place in range(0, 60, 2)
    ]
    lot.shuffle(clicks)
    await asyncio.gather(*clicks)
    async with database.read() as session:
        rows = await queries.list_registrations(session, row.id)
    confirmed = [one for one in rows if one.state == Coming.CONFIRMED]
    waiting = [one for one in rows if one.state == Coming.WAITING]
    taken = sum(one.places for one in confirmed)
    assert taken <= 50
    assert waiting
    assert taken + min(waiting, key=lambda one: one.position).places > 50
    assert max(one.position for one in confirmed) < min(one.position for one in waiting)
    assert len({one.account_id for one in rows}) == len(rows) == 200
    positions = [one.position for one in rows]
    assert len(set(positions)) == len(positions)


async def test_a_worker_killed_before_the_message_loses_nothing(database: Database) -> None:
    """The message is in the transaction that gives the place: without its end, neither is there."""
    async with database.write() as session:
        organizer = await make_organizer(session)
        row = await make_consultation(session, organizer, capacity=1)
        ana, ion = await make_visitor(session), await make_visitor(session)
        await service.register(session, ana, row.id, Party(), now=MORNING)
        await service.register(session, ion, row.id, Party(), now=MORNING)

    async def withdraw_and_die() -> None:
        async with database.write() as session:
            await service.withdraw(session, ana, row.id, now=MORNING)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await withdraw_and_die()
    async with database.write() as session:
        states = (
            (await session.execute(select(Registration.state).order_by(Registration.position)))
            .scalars()
            .all()
        )
        assert states == [Coming.CONFIRMED, Coming.WAITING]
        await service.withdraw(session, ana, row.id, now=MORNING)
        told = [(one["to"], one["facts"]["what"]) for one in await mails(session, "registration")]
    assert told.count((ion.email, "promoted")) == 1
