"""Tables of what people chose and follow, of what happened, and of who is told of it."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id
from notices.states import Kind, Rhythm

REFERENCE = 120  # characters of a topic


def _one_of(column: str, values: type[Kind] | type[Rhythm]) -> str:
    return f"{column} IN ({', '.join(repr(str(one)) for one in values)})"


class NoticeChoice(Base):
    """How soon somebody wants to be told of a kind. Without a row the default holds."""

    __tablename__ = "notice_choices"
    __table_args__ = (
        CheckConstraint(_one_of("kind", Kind), name="kind_known"),
        CheckConstraint(_one_of("rhythm", Rhythm), name="rhythm_known"),
        Index("ix_notice_choices_kind_rhythm", "kind", "rhythm"),
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    rhythm: Mapped[str] = mapped_column(String(10))
    changed_at: Mapped[datetime]


class NoticeFeed(Base):
    """Somebody reads their notices in a feed reader, at an address that only they know: it is signed, not
    stored, and holds the serial number, so that another one makes it void.
    """

    __tablename__ = "notice_feeds"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    serial: Mapped[int] = mapped_column(comment="of the address that holds; never the same again")
    is_open: Mapped[bool]
    changed_at: Mapped[datetime]


class Follow(Base):
    """Somebody follows a topic."""

    __tablename__ = "follows"
    __table_args__ = (Index("ix_follows_topic_account_id", "topic", "account_id"),)

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(REFERENCE), primary_key=True)
    since: Mapped[datetime]


class NoticeEvent(Base):
    """What happened, to be told to who is linked to it. A job finds them in batches; `link` and `after` say
    how far it has come, so that it goes on there when it was killed.
    """

    __tablename__ = "notice_events"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(REFERENCE), unique=True, comment="what happens once is told once")
    topic: Mapped[str] = mapped_column(String(REFERENCE))
    kind: Mapped[str] = mapped_column(String(20), comment="as which it is told; empty: as people are linked")
    is_near: Mapped[bool] = mapped_column(comment="neighbours of the topic are told too")
    named: Mapped[str] = mapped_column(Text, comment="JSON list of accounts that are told")
    spared: Mapped[str] = mapped_column(Text, comment="JSON list of accounts that know already")
    is_pressing: Mapped[bool] = mapped_column(comment="asks for something: at once, unless they want none")
    title: Mapped[str] = mapped_column(String(300))
    path: Mapped[str] = mapped_column(String(300))
    words: Mapped[str] = mapped_column(Text, comment="msgid of the sentence")
    facts: Mapped[str] = mapped_column(Text, comment="JSON object that fills the sentence's places")
    at: Mapped[datetime]
    link: Mapped[int] = mapped_column(default=0, comment="place in the order of links")
    after: Mapped[uuid.UUID | None] = mapped_column(comment="the last account of this link so far")
    spread_at: Mapped[datetime | None] = mapped_column(comment="when everybody had been found")


class Notice(Base):
    """One person is told of one event, once: settled in the transaction that promises the mail."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint(_one_of("kind", Kind), name="kind_known"),
        CheckConstraint("settled_as IN ('', 'now', 'digest', 'page', 'none')", name="settled_somehow"),
        CheckConstraint("(settled_at IS NULL) = (settled_as = '')", name="settled_whole"),
        Index(
            "ix_notices_waiting",
            "account_id",
            "at",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
        Index("ix_notices_account_id", "account_id"),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("notice_events.id"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(comment="of the event")
    settled_at: Mapped[datetime | None]
    settled_as: Mapped[str] = mapped_column(String(10), comment="now, digest, page, or none was wanted")
