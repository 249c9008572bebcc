"""Ideas and projects as data: JSON with a documented schema, and CSV for spreadsheets.

Whole lists are sent as they are read, some hundred at a time, so that a cycle of any size takes the same
memory; what is decided meanwhile may be in the later part. What is asked for again and has not changed is
answered without its content (ETag).
"""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, QueryParameter
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.forms import query_form
from app.kit.paging import paging
from app.kit.text import harmless_cell
from app.kit.web import WebRequest, answer_json, anyone, get, stream
from cycles.queries import get_cycle_by_slug
from discussions.queries import count_on, list_readable
from proposals import queries
from proposals.errors import IdeaNotFound
from proposals.models import IdeaEvent
from proposals.pages.ideas import BY_AUTHOR, ORDERS, query_of
from proposals.queries.discussed import idea_ref

COMMENTS = 100  # of one answer
PRIVATE = ("from_author",)  # facts of timelines that name a person whose account may be closed
Rows = AsyncIterator[list[msgspec.Struct]]


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


class IdeaList(msgspec.Struct, frozen=True):
    """A page of ideas, narrowed and ordered as on the web page. `next`: the address of the next one."""

    total: int
    page: int
    pages: int
    next: str | None
    ideas: list[IdeaFact]


class StepFact(msgspec.Struct, frozen=True):
    """An entry of an idea's timeline. `facts` depend on `kind`: reason, costs, another idea, days."""

    at: datetime
    kind: str
    by: str
    text: str
    facts: dict[str, Any]


class IdeaDetail(msgspec.Struct, frozen=True):
    """One idea with everything public about it but what is said of it."""

    idea: IdeaFact
    landmark: str
    latitude: float | None
    longitude: float | None
    estimate_bani: int | None
    due_on: str | None
    merged_into: str | None
    comments: int
    comments_url: str
    timeline: list[StepFact]


class CommentFact(msgspec.Struct, frozen=True):
    """A comment that can be read. `reply_to`: the id of another."""

    id: str
    reply_to: str | None
    author: str
    role: str
    text: str
    at: datetime
    edited_at: datetime | None
    supporters: int
    url: str


class CommentList(msgspec.Struct, frozen=True):
    """A page of what is said of an idea, the newest first."""

    total: int
    next: str | None
    comments: list[CommentFact]


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


def _idea(row: Row[*tuple[Any, ...]], ctx: Ctx) -> IdeaFact:
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
        url=ctx.absolute(f"/ideas/{row.id}"),
    )


def _project(row: Row[*tuple[Any, ...]], ctx: Ctx, slug: str) -> ProjectFact:
    return ProjectFact(
        number=row.number,
        title=row.title,
        summary=row.summary,
        text=row.body,
        area=row.area_name,
        cost_bani=row.cost_bani,
        idea=row.idea_number,
        outcome=row.outcome,
        url=ctx.absolute(f"/cycles/{slug}/projects/{row.number}"),
    )


InState = Annotated[
    str, QueryParameter(name="state", max_length=40)
]  # "state" names something else to the router


# ── lists, narrowed ───────────────────────────────────────────────────────────
@get("/api/v1/ideas", audience=anyone, tags=["ideas"], summary="Ideas, narrowed as on the page")
async def ideas_page_json(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    cycle: FromQuery[str] = "",
    area: FromQuery[str] = "",
    in_state: InState = "",
    q: FromQuery[str] = "",
    order: FromQuery[str] = "new",
    page: FromQuery[str] = "1",
) -> Response[IdeaList]:
    """Public ideas of all cycles or one, twenty at a time. `state`: one of an idea's, or `open`; `order`:
    new, supported, or random (anew each day, the same for everybody).
    """
    wanted = queries.IdeaFilter(cycle_slug=cycle, area_code=area, state=in_state, text=q[:200])
    order = order if order in ORDERS else "new"
    rows, place = await queries.list_ideas_page(
        session, wanted, order=order, page=page, today=local_date(ctx.now)
    )
    kept = {"cycle": cycle, "area": area, "state": in_state, "q": q[:200], "order": order}
    following = f"/api/v1/ideas?{query_of(**kept, page=str(place.number + 1))}"
    return answer_json(
        request,
        IdeaList(
            total=place.total,
            page=place.number,
            pages=place.last,
            next=ctx.absolute(following) if place.number < place.last else None,
            ideas=[_idea(row, ctx) for row in rows],
        ),
    )


@get("/api/v1/ideas/{idea_id:uuid}", audience=anyone, tags=["ideas"], summary="One idea with its timeline")
async def idea_json(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[IdeaDetail]:
    """An idea, where it is, and every entry of its public timeline, oldest first."""
    row = await queries.find_public_row(session, idea_id)
    if row is None:
        raise IdeaNotFound()
    idea = await queries.get_idea(session, idea_id)
    said = await count_on(session, [idea_ref(idea.id)])
    model = IdeaDetail(
        idea=_idea(row, ctx),
        landmark=idea.landmark,
        latitude=idea.latitude,
        longitude=idea.longitude,
        estimate_bani=idea.estimate_bani,
        due_on=idea.due_on.isoformat() if idea.due_on else None,
        merged_into=str(idea.merged_into_id) if idea.merged_into_id else None,
        comments=said.get(idea_ref(idea.id), 0),
        comments_url=ctx.absolute(f"/api/v1/ideas/{idea.id}/comments"),
        timeline=[_step(one, idea.author_name) for one in await queries.list_events(session, idea.id)],
    )
    return answer_json(request, model)


def _step(event: IdeaEvent, author: str) -> StepFact:
    facts = {name: fact for name, fact in json.loads(event.facts).items() if name not in PRIVATE}
    by = author if event.by_name and event.kind in BY_AUTHOR else event.by_name
    return StepFact(event.at, event.kind, by, event.text, facts)


@get(
    "/api/v1/ideas/{idea_id:uuid}/comments",
    audience=anyone,
    tags=["ideas"],
    summary="What is said of an idea",
)
async def comments_json(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[CommentList]:
    """The comments that can be read, a hundred at a time."""
    if await queries.find_public_row(session, idea_id) is None:
        raise IdeaNotFound()
    subject = idea_ref(idea_id)
    total = (await count_on(session, [subject])).get(subject, 0)
    place = paging(query_form(request).get("page"), total, size=COMMENTS)
    comments = [
        CommentFact(
            id=str(one.id),
            reply_to=str(one.parent_id) if one.parent_id else None,
            author=one.author_name,
            role=one.role,
            text=one.body,
            at=one.created_at,
            edited_at=one.edited_at,
            supporters=one.support_count,
            url=ctx.absolute(f"/comments/{one.id}"),
        )
        for one in await list_readable(session, subject, place)
    ]
    following = ctx.absolute(f"/api/v1/ideas/{idea_id}/comments?page={place.number + 1}")
    return answer_json(
        request, CommentList(total, following if place.number < place.last else None, comments)
    )


# ── whole lists, streamed ─────────────────────────────────────────────────────
async def _read_ideas(ctx: Ctx, slug: str) -> Rows:
    async with ctx.services.database.read() as session:
        async for rows in queries.read_all_ideas(session, slug):
            yield [_idea(row, ctx) for row in rows]


async def _read_projects(ctx: Ctx, slug: str, cycle_id: UUID) -> Rows:
    async with ctx.services.database.read() as session:
        yield [_project(row, ctx, slug) for row in await queries.list_all_projects(session, cycle_id)]


async def _json(batches: Rows) -> AsyncIterator[bytes]:
    """A list in JSON, a batch at a time."""
    before = b"["
    async for rows in batches:
        if rows:
            yield before + b",".join(msgspec.json.encode(row) for row in rows)
            before = b","
    yield b"]" if before == b"," else b"[]"


async def _csv(kind: type[msgspec.Struct], batches: Rows) -> AsyncIterator[bytes]:
    """CSV with a byte order mark, so that spreadsheets read ă and ș; no cell begins a formula."""
    names = [field.name for field in msgspec.structs.fields(kind)]
    yield ("\ufeff" + _lines([names])).encode()
    async for rows in batches:
        yield _lines([[_cell(getattr(row, name)) for name in names] for row in rows]).encode()


def _lines(rows: list[list[Any]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return harmless_cell(value)
    return "" if value is None else value


def _listed(kind: type[msgspec.Struct]) -> dict[int, ResponseSpec]:
    """What a streamed list holds, for the description."""
    return {200: ResponseSpec(data_container=list[kind], generate_examples=False)}  # type: ignore[valid-type]


@get(
    "/api/v1/cycles/{slug:str}/ideas",
    audience=anyone,
    tags=["ideas"],
    summary="Ideas of a cycle",
    responses=_listed(IdeaFact),
)
async def ideas_json(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[Any]:
    """Every public idea of a cycle, oldest first."""
    cycle = await get_cycle_by_slug(session, slug)
    return stream(request, lambda: _json(_read_ideas(ctx, cycle.slug)), media_type="application/json")


@get(
    "/api/v1/cycles/{slug:str}/projects",
    audience=anyone,
    tags=["projects"],
    summary="Projects of a cycle",
    responses=_listed(ProjectFact),
)
async def projects_json(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[Any]:
    """Every project of a cycle, by number."""
    cycle = await get_cycle_by_slug(session, slug)
    return stream(
        request, lambda: _json(_read_projects(ctx, cycle.slug, cycle.id)), media_type="application/json"
    )


@get("/cycles/{slug:str}/ideas.csv", audience=anyone, include_in_schema=False)
async def ideas_csv(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[Any]:
    """Every public idea of a cycle, for spreadsheets."""
    cycle = await get_cycle_by_slug(session, slug)
    return stream(
        request,
        lambda: _csv(IdeaFact, _read_ideas(ctx, cycle.slug)),
        media_type="text/csv",
        filename=f"ideas-{slug}.csv",
    )


@get("/cycles/{slug:str}/projects.csv", audience=anyone, include_in_schema=False)
async def projects_csv(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[Any]:
    """Every project of a cycle, for spreadsheets."""
    cycle = await get_cycle_by_slug(session, slug)
    return stream(
        request,
        lambda: _csv(ProjectFact, _read_projects(ctx, cycle.slug, cycle.id)),
        media_type="text/csv",
        filename=f"projects-{slug}.csv",
    )


HANDLERS = [ideas_page_json, idea_json, comments_json, ideas_json, projects_json, ideas_csv, projects_csv]
