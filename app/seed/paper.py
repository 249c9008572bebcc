"""Votes on paper in the demonstration: a council's election that was also held at two polling places, with
everything that happens there: a blank paper, a spoiled one, one that was carried away, one read differently.
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

import voting.service
from accounts.policy import Actor
from app.seed.content import Ballot
from voting.models import Poll
from voting.rules.papers import Paper, RankedPaper
from voting.service import Numbers, PlaceDraft, Sheet
from voting.states import SheetKind

PLACES = (
    PlaceDraft(
        number=1,
        name="Școala Gimnazială 141",
        address="Str. Uranus 98",
        hours="În ultima zi a votului, 8-20",
    ),
    PlaceDraft(
        number=2,
        name="Biblioteca „Dimitrie Bolintineanu”",
        address="Șos. Alexandriei 12",
        hours="În ultima zi a votului, 8-20",
    ),
)
CLUB = Ballot(
    title="Numele clubului de lectură",
    title_en="The name of the reading club",
    summary="Clubul se deschide în toamnă la bibliotecă.",
    rule="borda",
    vote_type="ordinal",
    seats=1,
    candidates=(
        ("Litera A", ""),
        ("Cartea de pe bancă", ""),
        ("Rafturile din Rahova", ""),
        ("Ora de citit", ""),
    ),
)
HANDED = 100  # printed papers, to each place
CARRIED_AWAY = "Un alegător a plecat cu buletinul; a fost văzut, dar nu a mai fost ajuns din urmă."
MINUTE = timedelta(minutes=1)


class Clerks(msgspec.Struct, frozen=True):
    """Who works at the polling places."""

    officer: Actor
    first: Actor
    second: Actor
    third: Actor


async def seed_places(session: AsyncSession, officer: Actor, poll: Poll, *, now: datetime) -> None:
    """Name the polling places, before anybody confirms the opening."""
    for place in PLACES:
        await voting.service.add_place(session, officer, poll.id, place, now=now)


async def seed_paper_votes(
    session: AsyncSession,
    lot: random.Random,
    poll: Poll,
    clerks: Clerks,
    taste: Callable[[random.Random], Paper],
    voters: Sequence[Actor],
    *,
    closed: datetime,
) -> None:
    """Let `voters` vote on paper on the last day, two thirds at place 1; then enter and sign it all."""
    split = 2 * len(voters) // 3
    for place, people in ((1, voters[:split]), (2, voters[split:])):
        for number, voter in enumerate(people, start=1):
            moment = closed - timedelta(hours=11) + number * 7 * MINUTE
            await voting.service.give_paper(session, clerks.first, poll.id, place, voter.id, now=moment)
    await voting.service.note_assisted(session, clerks.second, poll.id, 2, now=closed - timedelta(hours=5))
    await voting.service.close_poll(session, poll.id, now=closed)
    sheets = [Sheet(SheetKind.BALLOT, taste(lot)) for _ in range(split - 2)]
    sheets += [Sheet(SheetKind.BLANK), Sheet(SheetKind.SPOILED, None, "Semnat cu numele întreg.")]
    lot.shuffle(sheets)
    await _seed_place(session, poll, clerks, 1, sheets, given=split, now=closed + 10 * MINUTE)
    away = len(voters) - split
    sheets = [Sheet(SheetKind.BALLOT, taste(lot)) for _ in range(away - 1)]
    await _seed_place(session, poll, clerks, 2, sheets, given=away, now=closed + 30 * MINUTE)


async def seed_counting_table(
    session: AsyncSession, poll: Poll, clerks: Clerks, voters: Sequence[Actor], *, closed: datetime
) -> None:
    """A vote that has just ended: at one place papers are being entered, at the other two clerks differ."""
    for number, voter in enumerate(voters, start=1):
        place, moment = 1 + number % 2, closed - timedelta(hours=8) + number * 7 * MINUTE
        await voting.service.give_paper(session, clerks.second, poll.id, place, voter.id, now=moment)
    await voting.service.close_poll(session, poll.id, now=closed)
    papers = [("C02", "C01"), ("C03",), ("C01", "C04", "C02"), ("C02",), ("C04", "C02")]
    sheets = [Sheet(SheetKind.BALLOT, RankedPaper(places)) for places in papers]
    given = len(voters) // 2
    numbers = Numbers(received=50, returned=0, unused=50 - given, in_box=given, blank=0, spoiled=0)
    for place in (1, 2):
        await voting.service.write_protocol(session, clerks.officer, poll.id, place, numbers, now=closed)
    await voting.service.begin_reading(session, clerks.first, poll.id, 1, now=closed)
    await voting.service.enter_sheet(session, clerks.first, poll.id, 1, 1, sheets[0])
    other = Sheet(SheetKind.BALLOT, RankedPaper(("C01", "C04")))
    for clerk, found in ((clerks.second, sheets), (clerks.third, [*sheets[:2], other, *sheets[3:]])):
        await voting.service.begin_reading(session, clerk, poll.id, 2, now=closed)
        for number, sheet in enumerate(found[:given], start=1):
            await voting.service.enter_sheet(session, clerk, poll.id, 2, number, sheet)
        await voting.service.finish_reading(session, clerk, poll.id, 2, now=closed + 9 * MINUTE)


async def _seed_place(
    session: AsyncSession,
    poll: Poll,
    clerks: Clerks,
    place: int,
    sheets: Sequence[Sheet],
    *,
    given: int,
    now: datetime,
) -> None:
    kinds = [sheet.kind for sheet in sheets]
    missing = given - len(sheets)
    numbers = Numbers(
        received=HANDED,
        returned=0,
        unused=HANDED - given,
        in_box=len(sheets),
        blank=kinds.count(SheetKind.BLANK),
        spoiled=kinds.count(SheetKind.SPOILED),
        explanation=CARRIED_AWAY if missing else "",
    )
    await voting.service.write_protocol(session, clerks.officer, poll.id, place, numbers, now=now)
    slips = {kinds.index(SheetKind.SPOILED) + 1} if SheetKind.SPOILED in kinds else set()
    for clerk, wrong in ((clerks.first, slips), (clerks.second, set[int]())):
        await voting.service.begin_reading(session, clerk, poll.id, place, now=now)
        for number, sheet in enumerate(sheets, start=1):
            found = Sheet(SheetKind.BLANK) if number in wrong else sheet
            await voting.service.enter_sheet(session, clerk, poll.id, place, number, found)
        await voting.service.finish_reading(session, clerk, poll.id, place, now=now + 5 * MINUTE)
    for number in slips:
        decided = msgspec.structs.replace(sheets[number - 1], reason="Are semnătura pe margine.")
        await voting.service.decide_sheet(
            session, clerks.third, poll.id, place, number, decided, now=now + 8 * MINUTE
        )
    for signer in (clerks.officer, clerks.third):
        state = await voting.service.load_place(session, poll.id, place)
        await voting.service.sign_place(
            session, signer, poll.id, place, digest=state.digest, now=now + 15 * MINUTE
        )
