"""The figures of a cycle: how long things take, what is rejected, where ideas and voters come from."""

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.text import write_csv
from app.kit.web import WebRequest, anyone, download, get, page
from cycles.queries import get_cycle_by_slug
from proposals.pages import figures as pages
from proposals.queries import figures as queries

COLUMNS = ("table", "row", "count", "median_days", "p90_days")


async def _build_page(session: AsyncSession, ctx: Ctx, slug: str) -> pages.FiguresPage:
    cycle = await get_cycle_by_slug(session, slug)
    return pages.build_figures(
        cycle,
        ctx.locale,
        days=await queries.list_step_days(session, cycle.id),
        rejected=await queries.count_rejected(session, cycle.id),
        areas=await queries.count_by_area(session, cycle.id),
        authors=await queries.list_authors(session, cycle.id),
        voters=await queries.list_voters(session, cycle.id),
    )


@get("/cycles/{slug:str}/figures", audience=anyone, include_in_schema=False)
async def show_figures(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[bytes]:
    """How long the steps take, what is rejected and why, and from where ideas and voters come."""
    return page(request, "proposals/figures.html", await _build_page(session, ctx, slug))


@get("/cycles/{slug:str}/figures.csv", audience=anyone, include_in_schema=False)
async def export_figures(
    session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx], slug: FromPath[str]
) -> Response[bytes]:
    """The same for spreadsheets."""
    cells = pages.list_cells(await _build_page(session, ctx, slug))
    return download(write_csv(COLUMNS, cells), media_type="text/csv", filename="figures.csv")


HANDLERS = [show_figures, export_figures]
