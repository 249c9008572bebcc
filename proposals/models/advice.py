"""The table of advice: what other departments are asked about an idea, and their answers, append-only."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id

Id = uuid.UUID
_OPEN = text("answered_at IS NULL AND ended_at IS NULL")


class Advice(Base):
    """A department is asked about an idea, with a term of its own. At most one of a department is open."""

    __tablename__ = "advice"
    __table_args__ = (
        CheckConstraint("question <> ''", name="asked_something"),
        CheckConstraint("term_days > 0", name="term_positive"),
        CheckConstraint("ended_as IN ('withdrawn', 'lapsed')", name="end_known"),
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_somehow"),
        CheckConstraint("ended_at IS NULL OR answered_at IS NULL", name="answered_or_ended"),
        Index(
            "uq_advice_open_idea_id_department_id",
            "idea_id",
            "department_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_advice_idea_id_asked_at", "idea_id", "asked_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"))
    department_id: Mapped[Id] = mapped_column(ForeignKey("departments.id"), index=True)
    question: Mapped[str] = mapped_column(Text, comment="public once there is a decision; Markdown")
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    asked_by_name: Mapped[str] = mapped_column(String(120))
    term_days: Mapped[int] = mapped_column(comment="working days, as whoever asked has set them")
    due_on: Mapped[date] = mapped_column(comment="never later than the idea's own term")
    answered_at: Mapped[datetime | None] = mapped_column(comment="by the first answer")
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[str | None] = mapped_column(String(20), comment="lapsed: decided without it")
    why: Mapped[str] = mapped_column(Text, default="", comment="why it was withdrawn; public")


class AdviceAnswer(Base):
    """What a department answers, signed by an official. Append-only: another answer is another version."""

    __tablename__ = "advice_answers"
    __table_args__ = (
        UniqueConstraint("advice_id", "version"),
        CheckConstraint("text <> ''", name="answered_something"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    advice_id: Mapped[Id] = mapped_column(ForeignKey("advice.id"))
    version: Mapped[int]
    at: Mapped[datetime]
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text, comment="public once there is a decision; Markdown")
