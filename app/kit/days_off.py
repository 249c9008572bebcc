"""Days off that somebody declared beside the public holidays, by an act of the Government or of the town.

Each entry declares a day off or takes one back; of a day, the newest entry holds, and none is ever changed.
Only days that are still to come can be declared or taken back. So what was judged stays judged: a term that
has passed holds no such day, and nobody lengthens or shortens afterwards what others had relied upon.
"""

import uuid
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base
from app.kit.deadlines import is_working_day
from app.kit.errors import Conflict, DomainError, FormErrors, Invalid
from app.kit.i18n import N_

AHEAD = timedelta(days=2 * 366)  # later than that it is a slip of the keyboard
REMEMBERED = "days_off"  # in the session: read once in a transaction


class DayOffEntry(Base):
    """A day was declared off, or taken back. Triggers in the database refuse UPDATE and DELETE."""

    __tablename__ = "days_off"
    __table_args__ = (Index("ix_days_off_day", "day"),)

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="from 1, no gaps")
    day: Mapped[date]
    is_off: Mapped[bool] = mapped_column(comment="declared; else taken back")
    source: Mapped[str] = mapped_column(String(300), comment="the act that declares it, or takes it back")
    note: Mapped[str] = mapped_column(Text, comment="why; public")
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class DaysOffHead(Base):
    """The single row that is locked: shared by who stores a deadline, alone by who changes the days off."""

    __tablename__ = "days_off_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(comment="of the last entry")


class DayOffChange(msgspec.Struct, frozen=True, kw_only=True):
    """A day that is to be declared off, or taken back, and by which act."""

    day: date
    is_off: bool = True
    source: str
    note: str

    def applied_to(self, days_off: frozenset[date]) -> frozenset[date]:
        """The days off afterwards."""
        return days_off | {self.day} if self.is_off else days_off - {self.day}


class DaysOffChanged(Conflict):
    """Somebody else has changed the days off since the page was opened."""

    default = N_("Somebody has changed the days off in the meantime. Look again at what your change moves.")


_HEAD = select(DaysOffHead).where(DaysOffHead.id == 1).execution_options(populate_existing=True)


async def list_days_off(session: AsyncSession, *, hold: bool = False) -> frozenset[date]:
    """The declared days off, as they are now; asked once in a transaction.

    `hold`: until the transaction ends nobody changes them; for whoever stores a deadline, and before any
    other lock.
    """
    if hold:
        await session.execute(_HEAD.with_for_update(read=True))
    elif REMEMBERED in session.info:
        known: frozenset[date] = session.info[REMEMBERED]
        return known
    query = select(DayOffEntry.day, DayOffEntry.is_off).order_by(DayOffEntry.position)
    newest = {row.day: row.is_off for row in (await session.execute(query)).all()}
    found = frozenset(day for day, is_off in newest.items() if is_off)
    session.info[REMEMBERED] = found
    return found


async def list_entries(session: AsyncSession, year: int) -> list[DayOffEntry]:
    """Every entry about a day of a year, in the order in which they were written."""
    query = (
        select(DayOffEntry)
        .where(DayOffEntry.day >= date(year, 1, 1), DayOffEntry.day <= date(year, 12, 31))
        .order_by(DayOffEntry.position)
    )
    return list((await session.execute(query)).scalars())


async def last_position(session: AsyncSession, *, lock: bool = False) -> int:
    """How many entries there are. `lock`: nobody else changes them, or stores a deadline, until the end."""
    head = (await session.execute(_HEAD.with_for_update() if lock else _HEAD)).scalar_one()
    return head.position


async def write_entry(
    session: AsyncSession,
    change: DayOffChange,
    *,
    seen: int,
    by_id: uuid.UUID,
    by_name: str,
    today: date,
    now: datetime,
) -> tuple[frozenset[date], frozenset[date]]:
    """Declare a day off or take it back; returns the days off before and after. `seen`: as many entries there
    were when its effects were looked at.

    Locks: the days off. Raises: DaysOffChanged, FormErrors.
    """
    head = (await session.execute(_HEAD.with_for_update())).scalar_one()
    session.info.pop(REMEMBERED, None)
    before = await list_days_off(session)
    check_change(change, before, today=today)
    if head.position != seen:
        raise DaysOffChanged()
    session.info.pop(REMEMBERED, None)
    head.position += 1
    values = msgspec.structs.asdict(change)
    session.add(DayOffEntry(position=head.position, by_id=by_id, by_name=by_name, at=now, **values))
    await session.flush()
    return before, change.applied_to(before)


def check_change(change: DayOffChange, days_off: frozenset[date], *, today: date) -> None:
    """That a change can be made today, and changes something. Raises: FormErrors."""
    if (refusal := _refuse(change, days_off, today)) is not None:
        raise FormErrors({"day": refusal})


def _refuse(change: DayOffChange, days_off: frozenset[date], today: date) -> DomainError | None:
    if change.day <= today:
        return Invalid(
            N_(
                "Only days that are still to come can be declared or taken back: what was done and judged "
                "until today stays as it was judged."
            )
        )
    if change.day > today + AHEAD:
        return Invalid(N_("This day is more than two years away. Look at the year again."))
    if not change.is_off:
        return None if change.day in days_off else Invalid(N_("This day is not declared off."))
    if change.day in days_off:
        return Invalid(N_("This day is declared off already."))
    if not is_working_day(change.day):
        return Invalid(N_("This day is a weekend or a public holiday: it is not counted anyway."))
    return None
