"""Advice: other departments are asked about an idea, with a term of their own inside the idea's.

That a department was asked, until when, and that it answered or was late, is public at once. What it was
asked and what it answers is public with the next decision: until then the department weighs it undisturbed.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.clock import local_date
from app.kit.days_off import list_days_off
from app.kit.db import new_id
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.policy import require
from proposals import queries
from proposals.errors import AdviceChanged
from proposals.models import Advice, AdviceAnswer, Department, Idea
from proposals.policy import may_advise, may_ask_advice, may_touch, may_withdraw_advice
from proposals.service.timeline import mail_official, publish_fact, tell
from proposals.states import EventKind, days_left, review_deadline, working_deadline


async def find_advice_limit(
    session: AsyncSession, idea: Idea, *, today: date, days_off: frozenset[date]
) -> date:
    """The last day that a department asked about this idea can be given: of the contestation that waits for a
    decision, or of the idea's own term.
    """
    contestation = await queries.find_open_contestation(session, idea.id)
    if contestation is not None:
        return contestation.due_on
    pauses = (await queries.list_pauses_of(session, [idea.id]))[idea.id]
    since = idea.submitted_at or idea.created_at
    return review_deadline(since, pauses, today=today, days_off=days_off).due_on


async def ask_advice(
    session: AsyncSession,
    actor: Actor,
    idea_id: uuid.UUID,
    *,
    department_ids: Sequence[uuid.UUID],
    question: str,
    term_days: int,
    now: datetime,
) -> list[Advice]:
    """Ask one or several departments about an idea. That they are asked, and until when, is public.

    Locks: the days off (shared), the idea. Raises: Forbidden, DepartmentNotFound; FormErrors when a
    department cannot be asked, or the term would end after the idea's. Queues: messages to the departments.
    """
    days_off = await list_days_off(session, hold=True)
    idea = await queries.get_idea(session, idea_id, lock=True)
    contested = await queries.find_open_contestation(session, idea_id) is not None
    prepared = await queries.find_prepared(session, idea_id) is not None
    require(may_ask_advice(actor, idea, is_contested=contested, is_prepared=prepared))
    require(may_touch(has_conflict=await queries.has_conflict(session, idea_id, actor.id)))
    due_on = working_deadline(now, term_days, days_off=days_off).due_on
    limit = await find_advice_limit(session, idea, today=local_date(now), days_off=days_off)
    if due_on > limit:
        left = max(0, days_left(limit, today=local_date(now), days_off=days_off))
        late = Invalid(
            N_("The idea itself is due before that. At most %(left)s working days can be given."), left=left
        )
        raise FormErrors({"days": late})
    departments = [await queries.get_department(session, one) for one in dict.fromkeys(department_ids)]
    for department in departments:  # all of them before anything is written
        await _check_askable(session, idea, department)
    asked = [
        (await _ask(session, actor, idea, one, question, term_days, due_on, now=now), one)
        for one in departments
    ]
    await session.flush()
    for advice, department in asked:
        facts = {"advice": str(advice.id), "department": department.name, "due_on": due_on.isoformat()}
        await publish_fact(session, "idea.advice_asked", idea, {**facts, "by": actor.name}, now=now)
    return [advice for advice, _ in asked]


async def _check_askable(session: AsyncSession, idea: Idea, department: Department) -> None:
    """Raises: FormErrors."""
    names = {"department": department.name}
    if department.id == idea.department_id:
        raise FormErrors(
            {"department": Invalid(N_("The idea is with this department: %(department)s."), **names)}
        )
    waiting = await queries.list_open_advice(session, idea_id=idea.id)
    if any(one.department_id == department.id for one, _, _ in waiting):
        again = Invalid(
            N_("This department has been asked already: %(department)s. Wait for its answer."), **names
        )
        raise FormErrors({"department": again})
    if not await queries.list_people(session, department.id, idea):
        empty = Invalid(N_("Nobody works in this department who could answer: %(department)s."), **names)
        raise FormErrors({"department": empty})


async def _ask(
    session: AsyncSession,
    actor: Actor,
    idea: Idea,
    department: Department,
    question: str,
    term_days: int,
    due_on: date,
    *,
    now: datetime,
) -> Advice:
    advice = Advice(
        id=new_id(),
        idea_id=idea.id,
        department_id=department.id,
        question=question,
        asked_at=now,
        asked_by_id=actor.id,
        asked_by_name=actor.name,
        term_days=term_days,
        due_on=due_on,
    )
    session.add(advice)
    facts = {**name_department(department), "due_on": due_on.isoformat()}
    tell(session, idea, EventKind.ADVICE_ASKED, by_name=actor.name, facts=facts, now=now)
    people = await queries.list_people(session, department.id, idea)
    heads = [account_id for account_id, is_head in people if is_head]
    for account_id in heads or [account_id for account_id, _ in people]:
        await mail_advice(session, account_id, idea, advice, "advice_asked", question=question)
    return advice


async def answer_advice(
    session: AsyncSession, actor: Actor, advice_id: uuid.UUID, *, text: str, seen: int, now: datetime
) -> AdviceAnswer:
    """Answer for the department that was asked, signed; once more to add or correct something. `seen`: how
    many versions who answers has read. Nothing is ever altered.

    Locks: the idea. Raises: Forbidden, AdviceChanged. Queues: a message to who asked.
    """
    advice, department, idea = await _lock_advice(session, advice_id)
    member = await queries.is_member(session, department.id, actor.id)
    contested = await queries.find_open_contestation(session, idea.id) is not None
    require(may_advise(actor, idea, advice, is_member=member, is_contested=contested))
    require(may_touch(has_conflict=await queries.has_conflict(session, idea.id, actor.id)))
    version = len((await queries.list_answers(session, [advice.id]))[advice.id]) + 1
    if seen != version - 1:
        raise AdviceChanged()
    answer = AdviceAnswer(
        id=new_id(),
        advice_id=advice.id,
        version=version,
        at=now,
        by_id=actor.id,
        by_name=actor.name,
        text=text,
    )
    session.add(answer)
    late = 0
    if version == 1:
        advice.answered_at = now
        late = await _late_days(session, advice, now=now)
    facts = {**name_department(department), "version": version, "late": late}
    tell(session, idea, EventKind.ADVICE_GIVEN, by_name=actor.name, facts=facts, now=now)
    await mail_advice(session, advice.asked_by_id, idea, advice, "advice_given", department=department.name)
    facts |= {"advice": str(advice.id), "by": actor.name}
    await publish_fact(session, "idea.advice_given", idea, facts, now=now)
    return answer


async def withdraw_advice(
    session: AsyncSession, actor: Actor, advice_id: uuid.UUID, *, why: str, now: datetime
) -> Advice:
    """Take a question to a department back, with a reason that is public.

    Locks: the idea. Raises: Forbidden. Queues: messages to the department.
    """
    advice, department, idea = await _lock_advice(session, advice_id)
    require(may_withdraw_advice(actor, idea, advice))
    require(may_touch(has_conflict=await queries.has_conflict(session, idea.id, actor.id)))
    advice.ended_at, advice.ended_as, advice.why = now, "withdrawn", why
    facts: dict[str, object] = dict(name_department(department))
    tell(session, idea, EventKind.ADVICE_WITHDRAWN, by_name=actor.name, text=why, facts=facts, now=now)
    for account_id, _ in await queries.list_people(session, department.id, idea):
        await mail_advice(session, account_id, idea, advice, "advice_withdrawn", why=why)
    facts |= {"advice": str(advice.id), "by": actor.name, "reason": why}
    await publish_fact(session, "idea.advice_withdrawn", idea, facts, now=now)
    return advice


async def lapse_advice(session: AsyncSession, idea: Idea, *, now: datetime) -> None:
    """What was asked about an idea is no longer awaited: it is decided, or withdrawn. The timeline says so.
    The caller holds the idea.
    """
    await session.flush()
    for advice, department, _ in await queries.list_open_advice(session, idea_id=idea.id, fresh=True):
        advice.ended_at, advice.ended_as = now, "lapsed"
        tell(session, idea, EventKind.ADVICE_LAPSED, facts=name_department(department), now=now)
    await session.flush()


async def describe_advice(
    session: AsyncSession, idea: Idea, *, since: datetime | None
) -> list[dict[str, object]]:
    """What departments were asked and answered after the decision before (`since`), as it becomes public with
    the next one.
    """
    asked = await queries.list_advice(session, idea.id)
    answers = await queries.list_answers(session, [advice.id for advice, _ in asked])
    return [
        {
            "department": department.name,
            "question": advice.question,
            "version": one.version,
            "by": one.by_name,
            "at": one.at.isoformat(timespec="seconds"),
            "text": one.text,
        }
        for advice, department in asked
        for one in answers[advice.id]
        if since is None or one.at >= since
    ]


# ── steps that these share ────────────────────────────────────────────────────
def name_department(department: Department) -> dict[str, object]:
    """A department in the facts of the timeline: as it is called now, in both languages."""
    return {"department": department.name, "department_en": department.name_en}


async def mail_advice(
    session: AsyncSession, account_id: uuid.UUID, idea: Idea, advice: Advice, template: str, **facts: object
) -> None:
    """Promise a message about a question to a department; it leads to the question."""
    path = f"/review/advice/{advice.id}"
    await mail_official(
        session,
        account_id,
        idea,
        template,
        due_on=advice.due_on,
        advice_path=path,
        by=advice.asked_by_name,
        **facts,
    )


async def _lock_advice(session: AsyncSession, advice_id: uuid.UUID) -> tuple[Advice, Department, Idea]:
    """Read anew under the idea's lock. Raises: AdviceNotFound."""
    unlocked, _, _ = await queries.get_advice(session, advice_id)
    await queries.get_idea(session, unlocked.idea_id, lock=True)
    return await queries.get_advice(session, advice_id, fresh=True)


async def _late_days(session: AsyncSession, advice: Advice, *, now: datetime) -> int:
    """By how many working days an answer is late; 0: it is not."""
    days_off = await list_days_off(session)
    return max(0, -days_left(advice.due_on, today=local_date(now), days_off=days_off))
