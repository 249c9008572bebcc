"""Open data: the page that says what there is, the packages, and the same as data."""

from datetime import datetime

import msgspec
from litestar import Response, Router
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.web import WebRequest, answer_json, anyone, get, page, stream
from cycles.queries import get_cycle_by_slug
from open_data import queries
from open_data.pages import build_page


class TableFact(msgspec.Struct, frozen=True):
    """A table of a package: `NAME.csv` in the file."""

    name: str
    rows: int


class PackageFact(msgspec.Struct, frozen=True):
    """The newest package of a cycle. `sha256` is of the whole file; times are UTC."""

    cycle: str
    made_at: datetime
    bytes: int
    sha256: str
    tables: list[TableFact]
    url: str


@get("/open-data", audience=anyone, include_in_schema=False)
async def show_open_data(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Everything that can be taken away."""
    model = build_page(await queries.list_packages(session), ctx.locale)
    return page(request, "open_data/open_data.html", model)


@get("/open-data/{slug:str}/package.zip", audience=anyone, include_in_schema=False)
async def download_package(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[bytes]:
    """The newest package of a cycle."""
    cycle = await get_cycle_by_slug(session, slug)
    package = await queries.get_package(session, cycle.id)
    content = await ctx.services.storage.read(package.key)
    return stream(
        request, lambda: content, media_type="application/zip", filename=f"{slug}-{package.night}.zip"
    )


@get("/api/v1/open-data", audience=anyone, tags=["open data"], summary="The nightly packages")
async def packages_json(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[list[PackageFact]]:
    """Everything public of each cycle as one ZIP of CSV tables (Frictionless Data Package)."""
    facts = [
        PackageFact(
            cycle=cycle.slug,
            made_at=package.made_at,
            bytes=package.byte_count,
            sha256=package.sha256,
            tables=[TableFact(one["name"], one["rows"]) for one in package.tables],
            url=ctx.absolute(f"/open-data/{cycle.slug}/package.zip"),
        )
        for package, cycle in await queries.list_packages(session)
    ]
    return answer_json(request, facts)


router = Router("/", route_handlers=[show_open_data, download_package, packages_json])
