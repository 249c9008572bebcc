"""Tables of the works on funded projects: milestones, spending, photos, and what residents say of them."""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id
from proposals.states import Built, MilestoneKind

Id = uuid.UUID
_KINDS = ", ".join(f"'{kind}'" for kind in MilestoneKind)
_CHOICES = ", ".join(f"'{choice}'" for choice in Built)


class Milestone(Base):
    """A milestone as entered once; the last entry of a milestone is what holds. Append-only: a changed plan
    is a new row with its reason.
    """

    __tablename__ = "milestones"
    __table_args__ = (
        UniqueConstraint("project_id", "position"),
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        CheckConstraint("(kind = 'other') = (title <> '')", name="free_ones_named"),
        CheckConstraint("(kind = 'other') = (ordinal > 0)", name="free_ones_counted"),
        CheckConstraint(
            "planned_on IS NOT NULL OR actual_on IS NOT NULL OR note <> ''", name="says_something"
        ),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[Id] = mapped_column(ForeignKey("projects.id"))
    position: Mapped[int] = mapped_column(comment="order of entry, over all milestones of the project")
    kind: Mapped[str] = mapped_column(String(20))
    ordinal: Mapped[int] = mapped_column(comment="tells free milestones of a project apart; 0 for the others")
    title: Mapped[str] = mapped_column(String(120), comment="of a free milestone")
    planned_on: Mapped[date | None]
    actual_on: Mapped[date | None] = mapped_column(comment="the day on which it was reached")
    note: Mapped[str] = mapped_column(Text, comment="the reason of a change; else what there is to say")
    at: Mapped[datetime]
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str] = mapped_column(String(120))


class WorksCharge(Base):
    """Who answers for the works on a project since a moment: a department, in it perhaps one person.
    Append-only; the last entry holds, and without one it is the department that has reviewed the idea.
    """

    __tablename__ = "works_charges"
    __table_args__ = (
        UniqueConstraint("project_id", "position"),
        CheckConstraint("reason <> ''", name="reasoned"),
        CheckConstraint("(officer_id IS NULL) = (officer_name = '')", name="officer_named"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[Id] = mapped_column(ForeignKey("projects.id"))
    position: Mapped[int]
    department_id: Mapped[Id] = mapped_column(ForeignKey("departments.id"))
    officer_id: Mapped[Id | None] = mapped_column(ForeignKey("accounts.id"))
    officer_name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text, comment="public")
    at: Mapped[datetime]
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str] = mapped_column(String(120))


class Spending(Base):
    """What was paid for a project, or a correction of it. Append-only: a correction is a negative entry."""

    __tablename__ = "spendings"
    __table_args__ = (
        UniqueConstraint("project_id", "position"),
        CheckConstraint("amount_bani <> 0", name="amount_not_zero"),
        CheckConstraint("(amount_bani < 0) = (corrects_id IS NOT NULL)", name="negative_corrects"),
        CheckConstraint("(amount_bani < 0) = (reason <> '')", name="corrected_for_a_reason"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[Id] = mapped_column(ForeignKey("projects.id"))
    position: Mapped[int]
    amount_bani: Mapped[int] = mapped_column(BigInteger)
    purpose: Mapped[str] = mapped_column(String(200), comment="what for")
    document: Mapped[str] = mapped_column(String(60), comment="number of the invoice or payment order")
    paid_on: Mapped[date]
    corrects_id: Mapped[Id | None] = mapped_column(ForeignKey("spendings.id"))
    reason: Mapped[str] = mapped_column(Text, comment="of a correction")
    at: Mapped[datetime]
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str] = mapped_column(String(120))


class Opinion(Base):
    """Whether a project was built as promised, in the eyes of a verified resident: one each, changeable."""

    __tablename__ = "opinions"
    __table_args__ = (
        UniqueConstraint("project_id", "account_id"),
        CheckConstraint(f"choice IN ({_CHOICES})", name="choice_known"),
        Index("ix_opinions_project_id_changed_at", "project_id", "changed_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[Id] = mapped_column(ForeignKey("projects.id"))
    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"), index=True)
    author_name: Mapped[str] = mapped_column(String(120), comment="as shown in public, e.g. Ana P.")
    choice: Mapped[str] = mapped_column(String(10))
    words_id: Mapped[Id | None] = mapped_column(
        ForeignKey("comments.id"), comment="its words, which are reported and judged as comments are"
    )
    at: Mapped[datetime]
    changed_at: Mapped[datetime]


class BuiltReply(Base):
    """What the department answers to an opinion, in public. Append-only."""

    __tablename__ = "built_replies"
    __table_args__ = (Index("ix_built_replies_opinion_id_at", "opinion_id", "at"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    opinion_id: Mapped[Id] = mapped_column(ForeignKey("opinions.id"))
    at: Mapped[datetime]
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)


class WorksPhoto(Base):
    """A photo of the works by the department, or of an opinion; re-encoded, the files are in the storage."""

    __tablename__ = "works_photos"
    __table_args__ = (
        CheckConstraint("alt <> ''", name="described"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_why = '')", name="withdrawn_for_a_reason"),
        Index("ix_works_photos_project_id_created_at", "project_id", "created_at"),
        Index("ix_works_photos_opinion_id", "opinion_id"),
        Index("ix_works_photos_words_id", "words_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[Id] = mapped_column(ForeignKey("projects.id"))
    opinion_id: Mapped[Id | None] = mapped_column(ForeignKey("opinions.id"))
    words_id: Mapped[Id | None] = mapped_column(
        ForeignKey("comments.id"), comment="with which words of the opinion it is shown and hidden"
    )
    large_key: Mapped[str] = mapped_column(String(80))
    small_key: Mapped[str] = mapped_column(String(80))
    width: Mapped[int]
    height: Mapped[int]
    alt: Mapped[str] = mapped_column(String(250), comment="what is in the picture, for who cannot see it")
    taken_on: Mapped[date]
    created_at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(String(120))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[str] = mapped_column(Text, default="")
