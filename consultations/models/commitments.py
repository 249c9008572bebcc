"""Tables of commitments: what was promised, by whom, until when, and what became of it."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id
from consultations.rules.commitments import CommitmentState, EntryKind, check_commitment_move

Id = uuid.UUID
_STATES = ", ".join(repr(state.value) for state in CommitmentState)
_KINDS = ", ".join(repr(kind.value) for kind in EntryKind)


class Commitment(Base):
    """A promise made at a consultation. It changes only together with a row of its history; whether it is
    late follows from its days alone and is stored nowhere.
    """

    __tablename__ = "commitments"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state_known"),
        CheckConstraint("host_id IS NOT NULL OR department_id IS NOT NULL", name="owned"),
        CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name="done_on_a_day"),
        Index("ix_commitments_state_due_on", "state", "due_on"),
        Index("ix_commitments_made_at", "made_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    form_id: Mapped[Id] = mapped_column(
        unique=True, comment="of the form that was sent: two clicks, one commitment"
    )
    consultation_id: Mapped[Id] = mapped_column(ForeignKey("consultations.id"), index=True)
    answer_id: Mapped[Id | None] = mapped_column(
        ForeignKey("consultation_answers.id"), unique=True, comment="by which it answers questions"
    )
    host_id: Mapped[Id | None] = mapped_column(ForeignKey("hosts.id"), index=True)
    department_id: Mapped[Id | None] = mapped_column(ForeignKey("departments.id"), index=True)
    what: Mapped[str] = mapped_column(String(300))
    first_due_on: Mapped[date] = mapped_column(comment="the day that was promised first; never changes")
    due_on: Mapped[date] = mapped_column(comment="the day that is promised now")
    done_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(20), default=CommitmentState.OPEN.value)
    made_at: Mapped[datetime]

    def move_to(self, state: CommitmentState) -> None:
        """Change the state. Raises: IllegalCommitment."""
        check_commitment_move(CommitmentState(self.state), state)
        self.state = state.value


class CommitmentEntry(Base):
    """What happened to a commitment, in public. Append-only."""

    __tablename__ = "commitment_entries"
    __table_args__ = (
        UniqueConstraint("commitment_id", "position"),
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        CheckConstraint("kind = 'made' OR text <> ''", name="says_something"),
        Index("ix_commitment_entries_at", "at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    commitment_id: Mapped[Id] = mapped_column(ForeignKey("commitments.id"))
    position: Mapped[int] = mapped_column(comment="of the commitment's entries, from 1")
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text, comment="the reason, or what was done")
    link: Mapped[str] = mapped_column(String(500), comment="evidence elsewhere; may be empty")
    before: Mapped[str] = mapped_column(Text, comment="JSON: the public facts that changed, as they were")
    after: Mapped[str] = mapped_column(Text, comment="JSON: the same facts now")
    at: Mapped[datetime]
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str] = mapped_column(String(120))


class CommitmentPhoto(Base):
    """A photo as evidence, re-encoded; its files are in the storage."""

    __tablename__ = "commitment_photos"
    __table_args__ = (
        CheckConstraint("alt <> ''", name="described"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_why = '')", name="withdrawn_for_a_reason"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    entry_id: Mapped[Id] = mapped_column(ForeignKey("commitment_entries.id"), index=True)
    large_key: Mapped[str] = mapped_column(String(80))
    small_key: Mapped[str] = mapped_column(String(80))
    width: Mapped[int]
    height: Mapped[int]
    alt: Mapped[str] = mapped_column(String(250), comment="what is in the picture, for who cannot see it")
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[str] = mapped_column(Text, default="")
