"""What a package is made of, and the packages there are.

A port: `app/wiring.py` hands over one table after the other.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

import msgspec
from sqlalchemy import Row, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.tables import Rows
from cycles.models import Cycle
from cycles.states import CycleKind
from open_data.errors import PackageNotFound
from open_data.models import DataPackage


class Table(Protocol):
    """What is public of a cycle, of one kind. The fields of `row` are the columns; `msgspec.Meta` describes
    them, and a field that may be None may be empty.
    """

    @property
    def title(self) -> str: ...
    @property
    def row(self) -> type[msgspec.Struct]: ...
    def read(self, session: AsyncSession, cycle: Cycle, base_url: str) -> Rows: ...


_tables: dict[str, Table] = {}


def publish_as(name: str, table: Table) -> None:
    """Let every package have the table `name`."""
    _tables[name] = table


def tables() -> Mapping[str, Table]:
    """Every table by its name, in the order in which they were handed over."""
    return _tables


async def list_due(session: AsyncSession, night: date) -> Sequence[Cycle]:
    """The cycles of a budget without a package of that night. (Elections publish their own files.)"""
    query = (
        select(Cycle)
        .outerjoin(DataPackage, DataPackage.cycle_id == Cycle.id)
        .where(Cycle.kind == CycleKind.BUDGET.value)
        .where(or_(DataPackage.night.is_(None), DataPackage.night < night))
        .order_by(Cycle.created_at, Cycle.id)
    )
    return (await session.execute(query)).scalars().all()


async def get_package(session: AsyncSession, cycle_id: uuid.UUID, *, lock: bool = False) -> DataPackage:
    """The package of a cycle. Raises: PackageNotFound."""
    query = select(DataPackage).where(DataPackage.cycle_id == cycle_id)
    query = query.execution_options(populate_existing=True)
    found = (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if found is None:
        raise PackageNotFound()
    return found


async def list_packages(session: AsyncSession) -> Sequence[Row[DataPackage, Cycle]]:
    """Every package with its cycle, the newest cycle first."""
    query = (
        select(DataPackage, Cycle)
        .join(Cycle, Cycle.id == DataPackage.cycle_id)
        .order_by(Cycle.is_imported, Cycle.created_at.desc(), Cycle.id)
    )
    return (await session.execute(query)).all()
