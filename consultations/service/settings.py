"""Seasons, officials and venues: what a programme is made of."""

import re
import uuid
from datetime import date, datetime

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from accounts.policy import Actor
from accounts.queries import find_account_by_email
from app.kit import register
from app.kit.db import new_id
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.text import fold
from consultations import queries
from consultations.models import Host, Season, Venue
from consultations.policy import may_organize


class VenueFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a venue."""

    name: str
    address: str
    area_code: str
    area: str
    lat: float | None
    lon: float | None
    seats: int
    is_step_free: bool
    has_loop: bool
    has_toilet: bool
    access: str
    is_active: bool = True


async def add_season(
    session: AsyncSession,
    actor: Actor,
    *,
    title: str,
    title_en: str,
    starts_on: date,
    ends_on: date,
    now: datetime,
) -> Season:
    """Name a season. Raises: Forbidden, FormErrors."""
    require(may_organize(actor))
    if ends_on < starts_on:
        raise FormErrors({"ends_on": Invalid(N_("The last day comes after the first."))})
    season = Season(
        id=new_id(),
        slug=await _new_slug(session, Season.slug, title),
        title=title,
        title_en=title_en or title,
        starts_on=starts_on,
        ends_on=ends_on,
        created_at=now,
    )
    session.add(season)
    await session.flush()
    facts: dict[str, object] = {
        "title": title,
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat(),
        "by": actor.name,
    }
    await register.record(session, "season.added", f"season:{season.slug}", facts, now=now)
    return season


async def add_host(session: AsyncSession, actor: Actor, *, name: str, office: str, email: str) -> Host:
    """Name an official who holds consultations; with an account they see their own. Raises: Forbidden,
    FormErrors when there is no such account, or it is another's.
    """
    require(may_organize(actor))
    host = Host(id=new_id(), slug=await _new_slug(session, Host.slug, name), name=name, office=office)
    host.account_id, host.is_active = await _find_account(session, email, host.id), True
    session.add(host)
    await session.flush()
    return host


async def change_host(
    session: AsyncSession,
    actor: Actor,
    host_id: uuid.UUID,
    *,
    name: str,
    office: str,
    email: str,
    is_active: bool,
) -> Host:
    """Change what is said of an official. Raises: Forbidden, HostNotFound, FormErrors."""
    require(may_organize(actor))
    await queries.lock_host_and_venue(session, [host_id], [])
    host = await queries.get_host(session, host_id)
    host.name, host.office, host.is_active = name, office, is_active
    host.account_id = await _find_account(session, email, host.id)
    await session.flush()
    return host


async def _find_account(session: AsyncSession, email: str, host_id: uuid.UUID) -> uuid.UUID | None:
    if not email:
        return None
    account = await find_account_by_email(session, email)
    if account is None:
        raise FormErrors({"email": Invalid(N_("Nobody here has this address."))})
    query = select(Host.id).where(Host.account_id == account.id, Host.id != host_id)
    if (await session.execute(query)).first():
        raise FormErrors({"email": Invalid(N_("This account belongs to another official of the list."))})
    return account.id


async def add_venue(session: AsyncSession, actor: Actor, facts: VenueFacts) -> Venue:
    """Name a venue. Raises: Forbidden, FormErrors."""
    require(may_organize(actor))
    venue = Venue(id=new_id(), **msgspec.structs.asdict(facts))
    session.add(venue)
    await session.flush()
    return venue


async def change_venue(session: AsyncSession, actor: Actor, venue_id: uuid.UUID, facts: VenueFacts) -> Venue:
    """Change what is said of a venue. Its name and address, once something was published there, stay: another
    place is another venue, so that whoever registered is told. Raises: Forbidden, VenueNotFound, FormErrors.
    """
    require(may_organize(actor))
    await queries.lock_host_and_venue(session, [], [venue_id])
    venue = await queries.get_venue(session, venue_id)
    if (venue.name, venue.address) != (facts.name, facts.address) and await queries.is_used(
        session, venue.id
    ):
        raise FormErrors(
            {
                "address": Invalid(
                    N_("Consultations were published for this place. Add another venue instead.")
                )
            }
        )
    for name, value in msgspec.structs.asdict(facts).items():
        setattr(venue, name, value)
    await session.flush()
    return venue


async def _new_slug(session: AsyncSession, column: InstrumentedAttribute[str], title: str) -> str:
    """A readable name for addresses that nothing else has."""
    base = re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")[:60] or "x"
    query = select(func.count()).where(column.like(f"{base}%"))
    taken = (await session.execute(query)).scalar_one()
    return f"{base}-{taken + 1}" if taken else base
