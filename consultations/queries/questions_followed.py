"""Who is told of an answer: who asked, who supports the questions, who follows the consultation or its
official.
"""

import uuid
from collections.abc import Sequence

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from consultations.models import Answer, AnsweredQuestion, Consultation, Question, QuestionSupport
from notices.models import Follow
from notices.queries import Topic
from notices.states import Link


async def list_concerned(
    session: AsyncSession,
    consultation_id: uuid.UUID,
    answer_id: uuid.UUID | None,
    link: Link,
    *,
    after: uuid.UUID,
    limit: int,
) -> list[uuid.UUID]:
    """Who asked what was answered (own), or supports it or follows the consultation or its official."""
    to = select(AnsweredQuestion.question_id).where(AnsweredQuestion.answer_id == answer_id)
    if link is Link.OWN:
        asked = select(Question.account_id).distinct().where(Question.id.in_(to), Question.account_id > after)
        return [one for one in (await session.execute(asked.order_by(Question.account_id))).scalars() if one]
    if link is not Link.SUPPORTED:
        return []
    host_id = (
        await session.execute(select(Consultation.host_id).where(Consultation.id == consultation_id))
    ).scalar_one_or_none()
    topics = (f"consultation:{consultation_id}", f"host:{host_id}")
    everybody = union(
        select(QuestionSupport.account_id).where(QuestionSupport.question_id.in_(to)),
        select(Follow.account_id).where(Follow.topic.in_(topics)),
    ).subquery()
    query = select(everybody.c.account_id).where(everybody.c.account_id > after)
    rows = await session.execute(query.order_by(everybody.c.account_id).limit(limit))
    return list(rows.scalars())


class AnswerTopics:
    """Answers; nobody follows one by itself."""

    async def find(self, session: AsyncSession, actor: Actor | None, keys: Sequence[str]) -> dict[str, Topic]:
        """None that could be followed."""
        return {}

    async def list_linked(
        self, session: AsyncSession, key: str, link: Link, *, after: uuid.UUID, limit: int
    ) -> list[uuid.UUID]:
        """Those concerned, in the order of their ids."""
        answer_id = uuid.UUID(key)
        query = select(Answer.consultation_id).where(Answer.id == answer_id)
        consultation_id = (await session.execute(query)).scalar_one_or_none()
        if consultation_id is None:
            return []
        return await list_concerned(session, consultation_id, answer_id, link, after=after, limit=limit)

    async def find_area(self, session: AsyncSession, key: str) -> str:
        """None: neighbours are told of consultations."""
        return ""
