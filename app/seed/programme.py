"""Field consultations of the demonstration: a season that is over, one that runs, and who comes."""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.clock import local_date
from app.kit.db import new_id
from app.kit.deadlines import is_working_day
from app.seed.asked import seed_asked
from app.seed.doors import seed_door, seed_registrations
from consultations import service
from consultations.models import Consultation, Host, Season, Venue
from consultations.rules.recurrence import at
from consultations.service import Caller, Party, Plan, VenueFacts
from consultations.service.programme import read_plan
from consultations.states import Theme

DAY = timedelta(days=1)
HOURS = (time(18, 0), time(20, 0))
VENUES = (
    ("Școala Gimnazială „Fagul Roșu”", "Str. Munții Carpați 74", "rahova", (44.4005, 26.0505), 120, True),
    ("Casa de Cultură a cartierului", "Calea Ferentari 90", "ferentari", (44.4030, 26.0805), 180, True),
    ("Liceul „Podul Cotroceni”", "Bd. Eroilor 11", "cotroceni", (44.4334, 26.0672), 80, False),
    ("Sala de sport Ghencea", "Bd. Ghencea 35", "ghencea", (44.4118, 26.0425), 250, True),
)
# Days from today, venue, host, theme, title, streets.
HELD = (
    (-118, 0, 0, Theme.GENERAL, "Primarul în Rahova: întrebări despre orice", ""),
    (-104, 1, 1, Theme.SAFETY, "Iluminat și siguranță în Ferentari", "Calea Ferentari\nStr. Livezilor"),
    (-90, 2, 2, Theme.GREEN, "Ce facem cu Parcul Romniceanu", "Str. Dr. Lister\nStr. Carol Davila"),
    (-76, 3, 0, Theme.BUILDINGS, "Reabilitarea blocurilor din Ghencea", "Bd. Ghencea\nDrumul Sării"),
    (-55, 0, 1, Theme.WASTE, "Pubele, colectare, curățenie în Rahova", "Str. Munții Carpați"),
    (-27, 1, 2, Theme.SCHOOLS, "Locuri la creșă și la grădiniță", ""),
    (-13, 2, 0, Theme.STREETS, "Parcări de reședință în Cotroceni", "Bd. Eroilor\nStr. Dr. Lister"),
)
COMING = (
    (9, 0, 1, Theme.STREETS, "Străzi și trotuare în Rahova", "Str. Munții Carpați\nStr. Zețarilor", 6),
    (16, 1, 0, Theme.GENERAL, "Primarul în Ferentari: întrebări despre orice", "", 60),
    (23, 2, 2, Theme.SOCIAL, "Îngrijire la domiciliu pentru vârstnici", "", None),
    (31, 3, 1, Theme.CULTURE, "Ce facem în Sala de sport Ghencea", "Bd. Ghencea", 120),
)
COUNTED = {4: 18, 6: 15}  # place in HELD: how many registered
CAME = {0: 14}  # likewise, before doors were kept
REASONS = {
    "cancelled": "Sala a fost inundată în urma ruperii unei conducte; nu am găsit altă sală în timp.",
    "not_held": "Consilierul a fost bolnav și nu a fost înlocuit. Ne cerem scuze celor veniți.",
    "moved": "Primarul este chemat în acea seară la Consiliul General.",
}


def _working_day(today: date, days: int) -> date:
    """The first working day from so many days from today on."""
    day = today + days * DAY
    while not is_working_day(day):
        day += DAY
    return day


class Stage(msgspec.Struct, frozen=True):
    """What the consultations are made of."""

    organizer: Actor
    season: Season
    hosts: Sequence[Host]
    venues: Sequence[Venue]
    today: date


async def seed_programme(
    session: AsyncSession,
    lot: random.Random,
    organizer: Actor,
    councillor: Actor,
    areas: dict[str, str],
    people: Sequence[Actor],
    helper: Actor,
    *,
    now: datetime,
) -> None:
    """A season that began four months ago, with what was kept of it and what was not, and what is to come."""
    today = local_date(now)
    began = now - 130 * DAY
    season = await service.add_season(
        session,
        organizer,
        title=f"Programul {today.year}",
        title_en=f"The programme of {today.year}",
        starts_on=local_date(began),
        ends_on=today + 90 * DAY,
        now=began,
    )
    hosts = [
        await service.add_host(session, organizer, name=name, office=office, email=email)
        for name, office, email in (
            ("Adrian Stănculescu", "primar", ""),
            (councillor.name, "consilier local", councillor.email),
            ("Teodora Lungu", "viceprimar", ""),
        )
    ]
    venues = [
        await service.add_venue(
            session,
            organizer,
            VenueFacts(
                name=name,
                address=address,
                area_code=code,
                area=areas[code],
                lat=lat,
                lon=lon,
                seats=seats,
                is_step_free=step_free,
                has_loop=seats > 150,
                has_toilet=step_free,
                access="Intrarea din curte." if step_free else "",
            ),
        )
        for name, address, code, (lat, lon), seats, step_free in VENUES
    ]
    stage = Stage(organizer, season, hosts, venues, today)
    await _seed_past(session, lot, stage, people, helper, began=began)
    await _seed_coming(session, lot, stage, people, now=now)
    await _seed_tonight(session, lot, stage, people, now=now)


def _plan(stage: Stage, row: tuple[int, int, int, Theme, str, str], **given: object) -> Plan:
    days, venue, host, theme, title, streets = row
    day = _working_day(stage.today, days)
    facts: dict[str, object] = {
        "season_id": stage.season.id,
        "host_id": stage.hosts[host].id,
        "venue_id": stage.venues[venue].id,
        "theme": theme,
        "title": title,
        "about": "Veniți cu întrebări; răspundem pe loc sau spunem până când și cine răspunde.",
        "streets": streets,
        "starts_at": at(day, HOURS[0]),
        "ends_at": at(day, HOURS[1]),
    }
    return Plan(**facts | given)  # type: ignore[arg-type]


async def _publish(
    session: AsyncSession, stage: Stage, plans: Sequence[Plan], *, now: datetime
) -> list[Consultation]:
    rows = [
        row
        for plan in plans
        for row in await service.propose(session, stage.organizer, [plan], form=new_id(), now=now)
    ]
    return await service.publish(session, stage.organizer, [row.id for row in rows], now=now)


async def _seed_past(
    session: AsyncSession,
    lot: random.Random,
    stage: Stage,
    people: Sequence[Actor],
    helper: Actor,
    *,
    began: datetime,
) -> None:
    """Most were held, one was called off, one was not held, one was moved in time. Something was
    asked for each, and people were counted at the doors of two.
    """
    rows = await _publish(session, stage, [_plan(stage, one) for one in HELD], now=began)
    for row in rows:
        await seed_asked(session, lot, people, row, at=row.starts_at - 3 * DAY)
    for place, count in CAME.items():
        for actor in people[:count]:
            await service.register(session, actor, rows[place].id, Party(), now=began + DAY)
    for place, row in enumerate(rows):
        if place in COUNTED:
            before = row.starts_at - 9 * DAY
            own = await seed_registrations(session, lot, row, people, share=COUNTED[place], first=before)
            await seed_door(session, helper, row, own, with_doubts=place == 6, now=row.starts_at)
        after = row.ends_at + timedelta(hours=14)
        if place == 2:
            reason, early = REASONS["cancelled"], row.starts_at - 2 * DAY
            await service.cancel(session, stage.organizer, row.id, reason=reason, now=early)
        elif place == 5:
            reason = REASONS["not_held"]
            await service.report(session, stage.organizer, row.id, is_held=False, reason=reason, now=after)
        else:
            if place == 3:
                row = await _move(session, stage, row, now=row.starts_at - 12 * DAY)
                after = row.ends_at + timedelta(hours=14)
            await service.report(session, stage.organizer, row.id, is_held=True, reason="", now=after)


async def _seed_tonight(
    session: AsyncSession, lot: random.Random, stage: Stage, people: Sequence[Actor], *, now: datetime
) -> None:
    """One that begins soon: its door is open."""
    starts_at = (now + timedelta(minutes=90)).replace(minute=0, second=0, microsecond=0)
    theme = Theme.SAFETY
    plan = _plan(
        stage,
        (0, 3, 2, theme, "Liniște și siguranță în Ghencea", "Bd. Ghencea"),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        capacity=80,
        has_childcare=True,
    )
    before = now - 12 * DAY
    (row,) = await _publish(session, stage, [plan], now=before)
    await seed_registrations(session, lot, row, people, share=14, first=before)
    await service.remind(session, row.id, now=now - DAY)


async def _move(session: AsyncSession, stage: Stage, row: Consultation, *, now: datetime) -> Consultation:
    """A day later, said twelve days before."""
    plan = read_plan(row)
    day = _working_day(local_date(plan.starts_at), 1)
    moved = msgspec.structs.replace(plan, starts_at=at(day, HOURS[0]), ends_at=at(day, HOURS[1]))
    return await service.change(
        session, stage.organizer, row.id, moved, reason=REASONS["moved"], seen=row.sequence, now=now
    )


async def _seed_coming(
    session: AsyncSession, lot: random.Random, stage: Stage, people: Sequence[Actor], *, now: datetime
) -> None:
    """Four to come: one is full and has a waiting list; and two that are only proposed, one with a clash."""
    before = now - 20 * DAY
    plans = [
        _plan(
            stage,
            one[:6],
            capacity=one[6],
            has_childcare=place == 1,
            languages="limbajul semnelor" if place == 1 else "",
        )
        for place, one in enumerate(COMING)
    ]
    rows = await _publish(session, stage, plans, now=before)
    for row, share in zip(rows, (8, 12, 5, 7), strict=True):
        for turn, actor in enumerate(lot.sample(list(people), share)):
            party = Party(guests=turn % 3 == 0, needs="Loc pentru scaun rulant" if turn == 1 else "")
            await service.register(session, actor, row.id, party, now=before + turn * timedelta(hours=5))
    caller = Caller(name="Maria Radu", phone="0721 555 013")
    await service.register_caller(
        session,
        stage.organizer,
        rows[3].id,
        caller,
        Party(guests=1, needs="Să audă bine"),
        now=before + 6 * DAY,
    )
    for row in rows:
        await seed_asked(session, lot, people, row, at=now - 2 * DAY)
    await _move(session, stage, rows[3], now=now - 3 * DAY)
    proposals = [
        _plan(stage, (45, 0, 2, Theme.GREEN, "Copaci noi în Rahova", "")),
        _plan(stage, (16, 1, 0, Theme.WASTE, "Curățenie în Ferentari", "Calea Ferentari")),
    ]
    for plan in proposals:
        await service.propose(session, stage.organizer, [plan], form=new_id(), now=now - DAY)
