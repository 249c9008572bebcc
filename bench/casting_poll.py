"""A sealed poll that is open, with thousands of voters and their ballots already sealed."""

import asyncio
import dataclasses
import itertools
import random
from collections.abc import Callable
from pathlib import Path

from accounts.policy import Actor
from app.kit.db import Database
from bench.casting_work import Cast, cast_many
from bench.district import add_residents
from tests.make.cycles import AREAS, NOON
from tests.make.sealed_polls import TRUSTEES, SealedPoll, election_of, make_board, make_keys, save_archive
from tests.make.voting import confirm, make_officer, make_poll
from voting import queries, service
from voting.roles.auditor import verify_sealed
from voting.sealing.ballot import seal
from voting.sealing.crew import Crew, cores
from voting.sealing.election import Election
from voting.service import SealedReceipt
from voting.states import Act, PollState

MAX_RANKED = 6


@dataclasses.dataclass
class CastingPoll:
    """What is cast, and the trackers that voters were told."""

    url: str
    sealed: SealedPoll
    casts: list[Cast]

    def parts(self, rounds: int) -> list[slice]:
        """The ballots in as many equal portions."""
        size = len(self.casts) // rounds
        return [slice(size * number, size * (number + 1)) for number in range(rounds)]

    async def cast(self, part: slice, *, connections: int, warm: int, started: Callable[[], None]) -> None:
        """Cast a portion, so many at a time. The vote is open at NOON. `started` is called after the first
        `warm` ballots: a server that runs has its tables, and its connections their prepared statements.
        """
        database, given = Database(self.url), self.casts[part]
        receipts: list[SealedReceipt] = []
        try:
            for is_measured, portion in ((False, given[:warm]), (True, given[warm:])):
                if is_measured:
                    started()
                receipts += await cast_many(
                    database, self.sealed.poll.id, portion, connections=connections, now=NOON
                )
        finally:
            await database.dispose()
        if len({receipt.tracker for receipt in receipts}) != len(given):
            raise RuntimeError("two voters were told the same")

    def is_whole(self, folder: Path) -> bool:
        """Whether the board, read as the archive that anybody may download, holds exactly what was cast."""
        return asyncio.run(self._is_whole(folder))

    async def _is_whole(self, folder: Path) -> bool:
        database = Database(self.url)
        try:
            async with database.read() as session:
                path = await save_archive(session, self.sealed, folder)
                stored = await queries.count_ballots(session, self.sealed.poll.id)
        finally:
            await database.dispose()
        report = verify_sealed(str(path), processes=cores())
        return report.ok and report.ballots == stored == len(self.casts)


def make_casting_poll(url: str, *, ballots: int, options: int) -> CastingPoll:
    """Fill an empty, migrated database, and seal a ballot for every voter."""
    return asyncio.run(_make(url, ballots, options))


async def _make(url: str, ballots: int, options: int) -> CastingPoll:
    database = Database(url)
    try:
        async with database.write() as session:
            officers = (await make_officer(session), await make_officer(session, name="Ion Georgescu"))
            await add_residents(session, ballots, NOON)
            areas = itertools.cycle(code for code, _ in AREAS)
            projects = [
                (f"P{number:02d}", f"Proiectul {number}", 100_000_00, next(areas))
                for number in range(1, options + 1)
            ]
            poll = await make_poll(
                session,
                state=PollState.ANNOUNCED,
                sealed=True,
                officers=officers,
                projects=projects,
                max_ranked=MAX_RANKED,
            )
            tokens = await service.name_trustees(
                session, officers[0], poll.id, names=TRUSTEES, threshold=2, now=NOON
            )
            uuid = (await queries.get_election(session, poll.id)).uuid
            sealed = SealedPoll(poll, officers, [], tokens, uuid, 2)
            await make_keys(session, sealed)
            await make_board(session, sealed)
            for officer in officers:
                await confirm(session, officer, sealed.poll, Act.OPEN)
            election = await election_of(session, sealed)
            roll = await queries.list_roll(session, poll.id)
    finally:
        await database.dispose()
    voters = [Actor(id=row[0], name=row[1], email=row[2], is_verified=True) for row in roll]
    return CastingPoll(url, sealed, list(zip(voters, _sealed(election, sealed.codes), strict=True)))


def _sealed(election: Election, codes: list[str]) -> list[bytes]:
    """A ballot of each code, of one to MAX_RANKED options."""
    lot = random.Random(2027)
    wishes = []
    for _ in codes:
        ranks = [0] * election.options
        for rank, option in enumerate(lot.sample(range(election.options), lot.randint(1, MAX_RANKED)), 1):
            ranks[option] = rank
        wishes.append(ranks)
    with Crew(cores()) as crew:
        tasks = [(election, codes[part], wishes[part]) for part in crew.parts(len(codes))]
        return [raw for answer in crew.map(_seal_part, tasks) for raw in answer]


def _seal_part(task: tuple[Election, list[str], list[list[int]]]) -> list[bytes]:
    election, codes, wishes = task
    return [seal(election, code, ranks) for code, ranks in zip(codes, wishes, strict=True)]
