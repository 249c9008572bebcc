"""Real concurrency: many connections, on both databases. One person leaves one counting ballot; casting
against closing neither loses nor adds one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from accounts.policy import Actor
from app.kit import register
from app.kit.db import Database
from app.kit.errors import DomainError, Forbidden
from app.wiring import wire
from cycles.service import change_stage_dates
from tests.make.cycles import DAY, NOON
from tests.make.voting import confirm, make_officer, make_poll, make_voter
from voting import queries, service
from voting.errors import AlreadyConfirmed, AlreadyVoted, KeyUsed, PollNotOpen, WrongDigest
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
    async with database.write() as session:
        poll = await make_poll(session, state=PollState.ANNOUNCED)
        officer = await make_officer(session)

    async def press() -> bool:
        try:
            async with database.write() as session:
                await confirm(session, officer, poll, Act.OPEN)
        except (AlreadyConfirmed, DomainError):
            return False
        return True

    assert sorted(await asyncio.gather(*(press() for _ in range(4)))) == [False, False, False, True]


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


async def test_two_confirmations_of_one_proposal_cancel_once(database: Database) -> None:
    async with database.write() as session:
        poll = await make_poll(session)
        people = [await make_officer(session, name=name) for name in "ABCD"]

    async def attempt(officer: Actor) -> str:
        """Propose; whoever comes too late confirms what was proposed first."""
        try:
            async with database.write() as session:
                await service.propose_cancelling(session, officer, poll.id, reason=officer.name, now=NOON)
            return "proposed"
        except Forbidden:
            pass
        try:
            async with database.write() as session:
                await confirm(session, officer, poll, Act.CANCEL)
            return "confirmed"
        except DomainError:
            return "refused"

    answers = await asyncio.gather(*(attempt(officer) for officer in people for _ in range(2)))
    assert sorted(answers) == ["confirmed", "proposed", *["refused"] * 6]
    async with database.read() as session:
        full = await queries.get_poll(session, poll.id)
        facts = await register.list_facts(session, subject=f"poll:{poll.id}")
    given = [one for one in full.confirmations if one.act == Act.CANCEL]
    assert len({one.account_id for one in given}) == len(given) == 2
    assert {one.reason for one in given} == {full.poll.cancel_reason}
    assert [fact.kind for fact in facts].count("poll.cancelled") == 1


async def test_a_proposal_is_confirmed_or_withdrawn_never_both(database: Database) -> None:
    async with database.write() as session:
        poll = await make_poll(session)
        first, second = await make_officer(session, name="A"), await make_officer(session, name="B")
        await service.propose_cancelling(session, first, poll.id, reason="Lista era alta.", now=NOON)
        digest = await service.digest_to_confirm(session, poll, Act.CANCEL)

    async def attempt(use_case: Callable[..., Awaitable[Poll]], officer: Actor) -> bool:
        try:
            async with database.write() as session:
                await use_case(session, officer, poll.id, Act.CANCEL, digest=digest, now=NOON)
        except DomainError:
            return False
        return True

    confirmed, withdrawn = await asyncio.gather(
        attempt(service.confirm_act, second), attempt(service.withdraw_confirmation, first)
    )
    assert confirmed is not withdrawn
    async with database.read() as session:
        full = await queries.get_poll(session, poll.id)
    assert full.poll.state == (PollState.CANCELLED if confirmed else PollState.OPEN)


@pytest.mark.parametrize("confirm_first", [True, False])
async def test_confirming_against_a_change_of_dates_never_covers_other_dates(
    database: Database, confirm_first: bool
) -> None:
    wire()
    async with database.write() as session:
        poll = await make_poll(session, state=PollState.ANNOUNCED)
        officers = [await make_officer(session, name=name) for name in "AB"]
        stage = (await queries.get_poll(session, poll.id)).stage
        digest = await service.digest_to_confirm(session, poll, Act.OPEN)

    async def confirm_opening(officer: Actor) -> bool:
        try:
            async with database.write() as session:
                await service.confirm_act(session, officer, poll.id, Act.OPEN, digest=digest, now=NOON)
        except WrongDigest:
            return False
        return True

    async def change() -> None:
        async with database.write() as session:
            await change_stage_dates(
                session,
                officers[0],
                stage.id,
                opens_at=stage.opens_at + DAY,
                closes_at=stage.closes_at,
                reason="Tipografia întârzie.",
                now=NOON,
            )

    acts = [confirm_opening(officer) for officer in officers]
    await asyncio.gather(*([*acts, change()] if confirm_first else [change(), *acts]))
    async with database.read() as session:
        full = await queries.get_poll(session, poll.id)
    assert full.stage.opens_at == stage.opens_at + DAY
    assert full.facts.confirmed_by == {}, "what was confirmed were other dates"
