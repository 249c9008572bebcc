"""Tables of how ideas come in besides the web, and of who stands behind them."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id
from proposals.states import Channel, PaperKind

Id = uuid.UUID
_PAPERS = ", ".join(f"'{kind}'" for kind in PaperKind)
_CHANNELS = ", ".join(f"'{channel}'" for channel in Channel)


class Intake(Base):
    """How an idea came that staff entered for somebody, and how to reach them. Nothing of the person is
    public; all of it is erased when they claim the idea with the code of their letter, or else some time
    after the last step of the idea (ReviewRules.keep_days).
    """

    __tablename__ = "idea_intakes"
    __table_args__ = (
        CheckConstraint(f"channel IN ({_CHANNELS})", name="channel_known"),
        CheckConstraint("(claimed_at IS NULL) = (claimed_by_id IS NULL)", name="claimed_by_somebody"),
        CheckConstraint("(claimed_at IS NULL) = (code_hash IS NOT NULL)", name="code_works_once"),
        CheckConstraint(
            "(claimed_at IS NULL AND erased_at IS NULL) OR (name || email || phone || address) = ''",
            name="erased",
        ),
    )

    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"), primary_key=True)
    form_id: Mapped[Id] = mapped_column(
        unique=True, comment="of the form that was sent: two clicks, one idea"
    )
    channel: Mapped[str] = mapped_column(String(10))
    received_on: Mapped[date] = mapped_column(comment="begins the legal clock")
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"), index=True)
    entered_by_name: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(120), comment="private")
    email: Mapped[str] = mapped_column(String(254), comment="private")
    phone: Mapped[str] = mapped_column(String(40), comment="private")
    address: Mapped[str] = mapped_column(String(300), comment="private")
    code_hash: Mapped[str | None] = mapped_column(
        String(64), unique=True, comment="HMAC of the code on the letter; NULL: used"
    )
    printed_by_id: Mapped[Id | None] = mapped_column(
        ForeignKey("accounts.id"), comment="who printed the letter again, with another code"
    )
    claimed_at: Mapped[datetime | None]
    claimed_by_id: Mapped[Id | None] = mapped_column(ForeignKey("accounts.id"))
    erased_at: Mapped[datetime | None] = mapped_column(
        comment="when the person was forgotten who did not claim it"
    )


class Paper(Base):
    """What the author of an unclaimed idea sent without the web and staff have entered; what it says is in
    the timeline. The scan is the department's alone, and goes with the name of its sender.
    """

    __tablename__ = "idea_papers"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_PAPERS})", name="kind_known"),
        CheckConstraint(f"channel IN ({_CHANNELS})", name="channel_known"),
        Index("ix_idea_papers_idea_id", "idea_id", "entered_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"))
    form_id: Mapped[Id] = mapped_column(
        unique=True, comment="of the form that was sent: two clicks, one paper"
    )
    kind: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(10))
    received_on: Mapped[date] = mapped_column(comment="the day that counts for terms")
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"), index=True)
    entered_by_name: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(String(80), comment="of the scan in the storage; empty: none, or erased")
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    erased_at: Mapped[datetime | None]
