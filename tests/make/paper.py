"""Votes with polling places, step by step through the services."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.states import Role
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import DAY, NOON
from tests.make.voting import confirm, make_officer, make_poll, make_voter
from voting import queries, service
from voting.models import Poll
from voting.rules.papers import RankedPaper
from voting.service import Numbers, PlaceDraft, Sheet
from voting.states import Act, PollState, SheetKind

CLOSING = NOON + 20 * DAY
PLACES = (
    PlaceDraft(number=1, name="Școala 141", address="Str. Uranus 98", hours="9-13 martie, 8-20"),
    PlaceDraft(number=2, name="Biblioteca Rahova", address="Șos. Alexandriei 12", hours="13 martie, 8-20"),
)
BLANK, SPOILED = Sheet(SheetKind.BLANK), Sheet(SheetKind.SPOILED, None, "Două numere la același loc.")


def ballot(*numbers: str) -> Sheet:
    """A sheet that ranks those options."""
    return Sheet(SheetKind.BALLOT, RankedPaper(numbers))


@dataclass
class PaperPoll:
    """A poll with its polling places and the people who work there."""

    poll: Poll
    officers: tuple[Actor, Actor]
    clerks: list[Actor]

    @property
    def id(self) -> uuid.UUID:
        return self.poll.id


async def make_clerk(session: AsyncSession, *, name: str) -> Actor:
    """A clerk at a polling place, signed in with the second factor."""
    account = await make_account(session, name=name, roles=[Role.CLERK])
    return actor_of(account, roles=[Role.CLERK])


async def make_clerks(session: AsyncSession) -> list[Actor]:
    """Three of them."""
    return [await make_clerk(session, name=f"Secretar {letter}") for letter in "ABC"]


async def make_paper_poll(
    session: AsyncSession, *, places: Sequence[PlaceDraft] = PLACES, is_open: bool = True
) -> PaperPoll:
    """A poll with polling places, open unless said otherwise."""
    officers = (
        await make_officer(session, name="Maria Ionescu"),
        await make_officer(session, name="Ion Georgescu"),
    )
    poll = await make_poll(session, state=PollState.ANNOUNCED, officers=officers)
    await move_stage(session, poll)
    for place in places:
        await service.add_place(session, officers[0], poll.id, place, now=NOON)
    if is_open:
        for officer in officers:
            await confirm(session, officer, poll, Act.OPEN)
    return PaperPoll(poll, officers, await make_clerks(session))


async def move_stage(session: AsyncSession, poll: Poll) -> None:
    """Let the voting stage be the one that is open: from ten days ago for thirty."""
    stage = (await queries.get_poll(session, poll.id)).stage
    stage.opens_at, stage.closes_at = NOON - 10 * DAY, CLOSING
    await session.flush()


async def give(session: AsyncSession, paper: PaperPoll, *, place: int = 1, voters: int = 1) -> list[Actor]:
    """New voters come to a place and are given papers."""
    people = []
    for number in range(voters):
        voter = await make_voter(session, name=f"Om cu hârtie {place}.{number}")
        await service.give_paper(session, paper.clerks[0], paper.id, place, voter.id, now=NOON)
        people.append(voter)
    return people


def numbers_of(sheets: Sequence[Sheet], *, given: int | None = None, **changes: object) -> Numbers:
    """A protocol that adds up: a hundred papers were printed, every voter put one in the box."""
    kinds = [sheet.kind for sheet in sheets]
    facts: dict[str, object] = {
        "received": 100,
        "returned": (len(sheets) if given is None else given) - len(sheets),
        "unused": 100 - len(sheets),
        "in_box": len(sheets),
        "blank": kinds.count(SheetKind.BLANK),
        "spoiled": kinds.count(SheetKind.SPOILED),
    }
    return Numbers(**(facts | changes))  # type: ignore[arg-type]


async def enter(
    session: AsyncSession, paper: PaperPoll, clerk: Actor, sheets: Sequence[Sheet], *, place: int = 1
) -> None:
    """A clerk enters every sheet and says so."""
    await service.begin_reading(session, clerk, paper.id, place, now=CLOSING)
    for number, sheet in enumerate(sheets, start=1):
        await service.enter_sheet(session, clerk, paper.id, place, number, sheet)
    await service.finish_reading(session, clerk, paper.id, place, now=CLOSING)


async def write(
    session: AsyncSession, paper: PaperPoll, sheets: Sequence[Sheet], *, place: int = 1, **changes: object
) -> None:
    """The officer writes the protocol of these sheets."""
    numbers = numbers_of(sheets, **changes)
    await service.write_protocol(session, paper.officers[0], paper.id, place, numbers, now=CLOSING)


async def sign(session: AsyncSession, paper: PaperPoll, *, place: int = 1) -> None:
    """Two officials sign what is there."""
    for official in (paper.officers[1], paper.clerks[0]):
        state = await service.load_place(session, paper.id, place)
        await service.sign_place(session, official, paper.id, place, digest=state.digest, now=CLOSING)


async def settle(session: AsyncSession, paper: PaperPoll, boxes: dict[int, list[Sheet]]) -> None:
    """After the end of the vote: write, enter twice and sign every place."""
    for place, sheets in boxes.items():
        await write(session, paper, sheets, place=place)
        if sheets:
            for clerk in paper.clerks[:2]:
                await enter(session, paper, clerk, sheets, place=place)
        await sign(session, paper, place=place)


async def close(session: AsyncSession, paper: PaperPoll) -> None:
    """The clock ends the vote."""
    assert await service.close_poll(session, paper.id, now=CLOSING)


async def confirm_close(session: AsyncSession, paper: PaperPoll) -> None:
    """Two officials confirm the closing protocol."""
    poll = (await queries.get_poll(session, paper.id)).poll
    for officer in paper.officers:
        await confirm(session, officer, poll, Act.CLOSE, now=CLOSING)
