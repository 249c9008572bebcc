"""The figures of a cycle: how long things take, what is rejected, where ideas and voters come from."""

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.text import write_csv
from app.kit.web import WebRequest, answer_json, anyone, download, get, page
from cycles.queries import get_cycle_by_slug
from proposals.pages import figures as pages
from proposals.queries import figures as queries

COLUMNS = ("table", "row", "count", "median_days", "p90_days")


async def _build_page(session: AsyncSession, ctx: Ctx, slug: str) -> pages.FiguresPage:
    cycle = await get_cycle_by_slug(session, slug)
    return pages.build_figures(
        cycle, ctx.locale, await queries.read_counted(session, cycle.id, today=local_date(ctx.now))
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


class StepFigure(msgspec.Struct, frozen=True):
    """How long a step took, in days: half of the times at most the median, nine of ten at most p90."""

    step: str
    times: int
    median_days: int
    p90_days: int


class RejectedFigure(msgspec.Struct, frozen=True):
    """How many ideas stand rejected for a reason of the catalogue."""

    code: str
    title: str
    ideas: int


class AreaFigure(msgspec.Struct, frozen=True):
    """Ideas that were sent for an area, and those that stand accepted. No name: the whole district."""

    area: str
    sent: int
    accepted: int


class DepartmentFigure(msgspec.Struct, frozen=True):
    """Ideas that came to a department, those it still has to decide on, and of these the overdue ones. No
    name: nobody's yet.
    """

    department: str
    received: int
    open: int
    overdue: int


class GroupFigure(msgspec.Struct, frozen=True):
    """How many people are in a group; null: hidden, because it is small or would betray a small one."""

    name: str
    people: int | None


class PeopleFigure(msgspec.Struct, frozen=True):
    """People by area or by age. Of too few people there is no table at all."""

    table: str
    total: int
    groups: list[GroupFigure]


class CycleFigures(msgspec.Struct, frozen=True):
    """The figures of a cycle, as on its page."""

    cycle: str
    steps: list[StepFigure]
    rejected: list[RejectedFigure]
    areas: list[AreaFigure]
    departments: list[DepartmentFigure]
    people: list[PeopleFigure]


@get("/api/v1/cycles/{slug:str}/figures", audience=anyone, tags=["cycles"], summary="Figures of a cycle")
async def figures_json(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[CycleFigures]:
    """How long each step takes, what is rejected and why, and where ideas, authors and voters come from."""
    shown = await _build_page(session, ctx, slug)
    figures = CycleFigures(
        cycle=shown.cycle,
        steps=[
            StepFigure(one.key, one.spread.count, one.spread.median, one.spread.p90) for one in shown.steps
        ],
        rejected=[RejectedFigure(*one) for one in shown.rejected],
        areas=[AreaFigure(*one) for one in shown.areas],
        departments=[DepartmentFigure(*one) for one in shown.loads],
        people=[
            PeopleFigure(one.key, one.total, [GroupFigure(*row) for row in one.rows]) for one in shown.people
        ],
    )
    return answer_json(request, figures)


HANDLERS = [show_figures, export_figures, figures_json]
