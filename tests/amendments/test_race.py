"""Real concurrency: many connections at once, on both databases.

`OBSTE_TEST_SCALE=1 ./obste test tests/amendments/test_race.py` registers a thousand amendments to 250
articles and a thousand to one paragraph; without it the same is done with fewer, always.
"""

import asyncio
import os
from collections.abc import Awaitable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from amendments import queries, service
from amendments.errors import AlreadySupported, AnswerClashes
from amendments.models import AmendmentRow
from amendments.service import AmendmentDraft, AnswerDraft
from amendments.states import Outcome
from amendments.text.index import ConflictIndex
from amendments.text.units import Unit, Version
from app.kit import register
from app.kit.db import Database
from app.kit.errors import DomainError
from tests.make.accounts import NOON
from tests.make.acts import (
    AFTER,
    REASON,
    edit,
    make_act,
    make_clerk,
    make_councillor,
    make_person,
    propose,
)

pytestmark = pytest.mark.usefixtures("clock")
FULL = bool(os.environ.get("OBSTE_TEST_SCALE"))
PROPOSALS, AT_ONCE, PEOPLE = (1_000, 20, 50) if FULL else (40, 10, 10)
CHEAPER = edit("a1", "Tariful este de 8 lei pe oră.")
CHEAPEST = edit("a1", "Tariful este de 5 lei pe oră.")


async def refusal(act: Awaitable[object]) -> object:
    """The class of the refusal, or None when it went well."""
    try:
        await act
    except DomainError as refused:
        return type(refused)
    return None


async def test_simultaneous_proposals_leave_no_gap_in_the_register(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as session:
        act = await make_act(session, await make_clerk(session), tmp_path)
        authors = [await make_person(session) for _ in range(12)]
        draft = AmendmentDraft(operations=CHEAPER, reason=REASON)
        rows = [await service.begin_amendment(session, one, act.id, draft, now=NOON) for one in authors]

    async def send(place: int, *, fail: bool) -> None:
        async with database.write() as session:
            await service.submit_amendment(session, authors[place], rows[place].id, now=NOON)
            if fail:
                raise RuntimeError("after the number was taken")

    twice = [*range(12), *range(12)]  # everybody clicks twice
    sent = (send(place, fail=place % 4 == 3) for place in twice)
    answers = await asyncio.gather(*sent, return_exceptions=True)
    assert sum(isinstance(answer, RuntimeError) for answer in answers) == 6
    async with database.read() as session:
        query = select(AmendmentRow.number, AmendmentRow.rank).where(AmendmentRow.rank.is_not(None))
        numbered = (await session.execute(query.order_by(AmendmentRow.rank))).all()
        facts = [fact async for fact in register.stream_facts(session)]
    assert [tuple(one) for one in numbered] == [(f"AM-2027-{n:05d}", n) for n in range(1, 10)]
    assert register.check_chain(facts) is None


async def test_two_who_accept_what_contradicts_are_one_after_the_other(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as session:
        act = await make_act(session, await make_clerk(session), tmp_path)
        author = await make_person(session)
        rows = [await propose(session, author, act, text) for text in (CHEAPER, CHEAPEST)]
        councillors = [await make_councillor(session, name=name) for name in ("Ana Una", "Dan Doi")]

    async def accept(place: int) -> None:
        draft = AnswerDraft(outcome=Outcome.ACCEPTED, function="consilier local")
        async with database.write() as session:
            await service.answer_amendment(session, councillors[place], rows[place].id, draft, now=AFTER)

    answers = await asyncio.gather(*(refusal(accept(place)) for place in (0, 1)))
    assert sorted(answers, key=str) == sorted([None, AnswerClashes], key=str)
    async with database.read() as session:
        version = await queries.last_version(session, act.id)
        assert len(await service.list_accepted(session, version)) == 1


async def test_eight_clicks_of_one_person_are_one_support(database: Database, tmp_path: Path) -> None:
    async with database.write() as session:
        act = await make_act(session, await make_clerk(session), tmp_path)
        row = await propose(session, await make_person(session), act, CHEAPER)
        fan = await make_person(session, name="Dan Vecinu")

    async def stand() -> None:
        async with database.write() as session:
            await service.stand_behind(session, fan, row.id, by_name=False, now=NOON)

    answers = await asyncio.gather(*(refusal(stand()) for _ in range(8)))
    assert answers.count(AlreadySupported) == 7
    async with database.read() as session:
        query = select(func.sum(AmendmentRow.support_count))
        assert (await session.execute(query)).scalar_one() == 1


@pytest.mark.parametrize("articles", [1, PROPOSALS // 4])
async def test_a_thousand_who_propose_leave_no_number_missing_or_doubled(
    database: Database, tmp_path: Path, articles: int
) -> None:
    """By transactions of their own, many at a time, as fast as the database can; every twentieth is cut off
    after it has its number, and sent again. What each is in conflict with is what comparing all would find.
    """
    text = Version(
        [
            Unit(id="act", type="act"),
            *(
                Unit(id=f"a{n}", type="article", parent="act", label=str(n), text=f"Zona {n} are 10 locuri.")
                for n in range(1, articles + 1)
            ),
        ]
    )
    async with database.write() as session:
        act = await make_act(session, await make_clerk(session), tmp_path, text=text)
        authors = [await make_person(session) for _ in range(PEOPLE)]
    cut_off = set(range(0, PROPOSALS, 20))
    waiting = iter([*((n, n in cut_off) for n in range(PROPOSALS)), *((n, False) for n in cut_off)])
    cut = 0

    async def propose_one_after_the_other() -> None:
        nonlocal cut
        for place, fails in waiting:
            number = place % articles + 1
            operations = edit(f"a{number}", f"Zona {number} are {place + 11} locuri.", text=text)
            try:
                async with database.write() as session:
                    await propose(session, authors[place % PEOPLE], act, operations)
                    if fails:
                        raise CutOff
            except CutOff:
                cut += 1

    await asyncio.gather(*(propose_one_after_the_other() for _ in range(AT_ONCE)))
    assert cut == len(cut_off)
    async with database.read() as session:
        query = select(AmendmentRow.number, AmendmentRow.rank).order_by(AmendmentRow.rank)
        numbered = [tuple(one) for one in (await session.execute(query)).all()]
        facts = [fact async for fact in register.stream_facts(session)]
        version = await queries.last_version(session, act.id)
        kept = await queries.list_conflicts(session, version.id)
        everything = ConflictIndex(text, (await queries.map_standing(session, version)).values())
    assert numbered == [(f"AM-2027-{n:05d}", n) for n in range(1, PROPOSALS + 1)]
    assert register.check_chain(facts) is None
    assert {(str(one.first_id), str(one.second_id)) for one in kept} == {
        one.pair for one in everything.conflicts()
    }
    each = PROPOSALS // articles
    assert len(kept) == articles * each * (each - 1) // 2


class CutOff(Exception):
    """The connection breaks, or the power goes."""
