"""Reading cycles, their areas and stages."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cycles.errors import CycleNotFound, StageNotFound
from cycles.models import Area, Cycle, Stage, StageChange
from cycles.states import StageKind

_ORDER = {kind.value: place for place, kind in enumerate(StageKind)}


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
    """Newest year first; imported ones after our own of the same year."""
    query = select(Cycle).order_by(Cycle.year.desc(), Cycle.is_imported, Cycle.created_at.desc())
    return list((await session.execute(query)).scalars())


async def find_current_cycle(session: AsyncSession, now: datetime) -> Cycle | None:
    """Our cycle with a stage open at `now`; else the next to begin, the latest, an imported one."""
    cycles = {cycle.id: cycle for cycle in await list_cycles(session)}
    own = {cycle_id for cycle_id, cycle in cycles.items() if not cycle.is_imported}
    stages = await list_all_stages(session)
    running = [stage for stage in stages if stage.cycle_id in own and stage.opens_at <= now < stage.closes_at]
    if running:
        return cycles[max(running, key=lambda stage: stage.opens_at).cycle_id]
    coming = [stage for stage in stages if stage.cycle_id in own and stage.opens_at > now]
    if coming:
        return cycles[min(coming, key=lambda stage: stage.opens_at).cycle_id]
    return next((cycle for cycle in cycles.values() if cycle.id in own), next(iter(cycles.values()), None))


async def find_collecting_cycle(session: AsyncSession, now: datetime) -> Cycle | None:
    """Our own cycle to which ideas can be sent at `now` (of two, the one that ends first); else the next that
    will collect them; else the current one. A vote may be running in another cycle meanwhile.
    """
    query = (
        select(Cycle)
        .join(Stage, Stage.cycle_id == Cycle.id)
        .where(Stage.kind == StageKind.SUBMISSION.value, Stage.closes_at > now, Cycle.is_imported.is_(False))
        .order_by(Stage.opens_at > now, Stage.closes_at)
        .limit(1)
    )
    found = (await session.execute(query)).scalar_one_or_none()
    return found or await find_current_cycle(session, now)


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
