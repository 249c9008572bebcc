"""Tables of the door: what was noted there, and who walked in."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id
from consultations.rules.door import MOST_AT_ONCE, MOST_CHILDREN, Kind

Id = uuid.UUID
_KINDS = ", ".join(repr(kind.value) for kind in Kind)


class WalkIn(Base):
    """People who came without a registration. A row of their own, so that the name can be forgotten."""

    __tablename__ = "walk_ins"
    __table_args__ = (Index("ix_walk_ins_consultation_id", "consultation_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True, comment="made on the tablet")
    consultation_id: Mapped[Id] = mapped_column(ForeignKey("consultations.id"))
    name: Mapped[str] = mapped_column(String(120), comment="if they said it; deleted afterwards")
    noted_at: Mapped[datetime]


class DoorEvent(Base):
    """A line of what was noted at the door, by a tablet or on the page. Append-only; who was there is
    computed from all of them (`consultations/rules/door.py`).
    """

    __tablename__ = "door_events"
    __table_args__ = (
        UniqueConstraint("device_id", "sequence"),
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        CheckConstraint("(registration_id IS NULL) <> (walk_in_id IS NULL)", name="of_one_group"),
        CheckConstraint(f"people BETWEEN 0 AND {MOST_AT_ONCE}", name="people_within_limits"),
        CheckConstraint(f"children BETWEEN 0 AND {MOST_CHILDREN}", name="children_within_limits"),
        CheckConstraint("(kind <> 'undone') OR people = 0", name="nobody_when_undone"),
        CheckConstraint("(kind = 'decided') = (reason <> '')", name="reason_of_decisions"),
        CheckConstraint("sequence > 0", name="sequence_positive"),
        Index("ix_door_events_consultation_id", "consultation_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    consultation_id: Mapped[Id] = mapped_column(ForeignKey("consultations.id"))
    device_id: Mapped[Id] = mapped_column(comment="made on the tablet; of the page: one for each helper")
    sequence: Mapped[int] = mapped_column(comment="the device's own count; sent twice, it is the same event")
    kind: Mapped[str] = mapped_column(String(10))
    registration_id: Mapped[Id | None] = mapped_column(ForeignKey("consultation_registrations.id"))
    walk_in_id: Mapped[Id | None] = mapped_column(ForeignKey("walk_ins.id"))
    people: Mapped[int] = mapped_column(comment="of the group that are here, from now on")
    children: Mapped[int]
    replaces: Mapped[str] = mapped_column(
        Text, comment="JSON: the events that were in force where it was made, as device.sequence"
    )
    reason: Mapped[str] = mapped_column(Text, comment="of a decision; empty for all else")
    at: Mapped[datetime] = mapped_column(comment="by the tablet's clock, which may be wrong")
    clock_off: Mapped[int] = mapped_column(comment="seconds by which that clock was ahead when it was sent")
    received_at: Mapped[datetime]
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"), comment="who was signed in")

    @property
    def ref(self) -> str:
        """How other events name it."""
        return f"{self.device_id}.{self.sequence}"

    @property
    def group(self) -> str:
        """The key of the group it is about."""
        return str(self.registration_id or self.walk_in_id)
