"""Registration numbers without gaps, per series and year.

A number is taken inside the transaction that uses it: if that fails, the number is free again. The
price is a row lock until the end of the transaction, which is what "without gaps" means.
"""

from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, insert_once


class NumberSeries(Base):
    """The last number given out in a series and year."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(String(20), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


async def next_number(session: AsyncSession, series: str, year: int) -> str:
    """Take the next number, e.g. "ID-2027-00042". Locks: the series' row, until the transaction ends."""
    await insert_once(session, NumberSeries, series=series, year=year, last=0)
    query = (
        select(NumberSeries).where(NumberSeries.series == series, NumberSeries.year == year).with_for_update()
    )
    row = (await session.execute(query.execution_options(populate_existing=True))).scalar_one()
    row.last += 1
    await session.flush()
    return f"{series}-{year}-{row.last:05d}"
