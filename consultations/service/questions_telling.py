"""Telling what became of questions: who asked without an account by a message, everybody else by notices."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.i18n import N_, Locale, show_date
from app.kit.mail import send_mail
from consultations.models import Answer, Consultation, Question
from consultations.rules.questions import AnswerKind
from notices.service import Announcement, announce
from notices.service.announcing import local_path

SENTENCES: dict[AnswerKind, str] = {
    AnswerKind.SPOKEN: N_("A question was answered: %(text)s"),
    AnswerKind.WRITTEN: N_("A question was answered: %(text)s"),
    AnswerKind.DEFERRED: N_("A written answer to a question is promised by %(due_on)s. %(text)s"),
    AnswerKind.COMMITTED: N_("This was promised, by %(due_on)s: %(text)s"),
}
SHOWN = 240  # characters of an answer in a notice


def question_path(question: Question) -> str:
    """The page of a question."""
    return f"/consultations/questions/{question.id}"


def tell_of_answer(
    session: AsyncSession,
    row: Consultation,
    answer: Answer,
    questions: Collection[Question],
    *,
    due_on: str = "",
    now: datetime,
) -> None:
    """Tell who asked and who supported, and followers. `due_on`: of what is promised, ISO 8601. Queues:
    notices, mail.
    """
    first = min(questions, key=lambda one: (one.asked_at, one.id))
    text = answer.text if len(answer.text) <= SHOWN else answer.text[: SHOWN - 1].rstrip() + "…"
    facts: dict[str, object] = {"text": text}
    day = answer.due_on.isoformat() if answer.due_on else due_on
    if day:
        facts["due_on"] = day
    what = Announcement(
        topic=f"answer:{answer.id}",
        title=f"{row.number}, {row.title}",
        path=question_path(first),
        words=SENTENCES[AnswerKind(answer.kind)],
        facts=facts,
        spared=[answer.by_id],
    )
    announce(session, what, now=now)
    for one in questions:
        mail_question(session, row, one, answer.kind, answer=answer.text, due_on=day)


def mail_question(
    session: AsyncSession,
    row: Consultation,
    question: Question,
    what: str,
    *,
    answer: str = "",
    due_on: str = "",
) -> None:
    """Write to who asked without an account and left an address. `what`: taken, or the kind of an answer."""
    if not question.email:
        return
    locale: Locale = "en" if question.locale == "en" else "ro"
    send_mail(
        session,
        to=question.email,
        template="consultations/mail/question.txt",
        locale=locale,
        what=what,
        number=row.number,
        title=row.title,
        answer=answer,
        due_on=show_date(date.fromisoformat(due_on), locale) if due_on else "",
        path=local_path(question_path(question), locale),
    )
