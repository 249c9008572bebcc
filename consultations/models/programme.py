"""Tables of the programme: seasons, who holds consultations and where, and what became of each."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, new_id
from consultations.states import ChangeKind, State, Theme, check_move

Id = uuid.UUID
_STATES = ", ".join(repr(state.value) for state in State)
_THEMES = ", ".join(repr(theme.value) for theme in Theme)
_KINDS = ", ".join(repr(kind.value) for kind in ChangeKind)


class Season(Base):
    """The programme of some months, by day: both its days belong to it."""

    __tablename__ = "seasons"
    __table_args__ = (CheckConstraint("starts_on <= ends_on", name="days_in_order"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(80), unique=True, comment="in addresses; never changes")
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    created_at: Mapped[datetime]


class Host(Base):
    """An official who holds consultations."""

    __tablename__ = "hosts"

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(80), unique=True, comment="in addresses; never changes")
    name: Mapped[str] = mapped_column(String(120))
    office: Mapped[str] = mapped_column(String(120), comment="e.g. primar, consilier local")
    account_id: Mapped[Id | None] = mapped_column(ForeignKey("accounts.id"), unique=True)
    is_active: Mapped[bool] = mapped_column(default=True, comment="can be chosen for what is to come")


class Venue(Base):
    """A room, or a place in the open."""

    __tablename__ = "venues"
    __table_args__ = (
        CheckConstraint("seats > 0", name="has_seats"),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="place_whole"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(200))
    area_code: Mapped[str] = mapped_column(String(60), index=True)
    area: Mapped[str] = mapped_column(String(200), comment="neighbourhood, in words")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    seats: Mapped[int]
    is_step_free: Mapped[bool] = mapped_column(default=False)
    has_loop: Mapped[bool] = mapped_column(default=False, comment="induction loop for hearing aids")
    has_toilet: Mapped[bool] = mapped_column(default=False, comment="toilet for wheelchair users")
    access: Mapped[str] = mapped_column(Text, default="", comment="how to get in, in words")
    is_active: Mapped[bool] = mapped_column(default=True)


class Consultation(Base):
    """One consultation. What was published of it changes only together with a row of its history."""

    __tablename__ = "consultations"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="hours_in_order"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
        CheckConstraint(f"state IN ({_STATES})", name="state_known"),
        CheckConstraint(f"theme IN ({_THEMES})", name="theme_known"),
        CheckConstraint("(state = 'proposed') = (number IS NULL)", name="numbered_when_published"),
        CheckConstraint("(state = 'proposed') = (published_at IS NULL)", name="published_at_a_moment"),
        Index("ix_consultations_starts_at", "starts_at"),
        Index("ix_consultations_season_id_starts_at", "season_id", "starts_at"),
        Index("ix_consultations_host_id_starts_at", "host_id", "starts_at"),
        Index("ix_consultations_venue_id_starts_at", "venue_id", "starts_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    season_id: Mapped[Id] = mapped_column(ForeignKey("seasons.id"))
    series_id: Mapped[Id | None] = mapped_column(index=True, comment="those that were planned together recur")
    number: Mapped[str | None] = mapped_column(String(20), unique=True)
    host_id: Mapped[Id] = mapped_column(ForeignKey("hosts.id"))
    venue_id: Mapped[Id] = mapped_column(ForeignKey("venues.id"))
    theme: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(150))
    about: Mapped[str] = mapped_column(Text, comment="Markdown")
    streets: Mapped[str] = mapped_column(
        Text, default="", comment="which it is for, a line each; may be empty"
    )
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int | None] = mapped_column(comment="places that can be reserved; NULL: as many as come")
    has_childcare: Mapped[bool] = mapped_column(default=False)
    languages: Mapped[str] = mapped_column(
        String(200), default="", comment="besides Romanian; also sign language"
    )
    state: Mapped[str] = mapped_column(String(20), default=State.PROPOSED.value)
    sequence: Mapped[int] = mapped_column(
        default=0, comment="of the calendar entry (RFC 5545): with each change"
    )
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None] = mapped_column(comment="the last row of its history")
    reminded_for: Mapped[datetime | None] = mapped_column(
        comment="the beginning of which who comes was reminded"
    )

    def move_to(self, state: State) -> None:
        """Change the state. Raises: IllegalMove."""
        check_move(State(self.state), state)
        self.state = state.value


class Change(Base):
    """What happened to a consultation since it was published, with the reason. Append-only, and public."""

    __tablename__ = "consultation_changes"
    __table_args__ = (
        UniqueConstraint("consultation_id", "position"),
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        CheckConstraint("kind IN ('published', 'held') OR reason <> ''", name="reason_given"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    consultation_id: Mapped[Id] = mapped_column(ForeignKey("consultations.id"))
    position: Mapped[int] = mapped_column(comment="of the consultation's changes, from 1")
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(Text, comment="JSON: the public facts that changed, as they were")
    after: Mapped[str] = mapped_column(Text, comment="JSON: the same facts now")
    at: Mapped[datetime]
    by_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str] = mapped_column(String(120))
