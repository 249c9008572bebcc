"""Ideas, projects, timelines and support as rows: for the API, for files, for the nightly packages."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.i18n import N_
from cycles.models import Cycle
from proposals.models import IdeaEvent, Support
from proposals.queries.ideas import read_all_ideas
from proposals.queries.projects import list_all_projects
from proposals.states import BY_AUTHOR

PRIVATE = ("from_author",)  # facts of timelines that name a person whose account may be closed


class IdeaFact(msgspec.Struct, frozen=True):
    """A public idea. Amounts are integer bani; times are UTC."""

    id: str
    number: Annotated[str, Meta(description="registration number")]
    title: str
    text: Annotated[str, Meta(description="Markdown")]
    language: str
    state: str
    area: Annotated[str | None, Meta(description="neighbourhood")]
    location: Annotated[str, Meta(description="street and place, in words")]
    author: Annotated[str, Meta(description="as shown in public; empty: a resident")]
    submitted_at: datetime
    supporters: int
    project: Annotated[str | None, Meta(description="number of the project that was made of it")]
    outcome: Annotated[str | None, Meta(description="of the vote: funded or not")]
    url: str


class StepFact(msgspec.Struct, frozen=True):
    """An entry of an idea's timeline. `facts` depend on `kind`: reason, costs, another idea, days."""

    at: datetime
    kind: str
    by: str
    text: str
    facts: dict[str, Any]


class ProjectFact(msgspec.Struct, frozen=True):
    """A project of a cycle. Amounts are integer bani (hundredths of the cycle's currency)."""

    number: str
    title: str
    summary: str
    text: Annotated[str, Meta(description="Markdown")]
    area: Annotated[str | None, Meta(description="neighbourhood")]
    cost_bani: int
    idea: Annotated[str | None, Meta(description="registration number of the idea")]
    outcome: Annotated[str | None, Meta(description="of the vote: funded or not")]
    url: str


class TimelineFact(msgspec.Struct, frozen=True):
    """What happened to an idea, in the order in which it did."""

    idea: Annotated[str, Meta(description="registration number")]
    position: Annotated[int, Meta(description="on the idea's timeline")]
    at: datetime
    kind: str
    by: Annotated[str, Meta(description="an official, or the author as shown in public")]
    text: Annotated[str, Meta(description="Markdown")]
    facts: Annotated[
        dict[str, Any], Meta(description="depend on the kind: reason, costs, another idea, days")
    ]


class SupportFact(msgspec.Struct, frozen=True):
    """How many residents began to support an idea on a day, of those who still do. Nobody is named."""

    idea: Annotated[str, Meta(description="registration number")]
    day: Annotated[date, Meta(description="in Bucharest")]
    supporters: int


def idea_fact(row: Row[*tuple[Any, ...]], base_url: str) -> IdeaFact:
    """An idea as lists have it."""
    return IdeaFact(
        id=str(row.id),
        number=row.number,
        title=row.title,
        text=row.body,
        language=row.lang,
        state=row.state,
        area=row.area_name,
        location=row.location,
        author=row.author_name,
        submitted_at=row.submitted_at,
        supporters=row.support_count,
        project=row.project_number,
        outcome=row.project_outcome,
        url=f"{base_url}/ideas/{row.id}",
    )


def project_fact(row: Row[*tuple[Any, ...]], slug: str, base_url: str) -> ProjectFact:
    """A project as lists have it; `slug` is its cycle's."""
    return ProjectFact(
        number=row.number,
        title=row.title,
        summary=row.summary,
        text=row.body,
        area=row.area_name,
        cost_bani=row.cost_bani,
        idea=row.idea_number,
        outcome=row.outcome,
        url=f"{base_url}/cycles/{slug}/projects/{row.number}",
    )


def step_fact(event: IdeaEvent, author: str) -> StepFact:
    """An entry of a timeline; the author's own have the name that is shown now."""
    facts = {name: fact for name, fact in json.loads(event.facts).items() if name not in PRIVATE}
    by = author if event.by_name and event.kind in BY_AUTHOR else event.by_name
    return StepFact(event.at, event.kind, by, event.text, facts)


# ── tables of a cycle's data package ──────────────────────────────────────────
class IdeaTable:
    """Every public idea of a cycle, as it was sent."""

    title = N_("Ideas, with their state")
    row = IdeaFact

    async def read(
        self, session: AsyncSession, cycle: Cycle, base_url: str
    ) -> AsyncIterator[Sequence[IdeaFact]]:
        async for rows in read_all_ideas(session, cycle.slug):
            yield [idea_fact(row, base_url) for row in rows]


class ProjectTable:
    """Every project of a cycle, by number."""

    title = N_("Projects, with their costs")
    row = ProjectFact

    async def read(
        self, session: AsyncSession, cycle: Cycle, base_url: str
    ) -> AsyncIterator[Sequence[ProjectFact]]:
        rows = await list_all_projects(session, cycle.id)
        yield [project_fact(row, cycle.slug, base_url) for row in rows]


class TimelineTable:
    """The timelines of all public ideas: verdicts with their reasons, what was asked, terms that moved."""

    title = N_("What happened to each idea, with the reasons of the verdicts")
    row = TimelineFact

    async def read(
        self, session: AsyncSession, cycle: Cycle, base_url: str
    ) -> AsyncIterator[Sequence[TimelineFact]]:
        async for ideas in read_all_ideas(session, cycle.slug):
            by_id = {row.id: row for row in ideas}
            query = (
                select(IdeaEvent)
                .where(IdeaEvent.idea_id.in_(by_id))
                .order_by(IdeaEvent.idea_id, IdeaEvent.position)
                .execution_options(populate_existing=True)
            )
            events = (await session.execute(query)).scalars().all()
            session.expunge_all()  # nothing of a whole cycle is kept
            yield [_timeline_fact(event, by_id[event.idea_id]) for event in events]


def _timeline_fact(event: IdeaEvent, idea: Row[*tuple[Any, ...]]) -> TimelineFact:
    step = step_fact(event, idea.author_name)
    return TimelineFact(idea.number, event.position, step.at, step.kind, step.by, step.text, step.facts)


class SupportTable:
    """Support by idea and day. Who supports is never public."""

    title = N_("Support, by idea and day")
    row = SupportFact

    async def read(
        self, session: AsyncSession, cycle: Cycle, base_url: str
    ) -> AsyncIterator[Sequence[SupportFact]]:
        async for ideas in read_all_ideas(session, cycle.slug):
            numbers = {row.id: row.number for row in ideas}
            moments = select(Support.idea_id, Support.at).where(Support.idea_id.in_(numbers))
            days = Counter((row.idea_id, local_date(row.at)) for row in await session.execute(moments))
            order = {idea: place for place, idea in enumerate(numbers)}
            yield [
                SupportFact(numbers[idea], day, count)
                for (idea, day), count in sorted(days.items(), key=lambda one: (order[one[0][0]], one[0][1]))
            ]
