"""Other departments are asked about an idea: terms inside the idea's, signed answers, public words."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.states import Role
from app.kit import register
from app.kit.db import Database
from app.kit.errors import DomainError, Forbidden, FormErrors
from cycles.models import Cycle
from proposals import jobs, queries, service
from proposals.errors import AdviceChanged
from proposals.models import Advice, AdviceAnswer, Department, DepartmentMember, Idea, Reminder
from proposals.states import EventKind, IdeaState
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle
from tests.make.proposals import acceptance, make_contestation, make_idea, make_reviewer, rejection
from tests.proposals.conftest import Town
from tests.proposals.test_departments import judge, letters, make_department

pytestmark = pytest.mark.usefixtures("clock")
DAY = timedelta(days=1)
QUESTION = "Trec cabluri pe sub trotuar în acest loc?"
ANSWER = "Trec două cabluri de joasă tensiune; se poate săpa la 60 cm."
NONE: frozenset[date] = frozenset()


async def ask(
    session: AsyncSession, officer: Account, idea: Idea, *of: Department, days: int = 5, **more: Any
) -> Advice:
    """Ask; the first question."""
    facts = {
        "department_ids": [one.id for one in of],
        "question": QUESTION,
        "term_days": days,
        "now": NOON,
    } | more
    return (await service.ask_advice(session, judge(officer), idea.id, **facts))[0]


async def make_case(
    session: AsyncSession, cycle: Cycle | None = None
) -> tuple[Idea, Account, Department, Account]:
    """An idea under review by an officer, and another department with its head."""
    officer = await make_reviewer(session, name="Irina Marin")
    cycle = cycle or await make_cycle(session)
    idea = await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW, reviewer=officer)
    streets, head = await make_department(session, "Străzi")
    return idea, officer, streets, head


async def kinds(session: AsyncSession, idea: Idea) -> list[str]:
    await session.flush()
    return [event.kind for event in await queries.list_events(session, idea.id)]


async def test_a_department_is_asked_and_answers_signed(session: AsyncSession) -> None:
    idea, officer, streets, head = await make_case(session)
    advice = await ask(session, officer, idea, streets)
    assert (advice.due_on, idea.due_on) == (date(2027, 3, 8), date(2027, 4, 12))
    assert await letters(session, "advice_asked") == [head.email]
    assert [one.id for one, _, _ in await queries.list_open_advice(session, of=head.id)] == [advice.id]
    assert await queries.list_open_advice(session, of=officer.id) == []
    answer = await service.answer_advice(session, judge(head), advice.id, text=ANSWER, seen=0, now=NOON + DAY)
    assert (answer.version, answer.by_name) == (1, head.name)
    assert await letters(session, "advice_given") == [officer.email]
    with pytest.raises(AdviceChanged):  # two tabs: the second has not seen the first answer
        await service.answer_advice(
            session, judge(head), advice.id, text="Alt răspuns.", seen=0, now=NOON + DAY
        )
    again = await service.answer_advice(
        session, judge(head), advice.id, text="Și o conductă.", seen=1, now=NOON + DAY
    )
    assert again.version == 2
    assert (await kinds(session, idea))[-3:] == ["advice_asked", "advice_given", "advice_given"]
    events = json.dumps([one.text + one.facts for one in await queries.list_events(session, idea.id)])
    facts = json.dumps([fact.facts for fact in await register.list_facts(session, subject=f"idea:{idea.id}")])
    for words in (QUESTION, ANSWER):  # neither is public before the decision
        assert words not in events
        assert words not in facts
    for verb in ("UPDATE advice_answers SET text = 'x'", "DELETE FROM advice_answers"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with session.begin_nested():
                await session.execute(text(verb))


async def test_who_may_ask_answer_and_take_back(session: AsyncSession) -> None:
    idea, officer, streets, head = await make_case(session)
    admin = actor_of(await make_account(session), roles=[Role.ADMIN])
    await service.set_member(session, admin, streets.id, officer.id, place="member", now=NOON)
    advice = await ask(session, officer, idea, streets)
    outsider = await make_reviewer(session, name="Mihai Toma")
    for who, why in ((officer, "colleague has to answer"), (outsider, "department that was asked answers")):
        with pytest.raises(Forbidden, match=why):
            await service.answer_advice(session, judge(who), advice.id, text=ANSWER, seen=0, now=NOON)
    with pytest.raises(Forbidden, match="Only who asked"):
        await service.withdraw_advice(session, judge(outsider), advice.id, why="Nu mai e nevoie.", now=NOON)
    await service.declare_conflict(session, judge(head), idea.id, why="Locuiesc acolo.", now=NOON)
    with pytest.raises(Forbidden, match="off this file"):
        await service.answer_advice(session, judge(head), advice.id, text=ANSWER, seen=0, now=NOON)
    await service.withdraw_advice(session, judge(officer), advice.id, why="Am aflat altfel.", now=NOON)
    assert (advice.ended_as, advice.why) == ("withdrawn", "Am aflat altfel.")
    event = (await queries.list_events(session, idea.id))[-1]
    assert (event.kind, event.text) == (EventKind.ADVICE_WITHDRAWN, "Am aflat altfel.")
    with pytest.raises(Forbidden, match="No answer is awaited"):
        await service.answer_advice(session, judge(head), advice.id, text=ANSWER, seen=0, now=NOON)
    resident = await make_account(session, verified=True)
    with pytest.raises(Forbidden):
        await service.ask_advice(
            session,
            actor_of(resident),
            idea.id,
            department_ids=[streets.id],
            question=QUESTION,
            term_days=5,
            now=NOON,
        )


async def test_what_cannot_be_asked(session: AsyncSession) -> None:
    idea, officer, streets, _ = await make_case(session)
    empty = await service.add_department(
        session,
        actor_of(await make_account(session), roles=[Role.ADMIN]),
        name="Goală",
        name_en="",
        email="g@x.ro",
        now=NOON,
    )
    own, _ = await make_department(session, "Spații verzi")
    await service.assign_ideas(session, judge(officer), [idea.id], department_id=own.id, now=NOON)
    refused: list[tuple[Department, int, str, str]] = [
        (streets, 31, "days", "At most 30 working days"),
        (own, 5, "department", "The idea is with this department: Spații verzi."),
        (empty, 5, "department", "Nobody works in this department"),
    ]
    for department, days, field, why in refused:
        with pytest.raises(FormErrors) as refusal:
            await ask(session, officer, idea, department, days=days)
        assert why in str(refusal.value.errors[field])
    with pytest.raises(FormErrors):
        await ask(session, officer, idea, streets, empty)
    assert await queries.list_advice(session, idea.id) == []  # all or none
    await ask(session, officer, idea, streets, days=30)
    with pytest.raises(FormErrors, match="check") as refusal:
        await ask(session, officer, idea, streets)
    assert "asked already: Străzi" in str(refusal.value.errors["department"])
    new = await make_idea(session, cycle=await make_cycle(session, slug="alt"))
    with pytest.raises(Forbidden, match="Take the idea first"):
        await ask(session, officer, new, streets)
    late = NOON + 60 * DAY  # the idea itself is overdue: nothing is left to give
    with pytest.raises(FormErrors) as refusal:
        await ask(session, officer, idea, own, days=1, now=late)
    assert "At most 0 working days" in str(refusal.value.errors["days"])


async def test_a_decision_ends_the_waiting_and_publishes_the_words(session: AsyncSession) -> None:
    idea, officer, streets, head = await make_case(session)
    green, _ = await make_department(session, "Spații verzi")
    advice = await ask(session, officer, idea, streets, green)
    await service.answer_advice(session, judge(head), advice.id, text=ANSWER, seen=0, now=NOON)
    await service.judge_idea(session, judge(officer), idea.id, rejection(), now=NOON + DAY)
    states = {
        department.name: one.ended_as for one, department in await queries.list_advice(session, idea.id)
    }
    assert states == {"Străzi": None, "Spații verzi": "lapsed"}
    assert (await kinds(session, idea))[-2:] == ["advice_lapsed", "rejected"]
    fact = (await register.list_facts(session, subject=f"idea:{idea.id}"))[0]
    published = json.loads(json.dumps(fact.facts))["advice"]
    assert [(one["department"], one["by"], one["text"]) for one in published] == [
        ("Străzi", head.name, ANSWER)
    ]
    with pytest.raises(Forbidden, match="decided already"):
        await service.answer_advice(
            session, judge(head), advice.id, text="Adaug ceva.", seen=1, now=NOON + DAY
        )
    assert await queries.find_last_decision(session, idea.id) == NOON + DAY


async def test_a_contestation_has_questions_of_its_own(session: AsyncSession) -> None:
    author = await make_account(session, verified=True)
    officer, colleague = await make_reviewer(session), await make_reviewer(session, name="Mihai Toma")
    idea = await make_idea(
        session, cycle=await make_cycle(session), author=author, state=IdeaState.REJECTED, reviewer=officer
    )
    streets, head = await make_department(session, "Străzi")
    with pytest.raises(Forbidden, match="decided already"):
        await ask(session, colleague, idea, streets)
    contested = await make_contestation(session, idea, author)
    with pytest.raises(FormErrors):
        await ask(session, colleague, idea, streets, days=6)  # it has to be decided within five
    advice = await ask(session, colleague, idea, streets)
    assert advice.due_on == contested.due_on
    await service.answer_advice(session, judge(head), advice.id, text=ANSWER, seen=0, now=NOON)
    await service.uphold_verdict(
        session, judge(colleague), idea.id, text="Rămâne așa, iată de ce.", now=NOON + DAY
    )
    fact = (await register.list_facts(session, subject=f"idea:{idea.id}"))[0]
    assert ANSWER in json.dumps(fact.facts, ensure_ascii=False)


async def test_days_off_move_the_terms_inside_the_ideas(session: AsyncSession) -> None:
    idea, officer, streets, _ = await make_case(session)
    green, _ = await make_department(session, "Spații verzi")
    short = await ask(session, officer, idea, streets)
    long = await ask(session, officer, idea, green, days=30)
    assert (short.due_on, long.due_on) == (date(2027, 3, 8), idea.due_on)
    bridge = frozenset({date(2027, 3, 5)})
    clerk = actor_of(await make_account(session), roles=[Role.SECRETARIAT])
    moved = await service.list_moved_ideas(session, NONE, bridge, today=NOON.date())
    assert [(one.of, one.department) for one in moved] == [
        ("review", ""),
        ("advice", "Străzi"),
        ("advice", "Spații verzi"),
    ]
    await service.move_deadlines(session, clerk, NONE, bridge, source="HG 1/2027", now=NOON)
    assert (short.due_on, long.due_on) == (date(2027, 3, 9), idea.due_on)
    assert (await kinds(session, idea))[-3:] == ["deadline_moved"] * 3
    await service.move_deadlines(session, clerk, bridge, NONE, source="HG 2/2027", now=NOON)
    assert (short.due_on, long.due_on, idea.due_on) == (
        date(2027, 3, 8),
        date(2027, 4, 12),
        date(2027, 4, 12),
    )


async def test_reminders_come_once_before_and_once_after(app: Any, clock: Any) -> None:
    database = app.services.database
    async with database.write() as session:
        idea, officer, streets, head = await make_case(session)
        advice = await ask(session, officer, idea, streets, days=10)
    for days, before, after in ((1, 0, 0), (8, 1, 0), (9, 1, 0), (15, 1, 2), (16, 1, 2)):
        clock.at(NOON + days * DAY)
        await asyncio.gather(*(jobs.remind_of_deadlines(app.services) for _ in range(2)))
        async with database.read() as session:
            found = (
                len(await letters(session, "advice_due_soon")),
                len(await letters(session, "advice_overdue")),
            )
            assert found == (before, after), days
    async with database.read() as session:
        assert await letters(session, "advice_overdue") == sorted([head.email, officer.email])
        told = select(Reminder).where(Reminder.subject_id == advice.id)
        assert len(list((await session.execute(told)).scalars())) == 2
        overdue = await queries.list_overdue_advice(session, today=(NOON + 20 * DAY).date())
        assert [row.department_id for row in overdue] == [streets.id]


async def test_a_withdrawn_idea_waits_for_nobody(session: AsyncSession) -> None:
    author = await make_account(session, verified=True)
    officer = await make_reviewer(session)
    idea = await make_idea(
        session, cycle=await make_cycle(session), author=author, state=IdeaState.IN_REVIEW, reviewer=officer
    )
    streets, _ = await make_department(session, "Străzi")
    advice = await ask(session, officer, idea, streets)
    await service.withdraw_idea(session, actor_of(author, verified=True), idea.id, now=NOON)
    assert advice.ended_as == "lapsed"


# ── page by page ──────────────────────────────────────────────────────────────
async def test_from_the_question_to_the_public_page(town: Town, clock: Any) -> None:
    officer, public = await town.reviewer(), await town.visitor()
    async with town.database.write() as session:
        idea = await make_idea(session, cycle=town.cycle, state=IdeaState.IN_REVIEW, reviewer=officer.account)
        streets, account = await make_department(session, "Străzi")
    head, file = await town.visitor(account), f"/review/ideas/{idea.id}"
    assert "Ask other departments" in await officer.see(file)
    page = await officer.see(f"{file}/advice")
    assert "At most 30: the idea itself is due by 12 April 2027." in page
    refused = await officer.send(f"{file}/advice", status=422, question="Scurt", days="31")
    assert refused.text.count("govuk-error-message") == 2 + 0
    assert "Tick at least one department" in refused.text
    kept = await officer.send(
        f"{file}/advice", status=422, question=QUESTION, days="40", department=str(streets.id)
    )
    assert QUESTION in kept.text
    assert "checked" in kept.text
    await officer.send(f"{file}/advice", question=QUESTION, days="5", department=str(streets.id))
    assert "5 working days counted from 1 March 2027, when Irina Marin asked" in await officer.see(file)
    shown = await public.see(f"/ideas/{idea.id}")
    assert "Another department was asked for its opinion" in shown
    assert QUESTION not in shown
    queue = await head.see("/review")
    address = "/review/advice/" + queue.split("/review/advice/")[1].split('"')[0]
    assert "Your department is asked" in queue
    await head.see(address)
    short = await head.send(address, status=422, answer="Da", seen="0")
    assert "at least 10 characters" in short.text
    await officer.send(address, status=403, answer=ANSWER, seen="0")
    clock.at(NOON + 10 * DAY)
    head, officer = await town.visitor(account), await town.visitor(officer.account)
    assert "the opinion for which this department was asked" in await public.see("/ideas/overdue")
    await head.send(address, answer=ANSWER, seen="0")
    stale = await head.send(address, status=409, answer="Altceva de spus.", seen="0")
    assert "Altceva de spus." in stale.text
    assert ANSWER in await officer.see(file)
    shown = await public.see(f"/ideas/{idea.id}")
    assert "3 working days late" in shown
    assert ANSWER not in shown
    async with town.database.write() as session:
        assert officer.account is not None
        await service.judge_idea(session, judge(officer.account), idea.id, acceptance(), now=NOON + 11 * DAY)
    shown = await public.see(f"/ideas/{idea.id}")
    assert ANSWER in shown
    assert QUESTION in shown


async def test_what_is_asked_is_not_for_the_author_to_read(town: Town) -> None:
    officer, author = await town.reviewer(), await town.reviewer(name="Autor Oficial")
    async with town.database.write() as session:
        idea = await make_idea(
            session,
            cycle=town.cycle,
            author=author.account,
            state=IdeaState.IN_REVIEW,
            reviewer=officer.account,
        )
        streets, _ = await make_department(session, "Străzi")
        assert officer.account is not None
        advice = await ask(session, officer.account, idea, streets)
    await author.see(f"/review/advice/{advice.id}", status=403)
    await author.see(f"/review/ideas/{idea.id}/advice", status=403)
    assert QUESTION not in await author.see(f"/review/ideas/{idea.id}")
    assert str(advice.id) not in await author.see("/review/advice?show=all")
    await officer.send(f"/review/advice/{advice.id}/withdraw", status=422, why="Nu")
    await officer.send(f"/review/advice/{advice.id}/withdraw", why="S-a lămurit între timp.")
    assert "S-a lămurit între timp." in await author.see(f"/ideas/{idea.id}")


async def test_two_who_ask_and_two_who_answer_at_once_leave_one_of_each(database: Database) -> None:
    async with database.write() as session:
        idea, officer, streets, head = await make_case(session)
        colleague = await make_reviewer(session, name="Ion Coleg")
        session.add(DepartmentMember(department_id=streets.id, account_id=colleague.id, is_head=False))

    async def outcome(act: Callable[[AsyncSession], Awaitable[object]]) -> object:
        try:
            async with database.write() as session:
                await act(session)
        except DomainError as refused:
            return type(refused)
        return None

    asking = [outcome(lambda session: ask(session, officer, idea, streets)) for _ in range(4)]
    asked = await asyncio.gather(*asking)
    assert (asked.count(None), asked.count(FormErrors)) == (1, 3)
    async with database.read() as session:
        (advice,) = (await session.execute(select(Advice))).scalars().all()

    def answering(who: Account) -> Callable[[AsyncSession], Awaitable[object]]:
        return lambda session: service.answer_advice(
            session, judge(who), advice.id, text=ANSWER, seen=0, now=NOON
        )

    answers = await asyncio.gather(*(outcome(answering(who)) for who in (head, colleague, head, colleague)))
    assert (answers.count(None), answers.count(AdviceChanged)) == (1, 3)
    async with database.read() as session:
        (answer,) = (await session.execute(select(AdviceAnswer))).scalars().all()
        facts = [fact async for fact in register.stream_facts(session)]
    assert answer.version == 1
    assert register.check_chain(facts) is None
