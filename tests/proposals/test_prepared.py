"""Verdicts that are not public yet: a second pair of eyes, publication at one moment, and no leak."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.policy import Actor
from accounts.states import Role
from app.kit import register
from app.kit.context import Services
from app.kit.db import Database
from app.kit.errors import Conflict, DomainError, Forbidden
from app.kit.outbox import OutboxMessage
from cycles.models import Cycle
from proposals import jobs, queries, service
from proposals.errors import AlreadyEnded
from proposals.models import Idea, IdeaEvent, PreparedVerdict, Project, Verdict
from proposals.service import ReviewTerms, read_terms
from proposals.states import IdeaState
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle
from tests.make.proposals import acceptance, make_idea, make_reviewer, merger, rejection
from tests.proposals.conftest import Town

pytestmark = pytest.mark.usefixtures("clock")
DEAR = 200_000_00  # 2.5 of it cost more than 500,000 lei
DAY = timedelta(days=1)


async def judge(session: AsyncSession, name: str = "Irina Marin") -> Actor:
    return actor_of(await make_reviewer(session, name=name), roles=[Role.REVIEWER])


async def hold(session: AsyncSession, cycle: Cycle) -> None:
    """Let the cycle publish its verdicts tomorrow, together."""
    admin = actor_of(await make_account(session), roles=[Role.ADMIN])
    seen = read_terms(await queries.get_rules(session, cycle.id))
    terms = ReviewTerms(
        second_eyes_bani=seen.second_eyes_bani, answer_days=10, contest_days=5, decide_days=5,
        publish_at=NOON + DAY,
    )  # fmt: skip
    await service.change_review_rules(
        session, admin, cycle.id, terms, seen=seen, reason="Toate deodată", now=NOON
    )


async def prepare(session: AsyncSession, idea: Idea, by: Actor, **more: Any) -> PreparedVerdict:
    given = await service.judge_idea(session, by, idea.id, acceptance(unit_price_bani=DEAR), now=NOON, **more)
    assert isinstance(given, PreparedVerdict)
    return given


async def traces(session: AsyncSession) -> list[int]:
    """How much of anything there is outside the department."""
    await session.flush()
    tables = (register.RegisterEntry, IdeaEvent, Verdict, Project, OutboxMessage)
    return [(await session.execute(select(func.count()).select_from(one))).scalar_one() for one in tables]


async def test_a_large_acceptance_takes_two_and_leaves_no_trace_before(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    idea = await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW)
    first, second = await judge(session), await judge(session, "Mihai Toma")
    before, touched = await traces(session), idea.updated_at
    prepared = await prepare(session, idea, first)
    assert prepared.needs_second
    assert (await traces(session), idea.state, idea.updated_at) == (before, IdeaState.IN_REVIEW, touched)
    with pytest.raises(Forbidden, match="You have prepared"):
        await service.confirm_prepared(session, first, prepared.id, now=NOON)
    with pytest.raises(Forbidden, match="is prepared"):
        await service.judge_idea(session, second, idea.id, rejection(), now=NOON)
    with pytest.raises(Forbidden, match="is prepared"):
        await service.ask_author(session, second, idea.id, question="Unde anume?", now=NOON)
    verdict = await service.confirm_prepared(session, second, prepared.id, now=NOON + DAY)
    assert isinstance(verdict, Verdict)
    assert (verdict.reviewer_name, verdict.second_name, verdict.at) == (
        "Irina Marin",
        "Mihai Toma",
        NOON + DAY,
    )
    fact = (await register.list_facts(session, subject=f"idea:{idea.id}"))[0]
    assert (fact.facts["by"], fact.facts["confirmed_by"]) == ("Irina Marin", "Mihai Toma")
    assert idea.state == IdeaState.ACCEPTED
    with pytest.raises(AlreadyEnded):
        await service.confirm_prepared(session, second, prepared.id, now=NOON + DAY)


async def test_at_the_limit_one_reviewer_is_enough(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    idea = await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW)
    ruling = acceptance()
    assert ruling.costing is not None
    admin = actor_of(await make_account(session), roles=[Role.ADMIN])
    seen = read_terms(await queries.get_rules(session, cycle.id))
    terms = ReviewTerms(
        second_eyes_bani=ruling.costing.total_bani, answer_days=10, contest_days=5, decide_days=5,
        publish_at=None,
    )  # fmt: skip
    await service.change_review_rules(session, admin, cycle.id, terms, seen=seen, reason="Prag", now=NOON)
    assert isinstance(
        await service.judge_idea(session, await judge(session), idea.id, ruling, now=NOON), Verdict
    )


async def test_a_correction_that_costs_more_takes_two_as_well(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    idea = await make_idea(session, cycle=cycle, state=IdeaState.ACCEPTED)
    standing = await queries.find_verdict(session, idea.id)
    assert standing is not None
    prepared = await prepare(session, idea, await judge(session), correcting=standing.id)
    project = await queries.find_project_of_idea(session, idea.id)
    assert project is not None
    assert project.cost_bani == standing.total_bani
    await service.confirm_prepared(session, await judge(session, "Mihai Toma"), prepared.id, now=NOON)
    assert project.cost_bani > 500_000_00


async def test_what_is_sent_back_can_be_decided_anew(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    idea = await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW)
    first, second = await judge(session), await judge(session, "Mihai Toma")
    prepared = await prepare(session, idea, first)
    before = await traces(session)
    await service.send_back_prepared(session, second, prepared.id, why="Lipsește racordul.", now=NOON)
    after = await traces(session)
    assert after[:4] == before[:4]  # the message is for the colleague alone
    assert after[4] == before[4] + 1
    again = await prepare(session, idea, first)
    author = actor_of(await make_account(session), verified=True)
    with pytest.raises(Forbidden):
        await service.send_back_prepared(session, author, again.id, why="Lasă-mă.", now=NOON)


async def test_withdrawing_ends_what_is_prepared(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    author = await make_account(session, verified=True)
    idea = await make_idea(session, cycle=cycle, author=author, state=IdeaState.IN_REVIEW)
    prepared = await prepare(session, idea, await judge(session))
    await service.withdraw_idea(session, actor_of(author, verified=True), idea.id, now=NOON)
    assert prepared.ended_as == "lapsed"
    with pytest.raises(AlreadyEnded):
        await service.confirm_prepared(session, await judge(session, "Mihai Toma"), prepared.id, now=NOON)


async def test_all_are_published_at_their_moment_and_one_that_cannot_keeps_no_other(
    database: Database, app: Any, clock: Any
) -> None:
    services: Services = app.services
    async with services.database.write() as session:
        cycle = await make_cycle(session)
        await hold(session, cycle)
        one, other, twin, target = [
            await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW) for _ in range(4)
        ]
        first = await judge(session)
        await service.judge_idea(session, first, one.id, rejection(), now=NOON)
        await service.judge_idea(session, first, other.id, acceptance(), now=NOON)
        stuck = await service.judge_idea(session, first, twin.id, merger(target.id), now=NOON)
        await service.judge_idea(session, first, target.id, acceptance(unit_price_bani=DEAR), now=NOON)
        before = await traces(session)
        author = actor_of(await session.get_one(Account, target.author_id), verified=True)
        await service.withdraw_idea(
            session, author, target.id, now=NOON
        )  # nothing can be merged into it any more
    await jobs.publish_prepared(services)  # too early
    async with services.database.read() as session:
        assert (await traces(session))[2] == before[2]
    clock.at(NOON + DAY)
    await asyncio.gather(jobs.publish_prepared(services), jobs.publish_prepared(services))  # twice is once
    async with services.database.read() as session:
        verdicts = list((await session.execute(select(Verdict))).scalars())
        assert sorted(verdict.kind for verdict in verdicts) == ["accepted", "rejected"]
        assert {verdict.at for verdict in verdicts} == {NOON + DAY}
        problem = (await queries.get_prepared(session, stuck.id)).problem
        assert "merged into another idea" in problem
        facts = [fact async for fact in register.stream_facts(session)]
        assert register.check_chain(facts) is None


async def test_released_early_by_a_button_is_public_by_name(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    await hold(session, cycle)
    idea = await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW)
    first, second = await judge(session), await judge(session, "Mihai Toma")
    prepared = await prepare(session, idea, first)
    assert await service.confirm_prepared(session, second, prepared.id, now=NOON) is prepared  # waits
    assert await queries.list_ready(session, now=NOON) == []
    assert await service.release_verdicts(session, second, cycle.id, now=NOON) == 1
    fact = (await register.list_facts(session, subject=f"cycle:{cycle.slug}"))[0]
    assert (fact.kind, fact.facts["by"]) == ("cycle.verdicts-released", "Mihai Toma")
    assert isinstance(await service.publish_prepared(session, prepared.id, now=NOON), Verdict)
    assert await service.publish_prepared(session, prepared.id, now=NOON) is None
    with pytest.raises(Forbidden):
        await service.release_verdicts(session, second, cycle.id, now=NOON)


async def test_confirming_and_sending_back_at_once_leave_one_end(database: Database) -> None:
    async with database.write() as session:
        cycle = await make_cycle(session)
        idea = await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW)
        prepared = await prepare(session, idea, await judge(session))
        seconds = [await judge(session, f"Coleg {n}") for n in range(6)]

    async def act(place: int) -> object:
        try:
            async with database.write() as session:
                if place % 2:
                    await service.confirm_prepared(session, seconds[place], prepared.id, now=NOON)
                else:
                    await service.send_back_prepared(
                        session, seconds[place], prepared.id, why="Nu.", now=NOON
                    )
        except DomainError as refused:
            return type(refused)
        return None

    answers = await asyncio.gather(*(act(place) for place in range(6)))
    assert sorted(map(str, answers)).count(str(AlreadyEnded)) == 5
    async with database.read() as session:
        ended = await queries.get_prepared(session, prepared.id)
        count = (await session.execute(select(func.count()).select_from(Verdict))).scalar_one()
        assert count == (ended.ended_as == "published")


async def test_two_who_prepare_at_once_leave_one_prepared_verdict(database: Database) -> None:
    async with database.write() as session:
        cycle = await make_cycle(session)
        idea = await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW)
        judges = [await judge(session, f"Coleg {n}") for n in range(4)]

    async def act(one: Actor) -> object:
        try:
            async with database.write() as session:
                return await prepare(session, idea, one)
        except (Forbidden, Conflict) as refused:
            return type(refused)

    answers = await asyncio.gather(*(act(one) for one in judges))
    assert sum(isinstance(answer, PreparedVerdict) for answer in answers) == 1


# ── page by page ──────────────────────────────────────────────────────────────
async def test_pages_of_a_prepared_verdict(town: Town) -> None:
    first, second, public = (
        await town.reviewer(),
        await town.reviewer(name="Mihai Toma"),
        await town.visitor(),
    )
    async with town.database.write() as session:
        idea = await make_idea(session, cycle=town.cycle, state=IdeaState.IN_REVIEW, reviewer=first.account)
    line = {
        "description": "Pistă",
        "quantity": "3",
        "unit": "km",
        "price": "200.000",
        "vat": "21",
        "source": "ofertă",
    }
    typed = {f"line-1-{name}": value for name, value in line.items()}
    typed |= {"text": "Am verificat; se poate face într-un an."}
    question = await first.send(f"/review/ideas/{idea.id}/accept", status=200, **typed)
    assert "A colleague has to confirm it" in question.text
    answer = await first.send(f"/review/ideas/{idea.id}/accept", do="confirmed", **typed)
    address = answer.headers["location"].removeprefix("/en").partition("?")[0]
    assert "You have prepared this decision" in await first.see(address)
    await first.send(f"{address}/confirm", status=403)
    assert "waits for a second reviewer" in await second.see("/review/prepared")
    assert "A decision is prepared" in await second.see(f"/review/ideas/{idea.id}")
    for path in (f"/ideas/{idea.id}", "/ideas", "/projects", "/register", "/cycles/bp-2027"):
        html = await public.see(path)
        assert "P01" not in html
        assert "prepared" not in html
    refused = await second.send(f"{address}/send-back", status=422, why="Nu.")
    assert "at least 10 characters" in refused.text
    await second.see(address)
    await second.send(f"{address}/confirm")
    page = await public.see(f"/ideas/{idea.id}")
    assert "Confirmed by a second reviewer: Mihai Toma" in page
    assert "This decision was published" in await first.see(address)
    await second.send(f"{address}/confirm", status=409)


async def test_the_author_who_is_an_official_does_not_read_what_is_prepared(town: Town) -> None:
    insider, colleague = await town.reviewer(), await town.reviewer(name="Mihai Toma")
    assert insider.account is not None
    async with town.database.write() as session:
        idea = await make_idea(
            session,
            cycle=town.cycle,
            author=insider.account,
            state=IdeaState.IN_REVIEW,
            reviewer=colleague.account,
        )
        assert colleague.account is not None
        by = actor_of(colleague.account, roles=[Role.REVIEWER])
        prepared = await prepare(session, idea, by)
    await insider.see(f"/review/prepared/{prepared.id}", status=403)
    assert idea.title not in await insider.see("/review/prepared")
    assert "A decision is prepared" not in await insider.see(f"/review/ideas/{idea.id}")


async def test_publication_is_brought_forward_after_a_question(town: Town, run_jobs: Any) -> None:
    reviewer, public = await town.reviewer(), await town.visitor()
    async with town.database.write() as session:
        await hold(session, town.cycle)
        idea = await make_idea(session, cycle=town.cycle, state=IdeaState.IN_REVIEW)
        assert reviewer.account is not None
        await service.judge_idea(
            session, actor_of(reviewer.account, roles=[Role.REVIEWER]), idea.id, rejection(), now=NOON
        )
    assert "waits until" in await reviewer.see("/review/prepared")
    assert "Announced moment" in await reviewer.see("/review/release/bp-2027")
    assert "was rejected" not in await public.see(f"/ideas/{idea.id}")
    await reviewer.send("/review/release/bp-2027")
    await run_jobs()
    assert "was rejected" in await public.see(f"/ideas/{idea.id}")
    await reviewer.see("/review/release/bp-2027", status=404)
