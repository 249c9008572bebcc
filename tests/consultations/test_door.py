"""What is noted at the door: by tablets that send twice, late and at once, and on the page; decisions."""

import asyncio
import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.states import Role
from app.kit.db import Database
from app.kit.errors import Forbidden, FormErrors
from app.kit.front import Front
from app.worker import resolve
from consultations import service
from consultations.models import Consultation, DoorEvent, WalkIn
from consultations.queries.door import list_decisions, read_attendance
from consultations.rules.door import DoubtKind, Kind, Span
from consultations.service import Here, Noted, Party
from consultations.service.door import Problem
from tests.conftest import FrozenClock
from tests.make.accounts import actor_of, make_account
from tests.make.consultations import EVENING, MORNING, make_consultation, make_organizer, make_visitor

A, B = uuid.UUID(int=1), uuid.UUID(int=2)
NOW = EVENING + timedelta(minutes=5)
WHY = "Am numărat din nou împreună, în sală."


async def make_door(session: AsyncSession) -> Actor:
    """A helper at the door."""
    account = await make_account(session, name="Horia Uță", roles=[Role.DOOR], now=MORNING)
    return actor_of(account, roles=[Role.DOOR])


def line(sequence: int, group: uuid.UUID, people: int, *replaces: str, **given: object) -> Noted:
    kind = Kind.ARRIVED if people else Kind.UNDONE
    facts = {"sequence": sequence, "kind": kind, "group": group, "people": people, "replaces": replaces}
    return Noted(**facts | {"at": NOW} | given)  # type: ignore[arg-type]


async def send(
    session: AsyncSession,
    actor: Actor,
    row: Consultation,
    device: uuid.UUID,
    *lines: Noted,
    sent_at: datetime = NOW,
    now: datetime = NOW,
) -> list[str]:
    answers = await service.note_batch(session, actor, row.id, device, lines, sent_at=sent_at, now=now)
    return [one.problem for one in answers]


async def count_rows(session: AsyncSession) -> int:
    return int((await session.execute(select(func.count(DoorEvent.id)))).scalar_one())


async def test_two_tablets_with_overlapping_people_merge(session: AsyncSession) -> None:
    organizer, helper = await make_organizer(session), await make_door(session)
    row = await make_consultation(session, organizer)
    people = [await make_visitor(session, name=name) for name in ("Ana Pop", "Ion Dan", "Eva Lup")]
    ana, ion, eva = [
        (await service.register(session, one, row.id, Party(guests=2), now=MORNING)).id for one in people
    ]
    walked = [uuid.uuid4() for _ in range(3)]
    first = [
        line(1, ana, 3),
        line(2, ion, 2),
        line(3, walked[0], 2, kind=Kind.WALKED_IN, name="Radu Maria"),
        line(4, eva, 3),
        line(5, eva, 0, f"{A}.4"),
    ]
    second = [
        line(1, ana, 3),
        line(2, ion, 3),
        line(3, walked[1], 1, kind=Kind.WALKED_IN, name="Maria Rădu"),
        line(4, walked[2], 4, kind=Kind.WALKED_IN),
    ]
    assert await send(session, helper, row, A, *first) == [""] * 5
    assert await send(session, helper, row, B, *second) == [""] * 4
    assert await send(session, helper, row, A, *first) == [""] * 5  # the answer had been lost
    assert await count_rows(session) == 9
    found = await read_attendance(session, row.id)
    assert [(one.kind, one.people) for one in found.doubts] == [
        (DoubtKind.NUMBERS, Span(2, 3)),
        (DoubtKind.SAME_NAME, Span(1, 3)),
    ]
    assert (found.people, found.registered, found.walk_ins) == (Span(10, 13), Span(5, 6), Span(5, 7))
    ion_doubt, maria = found.doubts
    (standing,) = ion_doubt.standings
    decided = {ion: Here(people=3, seen=standing.heads)}
    for _ in range(2):  # two clicks
        await service.decide(session, organizer, row.id, decided, reason=WHY, now=NOW)
    same = {uuid.UUID(one.group.key): Here(people=0, seen=one.heads) for one in maria.standings}
    same[walked[0]] = Here(people=2, seen=maria.standings[0].heads + maria.standings[1].heads)
    await service.decide(session, organizer, row.id, same, reason=WHY, now=NOW)
    settled = await read_attendance(session, row.id)
    assert (settled.doubts, settled.people) == ((), Span(12, 12))
    assert len(await list_decisions(session, row.id)) == 3
    # a third tablet comes back in the morning, and knows of none of this
    late = NOW + timedelta(hours=14)
    assert await send(session, helper, row, uuid.uuid4(), line(1, ion, 1), now=late, sent_at=late) == [""]
    (again,) = (await read_attendance(session, row.id)).doubts
    assert again.people == Span(1, 3)


async def test_a_device_that_is_a_copy_of_another_is_told(session: AsyncSession) -> None:
    organizer, ana = await make_organizer(session), await make_visitor(session)
    row = await make_consultation(session, organizer)
    own = await service.register(session, ana, row.id, Party(guests=1), now=MORNING)
    assert await send(session, organizer, row, A, line(1, own.id, 2)) == [""]
    assert await send(session, organizer, row, A, line(1, own.id, 1), line(2, uuid.uuid4(), 1)) == [
        Problem.TAKEN,
        Problem.UNKNOWN,
    ]
    assert await send(session, organizer, row, B, line(1, own.id, 1, kind=Kind.WALKED_IN)) == [
        Problem.UNKNOWN
    ]
    assert await count_rows(session) == 1


async def test_nothing_replaces_what_it_cannot_know(session: AsyncSession) -> None:
    """A line names what it replaces: of its own group, noted before it. What comes later cannot be silenced
    in advance, nor can other people's lines.
    """
    organizer = await make_organizer(session)
    row = await make_consultation(session, organizer)
    ana, ion = [
        (
            await service.register(
                session, await make_visitor(session, name=name), row.id, Party(), now=MORNING
            )
        ).id
        for name in ("Ana", "Ion")
    ]
    await send(session, organizer, row, A, line(1, ana, 1))
    hostile = line(1, ion, 0, f"{A}.1", f"{A}.2", f"{B}.1", f"{B}.7", f"{B}.x", "what")
    await send(session, organizer, row, B, hostile)
    await send(session, organizer, row, A, line(2, ion, 1))
    found = await read_attendance(session, row.id)
    assert found.standings[str(ana)].people == Span(1, 1)
    assert found.standings[str(ion)].people == Span(0, 1)


async def test_who_may_note_where_and_when(session: AsyncSession) -> None:
    organizer, helper, ana = (
        await make_organizer(session),
        await make_door(session),
        await make_visitor(session),
    )
    row = await make_consultation(session, organizer)
    own = await service.register(session, ana, row.id, Party(), now=MORNING)
    other = await make_consultation(
        session, organizer, starts_at=EVENING + timedelta(days=30), season=None, title="Alta, peste o lună"
    )
    with pytest.raises(Forbidden):
        await send(session, ana, row, A, line(1, own.id, 1))
    with pytest.raises(Forbidden):  # not the one that is being held
        await send(session, helper, other, A, line(1, own.id, 1))
    for moment in (EVENING - timedelta(hours=5), EVENING + timedelta(days=4)):
        with pytest.raises(Forbidden):
            await send(session, helper, row, A, line(1, own.id, 1), now=moment, sent_at=NOW)
    with pytest.raises(Forbidden):
        await service.decide(session, helper, row.id, {own.id: Here(people=1)}, reason=WHY, now=NOW)
    with pytest.raises(FormErrors):
        await service.decide(session, organizer, row.id, {own.id: Here(people=1)}, reason="da", now=NOW)
    # people of one consultation are unknown at the door of another
    near = await make_consultation(
        session, organizer, starts_at=EVENING + timedelta(hours=2), title="Alături"
    )
    assert await send(session, helper, near, A, line(1, own.id, 1)) == [Problem.UNKNOWN]
    await send(session, helper, row, A, line(2, B, 1, kind=Kind.WALKED_IN))
    assert await send(session, helper, near, A, line(3, B, 1, kind=Kind.WALKED_IN)) == [Problem.UNKNOWN]
    await service.cancel(session, organizer, near.id, reason=WHY, now=EVENING)
    with pytest.raises(Forbidden):
        await send(session, helper, near, A, line(9, A, 1, kind=Kind.WALKED_IN))


async def test_a_wrong_clock_loses_nothing(session: AsyncSession) -> None:
    organizer, ana = await make_organizer(session), await make_visitor(session)
    row = await make_consultation(session, organizer)
    own = await service.register(session, ana, row.id, Party(), now=MORNING)
    stopped, ahead = datetime.fromisoformat("1970-01-01T00:07:00+00:00"), NOW + timedelta(days=400)
    assert await send(session, organizer, row, A, line(1, own.id, 1, at=stopped), sent_at=stopped) == [""]
    assert await send(session, organizer, row, B, line(1, own.id, 1, at=ahead), sent_at=ahead) == [""]
    found = await read_attendance(session, row.id)
    assert (found.people, found.doubts) == (Span(1, 1), ())
    assert found.clocks[str(B)] == 400 * 86_400
    assert found.clocks[str(A)] < -86_400


async def test_the_page_does_not_replace_what_it_did_not_show(session: AsyncSession) -> None:
    organizer, helper, ana = (
        await make_organizer(session),
        await make_door(session),
        await make_visitor(session),
    )
    row = await make_consultation(session, organizer)
    own = await service.register(session, ana, row.id, Party(guests=2), now=MORNING)

    async def here(people: int, *seen: str) -> bool:
        return await service.note_here(
            session, helper, row.id, own.id, Here(people=people, seen=seen), now=NOW
        )

    assert not await here(0)  # nobody was noted: nothing is undone
    assert await here(3)
    assert not await here(3)  # a second click
    await send(session, organizer, row, A, line(1, own.id, 2))
    page = (await read_attendance(session, row.id)).standings[str(own.id)]
    assert page.people == Span(2, 3)
    assert await here(0, next(ref for ref in page.heads if not ref.startswith(str(A))))
    assert (await read_attendance(session, row.id)).standings[str(own.id)].people == Span(0, 2)
    walk_in = uuid.uuid4()
    for expected in (True, False):  # a second click
        noted = await service.note_walk_in(session, helper, row.id, walk_in, "Maria", Here(people=2), now=NOW)
        assert noted is expected
    with pytest.raises(FormErrors):
        await service.note_walk_in(session, helper, row.id, uuid.uuid4(), "", Here(people=61), now=NOW)
    with pytest.raises(FormErrors):
        await service.note_here(session, helper, row.id, uuid.uuid4(), Here(people=1), now=NOW)


async def test_names_of_walk_ins_are_forgotten_and_their_number_stays(session: AsyncSession) -> None:
    organizer = await make_organizer(session)
    row = await make_consultation(session, organizer)
    await service.note_walk_in(session, organizer, row.id, B, "Maria Radu", Here(people=2), now=NOW)
    assert await service.forget_walk_ins(session, now=EVENING + timedelta(days=29)) == 0
    assert await service.forget_walk_ins(session, now=EVENING + timedelta(days=31)) == 1
    walked = await session.get(WalkIn, B, populate_existing=True)
    assert walked is not None
    assert walked.name == ""
    assert (await read_attendance(session, row.id)).people == Span(2, 2)


async def test_the_clock_forgets_and_reminds(app: Front, clock: FrozenClock) -> None:
    """The jobs themselves, called as the worker calls them."""
    async with app.services.database.write() as session:
        organizer = await make_organizer(session)
        row = await make_consultation(session, organizer)
        await service.register(session, await make_visitor(session), row.id, Party(), now=MORNING)
        await service.note_walk_in(session, organizer, row.id, B, "Maria Radu", Here(people=2), now=NOW)
    clock.at(EVENING - timedelta(hours=20))
    await resolve("consultations.jobs.remind_who_comes")(app.services)
    clock.at(EVENING + timedelta(days=31))
    for job in ("forget_people", "remind_of_minutes"):
        await resolve(f"consultations.jobs.{job}")(app.services)
    async with app.services.database.read() as session:
        assert (await session.get_one(Consultation, row.id)).reminded_for == EVENING
        assert (await session.get_one(WalkIn, B)).name == ""


async def test_what_was_noted_is_never_altered(database: Database) -> None:
    async with database.write() as session:
        organizer = await make_organizer(session)
        row = await make_consultation(session, organizer)
        await service.note_walk_in(session, organizer, row.id, B, "", Here(people=2), now=NOW)
    for change in (update(DoorEvent).values(people=3), delete(DoorEvent)):
        async with database.write() as session:
            with pytest.raises(DBAPIError, match="append-only"):
                await session.execute(change)
            await session.rollback()


async def test_two_tablets_send_at_once_and_each_twice(database: Database) -> None:
    async with database.write() as session:
        organizer = await make_organizer(session)
        row = await make_consultation(session, organizer)
        groups = [
            (await service.register(session, await make_visitor(session), row.id, Party(), now=MORNING)).id
            for _ in range(20)
        ]
    walked = [[uuid.uuid4() for _ in range(5)] for _ in range(2)]

    async def push(device: uuid.UUID, share: list[uuid.UUID], own: list[uuid.UUID]) -> list[str]:
        lines = [line(place, one, 1) for place, one in enumerate(share, start=1)]
        lines += [line(100 + place, one, 2, kind=Kind.WALKED_IN) for place, one in enumerate(own, start=1)]
        async with database.write() as session:
            return await send(session, organizer, row, device, *lines)

    answers = await asyncio.gather(
        *(push(A, groups[:14], walked[0]) for _ in range(3)),
        *(push(B, groups[6:], walked[1]) for _ in range(3)),
    )
    assert {problem for answer in answers for problem in answer} == {""}
    async with database.read() as session:
        found = await read_attendance(session, row.id)
        assert await count_rows(session) == 14 + 14 + 10
    assert (found.people, found.registered, found.doubts) == (Span(40, 40), Span(20, 20), ())
