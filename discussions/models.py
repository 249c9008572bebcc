"""Tables of comments, who supports and reports them, and what moderators decided."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id
from discussions.states import CommentState, Decision, Ground, check_move

Id = uuid.UUID
REFERENCE = 120  # characters of a reference


def _one_of(column: str, values: type) -> str:
    return f"{column} IN ({', '.join(repr(str(one)) for one in values)})"  # type: ignore[attr-defined]


class Thread(Base):
    """What is said on one subject. Writers lock its row, so that counts are right."""

    __tablename__ = "discussion_threads"

    subject: Mapped[str] = mapped_column(String(REFERENCE), primary_key=True)
    scope: Mapped[str] = mapped_column(String(REFERENCE), index=True, comment="the wider subject")
    comment_count: Mapped[int] = mapped_column(default=0, comment="of those that can be read")


class Comment(Base):
    """What somebody said; a reply has a parent, which is no reply itself."""

    __tablename__ = "comments"
    __table_args__ = (
        CheckConstraint(_one_of("state", CommentState), name="state_known"),
        Index("ix_comments_subject_parent_id_created_at", "subject", "parent_id", "created_at"),
        Index("ix_comments_scope_created_at", "scope", "created_at"),
        Index("ix_comments_author_id_created_at", "author_id", "created_at"),
        Index("ix_comments_parent_id", "parent_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(ForeignKey("discussion_threads.subject"))
    scope: Mapped[str] = mapped_column(String(REFERENCE))
    parent_id: Mapped[Id | None] = mapped_column(ForeignKey("comments.id"))
    author_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    author_name: Mapped[str] = mapped_column(String(120), comment="as shown in public")
    role: Mapped[str] = mapped_column(String(20), comment="in which an official wrote it; else empty")
    body: Mapped[str] = mapped_column(Text, comment="Markdown; empty once withdrawn")
    state: Mapped[str] = mapped_column(String(20), default=CommentState.VISIBLE.value)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    support_count: Mapped[int] = mapped_column(default=0)
    reply_count: Mapped[int] = mapped_column(default=0, comment="of whatever state")
    wants_mail: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="its author asked to be told of the first reply"
    )

    def move_to(self, state: CommentState) -> None:
        """Change the state. Raises: IllegalMove."""
        check_move(CommentState(self.state), state)
        self.state = state.value


class CommentSupport(Base):
    """A person supports a comment."""

    __tablename__ = "comment_supports"

    comment_id: Mapped[Id] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    at: Mapped[datetime]


class CommentReport(Base):
    """Somebody told the moderators of a comment; open until one has decided."""

    __tablename__ = "comment_reports"
    __table_args__ = (
        UniqueConstraint("comment_id", "account_id"),
        CheckConstraint(_one_of("ground", Ground), name="ground_known"),
        Index(
            "ix_comment_reports_open",
            "comment_id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    comment_id: Mapped[Id] = mapped_column(ForeignKey("comments.id"))
    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    ground: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(String(1000))
    at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class CommentDecision(Base):
    """A moderator's decision with its public reasons. Append-only."""

    __tablename__ = "comment_decisions"
    __table_args__ = (
        UniqueConstraint("comment_id", "position"),
        CheckConstraint(_one_of("decision", Decision), name="decision_known"),
        CheckConstraint(_one_of("ground", Ground) + " OR ground = ''", name="ground_known"),
        CheckConstraint("decision = 'kept' OR reason <> ''", name="reasoned"),
        Index("ix_comment_decisions_at", "at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    comment_id: Mapped[Id] = mapped_column(ForeignKey("comments.id"))
    position: Mapped[int]
    decision: Mapped[str] = mapped_column(String(20))
    ground: Mapped[str] = mapped_column(String(20), comment="of what was hidden; else empty")
    reason: Mapped[str] = mapped_column(Text, comment="public; Markdown")
    report_count: Mapped[int] = mapped_column(comment="that were open then")
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"), comment="not public")
    at: Mapped[datetime]


class CommentAppeal(Base):
    """The author of what was hidden asks another moderator to look again: once for each hiding."""

    __tablename__ = "comment_appeals"

    decision_id: Mapped[Id] = mapped_column(ForeignKey("comment_decisions.id"), primary_key=True)
    comment_id: Mapped[Id] = mapped_column(ForeignKey("comments.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


APPEND_ONLY = ("comment_decisions",)
"""Tables on which the database refuses UPDATE and DELETE."""
