"""Tables of the council: who is in it, its sittings, and its votes by name.

The order of voting and the roll of a sitting are written down when its vote begins and stay as they are. What
became of each amendment is in no column: it follows from the order and from the votes that hold
(rules/voting_order.py).
"""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from amendments.states import SittingState, check_sitting
from app.kit.db import Base, new_id

Id = uuid.UUID
STATES = ", ".join(repr(state.value) for state in SittingState)
OPEN = text("state IN ('called', 'voting')")


class Councillor(Base):
    """Somebody on the roll of the council; public. Those without an account are on it too."""

    __tablename__ = "councillors"
    __table_args__ = (CheckConstraint("until_on IS NULL OR until_on >= since_on", name="term_in_order"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[Id | None] = mapped_column(ForeignKey("accounts.id"), unique=True)
    since_on: Mapped[date]
    until_on: Mapped[date | None] = mapped_column(comment="last day in office")


class CouncilOrder(Base):
    """The order in which the council votes on amendments, as its regulation says; the last row holds.
    Append-only, and public.
    """

    __tablename__ = "council_orders"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="from 1")
    policy: Mapped[str] = mapped_column(String(20), comment="amendments/rules/voting_order.py")
    reason: Mapped[str] = mapped_column(Text, comment="the provision of the council's regulation; public")
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(String(200))


class Sitting(Base):
    """A sitting of the council, as far as one act is concerned."""

    __tablename__ = "sittings"
    __table_args__ = (
        UniqueConstraint("act_id", "position"),
        UniqueConstraint("decision_year", "decision_number"),
        CheckConstraint(f"state IN ({STATES})", name="state_known"),
        CheckConstraint("(decision_year IS NULL) = (decision_number IS NULL)", name="number_with_year"),
        Index("ix_sittings_open", "act_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    act_id: Mapped[Id] = mapped_column(ForeignKey("acts.id"))
    position: Mapped[int] = mapped_column(comment="of the act's sittings, from 1")
    version_id: Mapped[Id] = mapped_column(ForeignKey("act_versions.id"), comment="the text that is voted")
    state: Mapped[str] = mapped_column(String(20), default=SittingState.CALLED.value)
    held_on: Mapped[date]
    begins_at: Mapped[str] = mapped_column(String(5), comment="hour of the day, 18:00")
    place: Mapped[str] = mapped_column(String(300))
    link: Mapped[str] = mapped_column(String(500), comment="where it can be watched; may be empty")
    policy: Mapped[str] = mapped_column(String(20), comment="amendments/rules/voting_order.py")
    called_at: Mapped[datetime]
    called_by: Mapped[str] = mapped_column(String(200))
    roll: Mapped[str] = mapped_column(Text, default="", comment="JSON: who was in office that day")
    present: Mapped[str] = mapped_column(Text, default="", comment="JSON: ids of those who were there")
    voting_order: Mapped[str] = mapped_column(Text, default="", comment="JSON: Order, as the vote began")
    begun_at: Mapped[datetime | None]
    begun_by: Mapped[str] = mapped_column(String(200), default="")
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(200), default="")
    end_reason: Mapped[str] = mapped_column(Text, default="", comment="why it was cancelled; Markdown")
    decision_number: Mapped[int | None] = mapped_column(comment="of the adopted decision, in its year")
    decision_year: Mapped[int | None]

    def move_to(self, state: SittingState) -> None:
        """Change the state. Raises: IllegalMove."""
        check_sitting(SittingState(self.state), state)
        self.state = state.value


class CouncilVote(Base):
    """A vote by name. Append-only: a mistake is corrected by another one, with the reason."""

    __tablename__ = "council_votes"
    __table_args__ = (
        UniqueConstraint("sitting_id", "motion", "position"),
        CheckConstraint("position = 1 OR reason <> ''", name="correction_reasoned"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    sitting_id: Mapped[Id] = mapped_column(ForeignKey("sittings.id"))
    motion: Mapped[str] = mapped_column(String(36), comment="id of an amendment, or: act")
    position: Mapped[int] = mapped_column(comment="1 for the first, then one for each correction")
    choices: Mapped[str] = mapped_column(Text, comment="JSON: choice of each councillor on the roll, by id")
    for_count: Mapped[int]
    needed_count: Mapped[int]
    passed: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, comment="of a correction; public")
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class TakeOver(Base):
    """A councillor stands for an amendment that is not in the text: the council votes on it; or does so no
    longer. Append-only; of an amendment the last entry holds.
    """

    __tablename__ = "amendment_take_overs"

    amendment_id: Mapped[Id] = mapped_column(ForeignKey("amendments.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, comment="of the amendment's entries, from 1")
    stands: Mapped[bool] = mapped_column(comment="false: taken back")
    councillor_id: Mapped[Id] = mapped_column(ForeignKey("councillors.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text, comment="public; Markdown")
    at: Mapped[datetime]
