"""Days off: everybody reads them by year; the secretariat and administrators change them."""

from collections.abc import Mapping

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import service
from amendments.forms import DayOffForm
from amendments.pages.days_off import build_check, build_year
from amendments.policy import may_change_days_off
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.days_off import DaysOffChanged, list_entries
from app.kit.errors import FormErrors, NotFound
from app.kit.forms import Form, parse
from app.kit.policy import require
from app.kit.web import WebRequest, anyone, error_text, field_errors, get, official, page, post, see_other

YEARS = range(2020, 2101)


@get("/days-off", audience=anyone, include_in_schema=False)
async def show_days_off(request: WebRequest, ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """A short address that leads to this year's page."""
    return see_other(request, f"/days-off/{local_date(ctx.now).year}")


@get("/days-off/{year:int}", audience=anyone, include_in_schema=False)
async def show_year(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    year: FromPath[int],
) -> Response[bytes]:
    """The days of a year that are not counted as working days."""
    if year not in YEARS:
        raise NotFound()
    return await _year_page(request, session, ctx, year)


async def _year_page(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    year: int,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response[bytes]:
    model = build_year(
        year,
        await list_entries(session, year),
        ctx.locale,
        may_change=bool(may_change_days_off(ctx.actor)),
        today=local_date(ctx.now),
        typed=typed or {},
        errors=errors or {},
    )
    return page(request, "amendments/days_off.html", model, status=422 if errors else 200)


@post("/days-off/check", audience=official, include_in_schema=False)
async def check_day_off(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """What a change would move, before it is made."""
    require(may_change_days_off(ctx.actor))
    try:
        change = parse(DayOffForm, form).change()
        effects = await service.preview_days_off(session, ctx.actor, change, now=ctx.now)
    except FormErrors as refused:
        return await _refused(request, session, ctx, form, refused)
    return page(request, "amendments/days_off_check.html", build_check(change, effects, ctx.locale))


@post("/days-off", audience=official, include_in_schema=False)
async def change_days_off(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Declare a day off or take one back, as it was looked at."""
    require(may_change_days_off(ctx.actor))
    try:
        typed = parse(DayOffForm, form)
        change = typed.change()
        try:
            effects = await service.change_days_off(session, ctx.actor, change, seen=typed.seen, now=ctx.now)
        except DaysOffChanged as problem:
            effects = await service.preview_days_off(session, ctx.actor, change, now=ctx.now)
            model = build_check(change, effects, ctx.locale, problem=error_text(ctx.locale, problem))
            return page(request, "amendments/days_off_check.html", model, status=409)
    except FormErrors as refused:
        return await _refused(request, session, ctx, form, refused)
    said = ctx.ngettext(
        "%(num)s deadline moved; those concerned are told by e-mail.",
        "%(num)s deadlines moved; those concerned are told by e-mail.",
        len(effects.ideas) + sum(len(moved.terms) for moved in effects.acts),
    )
    return see_other(request, f"/days-off/{change.day.year}", notice=said)


async def _refused(
    request: WebRequest, session: AsyncSession, ctx: Ctx, form: Form, refused: FormErrors
) -> Response[bytes]:
    """The page of the year from which the form came, with what was typed."""
    asked = form.get("year")
    known = asked.isascii() and asked.isdecimal() and len(asked) == 4 and int(asked) in YEARS
    year = int(asked) if known else local_date(ctx.now).year
    errors = field_errors(ctx.locale, refused)
    return await _year_page(request, session, ctx, year, typed=dict(form.fields), errors=errors)


HANDLERS = [show_days_off, show_year, check_day_off, change_days_off]
