"""Field consultations as data: the programme with its history, what was kept, which streets were visited,
what participants say. JSON with a documented schema; the same as CSV is `/consultations/programme.csv`.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.paging import paging
from app.kit.web import WebRequest, answer_json, anyone, get
from consultations import queries
from consultations.errors import ConsultationNotFound
from consultations.models import Change, Minutes
from consultations.pages.kept import Tally, count, count_hosts, judge_all
from consultations.policy import may_view
from consultations.queries import Chosen, Listed
from consultations.queries.coverage import list_covered
from consultations.queries.kept import list_records
from consultations.queries.minutes import list_minutes, map_first_minutes
from consultations.queries.satisfaction import map_tables, sum_chosen
from consultations.rules.coverage import Covered
from consultations.rules.kept import Record, report_by, shortest_notice
from consultations.rules.satisfaction import Table
from proposals.pages.ideas import query_of

PAGE_SIZE = 50


class ConsultationFact(msgspec.Struct, frozen=True, kw_only=True):
    """A consultation as it is planned now, or was. `state`: published, held, not_held or cancelled."""

    id: str
    number: str
    title: str
    theme: str
    season: str
    state: str
    official: str
    office: str
    venue: str
    address: str
    neighbourhood: str
    latitude: float | None
    longitude: float | None
    streets: list[str]
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    has_childcare: bool
    is_step_free: bool
    languages: str
    minutes_at: datetime | None
    minutes_due_on: date | None
    url: str


class ConsultationList(msgspec.Struct, frozen=True):
    """A page of the programme, the latest first. `next`: the address of the next one."""

    total: int
    page: int
    pages: int
    next: str | None
    consultations: list[ConsultationFact]


class ChangeFact(msgspec.Struct, frozen=True):
    """A row of the history: what the facts were before, and what they are since."""

    at: datetime
    kind: str
    reason: str
    by: str
    before: dict[str, Any]
    after: dict[str, Any]


class VersionFact(msgspec.Struct, frozen=True):
    """A version of the minutes. `sha256`: as in the public register; `minutes`: the structured text."""

    version: int
    at: datetime
    by: str
    reason: str
    due_on: date
    sha256: str
    minutes: dict[str, Any]


class SatisfactionFact(msgspec.Struct, frozen=True):
    """Counts by point from 1 to 5; null: hidden, because somebody could be found in it."""

    answers: int
    questions: dict[str, dict[str, int | None]]


class ConsultationDetail(msgspec.Struct, frozen=True):
    """One consultation with its whole history, its minutes and what participants say."""

    consultation: ConsultationFact
    history: list[ChangeFact]
    minutes: list[VersionFact]
    satisfaction: SatisfactionFact | None


class KeptFact(msgspec.Struct, frozen=True, kw_only=True):
    """What the rule of `docs/kept.md` needs of a consultation, and its verdict as of today."""

    number: str
    official: str
    published_at: datetime
    first_starts_at: datetime
    starts_at: datetime
    report_by: date
    moves: int
    shortest_notice_days: int | None
    state: str
    kept: str


class TallyFact(msgspec.Struct, frozen=True):
    """How many were kept. `percent`: rounded down; null while nothing has been due."""

    name: str
    kept: int
    not_kept: int
    pending: int
    extra: int
    percent: int | None


class KeptFigures(msgspec.Struct, frozen=True):
    """The rate of all, of each official, and what it is computed from."""

    as_of: date
    total: TallyFact
    officials: list[TallyFact]
    satisfaction: SatisfactionFact | None
    consultations: list[KeptFact]


class CoverageFigures(msgspec.Struct, frozen=True):
    """Every street of the town's list."""

    streets: list[Covered]


# ── reading ───────────────────────────────────────────────────────────────────
def _fact(ctx: Ctx, one: Listed, minutes: Minutes | None) -> ConsultationFact:
    row, venue = one.row, one.venue
    return ConsultationFact(
        id=str(row.id),
        number=row.number or "",
        title=row.title,
        theme=row.theme,
        season=one.season.slug,
        state=row.state,
        official=one.host.name,
        office=one.host.office,
        venue=venue.name,
        address=venue.address,
        neighbourhood=venue.area,
        latitude=venue.lat,
        longitude=venue.lon,
        streets=row.streets.splitlines(),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        capacity=row.capacity,
        has_childcare=row.has_childcare,
        is_step_free=venue.is_step_free,
        languages=row.languages,
        minutes_at=minutes.at if minutes else None,
        minutes_due_on=minutes.due_on if minutes else None,
        url=ctx.services.settings.base_url.rstrip("/") + f"/consultations/{row.id}",
    )


def _change(one: Change) -> ChangeFact:
    before, after = json.loads(one.before), json.loads(one.after)
    return ChangeFact(one.at, one.kind, one.reason, one.by_name, before, after)


def _version(one: Minutes) -> VersionFact:
    text = json.loads(one.content)
    return VersionFact(one.position, one.at, one.by_name, one.reason, one.due_on, one.sha256, text)


def _satisfaction(table: Table | None) -> SatisfactionFact | None:
    if table is None:
        return None
    return SatisfactionFact(table.answers, {row.question.value: row.counts for row in table.rows})


def _tally(one: Tally) -> TallyFact:
    return TallyFact(one.name, one.kept, one.not_kept, one.pending, one.extra, one.percent)


@get(
    "/api/v1/consultations",
    audience=anyone,
    tags=["consultations"],
    summary="The programme of field consultations, narrowed as on the page",
)
async def programme_json(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    season: FromQuery[str] = "",
    host: FromQuery[str] = "",
    area: FromQuery[str] = "",
    theme: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Response[ConsultationList]:
    """Everything that was published, the latest first, fifty at a time."""
    chosen = Chosen(season=season, host=host, area=area, theme=theme)
    rows = await queries.list_listed(session, chosen, newest_first=True)
    place = paging(page, len(rows), size=PAGE_SIZE)
    shown = rows[place.offset : place.offset + PAGE_SIZE]
    minutes = await map_first_minutes(session, [one.row.id for one in shown])
    kept = {"season": season, "host": host, "area": area, "theme": theme}
    more = query_of(**kept, page=str(place.number + 1)) if place.number < place.last else ""
    answer = ConsultationList(
        len(rows),
        place.number,
        place.last,
        f"/api/v1/consultations?{more}" if more else None,
        [_fact(ctx, one, minutes.get(one.row.id)) for one in shown],
    )
    return answer_json(request, answer)


@get(
    "/api/v1/consultations/{consultation_id:uuid}",
    audience=anyone,
    tags=["consultations"],
    summary="One consultation with its history and minutes",
)
async def consultation_json(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[ConsultationDetail]:
    """What was published of it, everything that changed, every version of its minutes. 404 while it is only
    proposed, whoever asks.
    """
    rows = await queries.list_listed(session, ids=[consultation_id])
    if not rows or not may_view(None, rows[0].row):
        raise ConsultationNotFound()
    versions = await list_minutes(session, consultation_id)
    tables = await map_tables(session, [consultation_id], now=ctx.now)
    answer = ConsultationDetail(
        _fact(ctx, rows[0], versions[0] if versions else None),
        [_change(one) for one in (await queries.list_changes(session, [consultation_id]))[consultation_id]],
        [_version(one) for one in versions],
        _satisfaction(tables.get(consultation_id)),
    )
    return answer_json(request, answer)


@get(
    "/api/v1/consultations/kept",
    audience=anyone,
    tags=["consultations"],
    summary="Whether the programme was kept, with what it is computed from",
)
async def kept_json(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    season: FromQuery[str] = "",
) -> Response[KeptFigures]:
    """By the rule of docs/kept.md, as of today."""
    chosen, today = Chosen(season=season), local_date(ctx.now)
    judged = judge_all(await list_records(session, chosen), today=today)
    answer = KeptFigures(
        today,
        _tally(count(judged)),
        [_tally(one) for one in count_hosts(judged)],
        _satisfaction(await sum_chosen(session, chosen, now=ctx.now)),
        [_kept(one.one, one.record, one.kept.value) for one in judged],
    )
    return answer_json(request, answer)


def _kept(one: Listed, record: Record, verdict: str) -> KeptFact:
    return KeptFact(
        number=one.row.number or "",
        official=one.host.name,
        published_at=record.published_at,
        first_starts_at=record.first_starts_at,
        starts_at=record.starts_at,
        report_by=report_by(record, season_ends_on=one.season.ends_on),
        moves=len(record.moves),
        shortest_notice_days=shortest_notice(record),
        state=one.row.state,
        kept=verdict,
    )


@get(
    "/api/v1/consultations/coverage",
    audience=anyone,
    tags=["consultations"],
    summary="Which streets consultations were for",
)
async def coverage_json(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    season: FromQuery[str] = "",
    area: FromQuery[str] = "",
) -> Response[CoverageFigures]:
    """Every street with how often one was held for it, the last and the next."""
    covered: Sequence[Covered] = await list_covered(session, Chosen(season=season, area=area), now=ctx.now)
    return answer_json(request, CoverageFigures(list(covered)))


HANDLERS = [programme_json, consultation_json, kept_json, coverage_json]
