"""Field consultations for tests: made by the services themselves."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.policy import Actor
from accounts.states import Role
from app.kit.db import new_id
from consultations import service
from consultations.models import Consultation, Host, Minutes, Season, Venue
from consultations.queries.minutes import find_draft
from consultations.rules.minutes import MinutesText, MinutesTopic
from consultations.service import Plan, VenueFacts
from consultations.states import Theme
from tests.make.accounts import actor_of, make_account

MORNING = datetime(2027, 2, 1, 8, 0, tzinfo=UTC)  # a Monday, when the programme is made
EVENING = datetime(2027, 2, 16, 16, 0, tzinfo=UTC)  # a Tuesday, 18:00 in Bucharest


async def make_organizer(session: AsyncSession, *, name: str = "Oana Organizator") -> Actor:
    """An organizer of consultations."""
    account = await make_account(session, name=name, roles=[Role.ORGANIZER], now=MORNING)
    return actor_of(account, roles=[Role.ORGANIZER])


async def make_season(session: AsyncSession, organizer: Actor) -> Season:
    """The spring of 2027."""
    return await service.add_season(
        session,
        organizer,
        title="Primăvara 2027",
        title_en="Spring 2027",
        starts_on=date(2027, 2, 1),
        ends_on=date(2027, 6, 30),
        now=MORNING,
    )


async def make_host(
    session: AsyncSession, organizer: Actor, *, name: str = "Cristina Popa", account: Account | None = None
) -> Host:
    """A councillor."""
    return await service.add_host(
        session, organizer, name=name, office="consilier local", email=account.email if account else ""
    )


async def make_venue(session: AsyncSession, organizer: Actor, **given: Any) -> Venue:
    """A school in Rahova."""
    facts: dict[str, Any] = {
        "name": "Școala Gimnazială nr. 280",
        "address": "Str. Munții Carpați 74",
        "area_code": "rahova",
        "area": "Rahova",
        "lat": 44.4005,
        "lon": 26.0505,
        "seats": 120,
        "is_step_free": True,
        "has_loop": False,
        "has_toilet": True,
        "access": "",
    }
    return await service.add_venue(session, organizer, VenueFacts(**facts | given))


def make_plan(season: Season, host: Host, venue: Venue, **given: Any) -> Plan:
    """Two hours about streets."""
    starts_at = given.pop("starts_at", EVENING)
    facts: dict[str, Any] = {
        "season_id": season.id,
        "host_id": host.id,
        "venue_id": venue.id,
        "theme": Theme.STREETS,
        "title": "Străzi și parcări în Rahova",
        "about": "Ce facem cu parcările de reședință.",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
    }
    return Plan(**facts | given)


async def make_consultation(
    session: AsyncSession,
    organizer: Actor,
    *,
    now: datetime = MORNING,
    is_published: bool = True,
    **given: Any,
) -> Consultation:
    """One of its own season, host and venue, unless some are given."""
    season = given.pop("season", None) or await make_season(session, organizer)
    host = given.pop("host", None) or await make_host(session, organizer)
    venue = given.pop("venue", None) or await make_venue(session, organizer)
    plan = make_plan(season, host, venue, **given)
    (row,) = await service.propose(session, organizer, [plan], form=new_id(), now=now)
    if is_published:
        await service.publish(session, organizer, [row.id], now=now)
    return row


async def make_visitor(session: AsyncSession, *, name: str = "Ana Vizitator") -> Actor:
    """A resident who comes."""
    return actor_of(await make_account(session, name=name, now=MORNING))


def make_text(**given: Any) -> MinutesText:
    """Minutes from which nothing is missing."""
    topic = MinutesTopic(
        title="Parcări de reședință",
        said="Locatarii cer **marcaje** pe strada Zețarilor.",
        answers="Se marchează 40 de locuri.",
    )
    facts: dict[str, Any] = {
        "attendance": 31,
        "officials": "Cristina Popa, consilier local\nDan Ene, Direcția Drumuri",
        "topics": (topic,),
        "next_steps": "Direcția Drumuri publică planul până la 1 aprilie.",
    }
    return MinutesText(**facts | given)


async def make_held(session: AsyncSession, organizer: Actor, **given: Any) -> Consultation:
    """One that was held and reported as such the morning after."""
    row = await make_consultation(session, organizer, **given)
    return await report_held(session, organizer, row)


async def report_held(session: AsyncSession, organizer: Actor, row: Consultation) -> Consultation:
    """Say the morning after that it was held."""
    after = row.ends_at + timedelta(hours=12)
    return await service.report(session, organizer, row.id, is_held=True, reason="", now=after)


async def make_minutes(
    session: AsyncSession,
    organizer: Actor,
    row: Consultation,
    text: MinutesText | None = None,
    *,
    now: datetime,
) -> Minutes:
    """Minutes written and published."""
    draft = await find_draft(session, row.id)
    seen = draft.revision if draft else 0
    draft = await service.save_minutes(session, organizer, row.id, text or make_text(), seen=seen, now=now)
    return await service.publish_minutes(session, organizer, row.id, seen=draft.revision, now=now)
