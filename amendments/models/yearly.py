"""Tables of the yearly report on decisional transparency: what is entered for it, and what was published."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id

Id = uuid.UUID


class YearlyEntry(Base):
    """A figure that somebody entered for a year. Append-only; of a figure the newest entry holds."""

    __tablename__ = "yearly_entries"
    __table_args__ = (UniqueConstraint("year", "position"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    year: Mapped[int]
    position: Mapped[int] = mapped_column(comment="of the year's entries, from 1")
    figure: Mapped[str] = mapped_column(String(30), comment="amendments/rules/yearly.py")
    value: Mapped[str] = mapped_column(Text, comment="a whole number, or words; empty takes it back")
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class YearlyReport(Base):
    """A published report. Append-only: a correction is another one, with its reason."""

    __tablename__ = "yearly_reports"
    __table_args__ = (
        UniqueConstraint("year", "position"),
        CheckConstraint("position = 1 OR reason <> ''", name="correction_reasoned"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    year: Mapped[int]
    position: Mapped[int] = mapped_column(comment="1 for the first, then one for each correction")
    figures: Mapped[str] = mapped_column(Text, comment="JSON: value by figure, as it was published")
    sha256: Mapped[str] = mapped_column(String(64), comment="of the figures")
    reason: Mapped[str] = mapped_column(Text, comment="of a correction; public")
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    published_at: Mapped[datetime]
