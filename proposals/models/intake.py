"""Tables of how ideas come in besides the web, and of who stands behind them."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base
from proposals.states import Channel

Id = uuid.UUID
_CHANNELS = ", ".join(f"'{channel}'" for channel in Channel)


class Intake(Base):
    """How an idea came that staff entered for somebody, and how to reach them. Nothing of the person is
    public; all of it is erased when they claim the idea with the code of their letter.
    """

    __tablename__ = "idea_intakes"
    __table_args__ = (
        CheckConstraint(f"channel IN ({_CHANNELS})", name="channel_known"),
        CheckConstraint("(claimed_at IS NULL) = (claimed_by_id IS NULL)", name="claimed_by_somebody"),
        CheckConstraint("(claimed_at IS NULL) = (code_hash IS NOT NULL)", name="code_works_once"),
        CheckConstraint("claimed_at IS NULL OR (name || email || phone || address) = ''", name="erased"),
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
