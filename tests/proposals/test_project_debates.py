"""Projects that go to public debate before the vote, by the published amount of their cycle."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.states import Role
from app.kit import register
from app.kit.db import Database
from app.kit.errors import DomainError, Forbidden, FormErrors
from cycles.models import Cycle
from proposals import queries, service
from proposals.errors import DebateChangedMeanwhile
from proposals.models import Idea, Project
from proposals.service import DebateEntry
from proposals.states import IdeaState
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle
from tests.make.proposals import make_idea, make_project, make_reviewer
from tests.proposals.conftest import Town

pytestmark = pytest.mark.usefixtures("clock")
DAY = timedelta(days=1)
PLANNED = DebateEntry(held_on=date(2027, 3, 10), place="Sala de ședințe a primăriei", hour="18:00")
CAME_OF_IT = "Au venit 40 de locuitori; toți vor umbră."
HELD = DebateEntry(held_on=NOON.date(), place="Sala de ședințe", outcome=CAME_OF_IT)


async def set_amount(session: AsyncSession, cycle: Cycle, bani: int) -> None:
    """Above which projects of the cycle are debated."""
    admin = actor_of(
        await make_account(session, roles=[Role.ADMIN], totp="JBSWY3DPEHPK3PXP"), roles=[Role.ADMIN]
    )
    seen = service.read_terms(await queries.get_rules(session, cycle.id))
    terms = service.ReviewTerms(
        second_eyes_bani=seen.second_eyes_bani,
        answer_days=10,
        contest_days=5,
        decide_days=5,
        publish_at=None,
        debate_bani=bani,
    )
    why = "Proiectele mari se dezbat"
    await service.change_review_rules(session, admin, cycle.id, terms, seen=seen, reason=why, now=NOON)


async def prepared(session: AsyncSession, *, amount: int = 50_000_00) -> tuple[Cycle, Project, Actor]:
    cycle = await make_cycle(session)
    await set_amount(session, cycle, amount)
    project = await make_project(session, cycle=cycle, cost_bani=100_000_00)
    return cycle, project, actor_of(await make_reviewer(session), roles=[Role.REVIEWER])


async def test_the_amount_is_public_and_decides(session: AsyncSession) -> None:
    cycle, project, official = await prepared(session, amount=100_000_00)
    assert list(await queries.list_to_debate(session, cycle.id, above_bani=100_000_00)) == []  # not above it
    with pytest.raises(Forbidden, match="needs no public debate"):
        await service.enter_debate(session, official, project.id, PLANNED, seen=None, now=NOON)
    await set_amount(session, cycle, 99_999_99)
    ((found, debate),) = await queries.list_to_debate(session, cycle.id, above_bani=99_999_99)
    assert (found.id, debate) == (project.id, None)
    fact = (await register.list_facts(session, subject=f"cycle:{cycle.slug}"))[0]
    assert "'debate_bani': 9999999" in str(fact.facts["after"])


async def test_what_is_entered_replaces_in_public(session: AsyncSession) -> None:
    _, project, official = await prepared(session)
    await service.enter_debate(session, official, project.id, PLANNED, seen=None, now=NOON)
    with pytest.raises(DebateChangedMeanwhile):
        await service.enter_debate(session, official, project.id, HELD, seen=None, now=NOON)
    late = DebateEntry(held_on=date(2027, 3, 10), place="Sala de ședințe", outcome=HELD.outcome)
    with pytest.raises(FormErrors):
        await service.enter_debate(session, official, project.id, late, seen=PLANNED, now=NOON)
    await service.enter_debate(session, official, project.id, HELD, seen=PLANNED, now=NOON)
    facts = await register.list_facts(session, subject=f"project:{project.id}")
    assert PLANNED.place in str(facts[0].facts["before"])
    assert CAME_OF_IT in str(facts[0].facts["after"])


async def test_only_the_department_and_none_of_its_authors(session: AsyncSession) -> None:
    cycle, _, _ = await prepared(session)
    author = await make_account(session, verified=True, roles=[Role.REVIEWER], totp="JBSWY3DPEHPK3PXP")
    idea: Idea = await make_idea(session, cycle=cycle, author=author, state=IdeaState.ACCEPTED)
    project = await queries.find_project_of_idea(session, idea.id)
    assert project is not None
    for actor in (
        actor_of(author, roles=[Role.REVIEWER]),
        actor_of(await make_account(session, verified=True), verified=True),
    ):
        with pytest.raises(Forbidden):
            await service.enter_debate(session, actor, project.id, PLANNED, seen=None, now=NOON)


async def test_two_at_once_leave_one(database: Database) -> None:
    async with database.write() as session:
        _, project, official = await prepared(session)

    async def enter(entry: DebateEntry) -> bool:
        try:
            async with database.write() as session:
                await service.enter_debate(session, official, project.id, entry, seen=None, now=NOON)
                return True
        except DomainError:
            return False

    assert sorted(await asyncio.gather(enter(PLANNED), enter(HELD))) == [False, True]


async def test_the_pages_and_the_warning_before_the_vote(town: Town) -> None:
    async with town.database.write() as session:
        await set_amount(session, town.cycle, 50_000_00)
        project = await make_project(session, cycle=town.cycle, cost_bani=100_000_00)
    reviewer, election = await town.reviewer(), await town.officer(Role.ELECTION)
    public, slug = await town.visitor(), town.cycle.slug
    assert "not set yet" in await public.see(f"/cycles/{slug}/projects/{project.number}")
    assert "still open" in await election.see(f"/cycles/{slug}/put-to-vote")
    path, typed = f"/projects/{project.id}/debate", {"held_on": "2027-03-01", "place": "Sala mare"}
    await election.see(path, status=403)
    seen = {"seen": "null"}
    await reviewer.see(path)
    for wrong in ({"hour": "25:00"}, {"act": "http://x/acts/1"}, {"outcome": "Da."}, {"place": ""}):
        bad: dict[str, Any] = {**typed, **seen, **wrong}
        assert 'value="2027-03-01"' in (await reviewer.send(path, status=422, **bad)).text
    await reviewer.send(path, status=409, **typed, seen="{]")
    outcome = "Au venit 40 de locuitori. Toți vor umbră."
    await reviewer.send(path, **typed, **seen, hour="18.30", outcome=outcome)
    await reviewer.send(path, status=409, **typed, **seen)
    assert "18:30" in await public.see(f"/cycles/{slug}/debates")
    assert "still open" not in await election.see(f"/cycles/{slug}/put-to-vote")
