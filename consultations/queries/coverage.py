"""Reading the town's streets, and which consultations were for them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consultations.models import Street
from consultations.queries.programme import Chosen, list_listed
from consultations.rules.coverage import Covered, Visit, cover, street_key
from consultations.states import State


async def list_streets(session: AsyncSession) -> list[Street]:
    """By neighbourhood, then by name."""
    query = select(Street).order_by(Street.area, Street.key)
    return list((await session.execute(query)).scalars())


async def map_streets(session: AsyncSession) -> dict[str, str]:
    """Names of the streets that are known, by key."""
    return {one.key: one.name for one in await list_streets(session)}


async def list_visits(session: AsyncSession, chosen: Chosen, *, now: datetime) -> list[Visit]:
    """What was held, and what is planned."""
    return [
        Visit(
            starts_at=one.row.starts_at,
            is_held=one.row.state == State.HELD,
            keys=frozenset(street_key(line) for line in one.row.streets.splitlines()),
        )
        for one in await list_listed(session, chosen)
        if one.row.state == State.HELD or (one.row.state == State.PUBLISHED and one.row.starts_at > now)
    ]


async def list_covered(session: AsyncSession, chosen: Chosen, *, now: datetime) -> list[Covered]:
    """Every street with its consultations, in the order of the list."""
    streets = [
        (one.name, one.area_code, one.area)
        for one in await list_streets(session)
        if not chosen.area or one.area_code == chosen.area
    ]
    # a long street is visited wherever somebody was there for it: not only in its own neighbourhood
    everywhere = Chosen(season=chosen.season)
    return cover(streets, await list_visits(session, everywhere, now=now))
