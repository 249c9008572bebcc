"""Reading the programme: seasons, hosts, venues, consultations and their history.

A port: `app/wiring.py` hands over what else is public at a time, so that organizers see it.
"""

import uuid
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import TypeVarTuple

import msgspec
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from consultations.errors import ConsultationNotFound, HostNotFound, SeasonNotFound, VenueNotFound
from consultations.models import Change, Consultation, Host, Season, Venue
from consultations.rules.clashes import Occasion, Slot
from consultations.states import PUBLIC_STATES, State
from cycles.models import Area, Cycle

ListOccasions = Callable[[AsyncSession, datetime, datetime], Awaitable[list[Occasion]]]
_occasions: dict[str, ListOccasions] = {}
Columns = TypeVarTuple("Columns")


def add_occasions(kind: str, source: ListOccasions) -> None:
    """Let `source` say which other public events there are between two moments."""
    _occasions[kind] = source


async def list_occasions(session: AsyncSession, since: datetime, until: datetime) -> list[Occasion]:
    """Other public events between two moments, by their beginning."""
    found = [one for source in _occasions.values() for one in await source(session, since, until)]
    return sorted(found, key=lambda one: (one.starts_at, one.path))


# ── seasons, hosts, venues ────────────────────────────────────────────────────
async def list_seasons(session: AsyncSession) -> list[Season]:
    """The newest first."""
    return list((await session.execute(select(Season).order_by(Season.starts_on.desc()))).scalars())


async def get_season(session: AsyncSession, season_id: uuid.UUID) -> Season:
    """Raises: SeasonNotFound."""
    season = await session.get(Season, season_id)
    if season is None:
        raise SeasonNotFound()
    return season


async def get_season_by_slug(session: AsyncSession, slug: str) -> Season:
    """Raises: SeasonNotFound."""
    found = (await session.execute(select(Season).where(Season.slug == slug))).scalar_one_or_none()
    if found is None:
        raise SeasonNotFound()
    return found


async def list_hosts(session: AsyncSession) -> list[Host]:
    """By name."""
    return list((await session.execute(select(Host).order_by(Host.name, Host.id))).scalars())


async def get_host(session: AsyncSession, host_id: uuid.UUID) -> Host:
    """Raises: HostNotFound."""
    host = await session.get(Host, host_id)
    if host is None:
        raise HostNotFound()
    return host


async def get_host_by_slug(session: AsyncSession, slug: str) -> Host:
    """Raises: HostNotFound."""
    found = (await session.execute(select(Host).where(Host.slug == slug))).scalar_one_or_none()
    if found is None:
        raise HostNotFound()
    return found


async def list_venues(session: AsyncSession) -> list[Venue]:
    """By neighbourhood, then by name."""
    return list((await session.execute(select(Venue).order_by(Venue.area, Venue.name, Venue.id))).scalars())


async def get_venue(session: AsyncSession, venue_id: uuid.UUID) -> Venue:
    """Raises: VenueNotFound."""
    venue = await session.get(Venue, venue_id)
    if venue is None:
        raise VenueNotFound()
    return venue


async def is_used(session: AsyncSession, venue_id: uuid.UUID) -> bool:
    """Whether something was ever published for a venue."""
    query = select(Consultation.id).where(
        Consultation.venue_id == venue_id, Consultation.state != State.PROPOSED.value
    )
    return (await session.execute(query.limit(1))).first() is not None


async def list_neighbourhoods(session: AsyncSession) -> list[tuple[str, str]]:
    """(code, name) of every neighbourhood that is known: of our own cycles, and where venues are; by name."""
    of_cycles = select(Area.code, Area.name).join(Cycle, Cycle.id == Area.cycle_id)
    of_cycles = of_cycles.where(Cycle.is_imported.is_(False)).order_by(Cycle.year)
    of_venues = select(Venue.area_code, Venue.area)
    known = {row[0]: row[1] for query in (of_venues, of_cycles) for row in await session.execute(query)}
    return sorted(known.items(), key=lambda one: one[1])


async def lock_host_and_venue(
    session: AsyncSession, host_ids: Collection[uuid.UUID], venue_ids: Collection[uuid.UUID]
) -> None:
    """Let nobody else take the time of these officials and rooms until the transaction ends."""
    for table, ids in ((Host, host_ids), (Venue, venue_ids)):
        query = select(table.id).where(table.id.in_(ids)).order_by(table.id).with_for_update()
        await session.execute(query)


# ── consultations ─────────────────────────────────────────────────────────────
class Listed(msgspec.Struct, frozen=True):
    """A consultation with its host, venue and season."""

    row: Consultation
    host: Host
    venue: Venue
    season: Season


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Which consultations. Empty: all of them."""

    season: str = ""
    host: str = ""
    area: str = ""
    theme: str = ""


async def get_consultation(
    session: AsyncSession, consultation_id: uuid.UUID, *, lock: bool = False
) -> Consultation:
    """Raises: ConsultationNotFound."""
    query = select(Consultation).where(Consultation.id == consultation_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise ConsultationNotFound()
    return found


async def find_by_number(session: AsyncSession, number: str) -> Consultation | None:
    """The one with this registration number."""
    query = select(Consultation).where(Consultation.number == number)
    return (await session.execute(query)).scalar_one_or_none()


async def list_listed(
    session: AsyncSession,
    chosen: Chosen | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    ended_by: datetime | None = None,
    ids: Collection[uuid.UUID] | None = None,
    with_proposed: bool = False,
    newest_first: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> list[Listed]:
    """Consultations that are not over at `since` and begin before `until`, or are over
    at `ended_by`; by time, in one query."""
    query = _where(select(Consultation, Host, Venue, Season), chosen or Chosen(), with_proposed=with_proposed)
    if since is not None:
        query = query.where(Consultation.ends_at > since)
    if until is not None:
        query = query.where(Consultation.starts_at < until)
    if ended_by is not None:
        query = query.where(Consultation.ends_at <= ended_by)
    if ids is not None:
        query = query.where(Consultation.id.in_(ids))
    order = Consultation.starts_at.desc() if newest_first else Consultation.starts_at
    query = query.order_by(order, Consultation.id).limit(limit).offset(offset)
    return [Listed(*row) for row in (await session.execute(query)).all()]


async def list_unsettled(session: AsyncSession) -> list[Listed]:
    """What organizers have in hand: proposed, or published and not reported on yet."""
    query = _where(select(Consultation, Host, Venue, Season), Chosen(), with_proposed=True)
    query = query.where(Consultation.state.in_([State.PROPOSED.value, State.PUBLISHED.value]))
    query = query.order_by(Consultation.starts_at, Consultation.id)
    return [Listed(*row) for row in (await session.execute(query)).all()]


async def count_listed(session: AsyncSession, chosen: Chosen, *, now: datetime, is_past: bool) -> int:
    """How many of those that were published are over, or are not."""
    query = _where(select(func.count(Consultation.id)), chosen, with_proposed=False)
    query = query.where(Consultation.ends_at <= now if is_past else Consultation.ends_at > now)
    return int((await session.execute(query)).scalar_one())


def _where(query: Select[*Columns], chosen: Chosen, *, with_proposed: bool) -> Select[*Columns]:
    wanted: list[ColumnElement[bool]] = [
        Host.id == Consultation.host_id,
        Venue.id == Consultation.venue_id,
        Season.id == Consultation.season_id,
    ]
    if not with_proposed:
        wanted.append(Consultation.state.in_([state.value for state in PUBLIC_STATES]))
    if chosen.season:
        wanted.append(Season.slug == chosen.season)
    if chosen.host:
        wanted.append(Host.slug == chosen.host)
    if chosen.area:
        wanted.append(Venue.area_code == chosen.area)
    if chosen.theme:
        wanted.append(Consultation.theme == chosen.theme)
    return query.where(*wanted)


async def list_slots(
    session: AsyncSession,
    host_ids: Collection[uuid.UUID],
    venue_ids: Collection[uuid.UUID],
    *,
    with_proposed: bool,
) -> list[Slot]:
    """What takes the time of these officials and rooms: everything planned, and what is only proposed."""
    states = [State.PUBLISHED.value, *([State.PROPOSED.value] if with_proposed else [])]
    query = (
        select(Consultation, Host.name)
        .join(Host, Host.id == Consultation.host_id)
        .where(
            Consultation.state.in_(states),
            or_(Consultation.host_id.in_(host_ids), Consultation.venue_id.in_(venue_ids)),
        )
    )
    rows = (await session.execute(query.execution_options(populate_existing=True))).all()
    return [read_slot(row[0], row[1]) for row in rows]


def read_slot(row: Consultation, host: str) -> Slot:
    """The time and the room that a consultation takes."""
    return Slot(
        key=str(row.id),
        title=f"{row.title} ({host})",
        host=str(row.host_id),
        venue=str(row.venue_id),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        path=f"/consultations/{row.id}",
    )


async def list_series(session: AsyncSession, series_id: uuid.UUID) -> list[Consultation]:
    """Those that were planned together."""
    query = select(Consultation).where(Consultation.series_id == series_id)
    return list((await session.execute(query.order_by(Consultation.starts_at))).scalars())


async def list_changes(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Change]]:
    """The history of consultations, each in its order."""
    query = (
        select(Change)
        .where(Change.consultation_id.in_(ids))
        .order_by(Change.consultation_id, Change.position)
    )
    found: dict[uuid.UUID, list[Change]] = {}
    for row in (await session.execute(query)).scalars():
        found.setdefault(row.consultation_id, []).append(row)
    return found


async def list_newest_changes(
    session: AsyncSession, chosen: Chosen, *, limit: int
) -> list[tuple[Change, Listed]]:
    """The newest rows of the history of those chosen."""
    query = _where(select(Change, Consultation, Host, Venue, Season), chosen, with_proposed=False)
    query = query.where(Change.consultation_id == Consultation.id)
    query = query.order_by(Change.at.desc(), Change.id.desc()).limit(limit)
    return [(row[0], Listed(*row[1:])) for row in (await session.execute(query)).all()]


async def list_to_remind(session: AsyncSession, *, now: datetime, before: datetime) -> list[uuid.UUID]:
    """Those that begin before a moment and of which nobody was reminded yet, as they are planned now."""
    query = select(Consultation.id).where(
        Consultation.state == State.PUBLISHED.value,
        Consultation.starts_at > now,
        Consultation.starts_at < before,
        or_(Consultation.reminded_for.is_(None), Consultation.reminded_for != Consultation.starts_at),
    )
    return list((await session.execute(query.order_by(Consultation.starts_at))).scalars())
