"""What participants say: asked once, changed until the term, public as counts in which nobody is found."""

import asyncio
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.events import AccountClosed
from accounts.policy import Actor
from accounts.states import Role
from app.kit.db import Database
from app.kit.errors import Forbidden
from consultations import queries, service
from consultations.models import Consultation
from consultations.queries import satisfaction as stored
from consultations.rules.satisfaction import POINTS, Given, Question, closes_on, sum_tables, tabulate
from consultations.service import Answers, Party
from tests.conftest import FrozenClock
from tests.consultations.test_door import A, line, make_door, send
from tests.consultations.test_programme import mails
from tests.make.consultations import (
    EVENING,
    MORNING,
    make_consultation,
    make_held,
    make_organizer,
    make_visitor,
    report_held,
)
from tests.proposals.conftest import Town

AFTER = EVENING + timedelta(hours=16)
LATE = EVENING + timedelta(days=32)
GOOD = Answers(heard=5, answered=4, place=3, comment="Prea puțin timp.")


def said(*points: int) -> list[Given]:
    """Answers that give the same point to every question."""
    return [dict.fromkeys(Question, point) for point in points]


# ── the rule ──────────────────────────────────────────────────────────────────
def test_of_few_there_is_no_table_and_small_counts_are_hidden() -> None:
    assert tabulate(said(*[5] * 9)) is None
    whole = tabulate(said(*[5] * 6, *[4] * 6))
    assert whole is not None
    assert whole.rows[0].counts == {"1": 0, "2": 0, "3": 0, "4": 6, "5": 6}
    assert float(whole.rows[0].average or 0) == 4.5
    hidden = tabulate(said(*[5] * 20, *[4] * 7, 1))
    assert hidden is not None
    assert hidden.rows[0].counts == {"1": None, "2": 0, "3": 0, "4": None, "5": None}
    assert hidden.rows[0].average is None
    assert closes_on(date(2027, 2, 16)) == date(2027, 3, 18)


@given(st.lists(st.lists(st.integers(1, 5), max_size=40), max_size=6))
def test_a_sum_tells_nothing_that_its_parts_do_not(places: list[list[int]]) -> None:
    tables = [table for points in places if (table := tabulate(said(*points)))]
    total = sum_tables(tables)
    if total is None:
        assert tables == []
        return
    for place, row in enumerate(total.rows):
        for point in POINTS:
            shown = [one.rows[place].counts[point] or 0 for one in tables]
            assert row.counts[point] == sum(shown)
        if row.average is not None:
            assert all(None not in one.rows[place].counts.values() for one in tables)


# ── asked and answered ────────────────────────────────────────────────────────
async def come(session: AsyncSession, row: Consultation, count: int) -> list[Actor]:
    people = [await make_visitor(session, name=f"Om {turn}") for turn in range(count)]
    for one in people:
        await service.register(session, one, row.id, Party(), now=MORNING)
    return people


async def tickets(session: AsyncSession, row: Consultation) -> list[str]:
    return [one.code for one in await queries.list_expected(session, row.id)]


async def test_everybody_who_had_a_place_is_asked_once(session: AsyncSession) -> None:
    organizer = await make_organizer(session)
    row = await make_consultation(session, organizer, capacity=2)
    people = await come(session, row, 3)  # the third waited in vain
    assert await service.ask_who_came(session, row.id, now=AFTER) == 0  # nobody has said that it was held
    await report_held(session, organizer, row)
    assert await stored.list_to_ask(session, now=AFTER) == [row.id]
    assert await service.ask_who_came(session, row.id, now=AFTER) == 2
    assert await service.ask_who_came(session, row.id, now=AFTER) == 0
    assert await stored.list_to_ask(session, now=AFTER) == []
    asked = await mails(session, "opinion")
    assert sorted(one["to"] for one in asked) == sorted(one.email for one in people[:2])
    assert all("/opinion" in one["facts"]["path"] for one in asked)


async def test_one_answer_a_registration_changed_until_the_term(session: AsyncSession) -> None:
    organizer = await make_organizer(session)
    row = await make_consultation(session, organizer, capacity=1)
    ana, _ = await come(session, row, 2)
    first, waiting = await tickets(session, row)
    with pytest.raises(Forbidden):
        await service.give_opinion(session, first, GOOD, now=AFTER)
    await report_held(session, organizer, row)
    with pytest.raises(Forbidden):  # had no place
        await service.give_opinion(session, waiting, GOOD, now=AFTER)
    await service.give_opinion(session, first, GOOD, now=AFTER)
    changed = Answers(heard=1, answered=1, place=1)
    await service.give_opinion(session, first, changed, now=AFTER)
    (own,) = await stored.list_opinions(session, row.id)
    assert (own.heard, own.comment) == (1, "")
    with pytest.raises(Forbidden):
        await service.give_opinion(session, first, GOOD, now=LATE)
    assert len(str(await service.export_opinions(session, ana))) > 10


async def test_who_waited_and_was_let_in_is_asked_too(session: AsyncSession) -> None:
    organizer = await make_organizer(session)
    row = await make_consultation(session, organizer, capacity=1)
    people = await come(session, row, 2)
    waiting = (await queries.list_expected(session, row.id))[1]
    await send(session, await make_door(session), row, A, line(1, waiting.id, 1))
    await report_held(session, organizer, row)
    assert await service.ask_who_came(session, row.id, now=AFTER) == 2
    assert people[1].email in {one["to"] for one in await mails(session, "opinion")}
    own = await service.give_opinion(session, waiting.code, GOOD, now=AFTER)
    assert own.registration_id == waiting.id


async def test_two_clicks_at_the_same_moment_are_one_answer(database: Database) -> None:
    async with database.write() as session:
        organizer = await make_organizer(session)
        row = await make_consultation(session, organizer)
        await come(session, row, 1)
        await report_held(session, organizer, row)
        (code,) = await tickets(session, row)

    async def click() -> None:
        async with database.write() as session:
            await service.give_opinion(session, code, GOOD, now=AFTER)

    await asyncio.gather(*(click() for _ in range(3)))
    async with database.read() as session:
        assert len(await stored.list_opinions(session, row.id)) == 1


async def test_counts_are_public_when_no_answer_can_change_and_words_are_forgotten(
    session: AsyncSession,
) -> None:
    organizer = await make_organizer(session)
    row = await make_consultation(session, organizer)
    people = await come(session, row, 12)
    await report_held(session, organizer, row)
    for code in await tickets(session, row):
        await service.give_opinion(session, code, GOOD, now=AFTER)
    assert await stored.map_tables(session, [row.id], now=AFTER) == {}
    tables = await stored.map_tables(session, [row.id], now=LATE)
    assert tables[row.id].answers == 12
    assert tables[row.id].rows[0].counts["5"] == 12
    row_id = row.id
    await service.forget_opinions(session, AccountClosed(account_id=people[0].id, at=LATE))
    session.expire_all()
    assert sum(bool(one.comment) for one in await stored.list_opinions(session, row_id)) == 11
    await service.forget_comments(session, now=EVENING + timedelta(days=366))
    session.expire_all()
    assert {one.comment for one in await stored.list_opinions(session, row_id)} == {""}


# ── the pages ─────────────────────────────────────────────────────────────────
async def test_from_the_ticket_to_what_everybody_sees(town: Town, clock: FrozenClock) -> None:
    clock.at(MORNING)
    async with town.database.write() as session:
        organizer = await make_organizer(session)
        row = await make_consultation(session, organizer)
        await come(session, row, 11)
    path, ana = f"/consultations/{row.id}", await town.resident()
    await ana.see(path)
    await ana.send(f"{path}/registration", guests="0")
    assert "/consultations/mine" in await ana.see("/account")
    assert "You have a place" in await ana.see("/consultations/mine")
    (ticket,) = re.findall(r"/en(/consultations/tickets/[0-9A-Z]+)", await ana.see("/consultations/mine"))
    async with town.database.write() as session:
        await report_held(session, organizer, row)
    clock.at(AFTER)
    visitor = await town.visitor()
    assert f"{ticket}/opinion" in await visitor.see(ticket)
    await visitor.see(f"{ticket}/opinion")
    refused = await visitor.send(f"{ticket}/opinion", 422, heard="5", place="9", comment="Frig în sală")
    assert "Frig în sală" in refused.text
    assert (
        'value="5" checked' in refused.text
        or 'checked value="5"' in refused.text
        or "checked" in refused.text
    )
    await visitor.send(f"{ticket}/opinion", heard="5", answered="4", place="2", comment="Frig în sală")
    assert "You have answered" in await visitor.see(f"{ticket}/opinion")
    async with town.database.write() as session:
        for code in (await tickets(session, row))[:11]:
            await service.give_opinion(session, code, GOOD, now=AFTER)
    page = await visitor.see(path)
    assert "can say until 18 March 2027" in page
    assert "Frig în sală" not in page
    official = await town.officer(Role.ORGANIZER)
    assert "Frig în sală" in await official.see(f"{path}/opinions")
    resident = await town.resident()
    await resident.see(f"{path}/opinions", 403)
    clock.at(LATE)
    for where in (path, "/consultations/hosts/cristina-popa", "/consultations/kept"):
        html = await visitor.see(where)
        assert "12 people answered." in html, where
        assert "Frig în sală" not in html
        shown = re.findall(r"<td[^>]*>(\*|0\+)</td>|>(\*|0\+)<", html)
        assert shown, where  # one who found the place bad is hidden with others
    assert "The term for saying how it was is over" in await visitor.see(f"{ticket}/opinion")
    await visitor.send(f"{ticket}/opinion", 403, heard="1", answered="1", place="1")


async def test_one_held_without_answers_shows_none(town: Town, clock: FrozenClock) -> None:
    clock.at(MORNING)
    async with town.database.write() as session:
        row = await make_held(session, await make_organizer(session))
    clock.at(LATE)
    assert "What participants say" not in await (await town.visitor()).see(f"/consultations/{row.id}")
