"""Which streets nobody has visited; the list of the town's streets."""

from litestar import Response
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, query_form
from app.kit.policy import require
from app.kit.text import write_csv
from app.kit.web import WebRequest, anyone, download, field_errors, get, official, page, post, see_other
from consultations import queries, service
from consultations.forms import read_streets
from consultations.pages.coverage import CSV_HEAD, CoveragePage, StreetsPage, view_areas, write_rows
from consultations.policy import may_organize
from consultations.queries import Chosen
from consultations.queries.coverage import list_covered, list_streets, map_streets
from consultations.rules.coverage import find_unknown
from proposals.pages.ideas import query_of


async def warn_of_streets(session: AsyncSession, ctx: Ctx, typed: str) -> list[str]:
    """A sentence for each street that is not on the list; nothing while there is no list."""
    known = await map_streets(session)
    if not known:
        return []
    return [
        ctx.gettext(
            "“%(street)s” is not on the list of streets. Did you mean %(like)s?",
            street=one.typed,
            like=one.like,
        )
        if one.like
        else ctx.gettext(
            "“%(street)s” is not on the list of streets. It stays as you wrote it.", street=one.typed
        )
        for one in find_unknown(typed.splitlines(), known)
    ]


@get("/consultations/coverage", audience=anyone, include_in_schema=False)
async def show_coverage(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The streets that no consultation was for, by neighbourhood."""
    asked = query_form(request)
    chosen = Chosen(season=asked.get("season"), area=asked.get("area"))
    areas = view_areas(await list_covered(session, chosen, now=ctx.now))
    model = CoveragePage(
        areas=areas,
        streets=sum(one.streets for one in areas),
        visited=sum(one.visited for one in areas),
        chosen=chosen,
        all_areas=await queries.list_neighbourhoods(session),
        seasons=[
            (one.slug, one.title if ctx.locale == "ro" else one.title_en)
            for one in await queries.list_seasons(session)
        ],
        query=query_of(season=chosen.season, area=chosen.area),
        may_organize=bool(may_organize(ctx.actor)),
    )
    return page(request, "consultations/coverage.html", model)


@get("/consultations/coverage.csv", audience=anyone, include_in_schema=False)
async def download_coverage(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Every street with how often a consultation was for it, the last and the next."""
    asked = query_form(request)
    chosen = Chosen(season=asked.get("season"), area=asked.get("area"))
    content = write_csv(list(CSV_HEAD), write_rows(await list_covered(session, chosen, now=ctx.now)))
    return download(content, media_type="text/csv", filename="streets.csv")


# ── the list of streets ───────────────────────────────────────────────────────
@get("/consultations/settings/streets", audience=official, include_in_schema=False)
async def edit_streets(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The list as it is, to be changed."""
    require(may_organize(ctx.actor))
    rows = await list_streets(session)
    typed = "\n".join(f"{one.name}; {one.area}" for one in rows)
    return page(request, "consultations/coverage_streets.html", await _form_page(session, typed))


async def _form_page(session: AsyncSession, typed: str, errors: dict[str, str] | None = None) -> StreetsPage:
    areas = [name for _, name in await queries.list_neighbourhoods(session)]
    count = len(await list_streets(session))
    return StreetsPage(typed=typed, areas=areas, count=count, errors=errors or {})


@post("/consultations/settings/streets", audience=official, include_in_schema=False)
async def set_streets(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Make what was typed the town's streets."""
    require(may_organize(ctx.actor))
    typed = form.get("streets")
    try:
        rows = read_streets(typed, dict(await queries.list_neighbourhoods(session)))
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
        model = await _form_page(session, typed, errors)
        return page(request, "consultations/coverage_streets.html", model, status=422)
    count = await service.set_streets(session, ctx.actor, rows, now=ctx.now)
    notice = ctx.ngettext("%(num)s street is on the list.", "%(num)s streets are on the list.", count)
    return see_other(request, "/consultations/settings/streets", notice=notice)


HANDLERS = [show_coverage, download_coverage, edit_streets, set_streets]
