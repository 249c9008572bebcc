"""The papers of a box: entered twice and blind, decided by a third, signed by two, fixed, counted."""

import asyncio
import json
from collections.abc import Awaitable

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.access_log import AccessLogEntry, log_access
from app.kit.db import Database
from app.kit.errors import Conflict, DomainError, Forbidden
from tests.make.cycles import NOON
from tests.make.paper import (
    BLANK,
    CLOSING,
    SPOILED,
    PaperPoll,
    ballot,
    close,
    confirm_close,
    enter,
    give,
    make_clerk,
    make_paper_poll,
    numbers_of,
    settle,
    sign,
    write,
)
from tests.make.voting import cast, confirm
from voting import queries, service
from voting.errors import (
    BallotRefused,
    NoReading,
    NoSuchSheet,
    NothingToDecide,
    PapersDiffer,
    ReadingBegun,
    SheetsMissing,
    WrongDigest,
)
from voting.models import TRACES, PaperSettlement, Participation
from voting.rules.record import ElectionRecord, decode_record
from voting.rules.sheets import paper_digest
from voting.service import Problem
from voting.service.count import Counted
from voting.service.paper_desk import GIVEN
from voting.states import Act, PaperPhase, PollState
from voting.verify import verify_record

SHEETS = [ballot("P03", "P01"), BLANK, ballot("P01"), SPOILED]


async def closed_with(session: AsyncSession, *, voters: int = len(SHEETS)) -> PaperPoll:
    """A vote that has ended, with so many papers given out at place 1."""
    paper = await make_paper_poll(session)
    await give(session, paper, voters=voters)
    await close(session, paper)
    return paper


async def kinds(session: AsyncSession, paper: PaperPoll) -> list[str]:
    facts = await register.list_facts(session, subject=f"poll:{paper.id}")
    return [fact.kind.removeprefix("poll.") for fact in reversed(facts)]


async def count(session: AsyncSession, paper: PaperPoll) -> Counted:
    content = await service.load_box(session, paper.id)
    assert content is not None
    counted = service.count_box(content)
    await service.publish_result(session, paper.id, counted, [], now=CLOSING)
    return counted


def record_of(counted: Counted) -> ElectionRecord:
    return decode_record(counted.files[0].content)


# ── two clerks ────────────────────────────────────────────────────────────────


async def test_nothing_is_entered_before_the_vote_has_ended(session: AsyncSession) -> None:
    paper = await make_paper_poll(session)
    for attempt in (
        service.begin_reading(session, paper.clerks[0], paper.id, 1, now=NOON),
        service.write_protocol(session, paper.officers[0], paper.id, 1, numbers_of(SHEETS), now=NOON),
    ):
        with pytest.raises(Forbidden, match="after the vote has ended"):
            await attempt
    await close(session, paper)
    with pytest.raises(Forbidden, match="how many papers"):
        await service.begin_reading(session, paper.clerks[0], paper.id, 1, now=CLOSING)


async def test_two_clerks_and_no_third_may_enter_and_each_only_their_own(session: AsyncSession) -> None:
    paper = await closed_with(session)
    await write(session, paper, SHEETS)
    one, two, three = paper.clerks
    assert await service.begin_reading(session, one, paper.id, 1, now=CLOSING) == 1
    assert await service.begin_reading(session, one, paper.id, 1, now=CLOSING) == 1  # goes on
    with pytest.raises(NoReading):
        await service.enter_sheet(session, two, paper.id, 1, 1, SHEETS[0])
    assert await service.begin_reading(session, two, paper.id, 1, now=CLOSING) == 2
    with pytest.raises(Forbidden, match="Two other clerks"):
        await service.begin_reading(session, three, paper.id, 1, now=CLOSING)
    with pytest.raises(Forbidden):
        await service.begin_reading(session, paper.officers[0], paper.id, 1, now=CLOSING)
    await service.enter_sheet(session, one, paper.id, 1, 1, BLANK)
    await service.enter_sheet(session, one, paper.id, 1, 1, SHEETS[0])  # a correction
    (entry,) = await queries.list_entries(session, paper.id, 1)
    assert service.sheet_of(entry) == SHEETS[0]
    with pytest.raises(NoSuchSheet, match="from 1 to 4"):
        await service.enter_sheet(session, one, paper.id, 1, 5, BLANK)
    with pytest.raises(BallotRefused, match="names P01 twice"):
        await service.enter_sheet(session, one, paper.id, 1, 2, ballot("P01", "P01"))
    with pytest.raises(SheetsMissing, match="2-4"):
        await service.finish_reading(session, one, paper.id, 1, now=CLOSING)
    with pytest.raises(ReadingBegun):
        await write(session, paper, SHEETS[:3])
    await write(session, paper, SHEETS, explanation="Numărul rămâne, explicația se poate scrie.")


async def test_until_both_are_done_nobody_learns_where_they_differ(session: AsyncSession) -> None:
    paper = await closed_with(session)
    await write(session, paper, SHEETS)
    one, two, three = paper.clerks
    await enter(session, paper, one, SHEETS)
    await service.begin_reading(session, two, paper.id, 1, now=CLOSING)
    await service.enter_sheet(session, two, paper.id, 1, 1, BLANK)
    state = await service.load_place(session, paper.id, 1)
    assert (state.reading.differing, state.reading.sheets) == ([], [])
    assert state.problems == (Problem.NOT_READ,)
    with pytest.raises(Forbidden, match="Two clerks have to enter"):
        await service.decide_sheet(session, three, paper.id, 1, 1, BLANK, now=CLOSING)
    with pytest.raises(Forbidden, match="You have entered every paper"):
        await service.enter_sheet(session, one, paper.id, 1, 1, BLANK)


async def test_a_third_decides_where_two_differ(session: AsyncSession) -> None:
    paper = await closed_with(session)
    await write(session, paper, SHEETS)
    one, two, three = paper.clerks
    await enter(session, paper, one, SHEETS)
    await enter(session, paper, two, [ballot("P03"), *SHEETS[1:]])
    state = await service.load_place(session, paper.id, 1)
    assert [(one.sheet, one.decided) for one in state.reading.differing] == [(1, None)]
    assert state.problems == (Problem.NOT_DECIDED,)
    for clerk in (one, two):
        with pytest.raises(Forbidden, match="a third one decides"):
            await service.decide_sheet(session, clerk, paper.id, 1, 1, SHEETS[0], now=CLOSING)
    with pytest.raises(NothingToDecide):
        await service.decide_sheet(session, three, paper.id, 1, 2, SHEETS[0], now=CLOSING)
    await service.decide_sheet(session, three, paper.id, 1, 1, SHEETS[0], now=CLOSING)
    state = await service.load_place(session, paper.id, 1)
    assert state.problems == ()
    assert [sheet.said for sheet in state.reading.sheets] == [sheet.said for sheet in SHEETS]
    fact = (await register.list_facts(session, subject=f"poll:{paper.id}"))[0]
    assert fact.facts == {"by": "Secretar C", "number": 1, "sheet": 1}, "not what is on the paper"


async def test_an_officer_has_a_row_entered_anew_in_public(session: AsyncSession) -> None:
    paper = await closed_with(session)
    await write(session, paper, SHEETS)
    one, two, three = paper.clerks
    await enter(session, paper, one, SHEETS)
    await enter(session, paper, two, [BLANK, *SHEETS[1:]])
    await service.decide_sheet(session, three, paper.id, 1, 1, SHEETS[0], now=CLOSING)
    reason = "Secretarul B s-a îmbolnăvit."
    with pytest.raises(Forbidden):
        await service.release_reading(session, one, paper.id, 1, 2, reason=reason, now=CLOSING)
    await service.release_reading(session, paper.officers[0], paper.id, 1, 2, reason=reason, now=CLOSING)
    assert {one.reading for one in await queries.list_entries(session, paper.id, 1)} == {1}
    for clerk, why in ((two, "given up"), (three, "seen what others entered")):  # neither is blind any more
        with pytest.raises(Forbidden, match=why):
            await service.begin_reading(session, clerk, paper.id, 1, now=CLOSING)
    four, five = [await make_clerk(session, name=f"Secretar {letter}") for letter in "DE"]
    await enter(session, paper, four, [ballot("P03"), *SHEETS[1:]])
    with pytest.raises(Forbidden, match="a third one decides"):
        await service.decide_sheet(session, two, paper.id, 1, 1, SHEETS[0], now=CLOSING)
    await service.decide_sheet(session, five, paper.id, 1, 1, SHEETS[0], now=CLOSING)
    assert (await service.load_place(session, paper.id, 1)).problems == ()
    facts = await register.list_facts(session, subject=f"poll:{paper.id}")
    (released,) = [fact.facts for fact in facts if fact.kind == "poll.reading_released"]
    assert released == {"by": "Maria Ionescu", "number": 1, "clerk": "Secretar B", "reason": reason}


# ── the protocol ──────────────────────────────────────────────────────────────


async def test_what_can_be_corrected_has_to_be(session: AsyncSession) -> None:
    paper = await closed_with(session)
    await write(session, paper, SHEETS, blank=2, spoiled=0)
    for clerk in paper.clerks[:2]:
        await enter(session, paper, clerk, SHEETS)
    state = await service.load_place(session, paper.id, 1)
    assert state.problems == (Problem.BLANK, Problem.SPOILED)
    with pytest.raises(Forbidden, match="do not agree"):
        await service.sign_place(session, paper.officers[0], paper.id, 1, digest="", now=CLOSING)
    await write(session, paper, SHEETS)
    assert (await service.load_place(session, paper.id, 1)).problems == ()


@pytest.mark.parametrize(
    ("voters", "changes"),
    [
        (3, {}),  # one paper more than were given out
        (5, {}),  # one fewer
        (4, {"unused": 95}),  # a printed paper is nowhere
        (4, {"unused": 97}),  # one too many
        (4, {"returned": 1}),
    ],
    ids=["surplus", "shortage", "lost", "stray", "returned"],
)
async def test_what_has_happened_has_to_be_explained(
    session: AsyncSession, voters: int, changes: dict[str, int]
) -> None:
    paper = await closed_with(session, voters=voters)
    changes = {"returned": 0, **changes}
    await write(session, paper, SHEETS, **changes)
    for clerk in paper.clerks[:2]:
        await enter(session, paper, clerk, SHEETS)
    assert (await service.load_place(session, paper.id, 1)).problems == (Problem.UNEXPLAINED,)
    await write(session, paper, SHEETS, **changes, explanation="Un alegător a luat buletinul acasă.")
    state = await service.load_place(session, paper.id, 1)
    assert state.problems == ()
    assert state.report is not None
    assert state.report.given == voters, "counted from the marks, not typed"
    await sign(session, paper)


async def test_two_different_people_sign_what_both_saw(session: AsyncSession) -> None:
    paper = await closed_with(session)
    await settle(session, paper, {1: SHEETS})
    first = await service.load_place(session, paper.id, 1)
    assert len(first.signatures) == 2
    with pytest.raises(Forbidden, match="already"):
        await service.sign_place(session, paper.clerks[1], paper.id, 1, digest=first.digest, now=CLOSING)
    with pytest.raises(Forbidden, match="is signed"):
        await write(session, paper, SHEETS)
    await service.withdraw_signature(session, paper.clerks[0], paper.id, 1, now=CLOSING)
    with pytest.raises(Forbidden, match="You have signed this"):
        await service.sign_place(session, paper.officers[1], paper.id, 1, digest=first.digest, now=CLOSING)
    with pytest.raises(WrongDigest):
        await service.sign_place(session, paper.clerks[2], paper.id, 1, digest="0" * 64, now=CLOSING)
    await service.withdraw_signature(session, paper.officers[1], paper.id, 1, now=CLOSING)
    await write(session, paper, SHEETS, received=101, unused=97)
    await sign(session, paper)


# ── fixed before the count ────────────────────────────────────────────────────


async def test_the_closing_protocol_waits_for_every_place_and_holds_their_digest(
    session: AsyncSession,
) -> None:
    paper = await closed_with(session)
    await settle(session, paper, {1: SHEETS})
    poll = (await queries.get_poll(session, paper.id)).poll
    with pytest.raises(Forbidden, match="every polling place"):
        await confirm(session, paper.officers[0], poll, Act.CLOSE, now=CLOSING)
    before = service.protocol_digest(poll)
    await settle(session, paper, {2: []})  # nobody came
    assert poll.paper == PaperPhase.SETTLED
    assert service.protocol_digest(poll) != before
    await service.withdraw_signature(session, paper.clerks[0], paper.id, 2, now=CLOSING)
    assert (poll.paper, poll.paper_digest) == (PaperPhase.PLANNED, None)
    await sign_again(session, paper.clerks[0], paper, 2)
    await confirm(session, paper.officers[0], poll, Act.CLOSE, now=CLOSING)
    with pytest.raises(Forbidden, match="no longer change"):
        await service.withdraw_signature(session, paper.clerks[0], paper.id, 2, now=CLOSING)
    facts = await register.list_facts(session, subject=f"poll:{paper.id}")
    settled = next(fact for fact in facts if fact.kind == "poll.papers_settled")
    confirmed = next(fact for fact in facts if fact.kind == "poll.protocol_confirmed")
    assert settled.facts["paper_digest"] == confirmed.facts["paper_digest"] == poll.paper_digest
    assert settled.position < confirmed.position


async def sign_again(session: AsyncSession, clerk: Actor, paper: PaperPoll, place: int) -> None:
    state = await service.load_place(session, paper.id, place)
    await service.sign_place(session, clerk, paper.id, place, digest=state.digest, now=CLOSING)


async def test_papers_of_all_places_are_counted_with_the_box_and_the_record_proves_it(
    session: AsyncSession,
) -> None:
    paper = await make_paper_poll(session)
    for numbers in (["P03", "P01"], ["P02"]):
        await cast(session, paper.poll, numbers)
    await give(session, paper, voters=4)
    await give(session, paper, place=2)
    await service.note_assisted(session, paper.clerks[0], paper.id, 2, now=NOON)
    await close(session, paper)
    await settle(session, paper, {1: SHEETS, 2: [ballot("P03", "P01")]})
    await confirm_close(session, paper)
    counted = await count(session, paper)
    result, record = counted.result, record_of(counted)
    assert (result.received, result.counted, result.blank) == (6, 5, 1)
    assert result.counted + result.blank + sum(one.number for one in result.rejected) == result.received
    assert record.paper
    assert (record.electronic, record.paper.total, record.paper.spoiled) == (2, 4, 1)
    assert [place.assisted for place in record.paper.places] == [0, 1]
    assert [number for number, _ in record.paper.papers] == [1, 2, 1], "of both places, together"
    verification = verify_record(counted.files[0].content)
    assert verification.ok, verification.failed
    sheets = next(file for file in counted.files if file.name == "paper.csv").content.decode()
    assert sheets.splitlines() == ["ballot,options,points", "1,,", "2,P01,", "3,P03 P01,", "4,P03 P01,"]
    facts = await register.list_facts(session, subject=f"poll:{paper.id}")
    assert facts[0].facts["paper_digest"] == paper_digest(record.paper)
    assert (await queries.get_poll(session, paper.id)).poll.voter_count == 7


async def test_nothing_is_counted_that_is_not_what_was_signed(session: AsyncSession) -> None:
    paper = await closed_with(session)
    await settle(session, paper, {1: SHEETS, 2: []})
    await confirm_close(session, paper)
    row = await session.get(PaperSettlement, paper.id)
    assert row is not None
    row.content = row.content.replace("P03", "P05")
    await session.flush()
    with pytest.raises(PapersDiffer):
        await service.load_box(session, paper.id)


async def test_pages_get_the_papers_in_numbers_and_read_them_once(session: AsyncSession) -> None:
    paper = await closed_with(session)
    await settle(session, paper, {1: SHEETS, 2: []})
    summary = await service.load_paper_summary(session, paper.poll)
    assert summary is not None
    assert (summary.total, summary.spoiled, len(summary.places)) == (3, 1, 2)
    row = await session.get(PaperSettlement, paper.id)
    assert row is not None
    row.content = "not read again"
    await session.flush()
    assert await service.load_paper_summary(session, paper.poll) is summary


async def test_at_certification_who_held_a_paper_and_which_box_it_was_in_are_forgotten(
    session: AsyncSession,
) -> None:
    paper = await closed_with(session)
    clerk = paper.clerks[0].id
    log_access(session, reader_id=clerk, subject_id=clerk, what="Alta.", now=NOON)
    await settle(session, paper, {1: SHEETS, 2: []})
    await confirm_close(session, paper)
    await count(session, paper)
    poll = (await queries.get_poll(session, paper.id)).poll
    told = select(AccessLogEntry.what).distinct()
    assert set((await session.execute(told)).scalars()) == {GIVEN, "Alta."}
    for officer in paper.officers:
        await confirm(session, officer, poll, Act.CERTIFY, now=CLOSING)
    assert poll.state == PollState.CERTIFIED
    assert set((await session.execute(told)).scalars()) == {"Alta."}
    for table in TRACES:
        assert (await session.execute(select(func.count()).select_from(table))).scalar_one() == 0, table
    assert (await session.execute(select(func.count()).select_from(Participation))).scalar_one() == 4
    part = await service.load_paper_part(session, poll)
    assert part is not None
    assert part.total == 3


async def test_the_register_says_nothing_of_what_is_on_a_paper_or_of_who_held_one(
    session: AsyncSession,
) -> None:
    paper = await make_paper_poll(session)
    voters = await give(session, paper, voters=2)
    await close(session, paper)
    await settle(session, paper, {1: [ballot("P07", "P02"), ballot("P07", "P02")], 2: []})
    facts = await register.list_facts(session, subject=f"poll:{paper.id}", limit=100)
    said = json.dumps([fact.facts for fact in facts if not fact.kind.startswith("poll.announced")])
    assert "P07" not in said
    for voter in voters:
        assert str(voter.id) not in said
        assert voter.name not in said


# ── at once ───────────────────────────────────────────────────────────────────


async def as_class(work: Awaitable[object]) -> type:
    try:
        return type(await work)
    except DomainError as refusal:
        return type(refusal)


async def test_clerks_at_once_leave_two_rows_of_entries_and_two_signatures_one_list(
    database: Database,
) -> None:
    async with database.write() as session:
        paper = await make_paper_poll(session)
        await give(session, paper)
        clerks = [*paper.clerks, *[await make_clerk(session, name=f"Grăbit {n}") for n in range(3)]]
        await close(session, paper)
        await write(session, paper, [BLANK])
        await settle(session, paper, {2: []})

    async def begin(clerk: Actor) -> object:
        async with database.write() as unit:
            return await service.begin_reading(unit, clerk, paper.id, 1, now=CLOSING)

    answers = await asyncio.gather(*(as_class(begin(clerk)) for clerk in clerks))
    assert sorted(answers, key=str) == sorted([int] * 2 + [Forbidden] * 4, key=str)
    async with database.read() as session:
        readers = {one.account_id for one in await queries.list_readings(session, paper.id, 1)}
    mine = [clerk for clerk in clerks if clerk.id in readers]

    async def enter_one(clerk: Actor, sheet: service.Sheet) -> None:
        async with database.write() as unit:
            await service.enter_sheet(unit, clerk, paper.id, 1, 1, sheet)

    tried = [enter_one(clerk, sheet) for clerk in mine for sheet in (BLANK, ballot("P01"), BLANK)]
    assert {*await asyncio.gather(*(as_class(one) for one in tried))} == {type(None)}
    async with database.write() as session:
        assert len(await queries.list_entries(session, paper.id, 1)) == 2
        for clerk in mine:
            await service.enter_sheet(session, clerk, paper.id, 1, 1, BLANK)
            await service.finish_reading(session, clerk, paper.id, 1, now=CLOSING)
        digest = (await service.load_place(session, paper.id, 1)).digest

    async def sign_it(official: Actor) -> None:
        async with database.write() as unit:
            await service.sign_place(unit, official, paper.id, 1, digest=digest, now=CLOSING)

    signed = await asyncio.gather(*(as_class(sign_it(one)) for one in (*clerks, *paper.officers)))
    assert [one for one in signed if one is not Forbidden] == [type(None)] * 2
    async with database.read() as session:
        assert (await session.execute(select(func.count()).select_from(PaperSettlement))).scalar_one() == 1
    assert issubclass(WrongDigest, Conflict)
