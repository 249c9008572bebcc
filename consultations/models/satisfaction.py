"""Tables of what participants say of a consultation."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id

Id = uuid.UUID


class Opinion(Base):
    """What somebody who was registered says, from 1 (not at all) to 5 (entirely)."""

    __tablename__ = "consultation_opinions"
    __table_args__ = (
        CheckConstraint("heard BETWEEN 1 AND 5", name="heard_a_point"),
        CheckConstraint("answered BETWEEN 1 AND 5", name="answered_a_point"),
        CheckConstraint("place BETWEEN 1 AND 5", name="place_a_point"),
        Index("ix_consultation_opinions_consultation_id", "consultation_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    consultation_id: Mapped[Id] = mapped_column(ForeignKey("consultations.id"))
    registration_id: Mapped[Id] = mapped_column(
        ForeignKey("consultation_registrations.id", name="fk_consultation_opinions_registration"),
        unique=True,
        comment="one for a registration",
    )
    heard: Mapped[int]
    answered: Mapped[int]
    place: Mapped[int]
    comment: Mapped[str] = mapped_column(Text, comment="read by organizers alone; deleted after a year")
    given_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class OpinionsAsked(Base):
    """That everybody who had a place was asked; once."""

    __tablename__ = "consultation_opinions_asked"

    consultation_id: Mapped[Id] = mapped_column(ForeignKey("consultations.id"), primary_key=True)
    at: Mapped[datetime]
