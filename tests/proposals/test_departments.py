"""Departments, giving ideas out in bulk, conflicts of interest, reminders that come once, what is overdue."""

import asyncio
import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.policy import Actor
from accounts.states import Role
from app.kit import register
from app.kit.db import Database
from app.kit.errors import Forbidden, Invalid
from app.kit.outbox import OutboxMessage
from proposals import jobs, queries, service
from proposals.errors import DepartmentNameTaken
from proposals.models import Department, PreparedVerdict, Reminder
from proposals.states import EventKind, IdeaState
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle
from tests.make.proposals import acceptance, make_contestation, make_idea, make_reviewer, rejection
from tests.proposals.conftest import Town

pytestmark = pytest.mark.usefixtures("clock")
DAY = timedelta(days=1)
LATE = NOON + 60 * DAY


def judge(account: Account) -> Actor:
    return actor_of(account, roles=[Role.REVIEWER])


async def make_department(session: AsyncSession, name: str = "Spații verzi") -> tuple[Department, Account]:
    """A department with its head."""
    admin = actor_of(await make_account(session), roles=[Role.ADMIN])
    head = await make_reviewer(session, name=f"Șef {name}")
    found = await service.add_department(
        session, admin, name=name, name_en="", email="verde@exemplu.ro", now=NOON
    )
    await service.set_member(session, admin, found.id, head.id, place="head", now=NOON)
    return found, head


async def letters(session: AsyncSession, template: str) -> list[str]:
    """To whom messages of a kind go."""
    await session.flush()
    rows = [json.loads(one) for one in (await session.execute(select(OutboxMessage.arguments))).scalars()]
    return sorted(row["to"] for row in rows if row.get("template") == f"proposals/mail/{template}.txt")


async def test_departments_are_named_by_administrators_in_public(session: AsyncSession) -> None:
    found, head = await make_department(session)
    with pytest.raises(Forbidden):
        await service.add_department(
            session, judge(head), name="X", name_en="", email="x@exemplu.ro", now=NOON
        )
    with pytest.raises(DepartmentNameTaken):
        await make_department(session)
    admin = actor_of(await make_account(session), roles=[Role.ADMIN])
    resident = await make_account(session, verified=True)
    with pytest.raises(Invalid):
        await service.set_member(session, admin, found.id, resident.id, place="member", now=NOON)
    assert await queries.list_head_ids(session, found.id) == [head.id]
    await service.set_member(session, admin, found.id, head.id, place="member", now=NOON)
    assert await queries.list_head_ids(session, found.id) == []
    await service.set_member(session, admin, found.id, head.id, place="out", now=NOON)
    assert list(await queries.list_members(session)) == []
    kinds = [fact.kind for fact in await register.list_facts(session, subject=f"department:{found.id}")]
    assert kinds == ["department.member"] * 3 + ["department.added"]


async def test_many_are_given_at_once_and_what_cannot_be_is_counted(session: AsyncSession) -> None:
    cycle, (owner, head) = await make_cycle(session), await make_department(session)
    colleague = await make_reviewer(session, name="Mihai Toma")
    ideas = [await make_idea(session, cycle=cycle) for _ in range(3)]
    own = await make_idea(session, cycle=cycle, author=head)
    decided = await make_idea(session, cycle=cycle, state=IdeaState.REJECTED)
    tied = await make_idea(session, cycle=cycle)
    await service.declare_conflict(session, judge(colleague), tied.id, why="Locuiesc acolo.", now=NOON)
    ids = [one.id for one in (*ideas, own, decided, tied)]
    answer = await service.assign_ideas(
        session, judge(head), ids, to=colleague.id, department_id=owner.id, now=NOON
    )
    assert answer == (3, 3)
    for one in ideas:
        await session.refresh(one)
        assert (one.reviewer_id, one.department_id, one.state) == (
            colleague.id,
            owner.id,
            IdeaState.IN_REVIEW,
        )
    assert tied.department_id is None
    wanted = queries.QueueFilter(department_id=owner.id, officer_id=colleague.id)
    rows, _ = await queries.list_queue(session, wanted, reviewer_id=head.id, today=NOON.date(), page="")
    assert {row.id for row in rows} == {one.id for one in ideas}


async def test_who_has_an_interest_is_off_the_file(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    tied, other = await make_reviewer(session), await make_reviewer(session, name="Mihai Toma")
    idea = await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW, reviewer=tied)
    dear = acceptance(unit_price_bani=200_000_00)
    prepared = await service.judge_idea(session, judge(tied), idea.id, dear, now=NOON)
    assert isinstance(prepared, PreparedVerdict)
    await service.declare_conflict(session, judge(tied), idea.id, why="Firma fratelui meu.", now=NOON)
    assert (idea.reviewer_id, idea.reviewer_name, prepared.ended_as) == (None, "", "sent_back")
    event = (await queries.list_events(session, idea.id))[-1]
    assert (event.kind, event.by_name, event.text) == (EventKind.CONFLICT, "", "")
    fact = (await register.list_facts(session, subject=f"idea:{idea.id}"))[0]
    assert fact.kind == "idea.conflict"
    assert tied.name not in json.dumps(fact.facts)
    for act in (
        service.judge_idea(session, judge(tied), idea.id, rejection(), now=NOON),
        service.ask_author(session, judge(tied), idea.id, question="Unde anume?", now=NOON),
        service.assign_idea(session, judge(tied), idea.id, to=other.id, now=NOON),
        service.declare_conflict(session, judge(tied), idea.id, why="Încă o dată.", now=NOON),
    ):
        with pytest.raises(Forbidden, match="off this file"):
            await act
    with pytest.raises(Invalid):
        await service.assign_idea(session, judge(other), idea.id, to=tied.id, now=NOON)
    again = await service.judge_idea(session, judge(other), idea.id, dear, now=NOON)
    with pytest.raises(Forbidden, match="off this file"):
        await service.confirm_prepared(session, judge(tied), again.id, now=NOON)


async def test_reminders_come_once_before_and_once_after(session: AsyncSession) -> None:
    cycle, (owner, head) = await make_cycle(session), await make_department(session)
    _, other_head = await make_department(session, "Străzi")
    officer = await make_reviewer(session, name="Mihai Toma")
    idea = await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW, reviewer=officer)
    await service.assign_ideas(session, judge(head), [idea.id], department_id=owner.id, now=NOON)
    assert idea.due_on == date(2027, 4, 12)

    async def sweep(now: Any) -> list[bool]:
        until = service.remind_until(now.date())
        near = await queries.list_to_remind(session, today=now.date(), until=until)
        return [await service.remind_of_deadline(session, one, now=now) for one in near]

    assert await sweep(NOON) == []
    assert await sweep(NOON + 32 * DAY) == [False]  # six working days are left
    assert await sweep(NOON + 35 * DAY) == [True]  # Monday 5 April: five
    assert await sweep(NOON + 36 * DAY) == []
    assert await letters(session, "due_soon") == [officer.email]
    assert await sweep(NOON + 42 * DAY) == []  # the day itself
    assert await sweep(NOON + 43 * DAY) == [True]
    assert await sweep(LATE) == []
    assert await letters(session, "overdue") == sorted([officer.email, head.email])
    assert other_head.email not in await letters(session, "overdue")


async def test_two_sweeps_and_a_crash_tell_once(app: Any, clock: Any) -> None:
    database = app.services.database
    async with database.write() as session:
        cycle = await make_cycle(session)
        _, head = await make_department(session)
        idea = await make_idea(session, cycle=cycle)
    clock.at(LATE)

    async def be_killed() -> None:
        async with database.write() as session:
            assert await service.remind_of_deadline(session, idea.id, now=LATE)
            raise RuntimeError("killed before it was committed")

    with pytest.raises(RuntimeError):
        await be_killed()
    await asyncio.gather(*(jobs.remind_of_deadlines(app.services) for _ in range(3)))
    async with database.read() as session:
        assert await letters(session, "overdue") == [head.email]
        assert len(list((await session.execute(select(Reminder))).scalars())) == 1


# ── page by page ──────────────────────────────────────────────────────────────
async def test_what_is_overdue_is_public_by_department(town: Town, clock: Any) -> None:
    public, reviewer = await town.visitor(), await town.reviewer()
    async with town.database.write() as session:
        owner, head = await make_department(session)
        owned = await make_idea(session, cycle=town.cycle, title="Alei în parc")
        free = await make_idea(session, cycle=town.cycle, title="Bănci la umbră")
        await make_idea(session, cycle=town.cycle, title="Se așteaptă autorul", state=IdeaState.WAITING)
        author = await make_account(session, verified=True)
        contested = await make_idea(session, cycle=town.cycle, author=author, state=IdeaState.REJECTED)
        await make_contestation(session, contested, author)
        await service.assign_ideas(session, judge(head), [owned.id], department_id=owner.id, now=NOON)
    assert "Nothing is overdue" in await public.see("/ideas/overdue")
    clock.at(LATE)
    page = await public.see("/ideas/overdue")
    assert page.index("Spații verzi") < page.index("Alei în parc") < page.index("No department yet")
    assert page.index("No department yet") < page.index(str(free.number))
    assert "the contestation" in page
    assert "Se așteaptă" not in page
    assert reviewer.account is not None
    assert reviewer.account.name not in page


async def test_bulk_assignment_by_checkboxes_and_export(town: Town) -> None:
    reviewer, resident = await town.reviewer(), await town.resident()
    async with town.database.write() as session:
        ideas = [await make_idea(session, cycle=town.cycle, title="=1+1 Alei") for _ in range(2)]
        owner, head = await make_department(session)
    page = await reviewer.see("/review")
    assert page.count('form="bulk"') == 2
    for fields in ({"reviewer": str(head.id)}, {"idea": str(ideas[0].id)}, {"idea": "x", "reviewer": "y"}):
        refused = await reviewer.send("/review/assign", status=422, **fields)
        assert 'id="error-summary"' in refused.text
    await reviewer.send(
        "/review/assign", idea=str(ideas[0].id), reviewer=str(head.id), department=str(owner.id)
    )
    narrowed = await reviewer.see(f"/review?of={owner.id}&officer={head.id}")
    assert narrowed.count('form="bulk"') == 1
    await resident.send("/review/assign", status=403, idea=str(ideas[1].id), reviewer=str(head.id))
    answer = await reviewer.client.get(f"/en/review/queue.csv?of={owner.id}")
    lines = answer.text.splitlines()
    assert len(lines) == 2
    assert "'=1+1 Alei" in lines[1]
    assert (await resident.client.get("/en/review/queue.csv")).status_code == 403


async def test_departments_page_and_declaring_an_interest(town: Town) -> None:
    admin, reviewer, public = await town.officer(Role.ADMIN), await town.reviewer(), await town.visitor()
    async with town.database.write() as session:
        idea = await make_idea(
            session, cycle=town.cycle, state=IdeaState.IN_REVIEW, reviewer=reviewer.account
        )
    await reviewer.send("/departments", status=403, name="X", email="x@exemplu.ro")
    refused = await admin.send("/departments", status=422, name="Străzi", email="fără")
    assert 'value="Străzi"' in refused.text
    await admin.send("/departments", name="Străzi", name_en="Streets", email="strazi@exemplu.ro")
    taken = await admin.send("/departments", status=422, name="Străzi", email="strazi@exemplu.ro")
    assert "already a department" in taken.text
    page = await admin.see("/departments")
    address = page.split('action="/en/departments/')[1].split('"')[0]
    await admin.send(f"/departments/{address}", status=422, place="head")
    assert reviewer.account is not None
    await admin.send(f"/departments/{address}", account=str(reviewer.account.id), place="head")
    shown = await public.see("/departments")
    assert "Streets" in shown
    assert reviewer.account.name in shown
    file = f"/review/ideas/{idea.id}"
    short = await reviewer.send(f"{file}/conflict", status=422, why="Da")
    assert "at least 10 characters" in short.text
    await reviewer.send(f"{file}/conflict", why="Locuiesc chiar lângă parc.")
    assert "You are off this file" in await reviewer.see(file)
    await reviewer.see(f"{file}/reject", status=403)
    timeline = await public.see(f"/ideas/{idea.id}")
    assert "declared a conflict of interest" in timeline
    assert "lângă parc" not in timeline


async def test_giving_many_waits_for_an_idea_before_it_holds_the_register(database: Database) -> None:
    if database.is_sqlite:
        return  # one writer at a time: nobody waits with something in hand
    async with database.write() as session:
        cycle, (_, head) = await make_cycle(session), await make_department(session)
        first, second = sorted(
            [await make_idea(session, cycle=cycle) for _ in range(2)], key=lambda one: one.id
        )

    async def give() -> tuple[int, int]:
        async with database.write() as session:
            return await service.assign_ideas(
                session, judge(head), [first.id, second.id], to=head.id, now=NOON
            )

    async with database.write() as session:
        await queries.get_idea(session, second.id, lock=True)
        giving = asyncio.create_task(give())
        await asyncio.sleep(0.5)  # by now it has what it can have
        await register.record(session, "idea.test", f"idea:{second.id}", {}, now=NOON)
    assert await giving == (2, 0)


async def test_who_has_an_interest_gives_the_idea_to_no_department(session: AsyncSession) -> None:
    cycle, (owner, head) = await make_cycle(session), await make_department(session)
    idea = await make_idea(session, cycle=cycle)
    await service.declare_conflict(session, judge(head), idea.id, why="Locuiesc chiar acolo.", now=NOON)
    given = await service.assign_ideas(session, judge(head), [idea.id], department_id=owner.id, now=NOON)
    assert given == (0, 1)
    assert idea.department_id is None
