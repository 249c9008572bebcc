"""Answering questions: in the room, in writing, or by the promise of a written answer.

Who answers holds the consultation and its questions; of two who answer the same at once, the second reads
what the first said.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.clock import local_date
from app.kit.db import new_id
from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.policy import require
from consultations import queries
from consultations.errors import AnsweredMeanwhile
from consultations.models import Answer, AnsweredQuestion, Consultation, Question
from consultations.policy import may_answer
from consultations.queries import questions as asked
from consultations.rules.questions import (
    LONGEST_TERM,
    STATE_AFTER,
    AnswerKind,
    QuestionState,
    check_question_move,
)
from consultations.service.questions_telling import tell_of_answer

SHORTEST_ANSWER, LONGEST_ANSWER = 10, 4000  # characters


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered. `due_on`: of a deferred one, by when."""

    kind: AnswerKind
    text: str
    due_on: date | None = None


class Case(msgspec.Struct, frozen=True):
    """A consultation and the questions that are answered together, under lock."""

    consultation: Consultation
    questions: list[Question]


async def answer(
    session: AsyncSession,
    actor: Actor,
    question_id: uuid.UUID,
    reply: Reply,
    *,
    whole_group: bool,
    seen: int,
    now: datetime,
) -> Answer:
    """Answer a question, or with it all that ask the same. `seen`: how many answers the form showed.

    Locks: the consultation, the questions, the register's head. Raises: Forbidden, AnsweredMeanwhile,
    IllegalAnswer, FormErrors. Announces it; queues mail to who left an address.
    """
    case, earlier = await open_case(session, actor, question_id, whole_group=whole_group)
    if earlier and (earlier[-1].by_id, earlier[-1].text) == (actor.id, reply.text):
        return earlier[-1]  # a second click
    if len(earlier) != seen:
        raise AnsweredMeanwhile()
    _check(reply, today=local_date(now))
    row = await write_answer(session, actor, case, reply, now=now)
    tell_of_answer(session, case.consultation, row, case.questions, now=now)
    await record_answer(session, case, row, {}, now=now)
    return row


async def open_case(
    session: AsyncSession, actor: Actor, question_id: uuid.UUID, *, whole_group: bool
) -> tuple[Case, list[Answer]]:
    """What is answered, under lock, with the earlier answers of the question. Raises: Forbidden."""
    unlocked = await asked.get_question(session, question_id)
    row = await queries.get_consultation(session, unlocked.consultation_id, lock=True)
    host = await queries.get_host(session, row.host_id)
    require(may_answer(actor, row, host_account=host.account_id))
    question = await asked.get_question(session, question_id)
    ids = [question.id]
    if whole_group and question.group_id is not None:
        ids = [one.id for one in await asked.list_group_members(session, question.group_id)]
    questions = list((await asked.list_questions(session, ids, lock=True)).values())
    earlier = (await asked.list_answers(session, [question.id])).get(question.id, [])
    return Case(row, questions), [one for one, _ in earlier]


def _check(reply: Reply, *, today: date) -> None:
    """Raises: FormErrors."""
    errors: dict[str, DomainError] = {}
    if len(reply.text) < SHORTEST_ANSWER:
        errors["text"] = Invalid(N_("Write at least %(least)s characters."), least=SHORTEST_ANSWER)
    if reply.kind is AnswerKind.DEFERRED:
        until = today + timedelta(days=LONGEST_TERM)
        if reply.due_on is None:
            errors["due_on"] = Invalid(N_("Write by which day the answer is sent."))
        elif not today <= reply.due_on <= until:
            errors["due_on"] = Invalid(
                N_("Choose a day from today on, at most %(days)s days away."), days=LONGEST_TERM
            )
    if errors:
        raise FormErrors(errors)


async def write_answer(
    session: AsyncSession, actor: Actor, case: Case, reply: Reply, *, now: datetime
) -> Answer:
    """Write the answer down, and what became of the questions. Raises: IllegalAnswer."""
    to = STATE_AFTER[reply.kind]
    for (
        question
    ) in case.questions:  # before anything is written: a refusal is a page, which rolls nothing back
        check_question_move(QuestionState(question.state), to)
    deferred = reply.due_on if to is QuestionState.DEFERRED else None
    row = Answer(
        id=new_id(),
        consultation_id=case.consultation.id,
        kind=reply.kind.value,
        text=reply.text,
        due_on=deferred,
        at=now,
        by_id=actor.id,
        by_name=actor.name,
    )
    session.add(row)
    await session.flush()
    for question in case.questions:
        question.move_to(to)
        question.answered_at, question.due_on = now, deferred
        session.add(AnsweredQuestion(answer_id=row.id, question_id=question.id))
    await session.flush()
    return row


async def record_answer(
    session: AsyncSession, case: Case, row: Answer, facts: dict[str, object], *, now: datetime
) -> None:
    """A fact of the public register: what was answered to which questions, not who asked."""
    said: dict[str, object] = {
        "number": case.consultation.number,
        "questions": _texts(case.questions),
        "answer": row.text,
        "by": row.by_name,
        **facts,
    }
    if row.due_on is not None:
        said["due_on"] = row.due_on.isoformat()
    kind = "consultation.answer_promised" if row.kind == AnswerKind.DEFERRED else "consultation.answered"
    await register.record(session, kind, f"consultation:{case.consultation.id}", said, now=now)


def _texts(questions: Sequence[Question]) -> list[object]:
    return [str(one.id) for one in questions]
