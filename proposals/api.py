"""Ideas and projects as data: JSON with a documented schema, and CSV for spreadsheets.

Whole lists are sent as they are read, some hundred at a time, so that a cycle of any size takes the same
memory; what is decided meanwhile may be in the later part. What is asked for again and has not changed is
answered without its content (ETag).
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.forms import query_form
from app.kit.paging import paging
from app.kit.tables import as_csv, as_json
from app.kit.web import WebRequest, answer_json, anyone, get, stream
from cycles.models import Cycle
from cycles.queries import get_cycle_by_slug
from discussions.queries import count_on, list_readable
from proposals import queries
from proposals.errors import IdeaNotFound
from proposals.pages.ideas import ORDERS, query_of
from proposals.queries.discussed import idea_ref
from proposals.queries.facts import (
    IdeaFact,
    IdeaTable,
    ProjectFact,
    ProjectTable,
    StepFact,
    idea_fact,
    step_fact,
)

COMMENTS = 100  # of one answer
Rows = AsyncIterator[Sequence[msgspec.Struct]]


class IdeaList(msgspec.Struct, frozen=True):
    """A page of ideas, narrowed and ordered as on the web page. `next`: the address of the next one."""

    total: int
    page: int
    pages: int
    next: str | None
    ideas: list[IdeaFact]


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
            ideas=[idea_fact(row, ctx.absolute("")) for row in rows],
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
        idea=idea_fact(row, ctx.absolute("")),
        landmark=idea.landmark,
        latitude=idea.latitude,
        longitude=idea.longitude,
        estimate_bani=idea.estimate_bani,
        due_on=idea.due_on.isoformat() if idea.due_on else None,
        merged_into=str(idea.merged_into_id) if idea.merged_into_id else None,
        comments=said.get(idea_ref(idea.id), 0),
        comments_url=ctx.absolute(f"/api/v1/ideas/{idea.id}/comments"),
        timeline=[step_fact(one, idea.author_name) for one in await queries.list_events(session, idea.id)],
    )
    return answer_json(request, model)


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
async def _read_ideas(ctx: Ctx, cycle: Cycle) -> Rows:
    async with ctx.services.database.read() as session:
        async for rows in IdeaTable().read(session, cycle, ctx.absolute("")):
            yield rows


async def _read_projects(ctx: Ctx, cycle: Cycle) -> Rows:
    async with ctx.services.database.read() as session:
        async for rows in ProjectTable().read(session, cycle, ctx.absolute("")):
            yield rows


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
    return stream(request, lambda: as_json(_read_ideas(ctx, cycle)), media_type="application/json")


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
    return stream(request, lambda: as_json(_read_projects(ctx, cycle)), media_type="application/json")


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
        lambda: as_csv(IdeaFact, _read_ideas(ctx, cycle)),
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
        lambda: as_csv(ProjectFact, _read_projects(ctx, cycle)),
        media_type="text/csv",
        filename=f"projects-{slug}.csv",
    )


HANDLERS = [ideas_page_json, idea_json, comments_json, ideas_json, projects_json, ideas_csv, projects_csv]
