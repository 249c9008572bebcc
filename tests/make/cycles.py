"""Cycles for tests: plain functions with keyword defaults."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cycles.models import Cycle
from cycles.service import Dates, create_cycle
from cycles.states import StageKind

NOON = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)  # as the clock of conftest.py: Monday noon in Bucharest
DAY = timedelta(days=1)
AREAS = (
    ("rahova", "Rahova"),
    ("ferentari", "Ferentari"),
    ("cotroceni", "Cotroceni"),
    ("13-septembrie", "13 Septembrie"),
)
_serial = itertools.count(1)


def stage_dates(
    open_stage: StageKind | None = StageKind.SUBMISSION, *, now: datetime = NOON
) -> dict[StageKind, Dates]:
    """Stages of 30 days in a row; `open_stage` began 10 days before `now` (None: none has yet)."""
    place = -1 if open_stage is None else list(StageKind).index(open_stage)
    first = now - 10 * DAY - place * 30 * DAY
    return {kind: (first + 30 * n * DAY, first + 30 * (n + 1) * DAY) for n, kind in enumerate(StageKind)}


async def make_cycle(
    session: AsyncSession,
    *,
    slug: str | None = None,
    title: str = "Buget participativ 2027",
    title_en: str = "Participatory budget 2027",
    year: int = 2027,
    budget_bani: int = 600_000_00,
    open_stage: StageKind | None = StageKind.SUBMISSION,
    stages: dict[StageKind, Dates] | None = None,
    areas: tuple[tuple[str, str], ...] = AREAS,
    max_ranked: int = 6,
    min_ranked: int = 1,
    rule: str = "greedy",
    rule_params: dict[str, Any] | None = None,
    is_imported: bool = False,
    now: datetime = NOON,
) -> Cycle:
    """A cycle whose `open_stage` is open at `now`."""
    return await create_cycle(
        session,
        slug=slug or f"bp-{next(_serial)}",
        title=title,
        title_en=title_en,
        year=year,
        budget_bani=budget_bani,
        areas=areas,
        stages=stages or stage_dates(open_stage, now=now),
        max_ranked=max_ranked,
        min_ranked=min_ranked,
        rule=rule,
        rule_params=rule_params or {},
        is_imported=is_imported,
        now=now,
    )
