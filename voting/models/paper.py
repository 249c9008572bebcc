"""Voting on paper: polling places, who was given a paper, and what two clerks read off each sheet.

Who was given a paper (`paper_marks`) and what is on the sheets (`paper_entries`) share nothing but the place:
sheets are numbered after the box was emptied and mixed. In a place with few voters that may still say
something, so both are destroyed when the result is certified; what is published is one list of all places.
"""

import uuid
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base
from voting.states import SAW_BOTH, SAW_OWN, SheetKind

_KINDS = ", ".join(f"'{kind}'" for kind in SheetKind)
_NUMBERS = ("received", "returned", "unused", "in_box", "blank", "spoiled")


def _place_key() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["poll_id", "place"], ["polling_places.poll_id", "polling_places.number"])


class PollingPlace(Base):
    """Where people vote on paper, and the numbers of its protocol once they are written."""

    __tablename__ = "polling_places"
    __table_args__ = (
        CheckConstraint(
            " AND ".join(f"({name} IS NULL OR {name} >= 0)" for name in _NUMBERS), name="numbers"
        ),
        CheckConstraint("assisted_count >= 0", name="assisted"),
    )

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("polls.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="from 1")
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(200))
    hours: Mapped[str] = mapped_column(String(120), comment="in words, e.g. 9 mai, 8-20")
    assisted_count: Mapped[int] = mapped_column(
        default=0, comment="people who voted on the desk's device with help: a number, no names"
    )
    closed_at: Mapped[datetime | None] = mapped_column(comment="no paper is given out after that")
    given: Mapped[int | None] = mapped_column(comment="voters marked, when the protocol was written")
    received: Mapped[int | None] = mapped_column(comment="printed papers that the place was handed")
    returned: Mapped[int | None] = mapped_column(comment="voters who gave theirs back and did not vote")
    unused: Mapped[int | None] = mapped_column(comment="papers left over, exchanged or given back")
    in_box: Mapped[int | None]
    blank: Mapped[int | None]
    spoiled: Mapped[int | None]
    explanation: Mapped[str] = mapped_column(Text, default="", comment="of a surplus or shortage; public")


class PaperMark(Base):
    """That somebody was given a paper. The participation it stands on decides that nobody votes twice."""

    __tablename__ = "paper_marks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["poll_id", "account_id"], ["participations.poll_id", "participations.account_id"]
        ),
        _place_key(),
        Index("ix_paper_marks_poll_id_place", "poll_id", "place"),
        {"sqlite_with_rowid": False},
    )

    poll_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    place: Mapped[int]
    given_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    given_at: Mapped[datetime] = mapped_column(comment="for undoing a slip; goes with the row")


class PaperReading(Base):
    """One of the two passes over a place's sheets, and the clerk whose it is."""

    __tablename__ = "paper_readings"
    __table_args__ = (
        _place_key(),
        UniqueConstraint("poll_id", "place", "account_id", name="uq_paper_readings_poll_id_place_account_id"),
        CheckConstraint("reading IN (1, 2)", name="reading"),
    )

    poll_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reading: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    done_at: Mapped[datetime | None]


class PaperEntry(Base):
    """What one clerk found on one sheet; as reading 3, what the third decided where the two differ."""

    __tablename__ = "paper_entries"
    __table_args__ = (
        _place_key(),
        CheckConstraint("reading IN (1, 2, 3)", name="reading"),
        CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
        CheckConstraint("sheet >= 1", name="sheet"),
        CheckConstraint(f"(kind = '{SheetKind.BALLOT}') = (paper IS NOT NULL)", name="paper"),
        {"sqlite_with_rowid": False},
    )

    poll_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sheet: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="as written on it")
    reading: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str] = mapped_column(String(10))
    paper: Mapped[str | None] = mapped_column(Text, comment="canonical JSON of a ballot")
    reason: Mapped[str] = mapped_column(String(500), default="", comment="why it is spoiled, or decided so")


class PaperWitness(Base):
    """A clerk who knows entries of a place and is no longer blind: their own, which were given up (`own`), or
    those of both clerks, where they differ (`both`).
    """

    __tablename__ = "paper_witnesses"
    __table_args__ = (_place_key(), CheckConstraint(f"saw IN ('{SAW_OWN}', '{SAW_BOTH}')", name="saw"))

    poll_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    saw: Mapped[str] = mapped_column(String(10), primary_key=True)
    reason: Mapped[str] = mapped_column(String(500), default="", comment="of a release; public")
    since: Mapped[datetime]


class PlaceSignature(Base):
    """An official's signature under the protocol of a place, as it was then."""

    __tablename__ = "place_signatures"
    __table_args__ = (_place_key(),)

    poll_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(
        String(64), comment="keyed, of the numbers and sheets: few papers could be guessed from a plain one"
    )
    signed_at: Mapped[datetime]


class PaperSettlement(Base):
    """The papers of all places as one list, and every protocol: what is counted and published."""

    __tablename__ = "paper_settlements"

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("polls.id"), primary_key=True)
    content: Mapped[str] = mapped_column(Text, comment="canonical JSON of voting.rules.sheets.PaperPart")


TRACES = (PlaceSignature, PaperEntry, PaperReading, PaperWitness, PaperMark)
"""What is destroyed when a result is certified or a vote cancelled, in an order that keys allow."""
