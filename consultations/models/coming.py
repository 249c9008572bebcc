"""Tables of who comes: registrations and the waiting list."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id
from consultations.states import Coming, Via

Id = uuid.UUID
_STATES = ", ".join(repr(state.value) for state in Coming)
_VIAS = ", ".join(repr(via.value) for via in Via)


class Registration(Base):
    """Somebody who comes, with guests. Who withdraws keeps the row, and has no place; whoever comes back goes
    to the end of the list.
    """

    __tablename__ = "consultation_registrations"
    __table_args__ = (
        UniqueConstraint("consultation_id", "account_id"),
        UniqueConstraint("consultation_id", "position"),
        CheckConstraint(f"state IN ({_STATES})", name="state_known"),
        CheckConstraint(f"via IN ({_VIAS})", name="via_known"),
        CheckConstraint("guests >= 0 AND children >= 0", name="counts_not_negative"),
        Index("ix_consultation_registrations_account_id", "account_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    consultation_id: Mapped[Id] = mapped_column(ForeignKey("consultations.id"))
    position: Mapped[int] = mapped_column(
        comment="in the order of registering: the order of the waiting list"
    )
    account_id: Mapped[Id | None] = mapped_column(
        ForeignKey("accounts.id"), comment="none: called or walked in"
    )
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(30), default="", comment="of who called; for a change of plans")
    email: Mapped[str] = mapped_column(String(254), default="", comment="of who called and has one")
    locale: Mapped[str] = mapped_column(String(2), default="ro")
    guests: Mapped[int]
    children: Mapped[int] = mapped_column(comment="to be looked after; no places in the room")
    needs: Mapped[str] = mapped_column(
        Text, comment="for instance a place for a wheelchair; deleted afterwards"
    )
    language: Mapped[str] = mapped_column(
        String(60), comment="in which they would rather speak; may be empty"
    )
    code: Mapped[str] = mapped_column(String(16), unique=True, comment="of the ticket")
    via: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20))
    registered_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None] = mapped_column(comment="when they got their places")
    withdrawn_at: Mapped[datetime | None]
    told_sequence: Mapped[int] = mapped_column(
        comment="of the consultation; who has only a telephone is called"
    )

    @property
    def places(self) -> int:
        """Seats: the person and the guests."""
        return 1 + self.guests
