"""Tables of who stands behind an idea beside its author, and of those who were asked to."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id

Id = uuid.UUID


class CoAuthor(Base):
    """Somebody else whose idea it is too: invited by the author, or the author of an idea merged into it.

    The same ids stand in `Idea.co_author_ids`, so that whoever holds the idea knows whose it is.
    """

    __tablename__ = "idea_co_authors"
    __table_args__ = (Index("ix_idea_co_authors_account_id", "account_id"),)

    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"), primary_key=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), comment="as shown in public; empty: a resident")
    from_idea_id: Mapped[Id | None] = mapped_column(
        ForeignKey("ideas.id"), index=True, comment="the idea of theirs that was merged; NULL: invited"
    )
    at: Mapped[datetime]


class Invitation(Base):
    """Somebody was asked by e-mail to be a co-author. The address is erased when the invitation has ended."""

    __tablename__ = "idea_invitations"
    __table_args__ = (
        CheckConstraint("ended_as IN ('accepted', 'declined', 'withdrawn')", name="end_known"),
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_somehow"),
        CheckConstraint("(ended_at IS NULL) = (email <> '')", name="address_erased"),
        Index(
            "uq_idea_invitations_open_email",
            "idea_id",
            "email",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    idea_id: Mapped[Id] = mapped_column(ForeignKey("ideas.id"))
    email: Mapped[str] = mapped_column(String(254), comment="lower case; private, seen by the authors")
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[str | None] = mapped_column(String(20))
