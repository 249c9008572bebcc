"""Ideas and projects as data: JSON with a documented schema, and CSV for spreadsheets."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.text import harmless_cell
from app.kit.web import anyone, download, get
from cycles.queries import get_cycle_by_slug
from proposals import queries


class IdeaFact(msgspec.Struct, frozen=True):
    """A public idea. Amounts are integer bani; times are UTC."""

    id: str
    number: str
    title: str
    text: str
    language: str
    state: str
    area: str | None
    location: str
    author: str
    submitted_at: datetime
    supporters: int
    project: str | None
    outcome: str | None
    url: str


class ProjectFact(msgspec.Struct, frozen=True):
    """A project of a cycle. Amounts are integer bani (hundredths of the cycle's currency)."""

    number: str
    title: str
    summary: str
    text: str
    area: str | None
    cost_bani: int
    idea: str | None
    outcome: str | None
    url: str


async def _ideas(session: AsyncSession, ctx: Ctx, slug: str) -> list[IdeaFact]:
    cycle = await get_cycle_by_slug(session, slug)
    return [
        IdeaFact(
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
            url=ctx.absolute(f"/ideas/{row.id}"),
        )
        for row in await queries.list_all_ideas(session, cycle.slug)
    ]


async def _projects(session: AsyncSession, ctx: Ctx, slug: str) -> list[ProjectFact]:
    cycle = await get_cycle_by_slug(session, slug)
    return [
        ProjectFact(
            number=row.number,
            title=row.title,
            summary=row.summary,
            text=row.body,
            area=row.area_name,
            cost_bani=row.cost_bani,
            idea=row.idea_number,
            outcome=row.outcome,
            url=ctx.absolute(f"/cycles/{cycle.slug}/projects/{row.number}"),
        )
        for row in await queries.list_all_projects(session, cycle.id)
    ]


@get("/api/v1/cycles/{slug:str}/ideas", audience=anyone, tags=["ideas"], summary="Ideas of a cycle")
async def ideas_json(
    session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx], slug: FromPath[str]
) -> list[IdeaFact]:
    """Every public idea of a cycle, oldest first."""
    return await _ideas(session, ctx, slug)


@get("/api/v1/cycles/{slug:str}/projects", audience=anyone, tags=["projects"], summary="Projects of a cycle")
async def projects_json(
    session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx], slug: FromPath[str]
) -> list[ProjectFact]:
    """Every project of a cycle, by number."""
    return await _projects(session, ctx, slug)


@get("/cycles/{slug:str}/ideas.csv", audience=anyone, include_in_schema=False)
async def ideas_csv(
    session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx], slug: FromPath[str]
) -> Response[bytes]:
    """Every public idea of a cycle, for spreadsheets."""
    return _csv(IdeaFact, await _ideas(session, ctx, slug), f"ideas-{slug}.csv")


@get("/cycles/{slug:str}/projects.csv", audience=anyone, include_in_schema=False)
async def projects_csv(
    session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx], slug: FromPath[str]
) -> Response[bytes]:
    """Every project of a cycle, for spreadsheets."""
    return _csv(ProjectFact, await _projects(session, ctx, slug), f"projects-{slug}.csv")


def _csv(kind: type[msgspec.Struct], rows: Iterable[msgspec.Struct], filename: str) -> Response[bytes]:
    """CSV with a byte order mark, so that spreadsheets read ă and ș; no cell begins a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    names = [field.name for field in msgspec.structs.fields(kind)]
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(getattr(row, name)) for name in names])
    name = filename.encode("ascii", "replace").decode().replace("?", "-")
    return download(("\ufeff" + buffer.getvalue()).encode(), media_type="text/csv", filename=name)


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return harmless_cell(value)
    return "" if value is None else value


HANDLERS = [ideas_json, projects_json, ideas_csv, projects_csv]
