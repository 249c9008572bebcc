"""What remains of the questions of who closes their account or is forgotten; the copy of one's own."""

from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.events import AccountClosed
from accounts.policy import Actor
from accounts.service import CLOSED_NAME
from consultations.models import Consultation, Question, QuestionSupport
from consultations.rules.questions import QuestionState
from consultations.service.coming import KEPT_FOR
from discussions.models import Comment

LONGEST_KEPT = timedelta(days=365)  # whatever was promised and is not there


async def forget_askers(session: AsyncSession, *, now: datetime) -> int:
    """Delete the numbers and addresses of who asked in the room: thirty days after the consultation, or after
    the last answer; while a written answer is owed they are needed, for a year at most.
    """
    over = select(Consultation.id).where(Consultation.ends_at < now - KEPT_FOR)
    long_over = select(Consultation.id).where(Consultation.ends_at < now - LONGEST_KEPT)
    is_answered_long = or_(Question.answered_at.is_(None), Question.answered_at < now - KEPT_FOR)
    is_owed = Question.state == QuestionState.DEFERRED.value
    forgotten = (
        update(Question)
        .where(
            func.length(Question.phone) + func.length(Question.email) > 0,
            or_(
                and_(Question.consultation_id.in_(over), is_answered_long, ~is_owed),
                Question.consultation_id.in_(long_over),
            ),
        )
        .values(phone="", email="")
    )
    result = await session.execute(forgotten.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]


async def leave_no_name(session: AsyncSession, closed: AccountClosed) -> None:
    """The questions of a closed account stay, for they were answered; its name does not."""
    own = update(Question).where(Question.account_id == closed.account_id)
    await session.execute(own.values(author_name=CLOSED_NAME).execution_options(synchronize_session=False))


async def export_questions(session: AsyncSession, actor: Actor) -> object:
    """What the actor asked at consultations and supports, for the copy of their data."""
    asked = (
        select(Question, Comment.body, Consultation.number)
        .join(Comment, Comment.id == Question.words_id)
        .join(Consultation, Consultation.id == Question.consultation_id)
        .where(Question.account_id == actor.id)
        .order_by(Question.asked_at, Question.id)
    )
    supported = select(QuestionSupport).where(QuestionSupport.account_id == actor.id)
    return {
        "asked": [
            {
                "consultation": number,
                "path": f"/consultations/questions/{one.id}",
                "text": body,
                "state": one.state,
                "at": one.asked_at.isoformat(),
            }
            for one, body, number in (await session.execute(asked)).all()
        ],
        "supports": [
            {"path": f"/consultations/questions/{one.question_id}", "at": one.at.isoformat()}
            for one in (await session.execute(supported.order_by(QuestionSupport.at))).scalars()
        ],
    }
