"""The yearly report on decisional transparency: its page, its files, and what is entered for it."""

from datetime import date

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries, service
from amendments.errors import YearlyChanged, YearlyIncomplete, YearNotFound
from amendments.pages.yearly import (
    CSV_HEAD,
    YearsPage,
    build_year,
    csv_rows,
    print_year,
    shown_values,
)
from amendments.policy import may_prepare, may_publish_year
from amendments.routes.printing import imprint_of
from amendments.rules.yearly import ENTERED
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, whole_number
from app.kit.i18n import N_, translate
from app.kit.pdf import send_pdf
from app.kit.policy import require
from app.kit.text import write_csv
from app.kit.web import (
    WebRequest,
    anyone,
    download,
    explain_refusal,
    get,
    official,
    page,
    post,
    see_other,
)

FIRST_YEAR = 2003  # of the law


def check_year(year: int, ctx: Ctx) -> None:
    """Raises: YearNotFound for one that has not begun, or in which there was no such law."""
    if not FIRST_YEAR <= year <= local_date(ctx.now).year:
        raise YearNotFound()


@get("/acts/yearly", audience=anyone)
async def list_years(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The years that have a report on decisional transparency."""
    this_year = local_date(ctx.now).year
    years = {*await queries.list_years(session), this_year}
    if may_prepare(ctx.actor):
        years.add(this_year - 1)
    return page(request, "amendments/years.html", YearsPage(years=sorted(years, reverse=True)))


@get("/acts/yearly/{year:int}", audience=anyone)
async def show_year(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    year: FromPath[int],
) -> Response[bytes]:
    """The report of a year: as it was published last, or the figures counted so far."""
    check_year(year, ctx)
    return await _page(request, session, ctx, year)


async def _page(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    year: int,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response[bytes]:
    may_enter = bool(may_prepare(ctx.actor))
    model = build_year(
        year,
        reports=await queries.list_reports(session, year),
        counted=await queries.count_year(session, year),
        entries=await queries.list_entries(session, year) if may_enter else (),
        may_enter=may_enter,
        may_publish=may_publish_year(ctx.actor, year, today=local_date(ctx.now)),
        typed=typed or {},
        errors=errors or {},
    )
    return page(request, "amendments/year.html", model, status=status)


@post("/acts/yearly/{year:int}", audience=official, include_in_schema=False)
async def change_year(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    year: FromPath[int],
) -> Response[bytes]:
    """Enter figures, or publish the report."""
    check_year(year, ctx)
    require(may_prepare(ctx.actor))
    if form.get("do") == "publish":
        return await _publish(request, session, ctx, form, year)
    typed = {one.key: form.get(one.key).strip() for one in ENTERED}
    try:
        await service.enter_figures(session, ctx.actor, year, typed, now=ctx.now)
    except (FormErrors, YearlyChanged) as refusal:
        errors, status = explain_refusal(ctx.locale, refusal)
        return await _page(request, session, ctx, year, typed=typed, errors=errors, status=status)
    notice = translate(
        ctx.locale, N_("The figures were saved. They become public when the report is published.")
    )
    return see_other(request, f"/acts/yearly/{year}", notice=notice)


async def _publish(
    request: WebRequest, session: AsyncSession, ctx: Ctx, form: Form, year: int
) -> Response[bytes]:
    typed = {"reason": form.get("reason")}
    seen = whole_number(form.get("seen"))
    try:
        await service.publish_year(session, ctx.actor, year, seen=seen, reason=typed["reason"], now=ctx.now)
    except (FormErrors, YearlyIncomplete, YearlyChanged) as refusal:
        errors, status = explain_refusal(ctx.locale, refusal)
        return await _page(request, session, ctx, year, typed=typed, errors=errors, status=status)
    return see_other(
        request, f"/acts/yearly/{year}", notice=translate(ctx.locale, N_("The report was published."))
    )


# ── files ─────────────────────────────────────────────────────────────────────
@get("/acts/yearly/{year:int}/figures.csv", audience=anyone, include_in_schema=False)
async def download_figures(
    session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx], year: FromPath[int]
) -> Response[bytes]:
    """The figures as a table."""
    check_year(year, ctx)
    reports = await queries.list_reports(session, year)
    values = shown_values(reports, await queries.count_year(session, year))
    content = write_csv(CSV_HEAD, csv_rows(year, reports, values, ctx.locale))
    return download(content, media_type="text/csv", filename=f"transparency-{year}.csv")


@get("/acts/yearly/{year:int}/report.pdf", audience=anyone, include_in_schema=False)
async def print_report(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    year: FromPath[int],
) -> Response[bytes]:
    """The report as a tagged PDF."""
    check_year(year, ctx)
    reports = await queries.list_reports(session, year)
    values = shown_values(reports, await queries.count_year(session, year))
    printed = print_year(year, reports, values, imprint_of(ctx, f"/acts/yearly/{year}"))
    day = local_date(reports[-1].published_at) if reports else date(year, 1, 1)
    return await send_pdf(request, "document.typ", printed, day, filename=f"transparency-{year}.pdf")


HANDLERS = [list_years, show_year, change_year, download_figures, print_report]
