"""Contesting a verdict: once, in time, decided by somebody else; its terms move with the days off."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.states import Role
from app.kit import register
from app.kit.db import Database
from app.kit.errors import DomainError, Forbidden
from proposals import jobs, queries, service
from proposals.errors import ContestationNotFound
from proposals.models import Contestation, PreparedVerdict, Verdict
from proposals.states import EventKind, IdeaState, moved_deadline
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle
from tests.make.proposals import (
    acceptance,
    make_contestation,
    make_idea,
    make_project,
    make_reviewer,
    rejection,
)
from tests.proposals.conftest import Town
from tests.proposals.test_departments import judge, letters, make_department

pytestmark = pytest.mark.usefixtures("clock")
DAY = timedelta(days=1)
NONE: frozenset[date] = frozenset()
WHY = "Am cerut extrasul: terenul este al sectorului."


async def reviewer(session: AsyncSession, name: str) -> Actor:
    return actor_of(await make_reviewer(session, name=name), roles=[Role.REVIEWER])


async def rejected(session: AsyncSession) -> Any:
    """A rejected idea with its author, and who rejected it."""
    cycle = await make_cycle(session)
    author, judge = await make_account(session, verified=True), await make_reviewer(session)
    idea = await make_idea(session, cycle=cycle, author=author, state=IdeaState.REJECTED, reviewer=judge)
    return idea, author, actor_of(judge, roles=[Role.REVIEWER])


async def test_upheld_by_somebody_else_with_public_reasons(session: AsyncSession) -> None:
    idea, author, judge = await rejected(session)
    one = await make_contestation(session, idea, author, now=NOON + 7 * DAY)  # the last day: Monday 8 March
    assert one.due_on == date(2027, 3, 15)
    with pytest.raises(Forbidden, match="your decision"):
        await service.uphold_verdict(session, judge, idea.id, text=WHY, now=NOON)
    standing = await queries.find_verdict(session, idea.id)
    assert standing is not None
    with pytest.raises(Forbidden, match="your decision"):  # nor by a correction of their own
        await service.judge_idea(session, judge, idea.id, acceptance(), correcting=standing.id, now=NOON)
    other = await reviewer(session, "Mihai Toma")
    await service.uphold_verdict(session, other, idea.id, text=WHY, now=NOON + 8 * DAY)
    assert (one.outcome, one.decided_by_name, idea.state) == ("upheld", "Mihai Toma", IdeaState.REJECTED)
    kinds = [event.kind for event in await queries.list_events(session, idea.id)]
    assert kinds[-2:] == [EventKind.CONTESTED, EventKind.UPHELD]
    facts = [fact.kind for fact in await register.list_facts(session, subject=f"idea:{idea.id}")]
    assert facts[:2] == ["idea.upheld", "idea.contested"]
    with pytest.raises(Forbidden, match="once"):
        await make_contestation(session, idea, author)
    with pytest.raises(ContestationNotFound):
        await service.uphold_verdict(session, other, idea.id, text=WHY, now=NOON)


async def test_a_new_verdict_answers_it_and_cannot_be_contested_again(session: AsyncSession) -> None:
    idea, author, _ = await rejected(session)
    one = await make_contestation(session, idea, author)
    other = await reviewer(session, "Mihai Toma")
    verdict = await service.judge_idea(
        session, other, idea.id, acceptance(), correcting=one.verdict_id, now=NOON + DAY
    )
    assert (one.outcome, one.answer_id, idea.state) == ("superseded", verdict.id, IdeaState.ACCEPTED)
    fact = (await register.list_facts(session, subject=f"idea:{idea.id}"))[0]
    assert fact.facts["contestation"] == str(one.id)
    with pytest.raises(Forbidden, match="once"):
        await make_contestation(session, idea, author, now=NOON + DAY)


async def test_a_dear_answer_takes_two_who_had_no_part_in_it(session: AsyncSession) -> None:
    idea, author, judge = await rejected(session)
    one = await make_contestation(session, idea, author)
    first, second = await reviewer(session, "Mihai Toma"), await reviewer(session, "Dan Ilie")
    dear = acceptance(unit_price_bani=200_000_00)
    prepared = await service.judge_idea(session, first, idea.id, dear, correcting=one.verdict_id, now=NOON)
    assert isinstance(prepared, PreparedVerdict)
    with pytest.raises(Forbidden, match="is prepared"):
        await service.uphold_verdict(session, second, idea.id, text=WHY, now=NOON)
    with pytest.raises(Forbidden, match="your decision"):
        await service.confirm_prepared(session, judge, prepared.id, now=NOON)
    assert one.outcome is None
    await service.confirm_prepared(session, second, prepared.id, now=NOON)
    assert one.outcome == "superseded"


async def test_what_is_late_foreign_or_at_the_vote_is_refused(session: AsyncSession) -> None:
    idea, author, _ = await rejected(session)
    stranger = await make_account(session, verified=True)
    with pytest.raises(Forbidden, match="Only the author"):
        await make_contestation(session, idea, stranger)
    with pytest.raises(Forbidden, match="has passed"):
        await make_contestation(session, idea, author, now=NOON + 8 * DAY)
    open_idea = await make_idea(session, cycle=await make_cycle(session), author=author)
    until = service.contest_until(await queries.find_verdict(session, open_idea.id), days_off=NONE)
    assert until is None


async def test_terms_move_with_a_bridge_day(session: AsyncSession) -> None:
    idea, author, _ = await rejected(session)
    asked = await make_idea(session, cycle=await make_cycle(session), state=IdeaState.WAITING)
    one = await make_contestation(session, idea, author)
    bridge = frozenset({date(2027, 3, 4)})
    moved = await service.list_moved_ideas(session, NONE, bridge, today=NOON.date())
    assert {(found.of, found.before, found.after) for found in moved} == {
        ("answer", date(2027, 3, 15), date(2027, 3, 16)),
        ("contestation", date(2027, 3, 8), date(2027, 3, 9)),
    }
    clerk = await reviewer(session, "Dana")
    await service.move_deadlines(session, clerk, NONE, bridge, source="HG 1/2027", now=NOON)
    pause = await queries.find_open_pause(session, asked.id)
    assert pause is not None
    assert (one.due_on, pause.answer_due_on) == (date(2027, 3, 9), date(2027, 3, 16))
    verdict = await queries.find_verdict(session, idea.id)
    assert service.contest_until(verdict, days_off=NONE) == date(2027, 3, 8)
    assert service.contest_until(verdict, days_off=bridge) == date(2027, 3, 9)
    await service.move_deadlines(session, clerk, bridge, NONE, source="HG 2/2027", now=NOON)
    assert one.due_on == date(2027, 3, 8)  # taken back, everything is as it was
    assert moved_deadline(NOON, date(2027, 3, 8), NONE, NONE) == date(2027, 3, 8)


async def test_contested_twice_at_once_is_contested_once(database: Database) -> None:
    async with database.write() as session:
        idea, author, _ = await rejected(session)

    async def contest() -> object:
        try:
            async with database.write() as session:
                await make_contestation(session, idea, author)
        except DomainError as refused:
            return type(refused)
        return None

    answers = await asyncio.gather(*(contest() for _ in range(6)))
    assert answers.count(Forbidden) == 5
    async with database.read() as session:
        assert len(list((await session.execute(select(Contestation))).scalars())) == 1


async def test_two_reviewers_who_decide_at_once_leave_one_decision(database: Database) -> None:
    async with database.write() as session:
        idea, author, _ = await rejected(session)
        one = await make_contestation(session, idea, author)
        judges = [await reviewer(session, f"Coleg {n}") for n in range(6)]

    async def decide(place: int) -> object:
        try:
            async with database.write() as session:
                if place % 2:
                    await service.uphold_verdict(session, judges[place], idea.id, text=WHY, now=NOON)
                else:
                    await service.judge_idea(
                        session, judges[place], idea.id, rejection("R06"), correcting=one.verdict_id, now=NOON
                    )
        except DomainError as refused:
            return type(refused)
        return None

    await asyncio.gather(*(decide(place) for place in range(6)))
    async with database.read() as session:
        decided = await session.get_one(Contestation, one.id)
        verdicts = list((await session.execute(select(Verdict).order_by(Verdict.position))).scalars())
        assert decided.outcome is not None
        # a correction after "upheld" is one of the department's own, and open to everybody again
        assert (decided.answer_id is None) == (decided.outcome == "upheld")
        assert len(verdicts) == 2 or decided.outcome == "upheld"


# ── page by page ──────────────────────────────────────────────────────────────
async def test_pages_of_a_contestation(town: Town) -> None:
    author, judge = await town.resident(), await town.reviewer()
    other, public = await town.reviewer(name="Mihai Toma"), await town.visitor()
    async with town.database.write() as session:
        idea = await make_idea(
            session, cycle=town.cycle, author=author.account, state=IdeaState.REJECTED, reviewer=judge.account
        )
    address, file = f"/ideas/{idea.id}", f"/review/ideas/{idea.id}"
    assert "Contest the decision" in await author.see(address)
    assert "Contest the decision" not in await public.see(address)
    form = await author.see(f"{address}/contest")
    assert "You can contest until 8 March 2027" in form
    verdict = form.split('name="verdict" value="')[1].split('"')[0]
    short = await author.send(f"{address}/contest", status=422, verdict=verdict, contest="Nu!")
    assert "at least 20 characters" in short.text
    stale = await author.send(f"{address}/contest", status=409, verdict="altul", contest=WHY)
    assert WHY in stale.text
    await author.send(f"{address}/contest", verdict=verdict, contest=WHY)
    assert WHY in await public.see(address)
    assert "1 contestation" in await other.see("/review")
    assert idea.title in await other.see("/review/contestations")
    assert "This is your decision" in await judge.see(f"{file}/contestation")
    await judge.send(f"{file}/contestation", status=403, text=WHY)
    await judge.see(f"{file}/accept?correct={verdict}", status=403)
    await other.see(f"{file}/accept?correct={verdict}")
    await other.send(f"{file}/contestation", status=422, text="Nu.")
    await other.send(f"{file}/contestation", text="Extrasul arată un alt teren, cel de vizavi.")
    page = await public.see(address)
    assert "was upheld by another reviewer" in page
    assert "cel de vizavi" in page
    assert "can be contested once" in await author.see(address)
    await author.see(f"{address}/contest", status=403)
    await other.see(f"{file}/contestation", status=404)


async def test_a_project_on_the_ballot_is_not_contested(town: Town) -> None:
    officer, author = await town.officer(Role.ELECTION), await town.resident()
    async with town.database.write() as session:
        idea = await make_idea(session, cycle=town.cycle, author=author.account, state=IdeaState.ACCEPTED)
        await make_project(session, cycle=town.cycle)
    await officer.see("/cycles/bp-2027/put-to-vote")
    await officer.send("/cycles/bp-2027/put-to-vote")
    await author.see(f"/ideas/{idea.id}/contest", status=403)


async def test_who_freezes_the_list_is_told_what_is_left_open(town: Town) -> None:
    officer, author = await town.officer(Role.ELECTION), await town.resident()
    assert author.account is not None
    async with town.database.write() as session:
        idea = await make_idea(session, cycle=town.cycle, author=author.account, state=IdeaState.ACCEPTED)
        await make_contestation(session, idea, author.account)
    page = await officer.see("/cycles/bp-2027/put-to-vote")
    assert "1 contestation is not decided:" in page
    assert f'href="/en/ideas/{idea.id}"' in page
    open_now = {"contested": "1", "prepared": "0", "undebated": "0"}
    for typed in ({}, open_now, {**open_now, "prepared": "x", "sure": "yes"}, {"sure": "yes"}):
        refused = await officer.send("/cycles/bp-2027/put-to-vote", status=409, **typed)
        assert "confirm that it stays behind" in refused.text
    await officer.send("/cycles/bp-2027/put-to-vote", **open_now, sure="yes")


async def test_reminders_come_once_before_and_once_after(app: Any, clock: Any) -> None:
    """Before: who may decide; after: the heads as well. Never the author, nor who has an interest."""
    database = app.services.database
    async with database.write() as session:
        cycle, (owner, head) = await make_cycle(session), await make_department(session)
        admin = actor_of(await make_account(session), roles=[Role.ADMIN])
        colleague, tied = [await make_reviewer(session, name=name) for name in ("Mihai Toma", "Dan Rudă")]
        for one in (colleague, tied):
            await service.set_member(session, admin, owner.id, one.id, place="member", now=NOON)
        author = await make_account(session, verified=True)
        idea = await make_idea(session, cycle=cycle, author=author, state=IdeaState.REJECTED, reviewer=head)
        idea.department_id = owner.id
        await service.declare_conflict(session, judge(tied), idea.id, why="Locuiesc acolo.", now=NOON)
        contested = await make_contestation(session, idea, author)
        assert contested.due_on == date(2027, 3, 8)
    for days in (0, 1, 8, 9):
        clock.at(NOON + days * DAY)
        await asyncio.gather(*(jobs.remind_of_deadlines(app.services) for _ in range(2)))
    async with database.read() as session:
        assert await letters(session, "contest_due_soon") == [colleague.email]
        assert await letters(session, "contest_overdue") == sorted([colleague.email, head.email])
