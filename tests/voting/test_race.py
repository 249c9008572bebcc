"""Real concurrency: many connections, on both databases. One person leaves one counting ballot; casting
against closing neither loses nor adds one.
"""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from accounts.policy import Actor
from app.kit.db import Database
from app.kit.errors import DomainError
from tests.make.cycles import DAY, NOON
from tests.make.voting import make_poll, make_voter
from voting import queries, service
from voting.errors import AlreadyConfirmed, AlreadyVoted, KeyUsed, PollNotOpen
from voting.models import BoxEntry, Participation, Poll
from voting.rules.papers import RankedPaper
from voting.sealing import box
from voting.service import Receipt
from voting.states import Act, PollState

CLOSING = NOON + 20 * DAY


async def cast(
    database: Database,
    poll: Poll,
    voter: Actor,
    *,
    secret: str = "",
    key: str = "",
    number: str = "P01",
    now: datetime = NOON,
) -> Receipt | type[DomainError]:
    """Cast over a connection of its own; a refusal is its class."""
    try:
        async with database.write() as session:
            return await service.cast_ballot(
                session,
                voter,
                poll.id,
                RankedPaper((number,)),
                secret=secret or box.new_receipt(str(poll.id))[0],
                replacement_key=key,
                now=now,
            )
    except DomainError as refusal:
        return type(refusal)


async def open_poll(database: Database, *, voters: int) -> tuple[Poll, list[Actor]]:
    async with database.write() as session:
        poll = await make_poll(session)
        return poll, [await make_voter(session, name=f"Alegător {n}") for n in range(voters)]


async def check_box(database: Database, poll: Poll) -> list[box.BoxEntry]:
    async with database.read() as session:
        rows = await queries.list_box(session, poll.id)
    entries = [box.BoxEntry(*row[:5]) for row in rows]
    box.check_chain(poll.contest_digest, entries)
    return entries


async def test_sixteen_simultaneous_casts_leave_one_counting_ballot(database: Database) -> None:
    poll, (voter,) = await open_poll(database, voters=1)
    answers = await asyncio.gather(*(cast(database, poll, voter) for _ in range(16)))
    assert sum(isinstance(answer, Receipt) for answer in answers) == 1
    assert sum(answer is AlreadyVoted for answer in answers) == 15
    assert len(await check_box(database, poll)) == 1
    async with database.read() as session:
        voters = select(func.count()).select_from(Participation).where(Participation.poll_id == poll.id)
        assert (await session.execute(voters)).scalar_one() == 1


async def test_sixteen_clicks_on_one_page_are_one_ballot_and_one_receipt(database: Database) -> None:
    poll, (voter,) = await open_poll(database, voters=1)
    secret, code = box.new_receipt(str(poll.id))
    answers = await asyncio.gather(*(cast(database, poll, voter, secret=secret) for _ in range(16)))
    assert all(isinstance(answer, Receipt) and answer.code == code for answer in answers)
    assert sum(not answer.is_repeat for answer in answers if isinstance(answer, Receipt)) == 1
    assert len(await check_box(database, poll)) == 1


async def test_simultaneous_replacements_leave_one(database: Database) -> None:
    poll, (voter,) = await open_poll(database, voters=1)
    first = await cast(database, poll, voter)
    assert isinstance(first, Receipt)
    answers = await asyncio.gather(
        *(cast(database, poll, voter, key=first.secret, number="P02") for _ in range(8))
    )
    assert sum(isinstance(answer, Receipt) for answer in answers) == 1
    assert sum(answer is KeyUsed for answer in answers) == 7
    statuses = box.code_statuses(await check_box(database, poll))
    assert sorted(statuses.values()) == ["counted", "replaced"]


async def test_many_voters_at_once_make_one_unbroken_chain(database: Database) -> None:
    poll, voters = await open_poll(database, voters=24)
    answers = await asyncio.gather(*(cast(database, poll, voter) for voter in voters))
    assert all(isinstance(answer, Receipt) for answer in answers)
    entries = await check_box(database, poll)
    assert [entry.position for entry in entries] == list(range(1, 25))


async def test_casting_against_closing_neither_loses_nor_adds_a_ballot(database: Database) -> None:
    poll, voters = await open_poll(database, voters=16)
    just_before = CLOSING - timedelta(milliseconds=1)

    async def close() -> bool:
        await asyncio.sleep(0.01)
        async with database.write() as session:
            return await service.close_poll(session, poll.id, now=CLOSING)

    # Half sent their ballot while the poll was open by the clock: the lock decides what the protocol holds.
    moments = [just_before if n % 2 else CLOSING for n in range(16)]
    *answers, closed, again = await asyncio.gather(
        *(cast(database, poll, voter, now=now) for voter, now in zip(voters, moments, strict=True)),
        close(),
        close(),
    )
    assert sorted([closed, again]) == [False, True]
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    assert all(answer is PollNotOpen for answer in answers if not isinstance(answer, Receipt))
    entries = await check_box(database, poll)
    assert {entry.code for entry in entries} == {receipt.code for receipt in receipts}
    async with database.read() as session:
        full = await queries.get_poll(session, poll.id)
    assert full.poll.state == PollState.CLOSED
    assert full.poll.box_size == full.poll.voter_count == len(receipts)
    assert full.poll.box_head == (entries[-1].hash if entries else box.genesis(poll.contest_digest).hash)
    assert await cast(database, poll, voters[0], now=just_before) in (PollNotOpen, AlreadyVoted)


async def test_one_official_pressing_twice_at_once_is_one_confirmation(database: Database) -> None:
    from tests.make.voting import make_officer

    async with database.write() as session:
        poll = await make_poll(session, state=PollState.ANNOUNCED)
        officer = await make_officer(session)

    async def confirm() -> bool:
        try:
            async with database.write() as session:
                digest = poll.contest_digest
                await service.confirm_act(session, officer, poll.id, Act.OPEN, digest=digest, now=NOON)
        except (AlreadyConfirmed, DomainError):
            return False
        return True

    assert sorted(await asyncio.gather(*(confirm() for _ in range(4)))) == [False, False, False, True]


async def test_counting_twice_at_once_writes_one_tally(database: Database) -> None:
    from tests.make.voting import make_officer
    from voting.models import Tally

    poll, voters = await open_poll(database, voters=3)
    for voter in voters:
        await cast(database, poll, voter)
    async with database.write() as session:
        await service.close_poll(session, poll.id, now=CLOSING)
        full = await queries.get_poll(session, poll.id)
        for name in ("A", "B"):
            officer = await make_officer(session, name=name)
            digest = service.protocol_digest(full.poll)
            await service.confirm_act(session, officer, poll.id, Act.CLOSE, digest=digest, now=CLOSING)
    async with database.read() as session:
        content = await service.load_box(session, poll.id)
    assert content is not None
    counted = service.count_box(content)

    async def publish() -> None:
        async with database.write() as session:
            await service.publish_result(session, poll.id, counted, [], now=CLOSING)

    await asyncio.gather(*(publish() for _ in range(4)))
    async with database.read() as session:
        assert (await session.execute(select(func.count()).select_from(Tally))).scalar_one() == 1


async def test_a_failure_after_the_box_leaves_nothing_half_done(database: Database) -> None:
    poll, (voter,) = await open_poll(database, voters=1)

    async def cast_and_fail() -> None:
        async with database.write() as session:
            secret = box.new_receipt(str(poll.id))[0]
            await service.cast_ballot(session, voter, poll.id, RankedPaper(("P01",)), secret=secret, now=NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await cast_and_fail()
    async with database.read() as session:
        assert not await queries.has_voted(session, poll.id, voter.id)
        assert (await session.execute(select(func.count()).select_from(BoxEntry))).scalar_one() == 0
