"""Pages of the cycles, and the officials' form that changes the dates of a stage."""

from litestar import Response, Router
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import register
from app.kit.context import Ctx
from app.kit.errors import FormErrors, NotFound
from app.kit.forms import Form, parse
from app.kit.policy import require
from app.kit.web import (
    WebRequest,
    anyone,
    error_text,
    feed,
    field_errors,
    get,
    official,
    page,
    post,
    see_other,
)
from cycles import pages, queries, service
from cycles.errors import BadDates
from cycles.forms import DatesForm
from cycles.models import Cycle, Stage
from cycles.policy import may_change_dates
from cycles.states import StageKind


@get("/cycles", audience=anyone, include_in_schema=False)
async def list_cycles(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Every cycle, ours first."""
    stages = await queries.list_all_stages(session)
    cards = [
        pages.build_card(cycle, [one for one in stages if one.cycle_id == cycle.id], ctx.locale, now=ctx.now)
        for cycle in await queries.list_cycles(session)
    ]
    return page(request, "cycles/list.html", pages.CyclesPage(cards))


@get("/cycles/{slug:str}", audience=anyone, include_in_schema=False)
async def show_cycle(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[bytes]:
    """One cycle: what can be done now, its stages, its money, its rule."""
    cycle = await queries.get_cycle_by_slug(session, slug)
    model = pages.build_cycle_page(
        cycle,
        await queries.list_stages(session, cycle.id),
        await queries.list_areas(session, cycle.id),
        await queries.list_stage_changes(session, cycle.id),
        ctx.actor,
        ctx.locale,
        now=ctx.now,
    )
    return page(request, "cycles/cycle.html", model)


@get("/cycles/{slug:str}/feed.atom", audience=anyone, include_in_schema=False)
async def show_feed(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[bytes]:
    """What the public register says about the cycle, as an Atom feed."""
    cycle = await queries.get_cycle_by_slug(session, slug)
    facts = await register.list_facts(session, subject=f"cycle:{cycle.slug}")
    return feed(request, "cycles/feed.atom.xml", pages.build_feed(cycle, facts, ctx.locale))


@get("/cycles/{slug:str}/stages/{kind:str}", audience=official, include_in_schema=False)
async def show_dates(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
    kind: FromPath[str],
) -> Response[bytes]:
    """The form that changes the dates of a stage."""
    cycle, stage = await _find_stage(session, slug, kind)
    require(may_change_dates(ctx.actor, stage, now=ctx.now))
    return _dates_page(request, ctx, cycle, stage, pages.date_values(stage), {})


@post("/cycles/{slug:str}/stages/{kind:str}", audience=official, include_in_schema=False)
async def change_dates(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    slug: FromPath[str],
    kind: FromPath[str],
) -> Response[bytes]:
    """Change the dates of a stage, in public."""
    cycle, stage = await _find_stage(session, slug, kind)
    try:
        typed = parse(DatesForm, form)
        await service.change_stage_dates(
            session,
            ctx.actor,
            stage.id,
            opens_at=typed.opens_at,
            closes_at=typed.closes_at,
            reason=typed.reason,
            seen=typed.seen,
            now=ctx.now,
        )
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
    except BadDates as refused:
        errors = {"closes_on": error_text(ctx.locale, refused)}
    else:
        notice = ctx.gettext("The dates were changed. The change is in the public register.")
        return see_other(request, f"/cycles/{slug}", notice=notice, anchor="changes")
    values = {name: form.get(name) for name in pages.date_values(stage)}
    return _dates_page(request, ctx, cycle, stage, values, errors)


async def _find_stage(session: AsyncSession, slug: str, kind: str) -> tuple[Cycle, Stage]:
    cycle = await queries.get_cycle_by_slug(session, slug)
    if kind not in set(StageKind):
        raise NotFound()
    return cycle, await queries.get_stage(session, cycle.id, StageKind(kind))


def _dates_page(
    request: WebRequest, ctx: Ctx, cycle: Cycle, stage: Stage, values: dict[str, str], errors: dict[str, str]
) -> Response[bytes]:
    model = pages.DatesPage(
        slug=cycle.slug,
        cycle_title=pages.title_of(cycle, ctx.locale),
        stage=pages.view_stage(stage, ctx.actor, now=ctx.now),
        values=values,
        errors=errors,
    )
    return page(request, "cycles/dates.html", model, status=422 if errors else 200)


router = Router(path="/", route_handlers=[list_cycles, show_cycle, show_feed, show_dates, change_dates])
