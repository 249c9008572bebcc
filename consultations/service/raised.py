"""What was raised as a question becomes an idea, entered by staff on the person's behalf."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.days_off import list_days_off
from app.kit.policy import require
from consultations.errors import AlreadyRaised
from consultations.models import RaisedIdea
from consultations.queries import questions as asked
from consultations.rules.questions import QuestionState
from proposals.models import Idea
from proposals.policy.authors import may_take_in
from proposals.service import Sender, take_in


async def raise_idea(
    session: AsyncSession,
    actor: Actor,
    question_id: uuid.UUID,
    sender: Sender,
    fields: Mapping[str, object],
    *,
    form_id: uuid.UUID,
    now: datetime,
) -> tuple[Idea, str]:
    """Enter an idea for who asked a question; each leads to the other. Returns it with the code to claim it
    by, which is kept nowhere.

    Locks: the days off (shared), the question, the series of numbers, the register's head. Queues: mail to
    who left an address. Raises: Forbidden, AlreadyRaised, QuestionNotFound, FormErrors, EnteredAlready.
    """
    require(may_take_in(actor))
    await list_days_off(session, hold=True)  # before any other lock
    question = await asked.get_question(session, question_id, lock=True)
    if question.state == QuestionState.WITHDRAWN:
        raise AlreadyRaised()
    if await asked.list_raised(session, [question.id]):
        raise AlreadyRaised()
    idea, code = await take_in(session, actor, sender, fields, form_id=form_id, now=now)
    session.add(RaisedIdea(question_id=question.id, idea_id=idea.id, at=now, by_id=actor.id))
    await session.flush()
    return idea, code
