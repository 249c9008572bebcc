"""Sealed votes: the ceremony of the trustees, the roll, and the public board.

The server keeps no secret of a sealed vote: neither a trustee's key nor a voter's private code ever comes
here. Who voted (`participations`), which credential is whose (`credential_holders`, until certification) and
the board of sealed ballots are tables of their own; a ranking is in none of them before the trustees open the
mixed ballots, and then it belongs to nobody.
"""

import uuid
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base
from voting.states import Delivery, Step

_STEPS = ", ".join(f"'{step}'" for step in Step)
_DELIVERIES = ", ".join(f"'{delivery}'" for delivery in Delivery)


class SealedElection(Base):
    """The Belenios election of a sealed poll. Its phase is in polls.sealing."""

    __tablename__ = "sealed_elections"

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("polls.id"), primary_key=True)
    uuid: Mapped[str] = mapped_column(String(64), unique=True, comment="the election's, salt of credentials")
    threshold: Mapped[int | None] = mapped_column(
        comment="how many trustees open together; none: each is needed"
    )
    roll_size: Mapped[int | None] = mapped_column(comment="people on the frozen roll")
    roll_frozen_at: Mapped[datetime | None]
    credentials_digest: Mapped[str | None] = mapped_column(
        String(64), comment="SHA-256 of the registrar's file"
    )
    timestamp: Mapped[int | None] = mapped_column(
        BigInteger, comment="Unix seconds: when the archive was begun"
    )
    fingerprint: Mapped[str | None] = mapped_column(String(43), comment="BASE64 of SHA-256 of parameters")
    parameters: Mapped[str | None] = mapped_column(Text, comment="the election's JSON, as it is on the board")
    mixes_needed: Mapped[int | None] = mapped_column(comment="how many trustees mix at the least")


class Trustee(Base):
    """One who holds a part of the key. Their page is at a secret address, whose token is stored as digest."""

    __tablename__ = "trustees"
    __table_args__ = (UniqueConstraint("token_digest", name="uq_trustees_token_digest"),)

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("polls.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="from 1")
    name: Mapped[str] = mapped_column(String(200))
    token_digest: Mapped[str] = mapped_column(String(64))


class CeremonyMessage(Base):
    """What a trustee, or the registrar (number 0), delivered at one step; public by its nature.

    `content` goes when it has been published on the board; a large one is in ceremony_parts. A refused one
    says why and may be replaced.
    """

    __tablename__ = "ceremony_messages"
    __table_args__ = (
        CheckConstraint(f"step IN ({_STEPS})", name="step"),
        CheckConstraint(f"state IN ({_DELIVERIES})", name="state"),
    )

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("polls.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[str] = mapped_column(String(20), primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(
        String(60), comment="why it was refused: voting/sealing/refused.py"
    )
    facts: Mapped[str | None] = mapped_column(Text, comment="JSON: where and what, of the refusal")
    delivered_at: Mapped[datetime]


class CeremonyPart(Base):
    """A piece of a large delivery, until it is published."""

    __tablename__ = "ceremony_parts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["poll_id", "number", "step"],
            ["ceremony_messages.poll_id", "ceremony_messages.number", "ceremony_messages.step"],
            ondelete="CASCADE",
        ),
        {"sqlite_with_rowid": False},
    )

    poll_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[str] = mapped_column(String(20), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class RollEntry(Base):
    """Somebody on the frozen roll of a sealed poll."""

    __tablename__ = "roll_entries"
    __table_args__ = ({"sqlite_with_rowid": False},)

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("polls.id"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)


class RollCredential(Base):
    """A public credential of the roll, as the registrar delivered it: whose it is, the server is not told."""

    __tablename__ = "roll_credentials"
    __table_args__ = ({"sqlite_with_rowid": False},)

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("polls.id"), primary_key=True)
    credential_hash: Mapped[str] = mapped_column(
        String(64), primary_key=True, comment="SHA-256 of its decimal digits"
    )


class CredentialHolder(Base):
    """Who has voted with which credential, so that a borrowed code is refused. The only place that holds a
    code to a person; destroyed when the result is certified or the vote cancelled.
    """

    __tablename__ = "credential_holders"
    __table_args__ = (
        UniqueConstraint("poll_id", "mark", name="uq_credential_holders_poll_id_mark"),
        {"sqlite_with_rowid": False},
    )

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("polls.id"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(
        String(64), comment="HMAC of the credential: a copy of the tables alone does not join it to the board"
    )


NO_BALLOT = text("event <> 'Ballot'")
"""Of a board's thousands of events the few that are no ballots; in these words an index of them is used."""


class BoardMember(Base):
    """A member of the archive, data or event, in the order of the file. Events chain by hash, and no two have
    the same parent.
    """

    __tablename__ = "board_members"
    __table_args__ = (
        UniqueConstraint("poll_id", "name", name="uq_board_members_poll_id_name"),
        UniqueConstraint("poll_id", "height", name="uq_board_members_poll_id_height"),
        UniqueConstraint("poll_id", "parent", name="uq_board_members_poll_id_parent"),
        CheckConstraint("(height IS NULL) = (event IS NULL)", name="event"),
        Index(
            "ix_board_members_poll_id_height_steps",
            "poll_id",
            "height",
            sqlite_where=NO_BALLOT,
            postgresql_where=NO_BALLOT,
        ),
        {"sqlite_with_rowid": False},
    )

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("polls.id"), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(64), comment="SHA-256 of the content")
    size: Mapped[int] = mapped_column(BigInteger, comment="bytes of the content")
    content: Mapped[bytes | None] = mapped_column(LargeBinary, comment="none: in board_parts, being large")
    event: Mapped[str | None] = mapped_column(String(20), comment="its type; none: data")
    height: Mapped[int | None] = mapped_column(BigInteger)
    parent: Mapped[str | None] = mapped_column(String(64), comment="name of the event before")


class BoardPart(Base):
    """A piece of a large member."""

    __tablename__ = "board_parts"
    __table_args__ = (
        ForeignKeyConstraint(["poll_id", "position"], ["board_members.poll_id", "board_members.position"]),
        {"sqlite_with_rowid": False},
    )

    poll_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class BoardBallot(Base):
    """Where a sealed ballot is on the board, and what it is found by; the board itself says all of it."""

    __tablename__ = "board_ballots"
    __table_args__ = (
        UniqueConstraint("poll_id", "tracker", name="uq_board_ballots_poll_id_tracker"),
        UniqueConstraint("poll_id", "alpha_hash", name="uq_board_ballots_poll_id_alpha_hash"),
        ForeignKeyConstraint(["poll_id", "position"], ["board_members.poll_id", "board_members.position"]),
        Index("ix_board_ballots_poll_id_credential_hash", "poll_id", "credential_hash"),
        Index("ix_board_ballots_code_poll_id", "code", "poll_id", unique=True),  # /check asks by code alone
        {"sqlite_with_rowid": False},
    )

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("polls.id"), primary_key=True)
    position: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, comment="of the ballot among the members"
    )
    tracker: Mapped[str] = mapped_column(String(43))
    code: Mapped[str] = mapped_column(String(20), comment="check code: 60 bits of the tracker")
    credential_hash: Mapped[str] = mapped_column(String(64))
    alpha_hash: Mapped[str] = mapped_column(String(64), comment="a ciphertext is on the board once")
    cast_on: Mapped[date] = mapped_column(Date, comment="the day only: a time would point at a person")


BOARD_TABLES = ("board_members", "board_parts", "board_ballots")
"""Tables on which the database refuses UPDATE and DELETE (migration 0007)."""
