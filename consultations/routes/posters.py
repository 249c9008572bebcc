"""Posters for stairwells, as PDF: of one consultation, or of all that are to come in a neighbourhood."""

from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.forms import query_form
from app.kit.pdf import send_pdf
from app.kit.web import WebRequest, anyone, get, page
from consultations import queries
from consultations.errors import NothingToPutUp
from consultations.pages.posters import (
    MOST_POSTERS,
    Paper,
    PostersPage,
    Publisher,
    day_of,
    print_posters,
)
from consultations.queries import Chosen, Listed
from consultations.routes.public import get_visible, view_cards
from consultations.states import State
from proposals.pages.ideas import query_of


def read_paper(typed: str) -> Paper:
    """The sheet that an address asks for; A4 when it is none of ours."""
    return Paper(typed) if typed in set(Paper) else Paper.A4


async def _list_to_put_up(session: AsyncSession, ctx: Ctx, chosen: Chosen) -> list[Listed]:
    """Those chosen that are still planned and have not begun."""
    rows = await queries.list_listed(session, chosen, since=ctx.now)
    planned = [one for one in rows if one.row.state == State.PUBLISHED.value and one.row.starts_at > ctx.now]
    return planned[:MOST_POSTERS]


async def _send(request: WebRequest, ctx: Ctx, rows: Sequence[Listed], name: str) -> Response[bytes]:
    if not rows:
        raise NothingToPutUp()
    settings = ctx.services.settings
    publisher = Publisher(
        district=ctx.district,
        phone=ctx.phone,
        site=urlsplit(settings.base_url).netloc,
        locale=ctx.locale,
    )
    paper = read_paper(query_form(request).get("paper"))
    addressed = [(one, ctx.absolute(f"/consultations/{one.row.id}")) for one in rows]
    values = print_posters(addressed, publisher, paper)
    return await send_pdf(request, "poster.typ", values, day_of(rows), filename=f"{name}-{paper}.pdf")


@get("/consultations/{consultation_id:uuid}/poster.pdf", audience=anyone, include_in_schema=False)
async def print_poster(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """The poster of one consultation that is still to come."""
    one = await get_visible(session, ctx, consultation_id)
    is_planned = one.row.state == State.PUBLISHED.value and one.row.starts_at > ctx.now
    return await _send(request, ctx, [one] if is_planned else [], f"poster-{one.row.number}")


@get("/consultations/posters.pdf", audience=anyone, include_in_schema=False)
async def print_all(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The posters of all that are to come in a neighbourhood and a season, a sheet each."""
    asked = query_form(request)
    chosen = Chosen(season=asked.get("season"), area=asked.get("area"))
    rows = await _list_to_put_up(session, ctx, chosen)
    return await _send(request, ctx, rows, "posters")


@get("/consultations/posters", audience=anyone, include_in_schema=False)
async def list_posters(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Which posters there are, by neighbourhood and season: whoever lives there may put one up."""
    asked = query_form(request)
    chosen = Chosen(season=asked.get("season"), area=asked.get("area"))
    rows = await _list_to_put_up(session, ctx, chosen)
    model = PostersPage(
        cards=await view_cards(session, ctx, rows),
        chosen=chosen,
        areas=await queries.list_neighbourhoods(session),
        seasons=[
            (one.slug, one.title if ctx.locale == "ro" else one.title_en)
            for one in await queries.list_seasons(session)
        ],
        most=MOST_POSTERS,
        query=query_of(season=chosen.season, area=chosen.area),
    )
    return page(request, "consultations/posters.html", model)


HANDLERS = [print_poster, print_all, list_posters]
