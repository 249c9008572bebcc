"""Works on funded projects for tests, made by the services themselves."""

import json
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.states import Role
from app.kit.errors import FormErrors
from app.kit.register import RegisterEntry
from cycles.models import Cycle
from proposals import queries, service
from proposals.models import (
    Milestone,
    Project,
)
from proposals.service import MilestoneEntry, Saying, StoredPhoto
from proposals.states import Built, MilestoneKind
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle
from tests.make.proposals import make_funded, make_reviewer, make_works

K = MilestoneKind
TODAY = NOON.date()  # 1 March 2027
DAY = timedelta(days=1)
WHY = "Ploile au oprit lucrările."
PHOTO = StoredPhoto(large_key="ab12.jpg", small_key="cd34.jpg", width=1200, height=800)


async def make_official(session: AsyncSession) -> Actor:
    return actor_of(await make_reviewer(session), roles=[Role.REVIEWER])


async def make_resident(session: AsyncSession, name: str = "Ana Popescu") -> Actor:
    return actor_of(await make_account(session, name=name, verified=True), verified=True)


async def enter(session: AsyncSession, official: Actor, project: Project, kind: K, **entry: Any) -> Milestone:
    seen = entry.pop("seen", None)
    if seen is None:
        seen = len(await queries.list_milestones(session, project.id))
    said = MilestoneEntry(kind=kind, **entry)
    return await service.enter_milestone(session, official, project.id, said, seen=seen, now=NOON)


async def refused_fields(act: Awaitable[object]) -> set[str]:
    with pytest.raises(FormErrors) as refused:
        await act
    return set(refused.value.errors)


async def facts_of(session: AsyncSession, project: Project) -> list[tuple[str, dict[str, Any]]]:
    query = select(RegisterEntry).where(RegisterEntry.subject == f"works:{project.id}")
    rows = (await session.execute(query.order_by(RegisterEntry.position))).scalars()
    return [(row.kind, json.loads(row.facts)) for row in rows]


class Made:
    """A funded project with its official."""

    def __init__(self, cycle: Cycle, project: Project, official: Actor) -> None:
        self.cycle, self.project, self.official = cycle, project, official


async def make_funded_project(session: AsyncSession) -> Made:
    cycle = await make_cycle(session)
    project = await make_funded(session, cycle=cycle, cost_bani=100_000_00)
    return Made(cycle, project, await make_official(session))


def saying(choice: Built = Built.NO, words: str = "Lipsesc băncile.", **more: Any) -> Saying:
    return Saying(choice=choice, text=words, **more)


async def receive(session: AsyncSession, made: Made) -> None:
    await make_works(session, made.official, made.project, None, None, None, TODAY)
