"""Reading a box blind: who has seen what, and how often it is read. See test_papers.py for the whole way."""

import uuid

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.errors import Forbidden
from tests.make.paper import (
    BLANK,
    CLOSING,
    SPOILED,
    PaperPoll,
    ballot,
    close,
    enter,
    give,
    make_paper_poll,
    settle,
    write,
)
from voting import queries, service
from voting.models import PaperEntry
from voting.service import Sheet, protocols, sheet_of
from voting.states import PaperPhase

SHEETS = [ballot("P03", "P01"), BLANK, ballot("P01"), SPOILED]


async def closed_with(session: AsyncSession) -> PaperPoll:
    """A vote that has ended, with as many papers given out at place 1 as there are sheets."""
    paper = await make_paper_poll(session)
    await give(session, paper, voters=len(SHEETS))
    await close(session, paper)
    return paper


async def test_who_has_looked_where_two_differ_is_not_one_of_two_again(session: AsyncSession) -> None:
    paper = await closed_with(session)
    await write(session, paper, SHEETS)
    one, two, three = paper.clerks
    await enter(session, paper, one, SHEETS)
    await enter(session, paper, two, [BLANK, *SHEETS[1:]])
    for _ in range(2):
        await service.open_differing(session, three, paper.id, 1, now=CLOSING)  # looks, and decides nothing
    with pytest.raises(Forbidden):
        await service.open_differing(session, one, paper.id, 1, now=CLOSING)
    await service.release_reading(
        session, paper.officers[0], paper.id, 1, 1, reason="Foile s-au amestecat.", now=CLOSING
    )
    with pytest.raises(Forbidden, match="seen what others entered"):
        await service.begin_reading(session, three, paper.id, 1, now=CLOSING)


async def test_a_place_s_sheets_are_compared_once(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = await closed_with(session)
    await write(session, paper, SHEETS)
    for clerk in paper.clerks[:2]:
        await enter(session, paper, clerk, SHEETS)
    read: list[int] = []

    def watched(entry: PaperEntry) -> Sheet:
        read.append(entry.sheet)
        return sheet_of(entry)

    monkeypatch.setattr("voting.service.readings.sheet_of", watched)
    state = await service.load_place(session, paper.id, 1)
    assert state.facts.is_read
    assert len(state.reading.sheets) == len(SHEETS)
    assert not state.reading.differing
    assert len(read) == 3 * len(SHEETS), "both entries to compare, and one that counts"


async def test_a_signature_that_is_not_the_last_reads_no_other_place(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = await closed_with(session)
    await settle(session, paper, {1: SHEETS})
    asked: list[int] = []
    load = protocols.load_place

    async def watched(
        session: AsyncSession, poll_id: uuid.UUID, number: int, *, lock: bool = False
    ) -> object:
        asked.append(number)
        return await load(session, poll_id, number, lock=lock)

    monkeypatch.setattr("voting.service.protocols.load_place", watched)
    await write(session, paper, [], place=2)
    digest = (await load(session, paper.id, 2)).digest
    await service.sign_place(session, paper.officers[1], paper.id, 2, digest=digest, now=CLOSING)
    assert set(asked) == {2}
    await service.sign_place(session, paper.clerks[0], paper.id, 2, digest=digest, now=CLOSING)
    assert set(asked) == {1, 2}
    assert paper.poll.paper == PaperPhase.SETTLED


async def test_one_clerk_s_entries_are_all_that_leaves_the_database(session: AsyncSession) -> None:
    paper = await closed_with(session)
    await write(session, paper, SHEETS)
    for clerk in paper.clerks[:2]:
        await enter(session, paper, clerk, SHEETS)
    session.expunge_all()
    own = await queries.list_entries_of(session, paper.id, 1, 2)
    assert [one.sheet for one in own] == [1, 2, 3, 4]
    assert {one.reading for one in session.identity_map.values()} == {2}
