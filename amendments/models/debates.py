"""Tables of the public debate meeting: who asked for one, its call, who speaks, the minutes."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from amendments.states import DebateState, check_debate
from app.kit.db import Base, new_id

Id = uuid.UUID
STATES = ", ".join(repr(state.value) for state in DebateState)
OPEN = text("state IN ('called', 'ended')")


class DebateRequest(Base):
    """An association or an authority asked in writing for a meeting; then one must be called."""

    __tablename__ = "debate_requests"
    __table_args__ = (UniqueConstraint("act_id", "account_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    act_id: Mapped[Id] = mapped_column(ForeignKey("acts.id"))
    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    entity: Mapped[str] = mapped_column(String(200), comment="legal name; public")
    kind: Mapped[str] = mapped_column(String(20), comment="association or authority")
    signed_by: Mapped[str] = mapped_column(String(200), comment="name and function; for the secretariat")
    reason: Mapped[str] = mapped_column(Text, comment="public; Markdown")
    at: Mapped[datetime]


class Debate(Base):
    """A public debate meeting of an act."""

    __tablename__ = "debates"
    __table_args__ = (
        UniqueConstraint("act_id", "position"),
        CheckConstraint(f"state IN ({STATES})", name="state_known"),
        Index("ix_debates_open", "act_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    act_id: Mapped[Id] = mapped_column(ForeignKey("acts.id"))
    position: Mapped[int] = mapped_column(comment="of the act's meetings, from 1")
    state: Mapped[str] = mapped_column(String(20), default=DebateState.CALLED.value)
    starts_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(300))
    link: Mapped[str] = mapped_column(String(500), comment="where it can be followed; may be empty")
    capacity: Mapped[int | None] = mapped_column(comment="seats in the room")
    minutes_each: Mapped[int] = mapped_column(comment="for each speaker")
    register_until: Mapped[date] = mapped_column(comment="last day on which speakers register")
    how: Mapped[str] = mapped_column(Text, comment="how recommendations are collected; Markdown")
    attending: Mapped[str] = mapped_column(Text, comment="who must be there, a line each: initiator, experts")
    called_at: Mapped[datetime]
    called_by: Mapped[str] = mapped_column(String(200))
    ended_at: Mapped[datetime | None]
    attendance: Mapped[int | None] = mapped_column(comment="how many people were there")
    officials: Mapped[str] = mapped_column(Text, default="", comment="who was there for the town, by line")
    notes: Mapped[str] = mapped_column(Text, default="", comment="what else the minutes say; Markdown")
    revision: Mapped[int] = mapped_column(default=0, comment="of what is being written: two clerks at once")
    cancel_reason: Mapped[str] = mapped_column(Text, default="", comment="public")

    def move_to(self, state: DebateState) -> None:
        """Change the state. Raises: IllegalMove."""
        check_debate(DebateState(self.state), state)
        self.state = state.value


class DebateSpeaker(Base):
    """Somebody registered to speak, or walked in. Who withdrew keeps the row, and has no place."""

    __tablename__ = "debate_speakers"
    __table_args__ = (
        UniqueConstraint("debate_id", "position"),
        UniqueConstraint("debate_id", "account_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    debate_id: Mapped[Id] = mapped_column(ForeignKey("debates.id"))
    position: Mapped[int] = mapped_column(comment="in the order of registering")
    account_id: Mapped[Id | None] = mapped_column(ForeignKey("accounts.id"), comment="none: walked in")
    name: Mapped[str] = mapped_column(String(200))
    on_behalf_of: Mapped[str] = mapped_column(String(200), comment="association or business; public")
    about: Mapped[str] = mapped_column(String(500), comment="which articles")
    shows_papers: Mapped[bool]
    is_public: Mapped[bool] = mapped_column(comment="consents to the name being public")
    registered_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    spoke: Mapped[bool | None] = mapped_column(comment="none: has not had the word yet")
    summary: Mapped[str] = mapped_column(Text, default="", comment="of what was said; Markdown")
    revision: Mapped[int] = mapped_column(default=0, comment="two clerks at once")


class DebateRecommendation(Base):
    """What somebody recommended orally, beside the written ones; perhaps registered as an amendment."""

    __tablename__ = "debate_recommendations"
    __table_args__ = (UniqueConstraint("debate_id", "position"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    debate_id: Mapped[Id] = mapped_column(ForeignKey("debates.id"))
    position: Mapped[int]
    speaker_id: Mapped[Id] = mapped_column(ForeignKey("debate_speakers.id"))
    body: Mapped[str] = mapped_column(Text, comment="as it was said; Markdown")
    unit: Mapped[str] = mapped_column(String(100), comment="the part of the text that it names; may be empty")
    reads: Mapped[str] = mapped_column(Text, comment="how that part should read; may be empty")
    amendment_id: Mapped[Id | None] = mapped_column(ForeignKey("amendments.id"), unique=True)
    at: Mapped[datetime]


class DebateMinutes(Base):
    """The minutes as they were published, then what corrects them. Append-only."""

    __tablename__ = "debate_minutes"
    __table_args__ = (UniqueConstraint("debate_id", "position"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    debate_id: Mapped[Id] = mapped_column(ForeignKey("debates.id"))
    position: Mapped[int] = mapped_column(comment="1: the minutes; then one for each correction")
    content: Mapped[str] = mapped_column(Text, comment="1: JSON, queries/debates.py; then Markdown")
    sha256: Mapped[str] = mapped_column(String(64), comment="of the content")
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
