"""Tables of the cycles: what people see of a cycle lies here, whether a stage is open is computed."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id


class Cycle(Base):
    """One round of participatory budgeting, from the first idea to the result; or, as an election, the frame
    of a single vote: its title and its dates.
    """

    __tablename__ = "cycles"
    __table_args__ = (
        CheckConstraint("budget_bani >= 0", name="budget_not_negative"),
        CheckConstraint("min_ranked >= 0 AND min_ranked <= max_ranked", name="ranked_in_order"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20), server_default="budget", comment="budget or election")
    slug: Mapped[str] = mapped_column(String(80), unique=True, comment="in addresses; never changes")
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, comment="Markdown, Romanian")
    summary_en: Mapped[str] = mapped_column(Text, comment="Markdown, English")
    year: Mapped[int]
    budget_bani: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(10), comment="as written after amounts; lei unless imported")
    max_ranked: Mapped[int] = mapped_column(comment="the most projects one ballot may rank")
    min_ranked: Mapped[int]
    rule: Mapped[str] = mapped_column(String(60), comment="name of a counting rule in voting.rules")
    rule_params: Mapped[str] = mapped_column(Text, comment="JSON object of the rule's parameters")
    tie_seed_commitment: Mapped[str | None] = mapped_column(
        String(128), comment="published before opening: commits to the lot that breaks ties"
    )
    created_at: Mapped[datetime]
    is_imported: Mapped[bool] = mapped_column(comment="made from a file of a finished election elsewhere")


class Area(Base):
    """A neighbourhood of a cycle."""

    __tablename__ = "areas"
    __table_args__ = (UniqueConstraint("cycle_id", "code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    cycle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cycles.id"))
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(200))


class Stage(Base):
    """A dated stage: open while `opens_at <= now < closes_at`."""

    __tablename__ = "stages"
    __table_args__ = (
        UniqueConstraint("cycle_id", "kind"),
        CheckConstraint("opens_at < closes_at", name="dates_in_order"),
        CheckConstraint("kind IN ('submission', 'review', 'vote', 'results')", name="kind_known"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    cycle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cycles.id"))
    kind: Mapped[str] = mapped_column(String(20))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]


class StageChange(Base):
    """A change of a stage's dates: public, and append-only by triggers in the database."""

    __tablename__ = "stage_changes"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason_given"),
        Index("ix_stage_changes_cycle_id_at", "cycle_id", "at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    cycle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cycles.id"))
    stage_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stages.id"))
    at: Mapped[datetime]
    actor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    actor_name: Mapped[str] = mapped_column(String(200), comment="the official's name as it was then")
    reason: Mapped[str] = mapped_column(Text)
    opens_before: Mapped[datetime]
    closes_before: Mapped[datetime]
    opens_after: Mapped[datetime]
    closes_after: Mapped[datetime]
