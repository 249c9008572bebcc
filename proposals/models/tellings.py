"""The table of people without e-mail who are still to be told of something."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id
from proposals.states import TOLD_WAYS, TellingEnd

Id = uuid.UUID
_ENDS = ", ".join(f"'{end}'" for end in TellingEnd)
_WAYS = ", ".join(f"'{end}'" for end in sorted(TOLD_WAYS))


class Telling(Base):
    """Something of which an author has to be told who left no e-mail address: staff post a letter, call, or
    say it at the desk. Where to is not kept here, but as long as the idea's intake says it.
    """

    __tablename__ = "idea_tellings"
    __table_args__ = (
        CheckConstraint(f"ended_as IN ({_ENDS})", name="end_known"),
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_somehow"),
        CheckConstraint(
            f"(told_on IS NOT NULL) = (ended_as IS NOT NULL AND ended_as IN ({_WAYS}))", name="told_on_a_day"
        ),
        CheckConstraint("(told_on IS NULL) = (told_by_id IS NULL)", name="told_by_somebody"),
        Index(
            "ix_idea_tellings_open",
            "at",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_idea_tellings_idea_id", "idea_id", "at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"))
    account_id: Mapped[Id | None] = mapped_column(
        ForeignKey("accounts.id"), index=True, comment="an author; NULL: who sent it and has not claimed it"
    )
    kind: Mapped[str] = mapped_column(String(20), comment="the message that would have been sent by mail")
    locale: Mapped[str] = mapped_column(String(2))
    facts: Mapped[str] = mapped_column(Text, comment="JSON object that fills the message")
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[str | None] = mapped_column(String(10), comment="how they were told, or why not")
    told_on: Mapped[date | None] = mapped_column(comment="the day of the letter, the call or the visit")
    told_by_id: Mapped[Id | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    told_by_name: Mapped[str] = mapped_column(String(120))
