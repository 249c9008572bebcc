"""Tables of what is said afterwards: minutes with their corrections, photographs, reminders."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id

Id = uuid.UUID


class MinutesDraft(Base):
    """The minutes while they are written, or corrected: seen by organizers alone."""

    __tablename__ = "consultation_minutes_drafts"

    consultation_id: Mapped[Id] = mapped_column(ForeignKey("consultations.id"), primary_key=True)
    content: Mapped[str] = mapped_column(Text, comment="JSON: consultations/rules/minutes.py")
    revision: Mapped[int] = mapped_column(comment="counts what was saved: of two who write, one is told")
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(String(120))


class Minutes(Base):
    """The minutes as they were published, then each correction of them, whole. Append-only."""

    __tablename__ = "consultation_minutes"
    __table_args__ = (
        UniqueConstraint("consultation_id", "position"),
        CheckConstraint("(position = 1) = (reason = '')", name="corrected_for_a_reason"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    consultation_id: Mapped[Id] = mapped_column(ForeignKey("consultations.id"))
    position: Mapped[int] = mapped_column(comment="1: the minutes; then one for each correction")
    content: Mapped[str] = mapped_column(Text, comment="JSON: consultations/rules/minutes.py")
    sha256: Mapped[str] = mapped_column(String(64), comment="of the content; in the public register")
    reason: Mapped[str] = mapped_column(Text, comment="why it was corrected; public")
    due_on: Mapped[date] = mapped_column(comment="by when the minutes were to be public")
    at: Mapped[datetime]
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str] = mapped_column(String(120))


class MinutesReminder(Base):
    """That organizers were told of minutes that are due soon, or late; once each."""

    __tablename__ = "consultation_minutes_reminders"
    __table_args__ = (
        UniqueConstraint("consultation_id", "kind"),
        CheckConstraint("kind IN ('before', 'after')", name="kind_known"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    consultation_id: Mapped[Id] = mapped_column(ForeignKey("consultations.id"))
    kind: Mapped[str] = mapped_column(String(10))
    due_on: Mapped[date]
    at: Mapped[datetime]


class ConsultationPhoto(Base):
    """A photograph of a consultation, re-encoded; the files are in the storage."""

    __tablename__ = "consultation_photos"
    __table_args__ = (
        CheckConstraint("alt <> ''", name="described"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_why = '')", name="withdrawn_for_a_reason"),
        Index("ix_consultation_photos_consultation_id_created_at", "consultation_id", "created_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    consultation_id: Mapped[Id] = mapped_column(ForeignKey("consultations.id"))
    large_key: Mapped[str] = mapped_column(String(80))
    small_key: Mapped[str] = mapped_column(String(80))
    width: Mapped[int]
    height: Mapped[int]
    alt: Mapped[str] = mapped_column(String(250), comment="what is in the picture, for who cannot see it")
    created_at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(String(120))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[str] = mapped_column(Text, default="")
