"""What field consultations ask of the rest of the house, as it is wired: other meetings, search, notices."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from app.kit.clock import BUCHAREST
from app.kit.db import Database
from app.wiring import wire
from consultations import service
from consultations.rules.clashes import ClashKind
from notices import service as notices
from notices.models import Notice, NoticeEvent
from notices.service import spread
from search.service import refresh
from tests.amendments.test_debates import called
from tests.conftest import FrozenClock
from tests.make.consultations import (
    MORNING,
    make_consultation,
    make_host,
    make_organizer,
    make_plan,
    make_season,
    make_venue,
    make_visitor,
)
from tests.proposals.conftest import Town

WHY = "Sala nu mai este liberă în acea seară."


async def test_a_public_debate_at_the_same_hour_is_told(database: Database, tmp_path: Path) -> None:
    wire()
    async with database.write() as session:
        _, act, debate = await called(session, tmp_path)
        organizer = await make_organizer(session)
        season, host = await make_season(session, organizer), await make_host(session, organizer)
        plan = make_plan(
            season,
            host,
            await make_venue(session, organizer),
            starts_at=debate.starts_at.astimezone(BUCHAREST) + timedelta(hours=1),
        )
        (found,) = await service.check_slots(session, [(None, plan)], now=MORNING)
    event = next(one for one in found if one.kind is ClashKind.EVENT)
    assert (event.title, event.path) == (act.title, f"/acts/{act.id}/debates/1")
    assert not event.is_blocking


async def test_followers_of_the_official_and_of_the_consultation_are_told_once(database: Database) -> None:
    wire()
    async with database.write() as session:
        organizer = await make_organizer(session)
        ana, ion = await make_visitor(session), await make_visitor(session)
        host = await make_host(session, organizer)
        for actor in (ana, ion):
            await notices.follow(session, actor, f"host:{host.id}", wanted=True, now=MORNING)
        row = await make_consultation(session, organizer, host=host)
        await notices.follow(session, ion, f"consultation:{row.id}", wanted=True, now=MORNING)
        await service.cancel(session, organizer, row.id, reason=WHY, now=MORNING)
        events = (
            (await session.execute(select(NoticeEvent).order_by(NoticeEvent.at, NoticeEvent.id)))
            .scalars()
            .all()
        )
        for event in events:
            while await spread(session, event.id, now=MORNING):
                pass
        told = (await session.execute(select(Notice.account_id, Notice.event_id))).all()
    assert [event.words[:10] for event in events] == ["It is plan", "It was cal"]
    assert sorted(told) == sorted((who.id, event.id) for who in (ana, ion) for event in events)


async def test_a_consultation_is_found_by_its_street(town: Town, clock: FrozenClock) -> None:
    clock.at(MORNING)
    async with town.database.write() as session:
        row = await make_consultation(session, await make_organizer(session), streets="Str. Zețarilor")
    await refresh(town.database, now=MORNING)
    html = await (await town.visitor()).see("/search?q=zetarilor")
    assert f"/consultations/{row.id}" in html
    assert "A field consultation" in html
