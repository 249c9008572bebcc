"""The department's use cases, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.states import Role
from app.kit import register
from app.kit.errors import Forbidden
from app.kit.outbox import OutboxMessage
from cycles.states import StageKind
from notices.models import NoticeEvent
from proposals import queries, service
from proposals.errors import AlreadyJudged, MergeTargetInvalid
from proposals.models import Idea, Project, Verdict
from proposals.service.telling import MERGED
from proposals.states import EventKind, IdeaState
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle, stage_dates
from tests.make.proposals import (
    acceptance,
    alteration,
    make_idea,
    make_project,
    make_reviewer,
    merger,
    rejection,
)

pytestmark = pytest.mark.usefixtures("clock")
REVIEWER = [Role.REVIEWER]


async def kinds(session: AsyncSession, idea: Idea) -> list[str]:
    return [event.kind for event in await queries.list_events(session, idea.id)]


async def mails(session: AsyncSession) -> list[str]:
    await session.flush()
    rows = (await session.execute(select(OutboxMessage.arguments))).scalars()
    return [
        row.split('"template": "proposals/mail/')[1].split(".txt")[0]
        for row in rows
        if "proposals/mail" in row
    ]


async def test_question_pauses_the_clock_and_the_answer_lets_it_run(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    author = await make_account(session, verified=True)
    idea = await make_idea(session, cycle=cycle, author=author, state=IdeaState.WAITING)
    first_due = idea.due_on
    later = NOON + timedelta(days=7)
    stranger = await make_account(session, verified=True)
    with pytest.raises(Forbidden):
        await service.answer_question(
            session, actor_of(stranger, verified=True), idea.id, answer="Da", now=later
        )
    await service.answer_question(
        session, actor_of(author, verified=True), idea.id, answer="Pe dreapta.", now=later
    )
    assert idea.state == IdeaState.IN_REVIEW
    assert first_due == date(2027, 4, 12)
    assert idea.due_on == date(2027, 4, 16)  # Tuesday to Friday did not count
    assert (await kinds(session, idea))[-2:] == [EventKind.QUESTION, EventKind.ANSWER]


async def test_reject_writes_timeline_register_and_mail(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    idea = await make_idea(session, cycle=cycle, state=IdeaState.REJECTED)
    assert (await kinds(session, idea))[-1] == EventKind.REJECTED
    facts = (await register.list_facts(session, subject=f"idea:{idea.id}"))[0]
    assert facts.kind == "idea.rejected"
    assert facts.facts["reason"] == "R02"
    assert facts.facts["text"] == "Teren privat."
    assert "rejected" in await mails(session)
    assert (await queries.count_rejections(session)).get("R02") == 1


async def test_nobody_judges_their_own_idea(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    insider = await make_account(session, verified=True, roles=REVIEWER, totp="JBSWY3DPEHPK3PXP")
    idea = await make_idea(session, cycle=cycle, author=insider, state=IdeaState.IN_REVIEW)
    colleague = await make_reviewer(session)
    with pytest.raises(Forbidden, match="your own idea"):
        await service.judge_idea(
            session, actor_of(insider, roles=REVIEWER), idea.id, rejection("R01", "Nu."), now=NOON
        )
    await service.judge_idea(
        session, actor_of(colleague, roles=REVIEWER), idea.id, rejection("R01", "Nu."), now=NOON
    )
    assert idea.state == IdeaState.REJECTED


async def test_second_verdict_is_refused_and_a_correction_supersedes(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    idea = await make_idea(session, cycle=cycle, state=IdeaState.ACCEPTED)
    other = actor_of(await make_reviewer(session, name="Dan Ilie"), roles=REVIEWER)
    with pytest.raises(AlreadyJudged, match="Irina Marin"):
        await service.judge_idea(session, other, idea.id, rejection("R01", "Nu."), now=NOON)
    standing = await queries.find_verdict(session, idea.id)
    project = await queries.find_project_of_idea(session, idea.id)
    assert standing is not None
    assert project is not None
    await service.judge_idea(
        session,
        other,
        idea.id,
        rejection("R06", "Lucrarea a început."),
        correcting=standing.id,
        now=NOON,
    )
    assert project.withdrawn_at == NOON
    assert (await kinds(session, idea))[-2:] == [EventKind.CORRECTED, EventKind.REJECTED]
    with pytest.raises(AlreadyJudged):
        await service.judge_idea(
            session, other, idea.id, rejection("R06", "Iar."), correcting=standing.id, now=NOON
        )
    second = await queries.find_verdict(session, idea.id)
    assert second is not None
    await service.judge_idea(session, other, idea.id, acceptance("Totuși."), correcting=second.id, now=NOON)
    again = await queries.find_project_of_idea(session, idea.id)
    assert again is not None
    assert (again.id, again.number, again.withdrawn_at) == (project.id, project.number, None)
    assert [one.position for one in await queries.list_verdicts(session, idea.id)] == [1, 2, 3]


async def test_verdicts_cannot_be_altered_even_by_sql(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    await make_idea(session, cycle=cycle, state=IdeaState.REJECTED)
    with pytest.raises(DBAPIError, match="append-only"):
        await session.execute(text("UPDATE verdicts SET text = 'altceva'"))


async def test_merge_keeps_both_and_asks_supporters(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    reviewer = await make_reviewer(session)
    judge = actor_of(reviewer, roles=REVIEWER)
    target = await make_idea(session, cycle=cycle, title="Piste de biciclete în Rahova")
    twin = await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW)
    fan = actor_of(await make_account(session, verified=True), verified=True)
    await service.support_idea(session, fan, twin.id, now=NOON)
    with pytest.raises(MergeTargetInvalid):
        await service.judge_idea(session, judge, twin.id, merger(twin.id, "Aceeași."), now=NOON)
    await service.judge_idea(session, judge, twin.id, merger(target.id, "Aceeași stradă."), now=NOON)
    assert (twin.state, twin.merged_into_id, target.support_count) == (IdeaState.MERGED, target.id, 0)
    assert (await kinds(session, target))[-1] == EventKind.RECEIVED
    told = select(NoticeEvent.is_pressing).where(NoticeEvent.words == MERGED)
    assert (await session.execute(told)).scalars().all() == [True]
    await service.carry_support(session, fan, twin.id, now=NOON)
    assert target.support_count == 1
    assert [idea.id for idea in await queries.list_merged_ideas(session, target.id)] == [twin.id]


async def test_accept_makes_a_project_with_an_exact_total(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    await make_project(session, cycle=cycle)
    idea = await make_idea(session, cycle=cycle, state=IdeaState.ACCEPTED)
    project = (await session.execute(select(Project).where(Project.idea_id == idea.id))).scalar_one()
    verdict = (await session.execute(select(Verdict).where(Verdict.idea_id == idea.id))).scalar_one()
    lines = await queries.list_cost_lines(session, verdict.id)
    assert project.number == "P02"
    assert sum(line.net_bani + line.vat_bani for line in lines) == 160_930_00
    assert project.cost_bani == verdict.total_bani == 177_023_00


async def test_queue_is_ordered_by_due_date_and_filtered(session: AsyncSession) -> None:
    stages = stage_dates(now=NOON)
    stages[StageKind.SUBMISSION] = (NOON - timedelta(days=90), NOON + timedelta(days=1))
    cycle = await make_cycle(session, stages=stages)
    reviewer = await make_reviewer(session)
    waiting = await make_idea(session, cycle=cycle, state=IdeaState.WAITING, now=NOON - timedelta(days=30))
    young = await make_idea(session, cycle=cycle, now=NOON)
    old = await make_idea(session, cycle=cycle, now=NOON - timedelta(days=60))
    mine = await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW, reviewer=reviewer, now=NOON)
    today = NOON.date()

    async def show(view: str) -> list[object]:
        wanted = queries.QueueFilter(show=view)
        rows, _ = await queries.list_queue(session, wanted, reviewer_id=reviewer.id, today=today, page="")
        return [row.id for row in rows]

    everything = await show("all")
    assert (everything[0], everything[-1]) == (old.id, waiting.id)
    assert set(everything[1:3]) == {young.id, mine.id}
    assert await show("mine") == [mine.id]
    assert await show("overdue") == [old.id]
    assert await show("waiting") == [waiting.id]
    counts = await queries.count_queue(session, reviewer_id=reviewer.id, today=today)
    assert counts == {"all": 4, "mine": 1, "unassigned": 2, "overdue": 1, "waiting": 1}


async def test_accepted_with_changes_gives_the_project_the_changed_text(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    idea = await make_idea(session, cycle=cycle, state=IdeaState.ACCEPTED)
    own, judge = (idea.title, idea.body), actor_of(await make_reviewer(session), roles=REVIEWER)
    first = await queries.find_verdict(session, idea.id)
    assert first is not None
    await service.judge_idea(session, judge, idea.id, alteration(), correcting=first.id, now=NOON)
    project = await queries.find_project_of_idea(session, idea.id)
    assert project is not None
    assert (project.number, project.title) == ("P01", alteration().title)
    assert project.body.endswith("Pe o parte.")
    assert "parte a strazii" in project.folded
    assert (idea.state, (idea.title, idea.body)) == (
        IdeaState.ACCEPTED,
        own,
    )  # what residents supported stays
    fact = (await register.list_facts(session, subject=f"idea:{idea.id}"))[0]
    assert fact.kind == "idea.changed"
    assert fact.facts["changes"] == alteration().changes
    assert fact.facts["project_text"] == project.body
    assert (await mails(session)).count("changed") == 1
    second = await queries.find_verdict(session, idea.id)
    assert second is not None
    await service.judge_idea(session, judge, idea.id, acceptance(), correcting=second.id, now=NOON)
    assert (project.title, project.body) == own  # accepted as it is after all


async def test_what_is_not_ours_is_sent_on_and_may_come_back(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    idea = await make_idea(session, cycle=cycle, state=IdeaState.FORWARDED)
    verdict = await queries.find_verdict(session, idea.id)
    assert verdict is not None
    assert (verdict.authority, verdict.reference) == ("Metrorex SA", "812/2027")
    fact = (await register.list_facts(session, subject=f"idea:{idea.id}"))[0]
    assert (fact.kind, fact.facts["legal_ground"]) == ("idea.forwarded", "OG 27/2002, art. 6^1")
    assert "forwarded" in await mails(session)
    judge = actor_of(await make_reviewer(session), roles=REVIEWER)
    await service.judge_idea(session, judge, idea.id, acceptance(), correcting=verdict.id, now=NOON)
    assert idea.state == IdeaState.ACCEPTED


async def test_an_author_who_lets_the_term_pass_does_not_stop_the_clock_for_ever(
    session: AsyncSession,
) -> None:
    cycle = await make_cycle(session)
    idea = await make_idea(session, cycle=cycle, state=IdeaState.WAITING)
    due = date(2027, 3, 15)  # ten working days from Monday 1 March
    pause = await queries.find_open_pause(session, idea.id)
    assert pause is not None
    assert pause.answer_due_on == due
    on_the_day, after = NOON + timedelta(days=14), NOON + timedelta(days=15)
    assert await queries.list_unanswered(session, today=due) == []
    assert not await service.resume_unanswered(session, idea.id, now=on_the_day)
    assert await queries.list_unanswered(session, today=after.date()) == [idea.id]
    assert await service.resume_unanswered(session, idea.id, now=after)
    assert not await service.resume_unanswered(session, idea.id, now=after)  # twice is once
    assert idea.state == IdeaState.IN_REVIEW
    assert idea.due_on == date(2027, 4, 26)  # the ten working days did not count
    assert (await kinds(session, idea))[-1] == EventKind.UNANSWERED
    assert (await mails(session)).count("unanswered") == 1
