"""Sealed ballots that arrive at once, over connections of their own: the chain never
forks, one code is one person's, and closing neither loses a ballot nor adds one.
"""

import asyncio
from pathlib import Path

from sqlalchemy import func, select

from accounts.policy import Actor
from app.kit.db import Database
from app.kit.errors import DomainError
from tests.make.cycles import NOON
from tests.make.sealed_polls import (
    CLOSING,
    SealedPoll,
    make_sealed_poll,
    read_archive,
    save_archive,
    seal_for,
)
from voting import queries, service
from voting.errors import CredentialTaken, OtherCredential, PollNotOpen
from voting.models import CredentialHolder, Participation
from voting.service import SealedReceipt

VOTERS = 8


async def make(database: Database) -> tuple[SealedPoll, list[bytes]]:
    """An open poll, and a ballot by each voter's code."""
    async with database.write() as session:
        sealed = await make_sealed_poll(session, voters=VOTERS, threshold=None)
        return sealed, [await seal_for(session, sealed, voter, ["P01"]) for voter in range(VOTERS)]


async def send(
    database: Database, sealed: SealedPoll, voter: Actor, raw: bytes
) -> SealedReceipt | type[DomainError]:
    """As the page does: a reader checks, a transaction casts. A refusal is its class."""
    try:
        async with database.read() as session:
            election = await service.load_election(session, sealed.poll.id)
        checked = await service.check_sealed(election, raw, voter=voter.id)
        async with database.write() as session:
            return await service.cast_sealed(session, voter, sealed.poll.id, raw, checked, now=NOON)
    except DomainError as refusal:
        return type(refusal)


async def archive_of(database: Database, sealed: SealedPoll, folder: Path) -> int:
    """Ballots in the archive, once every check of it holds."""
    async with database.read() as session:
        return read_archive(await save_archive(session, sealed, folder)).checked.ballots


async def count_rows(database: Database, table: type) -> int:
    async with database.read() as session:
        return (await session.execute(select(func.count()).select_from(table))).scalar_one()


async def test_ballots_and_double_clicks_at_once_make_one_chain(database: Database, tmp_path: Path) -> None:
    sealed, raws = await make(database)
    sent = [(voter, raw) for voter, raw in zip(sealed.voters, raws, strict=True) for _ in range(3)]
    answers = await asyncio.gather(*(send(database, sealed, *one) for one in sent))
    receipts = [answer for answer in answers if isinstance(answer, SealedReceipt)]
    assert len(receipts) == 3 * VOTERS
    assert sum(not receipt.is_repeat for receipt in receipts) == VOTERS
    assert await archive_of(database, sealed, tmp_path) == VOTERS
    assert await count_rows(database, Participation) == await count_rows(database, CredentialHolder) == VOTERS


async def test_one_code_in_many_hands_at_once_is_one_person_s(database: Database, tmp_path: Path) -> None:
    sealed, raws = await make(database)
    async with database.read() as session:
        again = [await seal_for(session, sealed, 0, ["P02"]) for _ in sealed.voters]
    answers = await asyncio.gather(
        *(send(database, sealed, voter, raw) for voter, raw in zip(sealed.voters, again, strict=True))
    )
    assert sum(isinstance(answer, SealedReceipt) for answer in answers) == 1
    assert sum(answer is CredentialTaken for answer in answers) == VOTERS - 1
    winner = next(place for place, answer in enumerate(answers) if isinstance(answer, SealedReceipt))
    assert await send(database, sealed, sealed.voters[winner], raws[1]) is OtherCredential
    assert await archive_of(database, sealed, tmp_path) == 1


async def test_two_codes_of_one_person_at_once_are_one_code(database: Database, tmp_path: Path) -> None:
    sealed, raws = await make(database)
    answers = await asyncio.gather(*(send(database, sealed, sealed.voters[0], raw) for raw in raws))
    assert sum(isinstance(answer, SealedReceipt) for answer in answers) == 1
    assert sum(answer is OtherCredential for answer in answers) == VOTERS - 1
    assert await archive_of(database, sealed, tmp_path) == await count_rows(database, Participation) == 1


async def test_casting_against_closing(database: Database, tmp_path: Path) -> None:
    sealed, raws = await make(database)

    async def close() -> None:
        async with database.write() as session:
            await service.close_poll(session, sealed.poll.id, now=CLOSING)

    sent = [send(database, sealed, *one) for one in zip(sealed.voters, raws, strict=True)]
    *answers, _ = await asyncio.gather(*sent, close())
    told = sum(isinstance(answer, SealedReceipt) for answer in answers)
    assert told + sum(answer is PollNotOpen for answer in answers) == VOTERS
    assert await archive_of(database, sealed, tmp_path) == told
    async with database.read() as session:
        assert (await queries.get_poll(session, sealed.poll.id)).poll.voter_count == told
