"""Tables of questions: asked before a consultation and in the room, supported, grouped, answered."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id
from consultations.rules.questions import AnswerKind, How, QuestionState, check_question_move

Id = uuid.UUID
_STATES = ", ".join(repr(state.value) for state in QuestionState)
_HOWS = ", ".join(repr(how.value) for how in How)
_KINDS = ", ".join(repr(kind.value) for kind in AnswerKind)


class QuestionGroup(Base):
    """Questions of a consultation that ask the same. Without questions it is not shown."""

    __tablename__ = "consultation_question_groups"

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    consultation_id: Mapped[Id] = mapped_column(ForeignKey("consultations.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    rank: Mapped[int] = mapped_column(default=0, comment="of the order in the room; 0: none yet")
    created_at: Mapped[datetime]
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))


class Question(Base):
    """What somebody asks. Its words are a comment, which is reported and judged as comments are."""

    __tablename__ = "consultation_questions"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state_known"),
        CheckConstraint(f"how IN ({_HOWS})", name="how_known"),
        CheckConstraint("(how = 'web') = (taken_by_id IS NULL)", name="taken_down_by_somebody"),
        CheckConstraint("(state = 'deferred') = (due_on IS NOT NULL)", name="deferred_until_a_day"),
        CheckConstraint("support_count >= 0", name="count_not_negative"),
        Index("ix_consultation_questions_consultation_id_asked_at", "consultation_id", "asked_at"),
        Index("ix_consultation_questions_state_due_on", "state", "due_on"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    consultation_id: Mapped[Id] = mapped_column(ForeignKey("consultations.id"))
    form_id: Mapped[Id] = mapped_column(
        unique=True, comment="of the form that was sent: two clicks, one question"
    )
    account_id: Mapped[Id | None] = mapped_column(
        ForeignKey("accounts.id"), index=True, comment="none: asked in the room, without an account"
    )
    author_name: Mapped[str] = mapped_column(String(120), comment="as shown in public; empty: not named")
    words_id: Mapped[Id] = mapped_column(ForeignKey("comments.id"), unique=True)
    how: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20), default=QuestionState.OPEN.value)
    support_count: Mapped[int] = mapped_column(default=0)
    group_id: Mapped[Id | None] = mapped_column(ForeignKey("consultation_question_groups.id"), index=True)
    rank: Mapped[int] = mapped_column(default=0, comment="of the order in the room; 0: none yet")
    phone: Mapped[str] = mapped_column(String(30), default="", comment="private; deleted 30 days afterwards")
    email: Mapped[str] = mapped_column(String(254), default="", comment="private; deleted 30 days afterwards")
    locale: Mapped[str] = mapped_column(String(2), default="ro")
    asked_at: Mapped[datetime]
    taken_by_id: Mapped[Id | None] = mapped_column(
        ForeignKey("accounts.id"), comment="who wrote it down in the room"
    )
    answered_at: Mapped[datetime | None] = mapped_column(comment="of the last answer")
    due_on: Mapped[date | None] = mapped_column(comment="of the written answer that was promised")

    def move_to(self, state: QuestionState) -> None:
        """Change the state. Raises: IllegalAnswer."""
        check_question_move(QuestionState(self.state), state)
        self.state = state.value


class QuestionSupport(Base):
    """A person supports a question."""

    __tablename__ = "consultation_question_supports"

    question_id: Mapped[Id] = mapped_column(ForeignKey("consultation_questions.id"), primary_key=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"), primary_key=True, index=True)
    at: Mapped[datetime]


class Answer(Base):
    """What was answered, to one question or to several that ask the same. Append-only, and public."""

    __tablename__ = "consultation_answers"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        CheckConstraint("(kind = 'deferred') = (due_on IS NOT NULL)", name="deferred_until_a_day"),
        CheckConstraint("text <> ''", name="says_something"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    consultation_id: Mapped[Id] = mapped_column(ForeignKey("consultations.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text, comment="Markdown; of a deferred one why, of a commitment what")
    due_on: Mapped[date | None] = mapped_column(comment="by when the written answer is promised")
    at: Mapped[datetime]
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str] = mapped_column(String(120))


class AnsweredQuestion(Base):
    """Which questions an answer is to. Append-only."""

    __tablename__ = "consultation_answered_questions"

    answer_id: Mapped[Id] = mapped_column(ForeignKey("consultation_answers.id"), primary_key=True)
    question_id: Mapped[Id] = mapped_column(
        ForeignKey("consultation_questions.id"), primary_key=True, index=True
    )


class RaisedIdea(Base):
    """An idea of `proposals/` that was raised as a question and entered on the person's behalf."""

    __tablename__ = "consultation_raised_ideas"

    question_id: Mapped[Id] = mapped_column(ForeignKey("consultation_questions.id"), primary_key=True)
    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"), unique=True)
    at: Mapped[datetime]
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))


class TermReminder(Base):
    """Somebody was told of a term: of a written answer or of a commitment, before its day or after it."""

    __tablename__ = "consultation_reminders"
    __table_args__ = (CheckConstraint("kind IN ('before', 'after')", name="kind_known"),)

    subject_id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime]
