"""The table of public debates on projects."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base

Id = uuid.UUID


class ProjectDebate(Base):
    """When and where a project is debated in public before the vote, and what came of it. What is entered
    again replaces what stood here; both are in the public register.
    """

    __tablename__ = "project_debates"
    __table_args__ = (CheckConstraint("place <> ''", name="somewhere"),)

    project_id: Mapped[Id] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    held_on: Mapped[date]
    hour: Mapped[str] = mapped_column(String(5), comment="e.g. 18:30; empty: not said")
    place: Mapped[str] = mapped_column(String(200))
    act_path: Mapped[str] = mapped_column(String(60), comment="of the draft decision debated with it, if any")
    outcome: Mapped[str] = mapped_column(Text, comment="what came of it; empty: not held yet")
    entered_at: Mapped[datetime]
    entered_by_name: Mapped[str] = mapped_column(String(120))
