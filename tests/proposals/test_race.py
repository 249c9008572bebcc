"""Real concurrency: many connections at once, on both databases."""

import asyncio
from collections.abc import Awaitable

import pytest
from sqlalchemy import func, select

from accounts.states import Role
from app.kit import register
from app.kit.db import Database
from app.kit.errors import DomainError, Forbidden
from proposals import queries, service
from proposals.errors import AlreadyJudged, AlreadySupported
from proposals.models import Idea, Project, Support, Verdict
from proposals.states import MOST_SUPPORTS, IdeaState
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle
from tests.make.proposals import acceptance, make_draft, make_idea, make_reviewer, merger, rejection

pytestmark = pytest.mark.usefixtures("clock")


async def refusal(act: Awaitable[object]) -> object:
    """The class of the refusal, or None when it went well."""
    try:
        await act
    except DomainError as refused:
        return type(refused)
    return None


async def test_simultaneous_sending_leaves_no_gap_in_the_numbers(database: Database) -> None:
    async with database.write() as session:
        cycle = await make_cycle(session)
        authors = [await make_account(session, verified=True) for _ in range(12)]
        drafts = [await make_draft(session, cycle=cycle, author=author) for author in authors]

    async def send(place: int, *, fail: bool) -> None:
        async with database.write() as session:
            await service.submit_idea(
                session, actor_of(authors[place], verified=True), drafts[place].id, now=NOON
            )
            if fail:
                raise RuntimeError("after the number was taken")

    sent = (send(place, fail=place % 4 == 3) for place in range(12))
    answers = await asyncio.gather(*sent, return_exceptions=True)
    assert sum(isinstance(answer, RuntimeError) for answer in answers) == 3
    async with database.read() as session:
        query = select(Idea.number).where(Idea.number.is_not(None)).order_by(Idea.number)
        numbers = (await session.execute(query)).scalars().all()
        facts = [fact async for fact in register.stream_facts(session)]
    assert numbers == [f"ID-2027-{n:05d}" for n in range(1, 10)]
    assert register.check_chain(facts) is None


async def test_sixteen_simultaneous_supports_of_one_resident_count_once(database: Database) -> None:
    async with database.write() as session:
        cycle = await make_cycle(session)
        idea = await make_idea(session, cycle=cycle)
        fan = actor_of(await make_account(session, verified=True), verified=True)

    async def support() -> None:
        async with database.write() as session:
            await service.support_idea(session, fan, idea.id, now=NOON)

    answers = await asyncio.gather(*(refusal(support()) for _ in range(16)))
    assert answers.count(AlreadySupported) == 15
    async with database.read() as session:
        assert (await queries.get_idea(session, idea.id)).support_count == 1
        assert (await session.execute(select(func.count()).select_from(Support))).scalar_one() == 1


async def test_many_residents_support_at_once_and_all_are_counted(database: Database) -> None:
    async with database.write() as session:
        cycle = await make_cycle(session)
        idea = await make_idea(session, cycle=cycle)
        fans = [actor_of(await make_account(session, verified=True), verified=True) for _ in range(12)]

    async def support(place: int) -> None:
        async with database.write() as session:
            await service.support_idea(session, fans[place], idea.id, now=NOON)

    await asyncio.gather(*(support(place) for place in range(12)))
    async with database.read() as session:
        assert (await queries.get_idea(session, idea.id)).support_count == 12


async def test_two_reviewers_at_once_leave_one_verdict(database: Database) -> None:
    async with database.write() as session:
        cycle = await make_cycle(session)
        idea = await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW)
        judges = [
            actor_of(await make_reviewer(session, name=f"Judecător {n}"), roles=[Role.REVIEWER])
            for n in range(6)
        ]

    async def decide(place: int) -> None:
        async with database.write() as session:
            if place % 2:
                await service.judge_idea(session, judges[place], idea.id, acceptance("Se poate."), now=NOON)
            else:
                await service.judge_idea(
                    session, judges[place], idea.id, rejection("R01", "Nu se poate."), now=NOON
                )

    answers = await asyncio.gather(*(refusal(decide(place)) for place in range(6)))
    assert sorted(answers, key=str).count(AlreadyJudged) == 5
    async with database.read() as session:
        assert (await session.execute(select(func.count()).select_from(Verdict))).scalar_one() == 1


async def test_accepting_many_ideas_at_once_gives_each_project_its_own_number(database: Database) -> None:
    async with database.write() as session:
        cycle = await make_cycle(session)
        reviewer = await make_reviewer(session)
        judge = actor_of(reviewer, roles=[Role.REVIEWER])
        ideas = [
            await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW, reviewer=reviewer)
            for _ in range(8)
        ]

    async def accept(idea: Idea) -> None:
        async with database.write() as session:
            await service.judge_idea(session, judge, idea.id, acceptance("Se poate."), now=NOON)

    await asyncio.gather(*(accept(idea) for idea in ideas))
    async with database.read() as session:
        numbers = (await session.execute(select(Project.number).order_by(Project.position))).scalars().all()
    assert numbers == [f"P{n:02d}" for n in range(1, 9)]


async def test_crosswise_mergers_at_once_do_not_lock_each_other_out(database: Database) -> None:
    async with database.write() as session:
        cycle = await make_cycle(session)
        reviewer = await make_reviewer(session)
        judge = actor_of(reviewer, roles=[Role.REVIEWER])
        one, other = [
            await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW, reviewer=reviewer)
            for _ in range(2)
        ]

    async def merge(idea: Idea, into: Idea) -> None:
        async with database.write() as session:
            await service.judge_idea(session, judge, idea.id, merger(into.id, "La fel."), now=NOON)

    answers = await asyncio.gather(refusal(merge(one, other)), refusal(merge(other, one)))
    assert sorted(answer is None for answer in answers) == [False, True]


async def test_two_windows_do_not_pass_the_limit_of_supports(database: Database) -> None:
    async with database.write() as session:
        cycle = await make_cycle(session)
        ideas = [await make_idea(session, cycle=cycle) for _ in range(MOST_SUPPORTS + 6)]
        resident = actor_of(await make_account(session, verified=True), verified=True)
        gone = await make_idea(session, cycle=cycle)
        await service.support_idea(session, resident, gone.id, now=NOON)
        gone.state = IdeaState.WITHDRAWN.value  # gives its support back

    async def support(place: int) -> object:
        async def act() -> None:
            async with database.write() as session:
                await service.support_idea(session, resident, ideas[place].id, now=NOON)

        return await refusal(act())

    told = await asyncio.gather(*(support(place) for place in range(len(ideas)) for _ in range(2)))
    assert told.count(None) == MOST_SUPPORTS
    assert set(told) == {None, Forbidden, AlreadySupported}
    async with database.read() as session:
        assert await queries.count_supports(session, cycle.id, [resident.id]) == MOST_SUPPORTS
        counts = (await session.execute(select(func.sum(Idea.support_count)))).scalar_one()
        rows = (await session.execute(select(func.count()).select_from(Support))).scalar_one()
    assert counts == rows == MOST_SUPPORTS + 1
