"""Reading cycles, their areas and stages."""

import hashlib
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.i18n import Locale
from app.kit.markdown import plain
from cycles.errors import CycleNotFound, StageNotFound
from cycles.models import Area, Cycle, Stage, StageChange
from cycles.states import CycleKind, StageKind, is_open
from search.queries import Found

_ORDER = {kind.value: place for place, kind in enumerate(StageKind)}

# Asked for by almost every page, so made once, and of tables: objects would cost twice as much.
_CYCLES, _STAGES = Cycle.__table__, Stage.__table__
_CALENDAR = (
    select(
        *_CYCLES.c["id", "slug", "title", "title_en", "budget_bani", "currency", "is_imported"],
        *_STAGES.c["kind", "opens_at", "closes_at"],
    )
    .select_from(_CYCLES.outerjoin(_STAGES, _STAGES.c.cycle_id == _CYCLES.c.id))
    .where(_CYCLES.c.kind == CycleKind.BUDGET)
    .order_by(_CYCLES.c.year.desc(), _CYCLES.c.is_imported, _CYCLES.c.created_at.desc(), _CYCLES.c.id)
)
_AREAS = Area.__table__
_AREA_CHOICES = (
    select(_AREAS.c.code, _AREAS.c.name)
    .where(_AREAS.c.cycle_id == bindparam("cycle"))
    .order_by(_AREAS.c.name)
)


class StageDates(msgspec.Struct, frozen=True):
    """When a stage is open."""

    kind: StageKind
    opens_at: datetime
    closes_at: datetime

    def is_open(self, now: datetime) -> bool:
        """Whether it holds `now`."""
        return is_open(self.opens_at, self.closes_at, now)


class DatedCycle(msgspec.Struct, frozen=True):
    """What lists and menus need of a cycle, with its stages in their order."""

    id: uuid.UUID
    slug: str
    title: str
    title_en: str
    budget_bani: int
    currency: str
    is_imported: bool
    stages: list[StageDates]

    def title_in(self, locale: Locale) -> str:
        """Its title in a language."""
        return self.title if locale == "ro" else self.title_en

    def find_stage(self, kind: StageKind) -> StageDates | None:
        """The stage of this kind, or None when it has none."""
        return next((stage for stage in self.stages if stage.kind == kind), None)

    def is_stage_open(self, kind: StageKind, now: datetime) -> bool:
        """Whether the stage of this kind holds `now`."""
        stage = self.find_stage(kind)
        return stage is not None and stage.is_open(now)


class Calendar(msgspec.Struct, frozen=True):
    """Every budget cycle with its dates, read at once; newest year first, imported ones after our own of a
    year. Elections are found among the votes.
    """

    cycles: list[DatedCycle]

    def find(self, slug: str) -> DatedCycle | None:
        """The cycle at an address."""
        return next((cycle for cycle in self.cycles if cycle.slug == slug), None)

    @property
    def own(self) -> list[DatedCycle]:
        """Those that are not imported."""
        return [cycle for cycle in self.cycles if not cycle.is_imported]

    def current(self, now: datetime) -> DatedCycle | None:
        """Our cycle with a stage open at `now`; else the next to begin, the latest, an imported one."""
        dated = [(stage, cycle) for cycle in self.own for stage in cycle.stages]
        if running := [pair for pair in dated if pair[0].is_open(now)]:
            return max(running, key=lambda pair: pair[0].opens_at)[1]
        if coming := [pair for pair in dated if pair[0].opens_at > now]:
            return min(coming, key=lambda pair: pair[0].opens_at)[1]
        return next(iter(self.own or self.cycles), None)

    def collecting(self, now: datetime) -> DatedCycle | None:
        """Our cycle to which ideas can be sent at `now` (of two, the one that ends first); else the next that
        will collect them; else the current one. A vote may be running in another cycle meanwhile.
        """
        stages = [(cycle.find_stage(StageKind.SUBMISSION), cycle) for cycle in self.own]
        ahead = [(stage, cycle) for stage, cycle in stages if stage is not None and stage.closes_at > now]
        if not ahead:
            return self.current(now)
        return min(ahead, key=lambda pair: (pair[0].opens_at > now, pair[0].closes_at))[1]


def _dated(row: Row[*tuple[Any, ...]]) -> DatedCycle:
    return DatedCycle(
        id=row.id,
        slug=row.slug,
        title=row.title,
        title_en=row.title_en,
        budget_bani=row.budget_bani,
        currency=row.currency,
        is_imported=row.is_imported,
        stages=[],
    )


async def read_calendar(session: AsyncSession) -> Calendar:
    """Every cycle with its dates: one query."""
    cycles: dict[uuid.UUID, DatedCycle] = {}
    for row in (await session.execute(_CALENDAR)).all():
        cycle = cycles.get(row.id)
        if cycle is None:
            cycle = cycles[row.id] = _dated(row)
        if row.kind is not None:
            cycle.stages.append(StageDates(StageKind(row.kind), row.opens_at, row.closes_at))
    for cycle in cycles.values():
        cycle.stages.sort(key=lambda stage: _ORDER[stage.kind])
    return Calendar(list(cycles.values()))


async def get_cycle(session: AsyncSession, cycle_id: uuid.UUID) -> Cycle:
    """Raises: CycleNotFound."""
    cycle = await session.get(Cycle, cycle_id)
    if cycle is None:
        raise CycleNotFound()
    return cycle


async def find_cycle_by_slug(session: AsyncSession, slug: str) -> Cycle | None:
    """The cycle at an address, or None."""
    return (await session.execute(select(Cycle).where(Cycle.slug == slug))).scalar_one_or_none()


async def get_cycle_by_slug(session: AsyncSession, slug: str) -> Cycle:
    """Raises: CycleNotFound."""
    cycle = await find_cycle_by_slug(session, slug)
    if cycle is None:
        raise CycleNotFound()
    return cycle


async def list_cycles(session: AsyncSession) -> list[Cycle]:
    """Budget cycles, newest year first; imported ones after our own of the same year."""
    query = select(Cycle).where(Cycle.kind == CycleKind.BUDGET)
    query = query.order_by(Cycle.year.desc(), Cycle.is_imported, Cycle.created_at.desc())
    return list((await session.execute(query)).scalars())


async def find_collecting_cycle(session: AsyncSession, now: datetime) -> Cycle | None:
    """As `Calendar.collecting`, the object."""
    found = (await read_calendar(session)).collecting(now)
    return None if found is None else await session.get(Cycle, found.id)


async def list_area_choices(session: AsyncSession, cycle_id: uuid.UUID) -> list[tuple[str, str]]:
    """(code, name) of a cycle's areas by name, for filters."""
    return [(row.code, row.name) for row in (await session.execute(_AREA_CHOICES, {"cycle": cycle_id})).all()]


async def list_areas(session: AsyncSession, cycle_id: uuid.UUID) -> list[Area]:
    """By name."""
    query = select(Area).where(Area.cycle_id == cycle_id).order_by(Area.name)
    return list((await session.execute(query)).scalars())


async def list_stages(session: AsyncSession, cycle_id: uuid.UUID) -> list[Stage]:
    """In the order in which they follow each other."""
    rows = (await session.execute(select(Stage).where(Stage.cycle_id == cycle_id))).scalars()
    return sorted(rows, key=lambda stage: _ORDER[stage.kind])


async def list_all_stages(session: AsyncSession) -> list[Stage]:
    """The stages of every cycle, for lists of cycles."""
    rows = (await session.execute(select(Stage))).scalars()
    return sorted(rows, key=lambda stage: _ORDER[stage.kind])


async def find_stage(session: AsyncSession, cycle_id: uuid.UUID, kind: StageKind) -> Stage | None:
    """The stage of this kind, or None when the cycle has none."""
    query = select(Stage).where(Stage.cycle_id == cycle_id, Stage.kind == kind.value)
    return (await session.execute(query)).scalar_one_or_none()


async def get_stage(session: AsyncSession, cycle_id: uuid.UUID, kind: StageKind) -> Stage:
    """Raises: StageNotFound."""
    stage = await find_stage(session, cycle_id, kind)
    if stage is None:
        raise StageNotFound()
    return stage


async def get_stage_by_id(session: AsyncSession, stage_id: uuid.UUID, *, lock: bool = False) -> Stage:
    """Raises: StageNotFound. `lock`: until the transaction ends, with what is in the database now."""
    query = select(Stage).where(Stage.id == stage_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    stage = (await session.execute(query)).scalar_one_or_none()
    if stage is None:
        raise StageNotFound()
    return stage


async def list_stage_changes(session: AsyncSession, cycle_id: uuid.UUID) -> list[StageChange]:
    """Newest first."""
    query = select(StageChange).where(StageChange.cycle_id == cycle_id).order_by(StageChange.at.desc())
    return list((await session.execute(query)).scalars())


# ── as pages that are found ───────────────────────────────────────────────────
class CycleSource:
    """Every cycle; an election is found as its vote."""

    async def list_stamps(self, session: AsyncSession) -> Mapping[str, str]:
        cycles = await list_cycles(session)
        return {one.slug: hashlib.sha256(f"{one.title}{one.summary}".encode()).hexdigest() for one in cycles}

    async def read(self, session: AsyncSession, keys: Collection[str]) -> Sequence[Found]:
        return [
            Found(
                key=one.slug,
                title=one.title,
                place=str(one.year),
                body=plain(one.summary),
                path=f"/cycles/{one.slug}",
                at=one.created_at,
            )
            for one in await list_cycles(session)
            if one.slug in keys
        ]
