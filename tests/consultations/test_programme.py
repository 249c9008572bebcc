"""The programme on both databases: proposed, published, moved, called off, reported on."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import register
from app.kit.db import Database, new_id
from app.kit.errors import Forbidden, FormErrors
from app.kit.outbox import OutboxMessage
from consultations import queries, service
from consultations.errors import ChangedMeanwhile, NothingChanged, SlotTaken
from consultations.models import Change, Consultation
from consultations.rules.clashes import ClashKind
from consultations.service import Party, Plan
from consultations.service.programme import read_plan
from consultations.states import ChangeKind, IllegalMove, State
from tests.make.consultations import (
    EVENING,
    MORNING,
    make_consultation,
    make_host,
    make_organizer,
    make_plan,
    make_season,
    make_venue,
    make_visitor,
)

WHY = "Sala nu mai este liberă în acea seară."
WEEK = timedelta(weeks=1)


async def changes(session: AsyncSession, row: Consultation) -> list[Change]:
    return (await queries.list_changes(session, [row.id])).get(row.id, [])


async def mails(session: AsyncSession, template: str) -> list[dict[str, Any]]:
    rows = (await session.execute(select(OutboxMessage))).scalars()
    told = [json.loads(row.arguments) for row in rows]
    return [one for one in told if one.get("template") == f"consultations/mail/{template}.txt"]


async def test_a_series_is_proposed_once_and_published_together(session: AsyncSession) -> None:
    organizer = await make_organizer(session)
    season, host = await make_season(session, organizer), await make_host(session, organizer)
    venue = await make_venue(session, organizer)
    plans = [make_plan(season, host, venue, starts_at=EVENING + WEEK * turn) for turn in range(3)]
    form = new_id()
    rows = await service.propose(session, organizer, plans, form=form, now=MORNING)
    again = await service.propose(session, organizer, plans, form=form, now=MORNING)
    assert [row.id for row in again] == [row.id for row in rows]
    assert await queries.list_listed(session) == []  # nobody sees it yet
    published = await service.publish(session, organizer, [row.id for row in rows], now=MORNING)
    assert [row.number for row in published] == [f"CO-2027-0000{n}" for n in (1, 2, 3)]
    assert await service.publish(session, organizer, [row.id for row in rows], now=MORNING) == []
    assert [one.row.id for one in await queries.list_listed(session)] == [row.id for row in rows]
    facts = await register.list_facts(session, subject=f"consultation:{rows[0].id}")
    assert [fact.kind for fact in facts] == ["consultation.published"]
    assert facts[0].facts["after"]["host"] == "Cristina Popa"  # type: ignore[index]


async def test_a_taken_official_is_told_and_refused(session: AsyncSession) -> None:
    organizer = await make_organizer(session)
    first = await make_consultation(session, organizer)
    season, host = (
        await queries.get_season(session, first.season_id),
        await queries.get_host(session, first.host_id),
    )
    elsewhere = await make_venue(session, organizer, name="Casa de Cultură")
    plan = make_plan(season, host, elsewhere, starts_at=EVENING + timedelta(hours=1))
    (found,) = await service.check_slots(session, [(None, plan)], now=MORNING)
    assert [one.kind for one in found] == [ClashKind.HOST]
    (row,) = await service.propose(session, organizer, [plan], form=new_id(), now=MORNING)
    with pytest.raises(SlotTaken):
        await service.publish(session, organizer, [row.id], now=MORNING)
    await service.drop(session, organizer, row.id)
    with pytest.raises(Forbidden):
        await service.drop(session, organizer, first.id)


async def test_six_publishing_at_once_never_put_one_official_in_two_places(database: Database) -> None:
    async with database.write() as session:
        organizer = await make_organizer(session)
        season, host = await make_season(session, organizer), await make_host(session, organizer)
        rows = []
        for place in range(6):
            venue = await make_venue(session, organizer, name=f"Sala {place}")
            plan = make_plan(season, host, venue)
            rows += await service.propose(session, organizer, [plan], form=new_id(), now=MORNING)
        ids = [row.id for row in rows]

    async def publish(place: int) -> object:
        try:
            async with database.write() as session:
                return await service.publish(session, organizer, [ids[place]], now=MORNING)
        except SlotTaken as taken:
            return taken

    answers = await asyncio.gather(*(publish(place) for place in range(6)))
    assert sum(not isinstance(one, SlotTaken) for one in answers) == 1


async def test_moving_needs_a_reason_is_public_and_tells_who_registered(session: AsyncSession) -> None:
    organizer, ana = await make_organizer(session), await make_visitor(session)
    row = await make_consultation(session, organizer)
    await service.register(session, ana, row.id, Party(), now=MORNING)
    plan = read_plan(row)
    later = make_later(plan)
    with pytest.raises(FormErrors):
        await service.change(session, organizer, row.id, later, reason="", seen=0, now=MORNING)
    with pytest.raises(NothingChanged):
        await service.change(session, organizer, row.id, plan, reason=WHY, seen=0, now=MORNING)
    await service.change(session, organizer, row.id, later, reason=WHY, seen=0, now=MORNING)
    with pytest.raises(ChangedMeanwhile):
        await service.change(session, organizer, row.id, plan, reason=WHY, seen=0, now=MORNING)
    entry = (await changes(session, row))[-1]
    assert (entry.kind, entry.reason, row.sequence) == (ChangeKind.MOVED, WHY, 1)
    assert json.loads(entry.before)["starts_at"] < json.loads(entry.after)["starts_at"]
    (mail,) = await mails(session, "change")
    assert (mail["to"], mail["facts"]["kind"], mail["facts"]["reason"]) == (ana.email, "moved", WHY)


def make_later(plan: Plan) -> Plan:
    return msgspec.structs.replace(plan, starts_at=plan.starts_at + WEEK, ends_at=plan.ends_at + WEEK)


async def test_called_off_and_taking_place_after_all(session: AsyncSession) -> None:
    organizer, ana = await make_organizer(session), await make_visitor(session)
    row = await make_consultation(session, organizer)
    await service.register(session, ana, row.id, Party(), now=MORNING)
    with pytest.raises(Forbidden):
        await service.report(session, organizer, row.id, is_held=True, reason="", now=MORNING)
    await service.cancel(session, organizer, row.id, reason=WHY, now=MORNING)
    await service.cancel(session, organizer, row.id, reason=WHY, now=MORNING)  # a second click
    with pytest.raises(Forbidden):
        await service.register(session, ana, row.id, Party(), now=MORNING)
    await service.reinstate(session, organizer, row.id, reason=WHY, now=MORNING)
    kinds = [one.kind for one in await changes(session, row)]
    assert kinds == [ChangeKind.PUBLISHED, ChangeKind.CANCELLED, ChangeKind.REINSTATED]
    assert [one["facts"]["kind"] for one in await mails(session, "change")] == ["cancelled", "reinstated"]
    assert row.sequence == 2
    after = EVENING + timedelta(hours=3)
    with pytest.raises(Forbidden):
        await service.cancel(session, organizer, row.id, reason=WHY, now=after)
    await service.report(session, organizer, row.id, is_held=False, reason=WHY, now=after)
    await service.report(session, organizer, row.id, is_held=True, reason=WHY, now=after)
    assert (await changes(session, row))[-1].kind == ChangeKind.CORRECTED
    assert row.state == State.HELD
    with pytest.raises((Forbidden, IllegalMove)):
        await service.cancel(session, organizer, row.id, reason=WHY, now=after)


async def test_other_words_are_told_too_and_a_report_changes_no_calendar(session: AsyncSession) -> None:
    organizer, ana = await make_organizer(session), await make_visitor(session)
    row = await make_consultation(session, organizer)
    await service.register(session, ana, row.id, Party(), now=MORNING)
    plan = msgspec.structs.replace(read_plan(row), languages="limbajul semnelor")
    await service.change(session, organizer, row.id, plan, reason=WHY, seen=0, now=MORNING)
    assert [one["facts"]["kind"] for one in await mails(session, "change")] == ["edited"]
    sequence = row.sequence
    await service.report(session, organizer, row.id, is_held=True, reason="", now=EVENING)
    assert row.sequence == sequence == 1
    await service.report(session, organizer, row.id, is_held=False, reason=WHY, now=EVENING)
    assert row.sequence == 2  # struck in calendars


async def test_who_may_not_is_told_so_on_a_second_click_too(session: AsyncSession) -> None:
    organizer, ana = await make_organizer(session), await make_visitor(session)
    row = await make_consultation(session, organizer)
    await service.cancel(session, organizer, row.id, reason=WHY, now=MORNING)
    with pytest.raises(Forbidden):
        await service.cancel(session, ana, row.id, reason=WHY, now=MORNING)
    other = await make_consultation(session, organizer, starts_at=EVENING + WEEK)
    await service.report(session, organizer, other.id, is_held=True, reason="", now=EVENING + WEEK)
    with pytest.raises(Forbidden):
        await service.report(session, ana, other.id, is_held=True, reason="", now=EVENING + WEEK)


async def test_the_history_cannot_be_altered(session: AsyncSession) -> None:
    organizer = await make_organizer(session)
    row = await make_consultation(session, organizer)
    (entry,) = await changes(session, row)
    entry.reason = "altul"
    with pytest.raises(DBAPIError):
        await session.flush()


async def test_only_organizers_plan(session: AsyncSession) -> None:
    organizer, ana = await make_organizer(session), await make_visitor(session)
    row = await make_consultation(session, organizer)
    with pytest.raises(Forbidden):
        await service.cancel(session, ana, row.id, reason=WHY, now=MORNING)
    with pytest.raises(Forbidden):
        await service.change(
            session, ana, row.id, make_later(read_plan(row)), reason=WHY, seen=0, now=MORNING
        )


async def test_a_venue_in_use_keeps_its_address(session: AsyncSession) -> None:
    organizer = await make_organizer(session)
    row = await make_consultation(session, organizer)
    venue = await queries.get_venue(session, row.venue_id)
    facts = {name: getattr(venue, name) for name in service.VenueFacts.__struct_fields__}
    await service.change_venue(session, organizer, venue.id, service.VenueFacts(**facts | {"seats": 90}))
    with pytest.raises(FormErrors):
        await service.change_venue(
            session, organizer, venue.id, service.VenueFacts(**facts | {"address": "Altundeva 1"})
        )
