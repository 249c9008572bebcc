"""Whether the programme was kept, and the file from which anybody finds the same."""

from litestar import Response
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.forms import query_form
from app.kit.text import write_csv
from app.kit.web import WebRequest, anyone, download, get, page
from consultations import queries
from consultations.pages.commitments import tally
from consultations.pages.kept import (
    CSV_HEAD,
    Broken,
    Judged,
    KeptPage,
    count,
    count_hosts,
    count_visits,
    judge_all,
    write_row,
)
from consultations.pages.tables import view_table
from consultations.queries import Chosen
from consultations.queries.commitments import Wanted
from consultations.queries.door import read_attendances
from consultations.queries.kept import list_records
from consultations.queries.satisfaction import sum_chosen
from consultations.routes.commitments import list_cards
from consultations.rules.kept import Kept
from consultations.states import ChangeKind, State
from proposals.pages.ideas import query_of


async def _judge(session: AsyncSession, ctx: Ctx, season: str) -> list[Judged]:
    records = await list_records(session, Chosen(season=season))
    return judge_all(records, today=local_date(ctx.now))


@get("/consultations/kept", audience=anyone, include_in_schema=False)
async def show_kept(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What was kept of the programme, by official; where nobody has been yet."""
    season = query_form(request).get("season")
    judged = await _judge(session, ctx, season)
    model = KeptPage(
        season=season,
        seasons=[
            (one.slug, one.title if ctx.locale == "ro" else one.title_en)
            for one in await queries.list_seasons(session)
        ],
        total=count(judged),
        hosts=count_hosts(judged),
        broken=await _list_broken(session, [one for one in judged if one.kept is Kept.NOT_KEPT]),
        visits=count_visits(judged, await queries.list_neighbourhoods(session), now=ctx.now),
        satisfaction=view_table(await sum_chosen(session, Chosen(season=season), now=ctx.now), ctx.locale),
        promised=tally(await list_cards(session, ctx, wanted=Wanted(season=season))),
        query=query_of(season=season),
    )
    return page(request, "consultations/kept.html", model)


async def _list_broken(session: AsyncSession, judged: list[Judged]) -> list[Broken]:
    """The latest first, each with the last reason that was given."""
    history = await queries.list_changes(session, [one.one.row.id for one in judged])
    return [
        Broken(
            number=one.one.row.number or "",
            title=one.one.row.title,
            path=f"/consultations/{one.one.row.id}",
            host=one.one.host.name,
            starts_at=one.record.first_starts_at,
            state=one.one.row.state,
            why=next(
                (
                    change.reason
                    for change in reversed(history[one.one.row.id])
                    if change.reason and change.kind != ChangeKind.EDITED
                ),
                "",
            ),
        )
        for one in sorted(judged, key=lambda one: one.record.first_starts_at, reverse=True)
    ]


@get("/consultations/programme.csv", audience=anyone, include_in_schema=False)
async def download_programme(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Everything that was published of a season, or of all, as facts: see `docs/kept.md`."""
    judged = await _judge(session, ctx, query_form(request).get("season"))
    today = local_date(ctx.now)
    held = [one.one.row.id for one in judged if one.one.row.state == State.HELD]
    counted = await read_attendances(session, held)
    rows = [write_row(one, counted.get(one.one.row.id), today=today) for one in judged]
    content = write_csv(list(CSV_HEAD), rows)
    return download(content, media_type="text/csv", filename="programme.csv")


HANDLERS = [show_kept, download_programme]
