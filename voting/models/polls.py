"""Polls, who took part, the ballot box, and the count.

Who voted (`participations`) and what was voted (`box_entries`) are two tables that share nothing but the
poll: no key, serial, time or order joins them. What is left to infer is said in docs/decisions/0007.
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
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kit.db import Base, new_id
from voting.states import Act, PaperPhase, PollState, SealingPhase, check_move, check_phase

_PHASES = ", ".join(f"'{phase}'" for phase in SealingPhase)
_PAPERS = ", ".join(f"'{phase}'" for phase in PaperPhase)
_STATES = ", ".join(f"'{state}'" for state in PollState)
_ACTS = ", ".join(f"'{act}'" for act in Act)


class Poll(Base):
    """One vote of one cycle. Its dates are those of the cycle's voting stage."""

    __tablename__ = "polls"
    __table_args__ = (
        Index("ix_polls_cycle_id", "cycle_id"),
        Index("ix_polls_state", "state"),
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint(f"sealing IN ({_PHASES})", name="sealing"),
        CheckConstraint(f"paper IN ({_PAPERS})", name="paper"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    cycle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cycles.id"))
    stage_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stages.id"))
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    rule: Mapped[str] = mapped_column(String(60), comment="name in voting.rules.RULES")
    rule_version: Mapped[int]
    rule_params_digest: Mapped[str] = mapped_column(String(64))
    contest: Mapped[str] = mapped_column(Text, comment="canonical JSON, frozen when the poll was prepared")
    contest_digest: Mapped[str] = mapped_column(String(64), comment="SHA-256 of contest")
    ties: Mapped[str] = mapped_column(Text, comment="canonical JSON of the tie policy, without the seed")
    tie_seed_sealed: Mapped[str] = mapped_column(
        Text, comment="encrypted; its SHA-256 is public, itself after closing"
    )
    is_imported: Mapped[bool] = mapped_column(default=False)
    prepared_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    box_size: Mapped[int | None] = mapped_column(comment="entries when the box was frozen")
    box_head: Mapped[str | None] = mapped_column(String(64), comment="hash of the last entry then")
    voter_count: Mapped[int | None] = mapped_column(comment="participations then; none for imported polls")
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    sealing: Mapped[str | None] = mapped_column(
        String(20), comment="phase of a sealed vote; none: not sealed"
    )
    board_start: Mapped[str | None] = mapped_column(
        String(64), comment="name of the board's first event: election, trustees and roll"
    )
    server_sealing: Mapped[bool] = mapped_column(
        default=False,
        server_default=false(),
        comment="whether voters without scripts may let the server seal their ballot",
    )
    one_machine: Mapped[bool] = mapped_column(
        default=False,
        server_default=false(),
        comment="a demonstration: every role of the sealed vote is played on this machine",
    )

    paper: Mapped[str | None] = mapped_column(
        String(20), comment="phase of the papers; none: there are no polling places"
    )
    places_digest: Mapped[str | None] = mapped_column(
        String(64), comment="SHA-256 of the polling places as they are announced"
    )
    paper_digest: Mapped[str | None] = mapped_column(
        String(64), comment="SHA-256 of all papers and protocols, once they are settled"
    )

    options: Mapped[list["PollOption"]] = relationship(lazy="raise", order_by="PollOption.position")

    def move_to(self, state: PollState) -> None:
        """Change the state. Raises: IllegalMove."""
        check_move(PollState(self.state), state)
        self.state = state

    def turn_to(self, phase: SealingPhase) -> None:
        """Change the phase of a sealed vote. Raises: IllegalMove."""
        check_phase(self.sealing, phase)
        self.sealing = phase


class PollOption(Base):
    """One option as it was frozen; `number` is its permanent short name on the ballot."""

    __tablename__ = "poll_options"

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("polls.id"), primary_key=True)
    number: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(500))
    summary: Mapped[str] = mapped_column(Text)
    cost_bani: Mapped[int] = mapped_column(BigInteger)
    area: Mapped[str | None] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(120), comment="whose option it is, e.g. project:<uuid>")
    href: Mapped[str] = mapped_column(String(300))


class Confirmation(Base):
    """One official's yes to an act that takes two. Withdrawn before it took effect, it does not count."""

    __tablename__ = "poll_confirmations"
    __table_args__ = (
        Index(
            "uq_poll_confirmations_one_each",
            "poll_id",
            "act",
            "account_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint(f"act IN ({_ACTS})", name="act"),
        CheckConstraint(f"(act = '{Act.CANCEL}') = (reason IS NOT NULL)", name="reason"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("polls.id"))
    act: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(200), comment="the official's name as it was then")
    digest: Mapped[str] = mapped_column(
        String(64), comment="of what was confirmed: voting/service/confirm.py, digest_to_confirm"
    )
    reason: Mapped[str | None] = mapped_column(Text, comment="why the vote is to be cancelled; public")
    confirmed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Participation(Base):
    """That somebody voted: no time, no serial, nothing of the ballot."""

    __tablename__ = "participations"
    __table_args__ = ({"sqlite_with_rowid": False},)

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("polls.id"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)


class BoxEntry(Base):
    """What was voted, by nobody: an opaque paper in the chained, append-only box of its poll."""

    __tablename__ = "box_entries"
    __table_args__ = (
        UniqueConstraint("poll_id", "code", name="uq_box_entries_poll_id_code"),
        UniqueConstraint("poll_id", "replaces_code", name="uq_box_entries_poll_id_replaces_code"),
        ForeignKeyConstraint(["poll_id", "replaces_code"], ["box_entries.poll_id", "box_entries.code"]),
        Index("ix_box_entries_code", "code"),
        {"sqlite_with_rowid": False},
    )

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("polls.id"), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(20), comment="check code: the public half of the receipt")
    replaces_code: Mapped[str | None] = mapped_column(String(20), comment="the entry that no longer counts")
    paper: Mapped[bytes] = mapped_column(LargeBinary, comment="opaque to the box")
    salt: Mapped[bytes] = mapped_column(LargeBinary, comment="blinds the commitment; never published")
    commitment: Mapped[str] = mapped_column(String(64))
    cast_on: Mapped[date] = mapped_column(Date, comment="the day only: a time would point at a person")
    hash: Mapped[str] = mapped_column(
        String(64), comment="of this entry and the one before: voting/sealing/box.py"
    )


class Tally(Base):
    """The count of a poll, written once."""

    __tablename__ = "tallies"

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("polls.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(60))
    rule_version: Mapped[int]
    params: Mapped[str] = mapped_column(Text, comment="canonical JSON")
    input_digest: Mapped[str] = mapped_column(String(64))
    result: Mapped[str] = mapped_column(Text, comment="canonical JSON of voting.rules.result.Result")
    tie_seed: Mapped[str] = mapped_column(
        String(100), comment="revealed; SHA-256 is the commitment in polls.ties"
    )
    counted_at: Mapped[datetime]


class ResultFile(Base):
    """A published download: the bytes lie in storage under `key`."""

    __tablename__ = "result_files"

    poll_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("polls.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True, comment="e.g. ballots.csv")
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int] = mapped_column(BigInteger, comment="bytes")
    sha256: Mapped[str] = mapped_column(String(64))


APPEND_ONLY = ("box_entries", "tallies", "result_files")
"""Tables on which the database refuses UPDATE and DELETE (migration 0004)."""
